"""A distribution as four numbers: what a compiled draw takes and what a `Fab` stores."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum


class Kind(IntEnum):
    """The distributions and what a, b and c mean for each; times in ms (or wafers, where a calendar counts them)."""

    CONSTANT = 0
    """Always a."""
    UNIFORM = 1
    """Mean a, half-width b."""
    EXPONENTIAL = 2
    """Mean a."""
    NORMAL = 3
    """Normal with mean a and standard deviation b, given that it is above 0."""
    LOGNORMAL = 4
    """The logarithm is normal with mean a and standard deviation b."""
    GAMMA = 5
    """Scale a, shape b [-]; Erlang where the shape is whole."""
    WEIBULL = 6
    """Scale a, shape b [-]."""
    TRIANGULAR = 7
    """Least a, mode b, most c."""
    EMPIRICAL = 8
    """The b values from index a of ``Fab.tables``, each as likely."""


@dataclass(frozen=True)
class Draw:
    """A distribution that has been checked; the functions of `fabsim.chance.distributions` make it."""

    kind: Kind
    a: float
    b: float = 0.0
    c: float = 0.0
    values: tuple[float, ...] = ()
    """``EMPIRICAL``: the values that stand in ``Fab.tables`` from index a on."""

    def mean(self) -> float:
        """Return the mean, in the unit of the parameters."""
        a, b, c = self.a, self.b, self.c
        match self.kind:
            case Kind.NORMAL:
                return a + b * _inverse_mills(a / b)
            case Kind.LOGNORMAL:
                return math.exp(a + b * b / 2)
            case Kind.GAMMA:
                return a * b
            case Kind.WEIBULL:
                return a * math.gamma(1 + 1 / b)
            case Kind.TRIANGULAR:
                return (a + b + c) / 3
            case Kind.EMPIRICAL:
                return math.fsum(self.values) / len(self.values)
        return a  # constant, uniform, exponential

    def sd(self) -> float:
        """Return the standard deviation, in the unit of the parameters."""
        a, b, c = self.a, self.b, self.c
        match self.kind:
            case Kind.CONSTANT:
                return 0.0
            case Kind.UNIFORM:
                return b / math.sqrt(3)
            case Kind.NORMAL:
                mills = _inverse_mills(a / b)
                return b * math.sqrt(1 - mills * (a / b + mills))
            case Kind.LOGNORMAL:
                return self.mean() * math.sqrt(math.expm1(b * b))
            case Kind.GAMMA:
                return a * math.sqrt(b)
            case Kind.WEIBULL:
                return self.mean() * math.sqrt(math.expm1(math.lgamma(1 + 2 / b) - 2 * math.lgamma(1 + 1 / b)))
            case Kind.TRIANGULAR:
                return math.sqrt(((b - a) ** 2 + (c - b) ** 2 + (b - a) * (c - b)) / 18)
            case Kind.EMPIRICAL:
                mean = self.mean()
                return math.sqrt(math.fsum((x - mean) ** 2 for x in self.values) / len(self.values))
        return a  # exponential

    def scaled(self, factor: float) -> Draw:
        """Return the distribution of ``factor`` times the draw; an empirical one has to be `placed` anew."""
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"a distribution is scaled by a finite factor above 0, found {factor:g}")
        match self.kind:
            case Kind.LOGNORMAL:
                return replace(self, a=self.a + math.log(factor))
            case Kind.GAMMA | Kind.WEIBULL:
                return replace(self, a=self.a * factor)
            case Kind.EMPIRICAL:
                return replace(self, values=tuple(x * factor for x in self.values))
        return replace(self, a=self.a * factor, b=self.b * factor, c=self.c * factor)

    def placed(self, first: int) -> Draw:
        """Return the empirical distribution whose values stand in ``Fab.tables`` from index ``first`` on."""
        return replace(self, a=float(first))


def _inverse_mills(x: float) -> float:
    """Return density over distribution function of the standard normal at ``x`` [-]."""
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return density / (0.5 * math.erfc(-x / math.sqrt(2)))
