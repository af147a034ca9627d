"""What a lot costs the toolsets of its route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabsim.model import Fab
from fabsim.theory.chambers import mean_rate_ms
from fabsim.theory.means import Floats
from fabsim.theory.passage import Passage, passage
from fabsim.theory.setups import SetupMix, expected_change_ms, expected_setup_ms, setup_mix

Rate = tuple[int, int, float]
"""Product, lot size [wafers], starts [lots an hour]."""


@dataclass(frozen=True)
class LotLoad:
    """What one lot of a product needs; arrays over the route's steps, shape ``(steps,)``, expected values."""

    visits: Floats
    """Times the step is performed, from sampling, rework and scrap [-]."""
    reach: Floats
    """Probability that a started lot gets to the step [-]."""
    occupancy_ms: Floats
    """Capacity it takes from one tool [tool ms], a batch's divided by its lots; see `lot_load`."""
    process_ms: Floats
    """Time at the tool's entry, a batch's divided by its lots [tool ms]."""
    setup_ms: Floats
    """Setup time, in ``occupancy_ms`` unless it runs beside another job [tool ms]."""
    elapsed_ms: Floats
    """Time from release to the first arrival at the step with no waiting, no setup and no scrap [ms]."""
    raw_ms: float
    """The same to the end of the route: the raw process time [ms]."""


def lot_load(fab: Fab, product: int, lot_size: int, mix: Sequence[Rate] | None = None, *, batch_fill: float = 1.0) -> LotLoad:
    """Return what a lot of ``lot_size`` wafers costs on its way, with full batches unless ``batch_fill`` says less.

    A job keeps the next one out of the tool for

        max(time at the entry, setup + load + process + latency + unload, shared by the slots)

    where the time at the entry includes setup and load unless the tool loads ahead or its jobs are spaced; setups then count all the same
    where only an empty tool changes them.  With one slot that is the whole stay; with several, latency and the tail of a cascade cost
    nothing.  A cluster tool works at the mean rate over the chambers that are up (`chambers.mean_rate_ms`).  ``mix`` is all that the fab
    makes, the product included: it says how often a lot finds the wrong setup.  Without it the product is alone.
    """
    kinds = mix if mix is not None else [(product, lot_size, 1.0)]
    flows = [(passage(fab, other, size, batch_fill), rate) for other, size, rate in kinds]
    return load_of(fab, passage(fab, product, lot_size, batch_fill), setup_mix(fab, flows))


def load_of(fab: Fab, way: Passage, mix: SetupMix) -> LotLoad:
    """Return what a lot costs on its way where the toolsets' jobs need setups in this ``mix``."""
    toolsets = fab.toolsets[way.steps["toolset"]]
    change = expected_change_ms(fab, way, mix)
    setup, alone = expected_setup_ms(way, change), np.where(toolsets["when_empty"] > 0, change, 0.0)
    occupied, process = _occupied_ms(toolsets, setup, alone, way.hold_ms, way.after_ms), way.hold_ms.copy()
    for one in way.chambers:
        times = _occupied_ms(toolsets[one.at], setup[one.at], alone[one.at], one.hold_ms, one.after_ms)
        occupied[one.at], process[one.at] = mean_rate_ms(one.probability, times), mean_rate_ms(one.probability, one.hold_ms)
    jobs = way.visits / way.lots_per_job
    return LotLoad(
        visits=way.visits,
        reach=way.reach,
        occupancy_ms=jobs * occupied,
        process_ms=jobs * process,
        setup_ms=jobs * setup,
        elapsed_ms=way.elapsed_ms,
        raw_ms=way.raw_ms,
    )


def _occupied_ms(toolsets: NDArray[np.void], setup: Floats, alone: Floats, hold: Floats, after: Floats) -> Floats:
    """Return for how long a job keeps the next one out [ms], by its setup, its time at the entry and after it [ms].

    ``alone``: the part of the setup that never runs beside another job.
    """
    before = setup + toolsets["load_ms"]
    beside = (toolsets["load_ahead"] > 0) | (toolsets["spaced"] > 0)
    entry = hold + np.where(beside, alone, before)
    stay = before + hold + after + toolsets["unload_ms"]
    return np.asarray(np.maximum(entry, stay / toolsets["slots"]))
