"""Knots: batches below their least size that only each other's lots could fill, and which of them starts.

Such a batch is *tied* when every lot that may still come to it stands in a tied batch.  A stream that has all the lots it may have brings
another one only when one of them leaves, so it is tied once they all stand in tied batches.  Of those that are tied the batch starts whose
first lot has waited longest; the others then wait for its lots, or are still tied.

Looked for when a toolset with an open tool finds that of all lots that may come to a batch of it none moves: the last lot of a knot to
join its queue has it found.  Only the toolset's building is looked at, or all of them where they share toolsets, so it does not matter
which buildings a run simulates side by side.
"""

from __future__ import annotations

from fabsim.kernels.batches import is_short, mark_head, may_fill
from fabsim.kernels.jit import kernel, seldom
from fabsim.kernels.slots import offer
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import entries, ints, lines, lots, sets, streams


@kernel
def untie(w: World, toolset: int) -> bool:
    """Mark a batch of each knot in the toolset's building; return whether there was any."""
    seldom()
    first, end = 0, len(sets(w))
    if not w[0].shared:
        first = toolset // w[0].building_sets * w[0].building_sets
        end = first + w[0].building_sets
    untied = False
    line = _longest_tied(w, first, end)
    while line != NONE:
        untied = True
        mark_head(w, line)
        offer(w, lines(w)[line].toolset)
        line = _longest_tied(w, first, end)
    return untied


@kernel
def _longest_tied(w: World, first: int, end: int) -> int:
    """Return the tied line of the toolsets ``first`` .. ``end`` whose first lot has waited longest, of equals the first; `NONE` for none.

    All short lines are tied at first, but those that nothing can fill, which start by themselves; then what may be filled is loosened
    until nothing more is.
    """
    q = lines(w)
    for line in range(len(q)):
        q[line].tied = first <= q[line].toolset < end and is_short(w, line) and may_fill(w, line, w[0].tied_at)
    for line in range(len(q)):
        if q[line].tied:
            _count(w, line, 1)
    loosened = True
    while loosened:
        loosened = False
        for line in range(len(q)):
            if q[line].tied and may_fill(w, line, w[0].tied_at):
                q[line].tied = 0
                _count(w, line, -1)
                loosened = True
    longest, since_ms = NONE, NEVER
    for line in range(len(q)):
        if q[line].tied:
            q[line].tied = 0
            _count(w, line, -1)
            if _since(w, line) < since_ms:
                longest, since_ms = line, _since(w, line)
    return longest


@kernel
def _count(w: World, line: int, change: int) -> None:
    """Count the lots of the line among those in tied batches, or (``change`` -1) no more."""
    q = lines(w)[line]
    for at in range(q.first, q.first + q.count):
        r = lots(w)[entries(w)[at].lot]
        ints(w)[w[0].tied_at + r.step] += change
        streams(w)[r.stream].tied += change


@kernel
def _since(w: World, line: int) -> int:
    """Return since when the first lot of the line has waited [ms]."""
    q = lines(w)[line]
    since_ms = NEVER
    for at in range(q.first, q.first + q.count):
        since_ms = min(since_ms, lots(w)[entries(w)[at].lot].arrive_ms)
    return since_ms
