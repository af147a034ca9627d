"""Draws by inverse transform: the quantile of a distribution at a uniform, so that common random numbers stay common.

A distribution is a kind and three parameters, as `fabsim.chance.Draw` has checked them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.maths import SQRT_2PI, exp, gamma_quantile, log, log_gamma, normal_cdf, normal_quantile

CONSTANT, UNIFORM, EXPONENTIAL, NORMAL, LOGNORMAL, GAMMA, WEIBULL, TRIANGULAR, EMPIRICAL = range(9)
"""Kinds, as in `fabsim.chance.Kind`, which says what their parameters are."""

LONGEST_MS = 2**53
"""Longest duration [ms], 285 thousand years: a float64 counts ms one by one up to it, and sums of a thousand fit an int64."""


@inlined
def to_ms(x: float) -> int:
    """Return a time as whole milliseconds, floor(x + 1/2), at most `LONGEST_MS`."""
    if x < LONGEST_MS:
        return math.floor(x + 0.5)
    return LONGEST_MS


@inlined
def draw(kind: int, a: float, b: float, c: float, tables: NDArray[np.float64], u: float) -> float:
    """Return the quantile of the distribution at ``u``, in the unit of its parameters.

    ``tables``: values of the empirical distributions, shape ``(values,)``; ``u``: in (0, 1), from
    `fabsim.kernels.philox.uniforms`, whose 33 bits make 1 - u exact.
    """
    if kind == CONSTANT:
        return a
    if kind == UNIFORM:
        return a + b * (2.0 * u - 1.0)
    return _draw_other(kind, a, b, c, tables, u)


@kernel
def _draw_other(kind: int, a: float, b: float, c: float, tables: NDArray[np.float64], u: float) -> float:
    """Return what `draw` does for any other kind."""
    if kind == EXPONENTIAL:
        return -a * log(1.0 - u)
    if kind == NORMAL:
        return _cut_normal(a, b, u)
    if kind == LOGNORMAL:
        return exp(a + b * normal_quantile(u))
    if kind == GAMMA:
        return a * gamma_quantile(u, b)
    if kind == WEIBULL:
        return a * exp(log(-log(1.0 - u)) / b)
    if kind == TRIANGULAR:
        return _triangular(a, b, c, u)
    return tables[int(a) + math.floor(u * b)]


@kernel
def mean(kind: int, a: float, b: float, c: float, tables: NDArray[np.float64]) -> float:
    """Return the mean of the distribution, in the unit of its parameters."""
    if kind == NORMAL:
        x = a / b
        return a + b * exp(-0.5 * x * x) / (SQRT_2PI * normal_cdf(x))
    if kind == LOGNORMAL:
        return exp(a + 0.5 * b * b)
    if kind == GAMMA:
        return a * b
    if kind == WEIBULL:
        return a * exp(log_gamma(1.0 + 1.0 / b))
    if kind == TRIANGULAR:
        return (a + b + c) / 3.0
    if kind == EMPIRICAL:
        total = 0.0
        for i in range(int(a), int(a + b)):
            total += tables[i]
        return total / b
    return a


@kernel
def _cut_normal(a: float, b: float, u: float) -> float:
    """Return the quantile of the normal with mean ``a`` and sd ``b`` given that it is above 0, from the nearer tail."""
    kept = normal_cdf(a / b)
    above = (1.0 - u) * kept
    z = -normal_quantile(above) if above < 0.5 else normal_quantile(normal_cdf(-a / b) + u * kept)
    # rounding may take the least values below the cut
    return max(0.0, a + b * z)


@kernel
def _triangular(least: float, mode: float, most: float, u: float) -> float:
    width = most - least
    if u * width < mode - least:
        return least + math.sqrt(u * width * (mode - least))
    return most - math.sqrt((1.0 - u) * width * (most - mode))


DEVIATIONS = 9.0
"""Standard deviations below its mean where the sum of a binomial distribution begins: what lies below is less than 1e-17."""

LEAST_PROBABILITY = 1e-300
"""A smaller one is 0."""


@kernel
def binomial_quantile(n: int, p: float, u: float) -> int:
    """Return the quantile at ``u`` of the number of successes in ``n`` trials of probability ``p``; a larger ``u`` never gives less."""
    if p > 0.5:
        return n - _rarer_quantile(n, 1.0 - p, 1.0 - u)
    return _rarer_quantile(n, p, u)


@kernel
def _rarer_quantile(n: int, p: float, u: float) -> int:
    """Return the quantile for ``p`` up to 1/2: probabilities are summed from far below the mean until they reach ``u``."""
    if p < LEAST_PROBABILITY:
        return 0
    k = max(0, math.floor(n * p - DEVIATIONS * math.sqrt(n * p * (1.0 - p))))
    ways = log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0)
    term = exp(ways + k * log(p) + (n - k) * log(1.0 - p))
    total = term
    odds = p / (1.0 - p)
    while total < u and k < n:
        term *= odds * (n - k) / (k + 1.0)
        total += term
        k += 1
    return k
