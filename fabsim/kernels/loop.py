"""The compiled event loop: pending events and the transitions that answer them."""

from __future__ import annotations

from fabsim.kernels.batches import overdue
from fabsim.kernels.downs import due, up
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.jobs import arrive, dispatch, end
from fabsim.kernels.queues import pool_is_short
from fabsim.kernels.slots import slot_free
from fabsim.kernels.starts import release
from fabsim.kernels.state import NONE, World
from fabsim.kernels.views import done, moves, out, touched
from fabsim.kernels.waking import CLASS_BITS, DISPATCH, JOB_DONE, LOT_ARRIVES, RELEASE, SLOT_FREE, TIMER, TOOL_DOWN, TOOL_UP
from fabsim.kernels.wheel import drop_event, first_event, is_full, push_event

REACHED, NEEDS_POOL, NEEDS_FLUSH, NEEDS_EVENTS, NEEDS_LOTS, WATCHED = range(6)
"""Why `advance` returned: all events before the limit are done; a fab-level process watches the last one; or the caller must first make
room (see `fabsim.engine.arrays`)."""

SLACK = 4096
"""Rows that must be free in ``moves``, ``done`` and among the pending events before an event is applied: more than one event adds."""


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


@inlined
def collect(w: World) -> None:
    """Move the events that transitions asked for from ``out`` to those pending, dispatches to the touched toolsets."""
    o = out(w)
    for i in range(w[0].out_count):
        if (o[i].key >> CLASS_BITS) == DISPATCH:
            _touch_sorted(w, o[i].row)
        else:
            push_event(w, o[i].time_ms, o[i].key, o[i].row)
    w[0].out_count = 0


@inlined
def _short_of_room(w: World) -> int:
    if w[0].moves_count + SLACK > len(moves(w)) or w[0].done_count + SLACK > len(done(w)):
        return NEEDS_FLUSH
    if is_full(w, SLACK):
        return NEEDS_EVENTS
    if pool_is_short(w):
        return NEEDS_POOL
    if w[0].free_lot == NONE:
        return NEEDS_LOTS
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
        release(w, row, key & ((1 << CLASS_BITS) - 1))
    elif event_class == TIMER:
        overdue(w, row, key & ((1 << CLASS_BITS) - 1))


@kernel
def advance(w: World, until_ms: int) -> int:
    """Apply all events before ``until_ms``, when fab-level processes act first; return why it stopped."""
    while True:
        collect(w)
        status = _short_of_room(w)
        if status != REACHED:
            return status
        which, time_ms, key, row = first_event(w)
        if w[0].touched_count > 0 and time_ms > w[0].now_ms:
            if w[0].now_ms >= until_ms:
                return REACHED
            w[0].touched_count -= 1
            apply(w, DISPATCH, 0, touched(w)[w[0].touched_count])
        else:
            if time_ms >= until_ms:
                return REACHED
            w[0].now_ms = time_ms
            drop_event(w, which)
            apply(w, key >> CLASS_BITS, key, row)
        if w[0].fired > 0:
            collect(w)
            return WATCHED


@kernel
def answer(w: World, time_ms: int, key: int, row: int) -> int:
    """Apply one event for a caller that waits itself; return how many events it asks for, or -reason to make room first."""
    status = _short_of_room(w)
    if status != REACHED:
        return -status
    w[0].now_ms = time_ms
    w[0].out_count = 0
    apply(w, key >> CLASS_BITS, key, row)
    return w[0].out_count
