"""What a scenario decides beside its rank chains: what it leaves to optimisers, and tools that it reserves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Demand:
    """What is wanted of a product."""

    product: int
    value: float
    """What a wafer is worth, in any unit that the products share."""
    times_ms: NDArray[np.float64]
    """Instants at which the demand changes its rate, from 0; shape ``(n,)``."""
    wafers: NDArray[np.float64]
    """Wafers wanted out of the fab by ``times_ms``, shape ``(n,)``; linear between."""


@dataclass(frozen=True)
class ReleasePolicy:
    """Starts are planned by a linear programme."""

    demands: tuple[Demand, ...]
    every_ms: int
    """Length of a period; the plan is made anew at the beginning of each."""
    horizon_ms: int
    """How far a plan looks."""
    x_factor: float
    """Planned cycle time over raw process time [-]."""
    utilization: float
    """Share of a toolset's time for production that may be planned [-]."""
    queue_ms: int
    """Work that may wait at a toolset at the end of a period: what it does in this time."""


@dataclass(frozen=True)
class ReservePolicy:
    """A tool is kept for each of the most urgent lots while it is on its way."""

    priority: int
    """Least priority of these lots."""
    ahead: bool
    """Whether from the start of the step before; else from its end."""


@dataclass(frozen=True)
class FurnacePolicy:
    """Batches of some toolsets are scheduled."""

    toolsets: tuple[int, ...]
    every_ms: int
    """Time between two schedules."""
    look_ahead_ms: int
    """Lots that are expected within this time are counted on."""
    horizon_ms: int
    """How far a schedule looks."""
    x_factor: float
    """Planned cycle time over raw process time [-]: says when a lot is expected."""
    hot_weight: int
    """How many times the wait of a lot of priority above 0 counts."""
    batch_cost_ms: int
    """Wait of one lot that is as bad as one more batch [ms]."""
    effort: float
    """Most work for one schedule, in the solver's deterministic unit."""
