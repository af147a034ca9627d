"""How much of a run's beginning to leave out: the rule MSER-5."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabsim.metrics.measure import Times
from fabsim.terms import DAY
from fabsim.trace import Trace

Floats = NDArray[np.float64]

BATCH = 5
"""Observations whose mean is one observation of the rule: the 5 of MSER-5."""

LAST = 5
"""Batches at the end that never stand alone: a few that are equal by chance would have no variance."""

INSTANTS = 1000
"""Observations of a run's WIP, each a mean over a thousandth of its time."""


def mser5(values: Sequence[float] | Floats) -> int | None:
    """Return how many of the first ``values`` to leave out, None where there are too few to say.

    Means z of batches of five; leave out the first d of the m batches that make

        MSER(d) = sum over j > d of (z[j] - mean of those)^2 / (m - d)^2

    least: the standard error of what is left, squared (White, "An effective truncation heuristic for bias reduction in simulation
    output", Simulation 69:6, 1997; batches of five: Spratt, thesis, University of Virginia, 1998).  A least value in the second half
    means that the series is too short, since the rule then found no long steady part.
    """
    batches = len(values) // BATCH
    if batches < 2 * LAST:
        return None
    means = np.array(values[: batches * BATCH], float).reshape(batches, BATCH).mean(axis=1)
    means -= means.mean()  # else squares of large numbers would be subtracted from each other
    left = np.arange(batches, 0, -1)
    sums, squares = np.cumsum(means[::-1])[::-1], np.cumsum(means[::-1] ** 2)[::-1]
    error = (squares - sums**2 / left) / left.astype(float) ** 2
    cut = int(np.argmin(error[: batches - LAST + 1]))
    return cut * BATCH if cut <= batches // 2 else None


def warmup_advice_days(run: Times, traces: Sequence[Trace]) -> float | None:
    """Return the warm-up that `mser5` would choose for the WIP of a run [d], None where the run is too short to say.

    ``traces``: one a replication; the rule sees the mean of their WIP (lots in the fab), from 0 to the horizon.
    """
    cut = mser5(np.mean([wip_lots(run, trace.lots) for trace in traces], axis=0))
    return None if cut is None else cut * run.horizon_ms / (INSTANTS * DAY)


def wip_lots(run: Times, lots: pl.DataFrame) -> Floats:
    """Return the lots in the fab as means over each thousandth of a run, shape ``(INSTANTS,)``."""
    bounds = np.linspace(0.0, run.horizon_ms, INSTANTS + 1)
    come, gone = (lots[name].clip(0, run.horizon_ms).to_numpy() for name in ("release_ms", "done_ms"))
    return np.diff(_passed(come, bounds) - _passed(gone, bounds)) / np.diff(bounds)


def _passed(instants: NDArray[np.int64], bounds: Floats) -> Floats:
    """Return, for each t of ``bounds``, the sum of t - x over the ``instants`` x before it."""
    ordered = np.sort(instants)
    count = np.searchsorted(ordered, bounds)
    passed: Floats = count * bounds - np.concatenate([[0.0], np.cumsum(ordered, dtype=float)])[count]
    return passed
