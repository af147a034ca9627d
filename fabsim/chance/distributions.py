"""The distributions people write, checked once; the unit of every time is the caller's [ms inside a `Fab`].

A spread of 0 gives a constant, so that a study may go down to no variability.
Each raises ValueError for what cannot be drawn from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from fabsim.chance.draw import Draw, Kind

LEAST_SHAPE, MOST_SHAPE = 0.01, 1000.0
"""Shapes of the gamma distribution for which its quantiles are tested [-]."""

LEAST_WEIBULL_SHAPE = 0.1
"""Below it the standard deviation is more than 400 times the mean [-]."""

MOST_CV = 100.0
"""Largest coefficient of variation of a lognormal distribution [-]."""


def constant(value: float) -> Draw:
    """Return the draw that is always ``value``, from 0."""
    return Draw(Kind.CONSTANT, _within("value", value, 0.0))


def uniform(mean: float, half_width: float) -> Draw:
    """Return the uniform distribution on mean - half_width .. mean + half_width, none of it below 0."""
    mean = _within("mean", mean, 0.0)
    return Draw(Kind.UNIFORM, mean, _within("half_width", half_width, 0.0, mean))


def exponential(mean: float) -> Draw:
    """Return the exponential distribution."""
    return Draw(Kind.EXPONENTIAL, _above_zero("mean", mean))


def normal(mean: float, sd: float) -> Draw:
    """Return the normal distribution cut at zero: ``mean`` and ``sd`` are those before the cut."""
    mean = _within("mean", mean, 0.0)
    sd = _within("sd", sd, 0.0)
    return Draw(Kind.NORMAL, mean, sd) if sd > 0 else constant(mean)


def lognormal(mean: float, cv: float) -> Draw:
    """Return the lognormal distribution with this mean and sd / mean [-]."""
    mean = _above_zero("mean", mean)
    cv = _within("cv", cv, 0.0, MOST_CV)
    variance = math.log1p(cv * cv)
    return Draw(Kind.LOGNORMAL, math.log(mean) - variance / 2, math.sqrt(variance)) if cv > 0 else constant(mean)


def gamma(mean: float, cv: float) -> Draw:
    """Return the gamma distribution with this mean and sd / mean [-]."""
    mean = _above_zero("mean", mean)
    if cv == 0:
        return constant(mean)
    # the shape is 1 / cv^2; the ends are rounded inwards to numbers one can write
    shape = 1 / _within("cv", cv, 0.032, 1 / math.sqrt(LEAST_SHAPE)) ** 2
    return Draw(Kind.GAMMA, mean / shape, shape)


def erlang(mean: float, k: int) -> Draw:
    """Return the distribution of the sum of ``k`` exponential times, with this mean in all."""
    mean = _above_zero("mean", mean)
    k = _whole("k", k, 1, int(MOST_SHAPE))
    return Draw(Kind.GAMMA, mean / k, float(k))


def weibull(mean: float, shape: float) -> Draw:
    """Return the Weibull distribution with this mean; a shape above 1 [-] means wear-out, below 1 early failures."""
    mean = _above_zero("mean", mean)
    shape = _within("shape", shape, LEAST_WEIBULL_SHAPE, MOST_SHAPE)
    return Draw(Kind.WEIBULL, mean / math.gamma(1 + 1 / shape), shape)


def triangular(least: float, mode: float, most: float) -> Draw:
    """Return the triangular distribution on least .. most."""
    least = _within("least", least, 0.0)
    mode = _within("mode", mode, least)
    return Draw(Kind.TRIANGULAR, least, mode, _within("most", most, mode))


def empirical(first: int, values: Iterable[float]) -> Draw:
    """Return the distribution in which each value is as likely; they stand in ``Fab.tables`` from index ``first`` on."""
    kept = tuple(_within("value", value, 0.0) for value in values)
    if not kept:
        raise ValueError("an empirical distribution needs at least one value")
    return Draw(Kind.EMPIRICAL, float(_whole("first", first, 0)), float(len(kept)), 0.0, kept)


def _within(name: str, value: float, least: float, most: float = math.inf) -> float:
    """Return the value as a float if it is finite and from ``least`` to ``most``."""
    if not (math.isfinite(value) and least <= value <= most):
        limits = f"from {least:g} to {most:g}" if math.isfinite(most) else f"finite and at least {least:g}"
        raise ValueError(f"{name} must be {limits}, found {value:g}")
    return float(value)


def _above_zero(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be finite and above 0, found {value:g}")
    return float(value)


def _whole(name: str, value: int, least: int, most: float = math.inf) -> int:
    if value != int(_within(name, value, least, most)):
        raise ValueError(f"{name} must be a whole number, found {value:g}")
    return int(value)
