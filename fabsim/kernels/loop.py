"""The compiled event loop: a heap of events and the transitions that answer them."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.downs import due, up
from fabsim.kernels.jit import kernel
from fabsim.kernels.jobs import arrive, dispatch, end, line_of, overdue
from fabsim.kernels.queues import has_room
from fabsim.kernels.slots import slot_free
from fabsim.kernels.starts import release
from fabsim.kernels.state import NONE, World
from fabsim.kernels.views import done, heap, moves, out, touched
from fabsim.kernels.waking import CLASS_BITS, DISPATCH, JOB_DONE, LOT_ARRIVES, RELEASE, SLOT_FREE, TIMER, TOOL_DOWN, TOOL_UP

REACHED, NEEDS_POOL, NEEDS_FLUSH, NEEDS_HEAP, NEEDS_LOTS = range(5)
"""Why `advance` returned: all events before the limit are done, or the caller must first make room (see `fabsim.engine.arrays`)."""

SLACK = 4096
"""Rows that must be free in ``moves``, ``done`` and ``heap`` before an event is applied: more than one event adds."""


@kernel
def _before(h: Any, i: int, time_ms: int, key: int) -> bool:
    return h[i].time_ms < time_ms or (h[i].time_ms == time_ms and h[i].key < key)


@kernel
def _push(w: World, time_ms: int, key: int, row: int) -> None:
    h = heap(w)
    i = w[0].heap_count
    w[0].heap_count += 1
    while i > 0:
        parent = (i - 1) >> 1
        if not (time_ms < h[parent].time_ms or (time_ms == h[parent].time_ms and key < h[parent].key)):
            break
        h[i].time_ms = h[parent].time_ms
        h[i].key = h[parent].key
        h[i].row = h[parent].row
        i = parent
    h[i].time_ms = time_ms
    h[i].key = key
    h[i].row = row


@kernel
def _pop(w: World) -> None:
    """Drop the first event of the heap."""
    h = heap(w)
    w[0].heap_count -= 1
    count = w[0].heap_count
    time_ms, key, row = h[count].time_ms, h[count].key, h[count].row
    i = 0
    while True:
        child = 2 * i + 1
        if child >= count:
            break
        if child + 1 < count and _before(h, child + 1, h[child].time_ms, h[child].key):
            child += 1
        if not _before(h, child, time_ms, key):
            break
        h[i].time_ms = h[child].time_ms
        h[i].key = h[child].key
        h[i].row = h[child].row
        i = child
    h[i].time_ms = time_ms
    h[i].key = key
    h[i].row = row


@kernel
def _touch_sorted(w: World, toolset: int) -> None:
    """Add the toolset to those that dispatch at the end of this instant, kept with the least id last."""
    t = touched(w)
    i = w[0].touched_count
    w[0].touched_count += 1
    while i > 0 and t[i - 1] < toolset:
        t[i] = t[i - 1]
        i -= 1
    t[i] = toolset


@kernel
def collect(w: World) -> None:
    """Move the events that transitions asked for from ``out`` to the heap, dispatches to the touched toolsets."""
    o = out(w)
    for i in range(w[0].out_count):
        if (o[i].key >> CLASS_BITS) == DISPATCH:
            _touch_sorted(w, o[i].row)
        else:
            _push(w, o[i].time_ms, o[i].key, o[i].row)
    w[0].out_count = 0


@kernel
def _short_of_room(w: World) -> int:
    if w[0].moves_count + SLACK > len(moves(w)) or w[0].done_count + SLACK > len(done(w)):
        return NEEDS_FLUSH
    if w[0].heap_count + SLACK > len(heap(w)):
        return NEEDS_HEAP
    return REACHED


@kernel
def apply(w: World, event_class: int, key: int, row: int) -> None:
    """Answer one event."""
    w[0].events += 1
    if event_class == DISPATCH:
        dispatch(w, row)
    elif event_class == LOT_ARRIVES:
        arrive(w, row)
    elif event_class == JOB_DONE:
        end(w, row)
    elif event_class == SLOT_FREE:
        slot_free(w, row)
    elif event_class == TOOL_UP:
        up(w, row)
    elif event_class == TOOL_DOWN:
        due(w, row)
    elif event_class == RELEASE:
        release(w, row)
    elif event_class == TIMER:
        overdue(w, row, key & ((1 << CLASS_BITS) - 1))


@kernel
def advance(w: World, until_ms: int, until_class: int) -> int:
    """Apply all events before (``until_ms``, ``until_class``); return why it stopped."""
    limit = until_class << CLASS_BITS
    while True:
        collect(w)
        status = _short_of_room(w)
        if status != REACHED:
            return status
        h = heap(w)
        dispatching = w[0].touched_count > 0
        if dispatching and not (w[0].heap_count > 0 and h[0].time_ms <= w[0].now_ms):
            if w[0].now_ms > until_ms or (w[0].now_ms == until_ms and until_class <= DISPATCH):
                return REACHED
            w[0].touched_count -= 1
            apply(w, DISPATCH, 0, touched(w)[w[0].touched_count])
            continue
        if w[0].heap_count == 0 or not _before(h, 0, until_ms, limit):
            return REACHED
        time_ms, key, row = h[0].time_ms, h[0].key, h[0].row
        event_class = key >> CLASS_BITS
        if event_class == LOT_ARRIVES and not has_room(w, line_of(w, row)):
            return NEEDS_POOL
        if event_class == RELEASE and w[0].free_lot == NONE:
            return NEEDS_LOTS
        w[0].now_ms = time_ms
        _pop(w)
        apply(w, event_class, key, row)


@kernel
def answer(w: World, time_ms: int, key: int, row: int) -> int:
    """Apply one event for a caller that waits itself; return how many events it asks for, or -reason to make room first."""
    event_class = key >> CLASS_BITS
    status = _short_of_room(w)
    if status == REACHED and event_class == LOT_ARRIVES and not has_room(w, line_of(w, row)):
        status = NEEDS_POOL
    if status == REACHED and event_class == RELEASE and w[0].free_lot == NONE:
        status = NEEDS_LOTS
    if status != REACHED:
        return -status
    w[0].now_ms = time_ms
    w[0].out_count = 0
    apply(w, event_class, key, row)
    return w[0].out_count
