"""What cannot be drawn from is refused in plain words; no spread is a constant."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from fabsim.chance import (
    Draw,
    constant,
    empirical,
    erlang,
    exponential,
    gamma,
    lognormal,
    normal,
    triangular,
    uniform,
    weibull,
)

REFUSED: list[tuple[Callable[..., Draw], tuple[object, ...], str]] = [
    (constant, (-1.0,), "value must be finite and at least 0, found -1"),
    (uniform, (-1.0, 0.0), "mean must be finite and at least 0, found -1"),
    (uniform, (10.0, 11.0), "half_width must be from 0 to 10, found 11"),
    (uniform, (10.0, -1.0), "half_width must be from 0 to 10, found -1"),
    (exponential, (0.0,), "mean must be finite and above 0, found 0"),
    (normal, (-1.0, 1.0), "mean must be finite and at least 0, found -1"),
    (normal, (1.0, -1.0), "sd must be finite and at least 0, found -1"),
    (lognormal, (0.0, 1.0), "mean must be finite and above 0, found 0"),
    (lognormal, (1.0, -0.1), "cv must be from 0 to 100, found -0.1"),
    (lognormal, (1.0, 101.0), "cv must be from 0 to 100, found 101"),
    (gamma, (1.0, 0.01), "cv must be from 0.032 to 10, found 0.01"),
    (gamma, (1.0, 10.1), "cv must be from 0.032 to 10, found 10.1"),
    (gamma, (0.0, 0.0), "mean must be finite and above 0, found 0"),
    (erlang, (1.0, 0), "k must be from 1 to 1000, found 0"),
    (erlang, (1.0, 2.5), "k must be a whole number, found 2.5"),
    (weibull, (1.0, 0.0), "shape must be from 0.1 to 1000, found 0"),
    (triangular, (-1.0, 2.0, 3.0), "least must be finite and at least 0, found -1"),
    (triangular, (3.0, 2.0, 4.0), "mode must be finite and at least 3, found 2"),
    (triangular, (1.0, 5.0, 4.0), "most must be finite and at least 5, found 4"),
    (empirical, (0, []), "an empirical distribution needs at least one value"),
    (empirical, (0, [1.0, -2.0]), "value must be finite and at least 0, found -2"),
    (empirical, (-1, [1.0]), "first must be finite and at least 0, found -1"),
]


@pytest.mark.parametrize(("make", "parameters", "message"), REFUSED)
def test_impossible_parameters_are_refused(make: Callable[..., Draw], parameters: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        make(*parameters)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_refused_everywhere(wrong: float) -> None:
    makers: list[Callable[[], Draw]] = [
        lambda: constant(wrong),
        lambda: uniform(wrong, 1.0),
        lambda: uniform(1.0, wrong),
        lambda: exponential(wrong),
        lambda: normal(wrong, 1.0),
        lambda: normal(1.0, wrong),
        lambda: lognormal(wrong, 1.0),
        lambda: lognormal(1.0, wrong),
        lambda: gamma(wrong, 1.0),
        lambda: gamma(1.0, wrong),
        lambda: erlang(wrong, 2),
        lambda: weibull(wrong, 2.0),
        lambda: weibull(1.0, wrong),
        lambda: triangular(wrong, 2.0, 3.0),
        lambda: triangular(1.0, wrong, 3.0),
        lambda: triangular(1.0, 2.0, wrong),
        lambda: empirical(0, [1.0, wrong]),
    ]
    for make in makers:
        with pytest.raises(ValueError, match=f"found {wrong:g}$"):
            make()


@pytest.mark.parametrize("draw", [normal(3.0, 0.0), lognormal(3.0, 0.0), gamma(3.0, 0.0)])
def test_no_spread_gives_a_constant(draw: Draw) -> None:
    assert draw == constant(3.0)
