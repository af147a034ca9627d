"""Our own functions against scipy's, at the accuracy that the docstring of `fabsim.kernels.maths` claims."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from fabsim.kernels import maths

Reals = NDArray[np.float64]
TAILS = np.logspace(-9.9, -3, 200)
PROBABILITIES = np.concatenate([TAILS, np.linspace(0.0, 1.0, 1001)[1:-1], 1.0 - TAILS])
"""A uniform of 32 bits is from 1.2e-10 to 1 - 1.2e-10."""


def applied(function: Callable[..., float], x: Reals, *more: float) -> Reals:
    return np.array([function(float(value), *more) for value in x])


def off(found: Reals, expected: Any) -> float:
    """Give the largest relative error."""
    return float(np.max(np.abs((found - expected) / expected)))


def test_log_is_right_to_two_units_of_the_last_place() -> None:
    x = np.concatenate([np.linspace(0.5, 2.0, 3002)[1:-1], np.logspace(-300, 300, 2001)])
    x = x[x != 1.0]
    assert off(applied(maths.log, x), np.log(x)) < 5e-16
    assert maths.log(1.0) == 0.0


def test_exp_is_right_to_two_units_of_the_last_place() -> None:
    x = np.concatenate([np.linspace(-1.0, 1.0, 2001), np.linspace(-700.0, 709.7, 2001)])
    assert off(applied(maths.exp, x), np.exp(x)) < 5e-16


def test_exp_ends_in_zero_and_infinity() -> None:
    assert maths.exp(-740.0) == pytest.approx(math.exp(-740.0), abs=5e-324)
    assert [maths.exp(x) for x in (-746.0, -1e300, 710.0, 1e300)] == [0.0, 0.0, math.inf, math.inf]


def test_log_gamma_is_right_to_14_digits() -> None:
    x = np.logspace(-2, 1, 500)
    assert np.max(np.abs(applied(maths.log_gamma, x) - special.gammaln(x))) < 1.5e-14
    x = np.logspace(1, 4, 500)
    assert off(applied(maths.log_gamma, x), special.gammaln(x)) < 1e-14


def test_normal_cdf_is_right_to_12_digits_in_both_tails() -> None:
    assert off(applied(maths.normal_cdf, x := np.linspace(-9.0, 9.0, 2001)), special.ndtr(x)) < 1e-13
    assert off(applied(maths.normal_cdf, x := np.linspace(-37.0, -9.0, 501)), special.ndtr(x)) < 1e-12


def test_normal_quantile_is_right_to_14_digits() -> None:
    p = np.concatenate([PROBABILITIES[PROBABILITIES != 0.5], np.logspace(-300, -10, 300)])
    assert off(applied(maths.normal_quantile, p), special.ndtri(p)) < 5e-15
    assert maths.normal_quantile(0.5) == 0.0


@pytest.mark.parametrize("shape", [0.01, 0.1, 0.5, 0.99, 1.0, 1.01, 2.0, 5.0, 17.5, 100.0, 1000.0])
def test_gamma_quantile_is_right_to_12_digits(shape: float) -> None:
    p = PROBABILITIES
    lower = p < 0.5
    expected = np.where(
        lower, special.gammaincinv(shape, np.where(lower, p, 0.5)), special.gammainccinv(shape, np.where(lower, 0.5, 1.0 - p))
    )
    found = applied(maths.gamma_quantile, p, shape)
    held = expected > 1e-290
    assert held.sum() > 400
    assert off(found[held], expected[held]) < 1e-12
    assert np.max(found[~held], initial=0.0) < 1e-280


POINTS = [0.02, 0.3, 1.0, 4.5, 80.0]
CALLS = [
    *(("log", (x,)) for x in POINTS),
    *(("exp", (x - 40.0,)) for x in POINTS),
    *(("log_gamma", (x,)) for x in POINTS),
    *(("normal_cdf", (x - 4.5,)) for x in POINTS),
    *(("normal_quantile", (x * 1e-2,)) for x in POINTS),
    *(("gamma_quantile", (p, x)) for x in POINTS for p in (1e-9, 0.3, 0.95, 1.0 - 1e-9)),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_compiled_and_plain_functions_agree_to_the_bit(name: str, arguments: tuple[float, ...]) -> None:
    function: Any = getattr(maths, name)
    assert float(getattr(function, "py_func", function)(*arguments)).hex() == float(function(*arguments)).hex()
