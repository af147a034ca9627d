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
from fabsim.kernels.waking import CLASS_BITS, DISPATCH, JOB_DONE, LOT_ARRIVES, RELEASE, SLOT_FREE, TIMER, TOOL_DOWN, TOOL_UP, wait_for
from fabsim.kernels.wheel import drop_event, fetch_way, first_event, is_full, push_event

REACHED, NEEDS_POOL, NEEDS_FLUSH, NEEDS_EVENTS, NEEDS_LOTS, WATCHED = range(6)
"""Why `advance` returned: all events before the limit are done; a fab-level process watches the last one; or the caller must first make
room (see `fabsim.engine.arrays`)."""

RUN = 4
"""Events that the loop applies before it looks again whether there is room."""

SLACK = RUN * 4096
"""Rows that must be free in ``moves``, ``done`` and among the pending events when it looks: more than these events add."""


@inlined
def collect(w: World) -> None:
    """Move the events that transitions asked for from ``out`` to those pending."""
    o = out(w)
    for i in range(w[0].out_count):
        push_event(w, o[i].time_ms, o[i].key, o[i].row)
    w[0].out_count = 0


@inlined
def _short_of_rows(w: World) -> int:
    if w[0].moves_count + SLACK > len(moves(w)) or w[0].done_count + SLACK > len(done(w)):
        return NEEDS_FLUSH
    return NEEDS_EVENTS if is_full(w, SLACK) else REACHED


@inlined
def _short_for(w: World, event_class: int) -> int:
    """Return what an event of the class may lack beside rows."""
    if event_class == LOT_ARRIVES and pool_is_short(w):
        return NEEDS_POOL
    return NEEDS_LOTS if event_class == RELEASE and w[0].free_lot == NONE else REACHED


@inlined
def _apply(w: World, event_class: int, key: int, row: int) -> None:
    """Answer one event that is no dispatch."""
    if event_class == LOT_ARRIVES:
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
    """Apply all events before ``until_ms``, when fab-level processes act first; return why it stopped.

    After one that is watched, what it asked for is yet to be collected.
    """
    left = 0
    while True:
        collect(w)
        if left == 0:
            status = _short_of_rows(w)
            if status != REACHED:
                return status
            left = RUN
        left -= 1
        at, time_ms, key, row = first_event(w)
        if w[0].touched_count > 0 and time_ms > w[0].now_ms:
            if w[0].now_ms >= until_ms:
                return REACHED
            w[0].touched_count -= 1
            fetch_way(w, row)
            dispatch(w, touched(w)[w[0].touched_count])
        else:
            if time_ms >= until_ms:
                return REACHED
            status = _short_for(w, key >> CLASS_BITS)
            if status != REACHED:
                return status
            w[0].now_ms = time_ms
            drop_event(w, at)
            _apply(w, key >> CLASS_BITS, key, row)
        w[0].events += 1
        if w[0].fired > 0:
            return WATCHED


@kernel
def answer(w: World, time_ms: int, key: int, row: int) -> int:
    """Apply one event for a caller that waits itself; return how many events it asks for, or -reason to make room first."""
    event_class = key >> CLASS_BITS
    status = max(_short_of_rows(w), _short_for(w, event_class))
    if status != REACHED:
        return -status
    w[0].now_ms = time_ms
    w[0].out_count = 0
    if event_class == DISPATCH:
        dispatch(w, row)
    else:
        _apply(w, event_class, key, row)
    w[0].events += 1
    return asked(w)


@kernel
def asked(w: World) -> int:
    """List the dispatches of touched toolsets in ``out`` too; return how many events that has."""
    for i in range(w[0].touched_count):
        wait_for(w, w[0].now_ms, DISPATCH, touched(w)[i], touched(w)[i])
    w[0].touched_count = 0
    return w[0].out_count
