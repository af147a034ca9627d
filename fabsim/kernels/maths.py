"""Elementary functions from + - * /, square root and the bits of a float64, so that every platform gives the same ones.

The C library's and NumPy's logarithm differ from each other, and from machine to machine, in the last bit.
Largest errors, as ``tests/kernels/test_maths.py`` measures them against scipy, relative unless said otherwise:
`log`, `exp` 5e-16; `log_gamma` 1e-14 (absolute below 10); `normal_cdf` 1e-13 in the lower tail to -9, 1e-12 to -37;
`normal_quantile` 5e-15; `gamma_quantile` 1e-12.
"""

from __future__ import annotations

import math

import numpy as np

from fabsim.kernels.jit import kernel

FRACTION_BITS = 52
EXPONENT_BIAS = 1023
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
"""The float64 nearest to sqrt(1/2), as an integer."""

LN2_HIGH = float.fromhex("0x1.62e42feep-1")
"""The first 32 bits of ln 2: times any exponent it is exact."""
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
LOG2_E = 1.4426950408889634
HALF_LOG_2PI = 0.9189385332046727

LOG_SERIES = tuple(2.0 / k for k in range(19, 1, -2))
"""2 artanh(s) / s - 2 in powers of s^2, highest first."""

EXP_SERIES = (-691 / 653837184000, 1 / 23950080, -1 / 604800, 1 / 15120, -1 / 360, 1 / 6)
"""r coth(r / 2) - 2 in powers of r^2, highest first: 2 B(2k) / (2k)! of the Bernoulli numbers."""

STIRLING_SERIES = (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
"""B(2k) / (2k (2k - 1)), highest first (Abramowitz and Stegun 6.1.40)."""

STIRLING_LEAST = 10.0
"""From here on the series above is exact to rounding."""


@kernel
def polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """Return the polynomial at ``x``, its coefficients from the highest power down."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


@kernel
def log(x: float) -> float:
    """Return the natural logarithm of a normal positive number.

    x = 2^k m with m in [sqrt(1/2), sqrt(2)); log m = 2 artanh((m - 1) / (m + 1)).
    """
    bits = np.float64(x).view(np.int64)
    k = (bits - SQRT_HALF_BITS) >> FRACTION_BITS
    m = np.int64(bits - (k << FRACTION_BITS)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    return k * LN2_HIGH + (2.0 * s + (s * z * polynomial(z, LOG_SERIES) + k * LN2_LOW))


@kernel
def exp(x: float) -> float:
    """Return the exponential function; 0 and infinity beyond what a float64 holds.

    x = k ln 2 + r with |r| <= ln 2 / 2; e^r = 1 + 2 r / (r coth(r / 2) - r).
    """
    if x > 709.78:
        return math.inf
    if x < -745.0:
        return 0.0
    k = math.floor(x * LOG2_E + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    c = r - r * r * polynomial(r * r, EXP_SERIES)
    # in two factors, since 2^k alone may be no normal number
    half = k >> 1
    return (1.0 + (r + r * c / (2.0 - c))) * power_of_two(half) * power_of_two(k - half)


@kernel
def power_of_two(k: int) -> float:
    """Return 2^k for k from -1022 to 1023."""
    return np.int64((k + EXPONENT_BIAS) << FRACTION_BITS).view(np.float64)


@kernel
def log_gamma(x: float) -> float:
    """Return the logarithm of the gamma function for positive ``x``: Stirling's series after a shift to 10 or more."""
    shift = 1.0
    while x < STIRLING_LEAST:
        shift *= x
        x += 1.0
    series = polynomial(1.0 / (x * x), STIRLING_SERIES) / x
    return (x - 0.5) * log(x) - x + HALF_LOG_2PI + series - log(shift)


CDF_ABOVE = (
    0.0352624965998911,
    0.700383064443688,
    6.37396220353165,
    33.912866078383,
    112.079291497871,
    221.213596169931,
    220.206867912376,
)
CDF_BELOW = (
    0.0883883476483184,
    1.75566716318264,
    16.064177579207,
    86.7807322029461,
    296.564248779674,
    637.333633378831,
    793.826512519948,
    440.413735824752,
)
"""Hart's rational function 5666, as Genz and West ("Better approximations to cumulative normal functions", 2005) give it."""

CDF_FAR = 3.5
"""From here on a continued fraction of this many terms is closer than Hart's 15 digits."""
CDF_TERMS = 30
SQRT_2PI = 2.5066282746310002


@kernel
def normal_cdf(x: float) -> float:
    """Return the distribution function of the standard normal."""
    z = abs(x)
    if z < CDF_FAR:
        ratio = polynomial(z, CDF_ABOVE) / polynomial(z, CDF_BELOW)
    else:
        # continued fraction of Mills' ratio (Abramowitz and Stegun 26.2.14)
        ratio = z
        for k in range(CDF_TERMS, 0, -1):
            ratio = z + k / ratio
        ratio = 1.0 / (ratio * SQRT_2PI)
    tail = exp(-0.5 * z * z) * ratio
    return tail if x < 0.0 else 1.0 - tail


QUANTILE_BODY_ABOVE = (
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080e0,
)
QUANTILE_BODY_BELOW = (
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1.0,
)
QUANTILE_TAIL_ABOVE = (
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258e0,
    3.64784832476320460504e0,
    5.76949722146069140550e0,
    4.63033784615654529590e0,
    1.42343711074968357734e0,
)
QUANTILE_TAIL_BELOW = (
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940e0,
    2.05319162663775882187e0,
    1.0,
)
QUANTILE_FAR_ABOVE = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580e0,
    5.46378491116411436990e0,
    6.65790464350110377720e0,
)
QUANTILE_FAR_BELOW = (
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1.0,
)
"""Wichura's AS 241, routine PPND16 (Applied Statistics 37, 1988): body, tails and far tails."""


@kernel
def normal_quantile(p: float) -> float:
    """Return the quantile of the standard normal for ``p`` in (0, 1)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * polynomial(r, QUANTILE_BODY_ABOVE) / polynomial(r, QUANTILE_BODY_BELOW)
    r = math.sqrt(-log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        z = polynomial(r - 1.6, QUANTILE_TAIL_ABOVE) / polynomial(r - 1.6, QUANTILE_TAIL_BELOW)
    else:
        z = polynomial(r - 5.0, QUANTILE_FAR_ABOVE) / polynomial(r - 5.0, QUANTILE_FAR_BELOW)
    return -z if q < 0.0 else z


GAMMA_STEPS = 20
"""Most steps of Halley's method; four are enough nearly always."""
GAMMA_TERMS = 1000
"""Most terms of the incomplete gamma function's series and continued fraction."""
ROUNDING = 1e-16


@kernel
def gamma_quantile(p: float, shape: float) -> float:
    """Return the quantile of the gamma distribution with scale 1, for ``shape`` from 0.01 to 1000 and ``p`` in (0, 1).

    Halley's method on the smaller tail, so that both keep their relative accuracy.  Each step's length decides
    whether there is a next one; it is the same everywhere, and so is the number of steps.
    """
    log_gamma_shape = log_gamma(shape)
    x = _gamma_start(p, shape, log_gamma_shape)
    if x < 1e-15:
        return x
    for _ in range(GAMMA_STEPS):
        slope = exp(shape * log(x) - x - log_gamma_shape)
        newton = _gamma_excess(x, p, shape, slope) / slope
        step = newton / max(0.5, 1.0 - 0.5 * newton * (shape - 1.0 - x))
        # at least a tenth is left: x stays positive
        x -= x * min(step, 0.9)
        if abs(step) < 1e-6:
            break
    return x


@kernel
def _gamma_start(p: float, shape: float, log_gamma_shape: float) -> float:
    """Return a first guess: Wilson and Hilferty's cube of a normal, or the leading term of a tail."""
    if shape > 1.0:
        cube = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(p) / (3.0 * math.sqrt(shape))
        if cube > 0.3:
            return shape * cube * cube * cube
    elif p > 0.9:
        return -log(1.0 - p)
    small = exp((log(p * shape) + log_gamma_shape) / shape)
    return small * exp(min(small, shape) / (shape + 1.0))


@kernel
def _gamma_excess(x: float, p: float, shape: float, slope: float) -> float:
    """Return F(x) - p for the distribution function F; ``slope`` is x F'(x)."""
    if x < shape + 1.0:
        below = slope * _gamma_series(x, shape)
        return below - p if p < 0.5 else (1.0 - p) - (1.0 - below)
    above = slope * _gamma_fraction(x, shape)
    return (1.0 - above) - p if p < 0.5 else (1.0 - p) - above


@kernel
def _gamma_series(x: float, shape: float) -> float:
    """Return F(x) / (x F'(x)): 1/a (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...) (Abramowitz and Stegun 6.5.29)."""
    term = 1.0 / shape
    total = term
    for k in range(1, GAMMA_TERMS):
        term *= x / (shape + k)
        total += term
        if term < ROUNDING * total:
            break
    return total


@kernel
def _gamma_fraction(x: float, shape: float) -> float:
    """Return (1 - F(x)) / (x F'(x)): a continued fraction by Lentz's method (Abramowitz and Stegun 6.5.31)."""
    b = x + 1.0 - shape
    c = math.inf
    d = 1.0 / b
    value = d
    for k in range(1, GAMMA_TERMS):
        a = k * (shape - k)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        value *= c * d
        if abs(c * d - 1.0) < ROUNDING:
            break
    return value
