"""The five classic yield models, each with the mixture of defect densities from which it follows.

Defects fall on a wafer at random, so a die of area A works with probability exp(-A D) where their density is D; the models differ
in how D varies about its mean D0, and their yield is the mean of exp(-A D).  Here D varies from wafer to wafer, so a drawn wafer
shows the clustering that the model assumes and the mean over many is the model's yield.  All five are compared by Cunningham, "The use
and evaluation of yield models in integrated circuit manufacturing", IEEE Trans. Semiconductor Manufacturing 3(2), 1990.
"""

from __future__ import annotations

from enum import IntEnum

from fabsim.chance import Draw, Kind, constant, triangular


class Model(IntEnum):
    """The models; what `fabsim.yields.closed_forms.die_yield` takes as their parameter."""

    POISSON = 0
    MURPHY = 1
    SEEDS = 2
    NEGATIVE_BINOMIAL = 3
    """Parameter: the cluster parameter alpha, from 0.5 (strong clusters) to 3 in practice."""
    BOSE_EINSTEIN = 4
    """Parameter: the number of critical layers."""


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
