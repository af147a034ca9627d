"""Confidence intervals over replications."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


def combine(trees: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the tree of the replications' ``trees`` (equal keys, figures as leaves) with `interval` of every figure."""
    first = trees[0]
    return {
        key: combine([tree[key] for tree in trees]) if isinstance(first[key], Mapping) else interval([tree[key] for tree in trees])
        for key in first
    }


def interval(values: Sequence[float | None]) -> dict[str, float | int | None]:
    """Return the mean of the ``values`` there are, the half-width of its 95 % interval, and their number.

        ci95 = t(n - 1) s / sqrt(n)

    (Law, Simulation Modeling and Analysis, 5th ed., eq. 4.12), s the sample's standard deviation; None below two values.
    """
    found = [value for value in values if value is not None]
    n = len(found)
    mean = math.fsum(found) / n if n else None
    return {"mean": mean, "ci95": half_width(found) if n > 1 else None, "n": n}


def half_width(values: Sequence[float], confidence: float = CONFIDENCE) -> float:
    """Return the half-width of the interval around the mean of two ``values`` or more, as in `interval` at any ``confidence`` [-]."""
    n = len(values)
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return t_quantile(n - 1, confidence) * math.sqrt(variance / n)


@cache
def t_quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Return the two-sided quantile of Student's t with ``freedom`` degrees of freedom at a ``confidence`` [-].

    The angle atan(t / sqrt(freedom)) is found by halving; 60 halvings exhaust a float.
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_probability(middle, freedom) < confidence else (low, middle)
    return math.sqrt(freedom) * math.tan(low)


def _t_probability(angle: float, freedom: int) -> float:
    """Return P(abs(T) < sqrt(freedom) tan(angle)): Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    series = 0.0
    for k in range(1 + odd, freedom, 2):
        series += term
        term *= cosine * cosine * k / (k + 1)
    return (angle + sine * series) * 2 / math.pi if odd else sine * series


def interval_of(function: Callable[[NDArray[np.float64]], float], samples: NDArray[np.float64]) -> dict[str, float | int | None]:
    """Return a function of the samples' mean, with the half-width of its 95 % interval by the jackknife, as `interval` does.

    ``samples``: shape ``(n, figures)``, one row a replication; ``function`` takes their mean, shape ``(figures,)``.  With f the function
    of all means and f_i that of the means without row i, the pseudo-values n f - (n - 1) f_i are treated as independent (Miller 1974,
    The jackknife - a review, Biometrika 61(1)).  A largest error is not smooth: where two are equal its interval is only a hint.
    """
    n = len(samples)
    value = function(samples.mean(axis=0))
    without = [function(np.delete(samples, i, axis=0).mean(axis=0)) for i in range(n)] if n > 1 else []
    return {**interval([n * value - (n - 1) * other for other in without]), "mean": value, "n": n}
