"""Batches below their least size, and what lets one start all the same: its *mark*.

A lot in a line is marked (``LOT.overdue``) when its longest wait is over, or when it is hot and the least size is waived for it; with a
marked lot in it, a line is as good as one with enough lots (`fabsim.kernels.choose`).  A batch below its least size is all that its line
holds (unless the next lot does not fit), so whichever lot is marked is part of it.
"""

from __future__ import annotations

from fabsim.kernels.jit import kernel
from fabsim.kernels.queues import line_of
from fabsim.kernels.reasons import see_batch
from fabsim.kernels.records import WAIVE_ARRIVAL, WAIVE_FREE
from fabsim.kernels.slots import offer
from fabsim.kernels.state import NONE, WAITS, World
from fabsim.kernels.views import lines, lots, sets, steps


@kernel
def overdue(w: World, lot: int, lot_id: int) -> None:
    """Answer TIMER: if the lot still waits for that batch, the batch may now start below its least size."""
    w[0].timers -= 1
    r = lots(w)[lot]
    if r.id != lot_id or r.status != WAITS:
        return
    step = steps(w)[r.step]
    if step.batch_key != NONE and r.arrive_ms + step.batch_wait_ms == w[0].now_ms and not r.overdue:
        line = line_of(w, lot)
        _mark(w, line, lot)
        see_batch(w, line)
        offer(w, step.toolset)


@kernel
def _mark(w: World, line: int, lot: int) -> None:
    lots(w)[lot].overdue = 1
    lines(w)[line].overdue += 1


@kernel
def waive(w: World, line: int, lot: int) -> None:
    """Mark a hot lot that has just joined the line: for good, or for the dispatch that follows if a tool is open."""
    step = steps(w)[lots(w)[lot].step]
    if step.batch_waive == WAIVE_FREE or sets(w)[step.toolset].touched:
        _mark(w, line, lot)


@kernel
def end_waiver(w: World, line: int, lot: int) -> None:
    """Take the mark from a hot lot that no tool has taken when it came; one whose longest wait is over keeps it."""
    r = lots(w)[lot]
    step = steps(w)[r.step]
    if r.overdue and step.batch_waive == WAIVE_ARRIVAL and step.batch_wait_ms != 0:
        r.overdue = 0
        lines(w)[line].overdue -= 1
