"""Draws follow their distributions and are the same bits everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pinned_draws
import pytest
from numpy.typing import NDArray
from scipy import stats

from fabsim.kernels import draws
from fabsim.kernels.philox import uniforms

TABLE = np.array([7.0, 1.0, 2.0, 6.0])
CONTINUOUS: list[tuple[str, tuple[int, float, float, float], Any]] = [
    ("uniform", (draws.UNIFORM, 45.0, 5.0, 0.0), stats.uniform(40.0, 10.0)),
    ("exponential", (draws.EXPONENTIAL, 20.0, 0.0, 0.0), stats.expon(scale=20.0)),
    ("normal", (draws.NORMAL, 45.0, 4.0, 0.0), stats.truncnorm(-45.0 / 4.0, np.inf, 45.0, 4.0)),
    ("cut_normal", (draws.NORMAL, 2.0, 3.0, 0.0), stats.truncnorm(-2.0 / 3.0, np.inf, 2.0, 3.0)),
    ("half_normal", (draws.NORMAL, 0.0, 3.0, 0.0), stats.halfnorm(scale=3.0)),
    ("lognormal", (draws.LOGNORMAL, 3.0, 0.5, 0.0), stats.lognorm(0.5, scale=np.exp(3.0))),
    ("gamma_0.4", (draws.GAMMA, 3.0, 0.4, 0.0), stats.gamma(0.4, scale=3.0)),
    ("erlang_3", (draws.GAMMA, 3.0, 3.0, 0.0), stats.gamma(3.0, scale=3.0)),
    ("weibull_0.7", (draws.WEIBULL, 45.0, 0.7, 0.0), stats.weibull_min(0.7, scale=45.0)),
    ("weibull_3", (draws.WEIBULL, 45.0, 3.0, 0.0), stats.weibull_min(3.0, scale=45.0)),
    ("triangular", (draws.TRIANGULAR, 40.0, 45.0, 60.0), stats.triang(0.25, 40.0, 20.0)),
    ("triangular_to_the_right", (draws.TRIANGULAR, 40.0, 60.0, 60.0), stats.triang(1.0, 40.0, 20.0)),
]
EACH = pytest.mark.parametrize(("given", "known"), [case[1:] for case in CONTINUOUS], ids=[case[0] for case in CONTINUOUS])
Parameters = tuple[int, float, float, float]


def quantiles(given: Parameters, u: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([draws.draw(*given, TABLE, float(value)) for value in u])


@EACH
def test_a_draw_is_the_quantile_of_its_distribution(given: Parameters, known: Any) -> None:
    tail = np.logspace(-10, -3, 40)
    u = np.concatenate([tail, np.linspace(0.0, 1.0, 201)[1:-1], 1.0 - tail])
    u = (np.floor(u * 2.0**32) + 0.5) * 2.0**-32
    expected = np.where(u < 0.5, known.ppf(u), known.isf(1.0 - u))
    # what is cut close to zero has lost its leading digits in scipy as well
    assert np.all(np.abs(quantiles(given, u) - expected) < 1e-9 * expected + 1e-15 * known.mean())


def test_a_binomial_draw_is_the_quantile_of_its_distribution() -> None:
    u = np.concatenate([np.logspace(-9, -3, 12), np.linspace(0.01, 0.99, 40), 1.0 - np.logspace(-9, -3, 12)])
    for n in (0, 1, 66, 139, 5000):
        for p in (0.0, 1e-12, 1e-3, 0.2, 0.5, 0.501, 0.97, 1.0 - 1e-9, 1.0):
            found = np.array([draws.binomial_quantile(n, p, float(value)) for value in u])
            assert np.all(np.diff(found[np.argsort(u)]) >= 0)
            if n and 0.0 < p < 1.0:
                # rounding may decide where u is next to a value of the distribution function
                least, most = (stats.binom.ppf(u * (1 + side * 1e-10) + side * 1e-13, n, p) for side in (-1, 1))
                assert np.all((least <= found) & (found <= most))
            else:
                assert np.all(found == (n if p == 1.0 else 0))


@EACH
def test_draws_have_the_moments_of_their_distribution(given: Parameters, known: Any) -> None:
    blocks = [uniforms(np.uint64(20), np.uint64(3), np.uint64(count)) for count in range(2500)]
    x = quantiles(given, np.array(blocks).ravel())
    mean, variance, kurtosis = map(float, known.stats("mvk"))
    assert abs(x.mean() - mean) < 5 * np.sqrt(variance / len(x))
    assert abs(((x - mean) ** 2).mean() - variance) < 5 * variance * np.sqrt((kurtosis + 2) / len(x))


@EACH
def test_means_are_exact(given: Parameters, known: Any) -> None:
    assert draws.mean(*given, TABLE) == pytest.approx(float(known.mean()), rel=1e-12)


def test_a_constant_is_itself() -> None:
    assert draws.draw(draws.CONSTANT, 2.5, 0.0, 0.0, TABLE, 0.3) == draws.mean(draws.CONSTANT, 2.5, 0.0, 0.0, TABLE) == 2.5


def test_each_value_of_an_empirical_distribution_is_as_likely() -> None:
    given = (draws.EMPIRICAL, 1.0, 3.0, 0.0)
    least, most = 0.5 * 2.0**-32, 1.0 - 0.5 * 2.0**-32
    assert list(quantiles(given, np.array([least, 0.333, 0.334, 0.666, 0.667, most]))) == [1.0, 1.0, 2.0, 2.0, 6.0, 6.0]
    assert draws.mean(*given, TABLE) == 3.0


def test_a_triangle_without_width_is_a_constant() -> None:
    assert draws.draw(draws.TRIANGULAR, 40.0, 40.0, 40.0, TABLE, 0.3) == 40.0


def test_a_normal_cut_at_zero_never_gives_less() -> None:
    for mean, sd in ((0.0, 1.0), (1e-3, 1.0), (1.0, 1e3), (6.5, 1.0), (40.0, 1.0)):
        found = quantiles((draws.NORMAL, mean, sd, 0.0), np.array([0.5 * 2.0**-32, 2.0**-31, 1e-5, 0.5]))
        assert np.all(found >= 0.0)
        assert np.all(np.diff(found) > 0.0)


@pytest.mark.parametrize(
    ("x", "ms"),
    [(0.0, 0), (0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (-0.5, 0), (-0.51, -1), (1e12 + 0.5, 10**12 + 1), (1e300, 2**53), (np.inf, 2**53)],
)
def test_times_round_half_up_and_stay_within_an_int64(x: float, ms: int) -> None:
    assert draws.to_ms(x) == ms


@pytest.mark.parametrize("name", pinned_draws.PARAMETERS)
def test_compiled_and_plain_draws_agree_to_the_bit(name: str) -> None:
    function: Any = draws.draw
    for u in pinned_draws.values("normal_quantile")[:50]:
        arguments = (*pinned_draws.PARAMETERS[name], pinned_draws.TABLE, abs(u) / 8.0)
        assert float(getattr(function, "py_func", function)(*arguments)).hex() == float(function(*arguments)).hex()


def test_pinned_values_hold() -> None:
    assert pinned_draws.rows() == pinned_draws.PINNED


def test_pinned_values_hold_without_a_compiler_and_without_a_warning() -> None:
    script = Path(pinned_draws.__file__)
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(script.parents[2])}
    command = [sys.executable, "-W", "error::RuntimeWarning", str(script)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == pinned_draws.PINNED
