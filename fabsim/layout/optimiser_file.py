"""The keys of a scenario's policy that leave decisions to optimisers."""

from __future__ import annotations

from typing import Annotated

from fabsim.layout.rates import Plan
from fabsim.layout.vocabulary import Duration, FileModel, Name, PositiveDuration, PositiveShare, XFactor, number, whole
from fabsim.terms import DAY, HOUR, MINUTE


class Demand(FileModel):
    """What is wanted of a product."""

    demand: Plan
    """Wafers wanted out of the fab a month; or a map from month to the rate from then on."""
    value: Annotated[float, number(0, 1e9, positive=True)] = 1.0
    """What a wafer is worth, in any unit that the products share."""


class Release(FileModel):
    """Starts planned by a linear programme, anew in each period."""

    products: dict[Name, Demand]
    """Every product that is started at a rate."""
    every: PositiveDuration = 7.0 * DAY
    """Length of a period."""
    horizon: PositiveDuration
    """How far a plan looks: longer than the planned cycle time."""
    x_factor: XFactor = 2.5
    """Planned cycle time over raw process time."""
    utilization: PositiveShare = 0.9
    """Share of a toolset's time for production that may be planned."""
    queue: Duration = 2.0 * DAY
    """Work that may wait at a toolset at the end of a period: what it does in this time."""


class Furnaces(FileModel):
    """Batches scheduled with look-ahead to lots that are expected."""

    toolsets: tuple[Name, ...]
    """Toolsets with batches and one slot."""
    every: PositiveDuration = 30.0 * MINUTE
    """Time between two schedules."""
    look_ahead: Duration = 4.0 * HOUR
    """Lots expected within this time are counted on."""
    horizon: PositiveDuration = 12.0 * HOUR
    """How far a schedule looks."""
    x_factor: XFactor = 2.5
    """Planned cycle time over raw process time: says when a lot is expected."""
    hot_weight: Annotated[int, whole(1, 1000)] = 5
    """How many times the wait of a lot of priority above 0 counts."""
    batch_cost: Duration = 30.0 * MINUTE
    """Wait of one lot that is as bad as one more batch."""
    effort: Annotated[float, number(0, 100, positive=True)] = 0.1
    """Most work for one schedule, in the solver's deterministic unit (about 2 s)."""
