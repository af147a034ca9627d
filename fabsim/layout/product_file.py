"""The keys of a product: its route, its die, its yield."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fabsim.layout.vocabulary import Duration, Facts, FileModel, Name, PositiveDuration, PositiveShare, Text, number, one_of, whole
from fabsim.yields import Model

Millimetres = Annotated[float, number(0.1, 300)]
Density = Annotated[float, number(0, 1000)]
MODELS = tuple(model.name.lower() for model in Model)


class Die(FileModel):
    """A chip and its place on the 300 mm wafer."""

    width_mm: Millimetres
    """One side."""
    height_mm: Millimetres
    """The other."""
    scribe_mm: Annotated[float, number(0, 10)] = 0.08
    """Distance between two dies."""
    edge_mm: Annotated[float, number(0, 100)] = 3.0
    """Ring at the edge of the wafer in which no die counts."""


class Learning(FileModel):
    """How defect density falls: `mature + (defects - mature) x exp(-age / time) x max(1, made / wafers) ** -exponent`."""

    mature_per_cm2: Density
    """What it falls to."""
    time: PositiveDuration | None = None
    """Time constant of the fall with time; none if left out."""
    wafers: Annotated[int, whole(1, 1_000_000_000)] | None = None
    """Wafers from which on it falls with those made; it does not if left out."""
    exponent: Annotated[float, number(0, 10, positive=True)] | None = None
    """How fast it falls with wafers made: twice as many make it 2 ** exponent times smaller."""
    age: Duration = 0.0
    """How long the product has been made when the run begins or, if later, at its first release."""
    made: Annotated[int, whole(0, 1_000_000_000)] = 0
    """Wafers of it made before."""


class Yield(FileModel):
    """Which dies of a wafer work."""

    model: Annotated[Literal["poisson", "murphy", "seeds", "negative_binomial", "bose_einstein"], one_of("a yield model", *MODELS)]
    """How defects are spread over wafers."""
    defects_per_cm2: Density
    """Defect density of all layers together, at first."""
    cluster: Annotated[float, number(0.05, 1000)] | None = None
    """The cluster parameter alpha; with the negative binomial, and only there."""
    critical_layers: Annotated[int, whole(1, 1000)] | None = None
    """Layers whose defects kill; with Bose-Einstein, and only there."""
    learning: Learning | None = None
    """How defect density falls; it does not if left out."""
    systematic: PositiveShare = 1.0
    """Share of dies left by losses that defects do not explain: design, parameters."""


class Product(FileModel):
    """What is made."""

    route: Name
    """The route of its lots."""
    die: Die | None = None
    """Its die; good dies are drawn if this and its yield are given."""
    yield_: Yield | None = Field(None, alias="yield")
    """Its yield."""
    facts: Facts = Field({})
    """Free key: value pairs."""
    notes: Text | None = None
    """Free text."""
