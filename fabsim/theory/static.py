"""Static capacity: the load of every toolset against the time its tools have for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import KIND_ENGINEERING
from fabsim.model import Fab
from fabsim.terms import DAY, HOUR, MONTH
from fabsim.theory.downtime import Calendars, calendars
from fabsim.theory.load import Rate, load_of
from fabsim.theory.means import Floats
from fabsim.theory.passage import Passage, passage
from fabsim.theory.setups import Flow, setup_mix

RANKED = 10
"""Toolsets listed as bottlenecks."""


@dataclass(frozen=True)
class ProductFigures:
    """What the load tells about one product, for lots of its largest stream."""

    product: int
    raw_process_time_days: float
    visits: float
    """Steps a started lot performs in a round of its route, rework included [-]; a monitor does several rounds."""
    masks: int
    """Steps of its route that expose a mask."""


@dataclass(frozen=True)
class Capacity:
    """Load and time of each toolset, shape ``(toolsets,)``."""

    tools: Floats
    """Installed tools; a mean over time need not be whole."""
    availability: Floats
    """1 - down - maintenance, share of tool time [-]."""
    engineering: Floats
    """Share of tool time [-]."""
    utilization: Floats
    """Load over available time; above 1 it is more than can be done [-]."""
    load: Floats
    """Load over the time left for production, availability - engineering [-]; inf where there is load and no such time."""
    hours_per_month: Floats
    """Setup, load, process and unload asked for [tool h per 730 h]."""
    clocked_h_per_month: Floats
    """Time that calendars counting wafers or process time take when all of the load is done [tool h per 730 h]."""
    unclocked: Floats
    """Share of tool time for production before those calendars [-]."""
    products: tuple[ProductFigures, ...]
    """The products of the rates, in the order of the fab."""

    def needed(self, target: float | Floats = 1.0) -> Floats:
        """Return the tools that keep the load at or below ``target`` [-], shape ``(toolsets,)``.

        Whole numbers; 0 where nothing is to be done, inf where calendars leave no time however many tools there are.

            tools = (load hours / target + hours of work-counting calendars) / (730 h x share left by the others)

        The share that calendars counting work take falls as tools are added, so those count as hours.
        """
        hours = self.hours_per_month / target + self.clocked_h_per_month
        tools = _ratio(hours, np.maximum(0.0, self.unclocked) * (MONTH / HOUR))
        # a load that fits to the last digit is not one tool too much
        return np.ceil(tools - 1e-9)

    def bottlenecks(self) -> NDArray[np.int64]:
        """Return the toolsets that have a load, heaviest first; of equals the first in the fab."""
        order = np.argsort(-self.load, kind="stable")
        return order[self.load[order] > 0.0]

    def overloaded(self) -> NDArray[np.int64]:
        """Return the toolsets asked for more than their time for production, heaviest first."""
        order = self.bottlenecks()
        return order[self.load[order] > 1.0 + 1e-9]


def capacity(fab: Fab, rates: Sequence[Rate], tools: Floats | NDArray[np.int64], *, batch_fill: float = 1.0) -> Capacity:
    """Return the load of steady starts on ``tools``, shape ``(toolsets,)``.

        load = sum over starts of rate x visits x occupancy / (tools x (availability - engineering))

    ``rates``: (product, lot size, lots an hour).  ``batch_fill``: share of the whole lots that fit into a batch.
    """
    flows = [(passage(fab, product, size, batch_fill), rate) for product, size, rate in rates]
    return capacity_of(fab, calendars(fab), flows, tools)


def capacity_of(fab: Fab, taken: Calendars, flows: Sequence[Flow], tools: Floats | NDArray[np.int64]) -> Capacity:
    """Return the load of ``flows``, whose rates may differ from step to step, on ``tools``, shape ``(toolsets,)``.

    ``taken``: what the fab's calendars take.  Those that count work need it to be done: where a toolset is overloaded
    they count what its tools can do, so its load is asked for / possible.
    """
    load, processing, wafers = _work(fab, flows)
    clocked = taken.clocked(wafers, processing)
    installed = np.asarray(tools, dtype=float)
    unclocked = 1.0 - taken.by_time.sum(axis=0)
    done = np.minimum(1.0, _ratio(np.maximum(0.0, unclocked) * installed, load + clocked.sum(axis=0)))
    shares = taken.by_time + np.where(installed > 0, clocked * done / np.where(installed > 0, installed, 1.0), 0.0)
    engineering = shares[KIND_ENGINEERING]
    available = 1.0 - shares.sum(axis=0) + engineering
    return Capacity(
        tools=installed,
        availability=available,
        engineering=engineering,
        utilization=_ratio(load, installed * np.maximum(0.0, available)),
        load=_ratio(load, installed * np.maximum(0.0, available - engineering)),
        hours_per_month=load * (MONTH / HOUR),
        clocked_h_per_month=clocked.sum(axis=0) * (MONTH / HOUR),
        unclocked=unclocked,
        products=_products(flows),
    )


def as_json(capacity: Capacity, fab: Fab, months: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return what ``fabsim capacity --json`` prints; a figure that does not exist is None.  ``months``: see `by_month`."""
    columns = {
        "tools": capacity.tools,
        "availability": capacity.availability,
        "utilization": capacity.utilization,
        "hours_per_month": capacity.hours_per_month,
    }
    return {
        "toolsets": {name: {key: finite(column[k]) for key, column in columns.items()} for k, name in enumerate(fab.toolset_names)},
        "products": {
            fab.product_names[row.product]: {
                "raw_process_time_days": row.raw_process_time_days,
                "visits": row.visits,
                "masks": row.masks,
            }
            for row in capacity.products
        },
        "bottlenecks": [fab.toolset_names[k] for k in capacity.bottlenecks()[:RANKED]],
        "months": [dict(month) for month in months],
    }


def finite(value: float) -> float | None:
    """Return the value as a plain number, None where it is infinite."""
    return float(value) if np.isfinite(value) else None


def _work(fab: Fab, flows: Sequence[Flow]) -> tuple[Floats, Floats, Floats]:
    """Return tools kept busy, tools that process [tools] and wafers an hour, on average, each of shape ``(toolsets,)``."""
    mix = setup_mix(fab, flows)
    work = np.zeros((3, len(fab.toolsets)))
    for way, rate in flows:
        one = load_of(fab, way, mix)
        for k, per_lot in enumerate((one.occupancy_ms / HOUR, one.process_ms / HOUR, one.visits * way.wafers)):
            work[k] += np.bincount(way.steps["toolset"], weights=rate * per_lot, minlength=work.shape[1])
    return work[0], work[1], work[2]


def _products(flows: Sequence[Flow]) -> tuple[ProductFigures, ...]:
    largest: dict[int, tuple[float, Passage]] = {}
    for way, rate in flows:
        mean = float(np.mean(rate))
        if way.product not in largest or mean > largest[way.product][0]:
            largest[way.product] = (mean, way)
    return tuple(
        ProductFigures(product, way.raw_ms / DAY, float(way.visits.sum()), int(way.steps["mask"].sum()))
        for product, (_, way) in sorted(largest.items())
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below [-], 0 where there is nothing above, inf where there is nothing below it."""
    exists = below > 0
    return np.where(above > 0, np.where(exists, above / np.where(exists, below, 1.0), np.inf), 0.0)
