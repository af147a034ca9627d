"""The yield that each model predicts, from our own exponential and logarithm, so that every platform gives the same digits."""

from __future__ import annotations

from fabsim.kernels.maths import exp, log
from fabsim.yields.models import Model


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
