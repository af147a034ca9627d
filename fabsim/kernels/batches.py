"""Batches below their least size, and what lets one start all the same: its *mark*.

A lot in a line is marked (``LOT.marked``) when its longest wait is over, when it is hot and the least size is waived for it, or, where
the layout says so, when no other lot can come to its batch any more.  A batch with a marked lot is as good as one with enough lots
(`fabsim.kernels.choose`); a marked lot that does not fit into the batch that its line gives in rank order lets nothing start.
"""

from __future__ import annotations

from fabsim.kernels.choose import head, lacks_lots
from fabsim.kernels.jit import kernel, seldom
from fabsim.kernels.queues import line_of
from fabsim.kernels.reasons import see_batch
from fabsim.kernels.records import WAIVE_FREE
from fabsim.kernels.slots import offer
from fabsim.kernels.state import MARKED, MARKED_NOW, NEVER, NONE, WAITS, World
from fabsim.kernels.views import active, entries, ints, lines, lots, sets, steps, streams


@kernel
def overdue(w: World, lot: int, lot_id: int) -> None:
    """Answer TIMER: if the lot still waits for that batch, the batch may now start below its least size."""
    seldom()
    w[0].timers -= 1
    r = lots(w)[lot]
    if r.id != lot_id or r.status != WAITS:
        return
    step = steps(w)[r.step]
    if step.batch_key != NONE and r.arrive_ms + step.batch_wait_ms == w[0].now_ms and r.marked != MARKED:
        line = line_of(w, lot)
        _mark(w, line, lot, MARKED)
        see_batch(w, line)
        offer(w, step.toolset)


@kernel
def _mark(w: World, line: int, lot: int, mark: int) -> None:
    lines(w)[line].marked += 0 if lots(w)[lot].marked else 1
    lots(w)[lot].marked = mark


@kernel
def waive(w: World, line: int, lot: int) -> None:
    """Mark a hot lot that has just joined the line: for good, or for the dispatch that follows if a tool is open."""
    seldom()
    step = steps(w)[lots(w)[lot].step]
    s = sets(w)[step.toolset]
    if step.batch_waive == WAIVE_FREE:
        _mark(w, line, lot, MARKED)
    elif s.touched:
        _mark(w, line, lot, MARKED_NOW)
        s.waived = 1


@kernel
def end_waivers(w: World, toolset: int, lot: int) -> None:
    """Take the marks from hot lots that no tool has taken when they came; ``lot`` and those after it have come at this instant."""
    seldom()
    sets(w)[toolset].waived = 0
    while lot != NONE:
        r = lots(w)[lot]
        if r.status == WAITS and r.marked == MARKED_NOW:
            r.marked = 0
            lines(w)[line_of(w, lot)].marked -= 1
        lot = r.next_new


@kernel
def is_short(w: World, line: int) -> bool:
    """Return whether the line holds a batch below its least size that starts once no lot can come to it any more."""
    q = lines(w)[line]
    return q.last_at != NONE and q.count > 0 and q.plan_ms == NEVER and lacks_lots(w, line)


@kernel
def mark_head(w: World, line: int) -> None:
    """Let the batch of the line start as it is."""
    _mark(w, line, entries(w)[head(w, line)].lot, MARKED)
    see_batch(w, line)


@kernel
def start_last(w: World, toolset: int) -> tuple[bool, int, bool]:
    """Mark the batches below their least size to which no lot can come any more.

    Return whether there was one, how many others still wait for lots that may come, and whether there is one of these for which every
    such lot waits itself.
    """
    seldom()
    s = sets(w)[toolset]
    marked, short, all_wait = False, 0, False
    for k in range(s.active + s.tools * s.dedicated_lines):
        line = active(w)[s.first_line + k] if k < s.active else s.first_dedicated_line + k - s.active
        if not is_short(w, line):
            continue
        if may_fill(w, line, w[0].tied_at):
            short += 1
            all_wait = all_wait or not may_fill(w, line, w[0].queued_at)
        else:
            mark_head(w, line)
            marked = True
    return marked, short, all_wait


@kernel
def may_fill(w: World, line: int, but_at: int) -> bool:
    """Return whether another lot may come to the line, not counting on those that stand by step at ``but_at`` of the ``ints``.

    These are the lots in tied batches (`fabsim.kernels.knots`, else none), or all that wait.  The line's table lists streams that bring
    lots, then stretches of route (first, last) that end with a step of the line, then its steps, each after their number.  Of lots in
    the fab those count whose next step to start lies on a stretch, but not those in the line; of one past its stretch it is not known
    that it will come back.
    """
    i = ints(w)
    at = lines(w)[line].last_at
    for k in range(at + 1, at + 1 + i[at]):
        if _may_bring(w, i[k], but_at == w[0].queued_at):
            return True
    to_come = 0
    at += 1 + i[at]
    for k in range(at + 1, at + 1 + 2 * i[at], 2):
        for step in range(i[k], i[k + 1] + 1):
            to_come += i[w[0].occupancy_at + step] - i[but_at + step]
    at += 1 + 2 * i[at]
    for k in range(at + 1, at + 1 + i[at]):
        to_come -= i[w[0].queued_at + i[k]] - i[but_at + i[k]]
    return to_come > 0


@kernel
def _may_bring(w: World, stream: int, all_wait: bool) -> bool:
    """Return whether the stream may bring another lot although those in tied batches, or with ``all_wait`` as many as wait anywhere, stay.

    It may until its plan is at its end and nothing is held; one with all the lots it may have only when one of them leaves.
    """
    s = streams(w)[stream]
    if s.finished and s.held == 0 and not s.endless:
        return False
    stay = w[0].waiting if all_wait else s.tied
    return s.limit == 0 or s.inside < s.limit or stay < s.inside
