"""Queue-time windows that end at a step, and what becomes of lots that come too late for it.

Whether a lot is too late is asked when a tool is about to take it, as a fab's system does at track-in: until then nobody knows when
work will start, so it needs no clock of its own, and what is counted as a violation is exactly what has the consequence.
"""

from __future__ import annotations

from fabsim.kernels.books import book_set
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.queues import remove
from fabsim.kernels.reasons import give_up_wait
from fabsim.kernels.records import LATE_REWORK, LATE_SCRAP, LATE_YIELD_LOSS
from fabsim.kernels.state import NONE, World
from fabsim.kernels.travel import go_back, leave_queue, scrap
from fabsim.kernels.views import entries, ints, lines, lots, memory, reals, sets, steps

MOST_REFUSED = 1000
"""Lots that one dispatch may refuse: each may ask for an event and write a row, for which there must be room."""


@inlined
def _overrun(w: World, lot: int, window: int) -> int:
    """Return by how much the lot is too late for the window [ms], at most 0 if it is not, `NONE` if the window is not open."""
    at = w[0].windows_at + 2 * window
    opened = memory(w)[lot * w[0].slots + ints(w)[at]]
    return NONE if opened == NONE else max(0, w[0].now_ms - opened - ints(w)[at + 1])


@kernel
def _refuses(w: World, lot: int, window: int) -> bool:
    """Return whether the window sends the lot back or scraps it if it would start now."""
    if_late = ints(w)[w[0].late_at + 2 * window]
    return if_late in (LATE_REWORK, LATE_SCRAP) and _overrun(w, lot, window) > 0


@kernel
def _is_refused(w: World, lot: int) -> bool:
    step = steps(w)[lots(w)[lot].step]
    refused = False
    for window in range(step.closes_first, step.closes_first + step.closes_count):
        refused = refused or _refuses(w, lot, window)
    return refused


@inlined
def late_entry(w: World, line: int, at: int) -> int:
    """Return the pool position of a lot that is too late for the job which the entry at ``at`` would begin, `NONE` if none is.

    A batch is made of what its line holds, so all of the line is looked at: what is left may no longer make one.
    """
    q = lines(w)[line]
    if not sets(w)[q.toolset].refuses:
        return NONE
    if q.batch_key == NONE:
        return at if _is_refused(w, entries(w)[at].lot) else NONE
    for other in range(q.first, q.first + q.count):
        if _is_refused(w, entries(w)[other].lot):
            return other
    return NONE


@kernel
def refuse(w: World, line: int, at: int) -> None:
    """Take the late lot at ``at`` out of its queue: it is scrapped if one of its windows says so, else goes back.

    It goes to the earliest step that they name.  The windows that refuse it are counted and end; others stay as they are.
    """
    seldom()
    book_set(w, lines(w)[line].toolset)
    lot = remove(w, line, at)
    give_up_wait(w, line, lot)
    leave_queue(w, lot)
    r = lots(w)[lot]
    step = steps(w)[r.step]
    to, scrapped = r.step, False
    for window in range(step.closes_first, step.closes_first + step.closes_count):
        if _refuses(w, lot, window):
            _end(w, lot, window)
            r.violations += 1
            late = w[0].late_at + 2 * window
            if ints(w)[late] == LATE_SCRAP:
                scrapped = True
            else:
                to = min(to, ints(w)[late + 1])
    if scrapped:
        scrap(w, lot)
    else:
        go_back(w, lot, to, 0)


@kernel
def _end(w: World, lot: int, window: int) -> None:
    memory(w)[lot * w[0].slots + ints(w)[w[0].windows_at + 2 * window]] = NONE
    lots(w)[lot].windows += 1


@inlined
def end_windows(w: World, lot: int) -> None:
    """End and count the windows that end with the start of work; a broken one may cost dies."""
    r = lots(w)[lot]
    step = steps(w)[r.step]
    for window in range(step.closes_first, step.closes_first + step.closes_count):
        overrun = _overrun(w, lot, window)
        if overrun != NONE:
            _end(w, lot, window)
            if overrun > 0:
                r.violations += 1
                if ints(w)[w[0].late_at + 2 * window] == LATE_YIELD_LOSS:
                    r.spared *= 1.0 - reals(w)[w[0].losses_at + window]
