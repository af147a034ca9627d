"""Names and checks of random streams and distributions; the draws themselves are in `fabsim.kernels.draws`."""

from fabsim.chance.distributions import (
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
from fabsim.chance.draw import Draw, Kind
from fabsim.chance.keys import replication_key, stable_hash

__all__ = [
    "Draw",
    "Kind",
    "constant",
    "empirical",
    "erlang",
    "exponential",
    "gamma",
    "lognormal",
    "normal",
    "replication_key",
    "stable_hash",
    "triangular",
    "uniform",
    "weibull",
]
