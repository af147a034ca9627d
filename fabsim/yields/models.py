"""The five classic yield models, each with the mixture of defect densities from which it follows.

Defects fall on a wafer at random, so a die of area A works with probability exp(-A D) where their density is D; the models differ
in how D varies about its mean D0, and their yield is the mean of exp(-A D).  Here D varies from wafer to wafer, so a drawn wafer
shows the clustering that the model assumes and the mean over many is the model's yield.  All five are compared by Cunningham, "The use
and evaluation of yield models in integrated circuit manufacturing", IEEE Trans. Semiconductor Manufacturing 3(2), 1990.
"""

from __future__ import annotations

from enum import IntEnum

from fabsim.chance import Draw, Kind, constant, triangular
from fabsim.kernels.maths import exp, log


class Model(IntEnum):
    """The models; what `die_yield` takes as their parameter."""

    POISSON = 0
    MURPHY = 1
    SEEDS = 2
    NEGATIVE_BINOMIAL = 3
    """Parameter: the cluster parameter alpha, from 0.5 (strong clusters) to 3 in practice."""
    BOSE_EINSTEIN = 4
    """Parameter: the number of critical layers."""


def die_yield(model: Model, defects: float, parameter: float = 1.0) -> float:
    """Return the share of dies that no defect kills [-], for a mean number of ``defects`` a die, A D0, of all layers together [-]."""
    match model:
        case Model.POISSON:
            return poisson(defects)
        case Model.MURPHY:
            return murphy(defects)
        case Model.SEEDS:
            return seeds(defects)
        case Model.NEGATIVE_BINOMIAL:
            return negative_binomial(defects, parameter)
    return bose_einstein(defects, parameter)


def spread(model: Model, parameter: float = 1.0) -> Draw:
    """Return the distribution of a wafer's defect density over its mean [-], of mean 1.

    A triangle for Murphy, an exponential for Seeds, a gamma for the negative binomial and for Bose-Einstein, whose layers' exponentials
    add up to one; none for Poisson.
    """
    if model == Model.POISSON:
        return constant(1.0)
    if model == Model.MURPHY:
        return triangular(0.0, 1.0, 2.0)
    shape = 1.0 if model == Model.SEEDS else parameter
    return Draw(Kind.GAMMA, 1.0 / shape, shape)


def poisson(defects: float) -> float:
    """Return exp(-A D0): every wafer has the same density (Hofstein and Heiman, Proc. IEEE 51, 1963)."""
    return float(exp(-defects))


def murphy(defects: float) -> float:
    """Return ((1 - exp(-A D0)) / (A D0))^2: the density has a triangle from 0 to 2 D0.

    Murphy, "Cost-size optima of monolithic integrated circuits", Proc. IEEE 52(12), 1964.
    """
    mean = (1.0 - exp(-defects)) / defects if defects > 1e-6 else 1.0 - defects / 2
    return float(mean * mean)


def seeds(defects: float) -> float:
    """Return 1 / (1 + A D0): the density is exponential (Seeds, "Yield and cost analysis of bipolar LSI", IEDM 1967)."""
    return 1.0 / (1.0 + defects)


def negative_binomial(defects: float, cluster: float) -> float:
    """Return (1 + A D0 / alpha)^-alpha: the density has a gamma distribution of shape alpha, the cluster parameter.

    Stapper, "Defect density distribution for LSI yield calculations", IEEE Trans. Electron Devices 20(7), 1973.
    """
    return float(exp(-cluster * log(1.0 + defects / cluster)))


def bose_einstein(defects: float, layers: float) -> float:
    """Return (1 + A D0 / n)^-n: each of n critical layers has an exponential density of mean D0 / n.

    Price, "A new look at yield of integrated circuits", Proc. IEEE 58(8), 1970.  As a formula it is the negative binomial with
    alpha = n.
    """
    return negative_binomial(defects, layers)
