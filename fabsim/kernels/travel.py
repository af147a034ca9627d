"""A lot's way: released, from step to step, through sampling and rework, out of the fab, done or scrapped."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabsim.kernels.books import book_fab, record_hold, write_lot
from fabsim.kernels.draws import draw, to_ms
from fabsim.kernels.holds import hold_ms
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.losses import lose_wafers
from fabsim.kernels.philox import uniforms
from fabsim.kernels.rank import visit_counter
from fabsim.kernels.records import CONWIP
from fabsim.kernels.reserve import announce, withdraw
from fabsim.kernels.rows import STATUS_DONE, STATUS_SCRAPPED
from fabsim.kernels.state import FREE, HELD, NONE, TRAVELS, World
from fabsim.kernels.views import ints, lots, memory, reals, sets, steps, streams
from fabsim.kernels.waking import LOT_ARRIVES, RELEASE, touch, wait_for
from fabsim.kernels.watches import saw_done
from fabsim.terms.waits import BOOKED


@kernel
def enter(w: World, stream: int, subject: np.uint64, due_ms: int, step: int) -> int:
    """Put a new lot of the stream into a free row, to be sent to ``step``; return the row.

    Its id tells which lot of which stream it is, so it does not depend on what the other streams release.
    """
    lot = w[0].free_lot
    r = lots(w)[lot]
    w[0].free_lot = r.next_free
    book_fab(w)
    k = streams(w)[stream].count + streams(w)[stream].placed
    r.id = k * len(streams(w)) + stream
    w[0].released += 1
    streams(w)[stream].inside += 1
    w[0].in_process += 1
    r.subject = subject
    r.release_ms = w[0].now_ms
    r.due_ms = due_ms
    r.step = step
    r.furthest = step - 1
    r.wafers = streams(w)[stream].wafers
    r.priority = streams(w)[stream].priority
    r.stream = stream
    r.lap = 0
    r.visit = 0
    r.marked = 0
    r.next_member = NONE
    r.tool = NONE
    r.traced = 1 if w[0].sample_every > 0 and k % w[0].sample_every == 0 else 0
    r.wait_ms = 0
    r.transport_ms = 0
    r.tool_ms = 0
    r.raw_ms = 0
    r.moves = 0
    r.reworks = 0
    r.windows = 0
    r.violations = 0
    r.initial = 0
    for reason in range(BOOKED):
        r.waited[reason] = 0
    r.uses = streams(w)[stream].uses
    r.hold_ms = 0
    r.spared = 1.0
    r.wafers_lost = 0
    r.travelled_ms = 0
    r.refused_ms = 0
    r.gate_ms = 0
    _forget(w, lot)
    return lot


@kernel
def _forget(w: World, lot: int) -> None:
    for k in range(w[0].slots):
        memory(w)[lot * w[0].slots + k] = NONE


@inlined
def send(w: World, lot: int, step: int, area: int) -> None:
    """Send the lot from ``area`` to ``step`` or the next one after it that is not sampled out, or out of the fab.

    A lot that is used several times does its route so often before it is out.
    """
    r = lots(w)[lot]
    last = ints(w)[w[0].ends_at + steps(w)[r.step].route]
    while step <= last or r.uses > 1:
        if step > last:
            step = streams(w)[r.stream].first_step
            r.uses -= 1
            r.lap += 1
            _forget(w, lot)
        s = steps(w)[step]
        r.visit = 0 if step > r.furthest else r.lap
        r.furthest = max(r.furthest, step)
        sampled, r.u_process, r.u_end, moved = uniforms(w[0].key, r.subject, visit_counter(s, r.visit))
        if sampled < s.sampling:
            _travel(w, lot, step, area, moved)
            ints(w)[w[0].occupancy_at + step] += 1
            return
        _skip(w, lot, s)
        step += 1
    _leave(w, lot, STATUS_DONE)


@inlined
def _travel(w: World, lot: int, step: int, area: int, u: float) -> None:
    r = lots(w)[lot]
    to = sets(w)[steps(w)[step].toolset].area
    p = reals(w)
    at = w[0].transport_at + 4 * (area * w[0].areas + to)
    takes = to_ms(draw(int(p[at]), p[at + 1], p[at + 2], p[at + 3], p, u))
    r.step = step
    r.status = TRAVELS
    r.arrive_ms = w[0].now_ms + takes
    r.transport_ms += takes
    r.raw_ms += takes
    if r.priority >= w[0].reserve_from:
        announce(w, lot, step)
    wait_for(w, r.arrive_ms, LOT_ARRIVES, r.id, lot)


@kernel
def _skip(w: World, lot: int, step: Any) -> None:
    """Pass a sampled-out step: windows that would end there end without being counted."""
    for k in range(step.closes_first, step.closes_first + step.closes_count):
        slot = ints(w)[w[0].windows_at + 2 * k]
        memory(w)[lot * w[0].slots + slot] = NONE
    # a tool held by a minimum run, or a batch, may have waited for this very lot
    if sets(w)[step.toolset].held > 0:
        touch(w, step.toolset)


@kernel
def _free_place(w: World, stream: int) -> None:
    """A lot of the stream leaves: where its number is limited another one may come, after all that leave at this instant."""
    s = streams(w)[stream]
    s.inside -= 1
    if s.watch != NONE:
        saw_done(w, stream)
    if s.limit > 0 and (s.pattern == CONWIP or s.held > s.freed):
        s.freed += 1
        if s.freed == 1:
            wait_for(w, w[0].now_ms, RELEASE, len(streams(w)) + stream, stream)


@kernel
def _leave(w: World, lot: int, status: int) -> None:
    """Let the lot out of the fab; its row is free."""
    seldom()
    r = lots(w)[lot]
    book_fab(w)
    w[0].in_process -= 1
    if status == STATUS_SCRAPPED:
        w[0].scrapped += 1
    else:
        w[0].completed += 1
        streams(w)[r.stream].wafers_out += r.wafers
    write_lot(w, lot, status)
    _free_place(w, r.stream)
    r.status = FREE
    r.id = NONE
    r.next_free = w[0].free_lot
    w[0].free_lot = lot


@kernel
def leave_queue(w: World, lot: int) -> None:
    """Book the lot, which a tool refuses to take, out of the queue it stood in."""
    r = lots(w)[lot]
    s = sets(w)[steps(w)[r.step].toolset]
    s.waiting -= 1
    w[0].waiting -= 1
    r.wait_ms += w[0].now_ms - r.arrive_ms
    r.refused_ms += w[0].now_ms - r.arrive_ms
    ints(w)[w[0].queued_at + r.step] -= 1
    ints(w)[w[0].occupancy_at + r.step] -= 1


@inlined
def start_step(w: World, lot: int) -> None:
    """Count the lot, which starts work, at the step after this one."""
    row = lots(w)[lot].step
    occupancy = w[0].occupancy_at
    ints(w)[w[0].queued_at + row] -= 1
    ints(w)[occupancy + row] -= 1
    if row < ints(w)[w[0].ends_at + steps(w)[row].route]:
        ints(w)[occupancy + row + 1] += 1
        if lots(w)[lot].priority >= w[0].reserve_ahead:
            _remember_tool(w, lot)
            announce(w, lot, row + 1)


@inlined
def _remember_tool(w: World, lot: int) -> None:
    """Keep in the lot's memory which tool it is at, where a later step is bound to it."""
    r = lots(w)[lot]
    slot = steps(w)[r.step].remember_slot
    if slot != NONE:
        memory(w)[lot * w[0].slots + slot] = r.tool


@inlined
def _end_step(w: World, lot: int) -> None:
    """Take the lot, which is sent on, from where `start_step` counted it."""
    row = lots(w)[lot].step
    if row < ints(w)[w[0].ends_at + steps(w)[row].route]:
        ints(w)[w[0].occupancy_at + row + 1] -= 1
        if w[0].expected > 0 and lots(w)[lot].expected_at != NONE:
            withdraw(w, lot)


@kernel
def _disappoint(w: World, step: int) -> None:
    """A lot goes back or is scrapped at ``step``: minimum runs and batches of its building may have waited for it in vain."""
    if w[0].held_sets > 0:
        first = step // w[0].building_steps * w[0].building_sets
        _touch_held(w, first)
        if w[0].shared and first > 0:
            _touch_held(w, 0)


@kernel
def _touch_held(w: World, first: int) -> None:
    for toolset in range(first, first + w[0].building_sets):
        if sets(w)[toolset].held > 0:
            touch(w, toolset)


@kernel
def scrap(w: World, lot: int) -> None:
    """Give the lot up where it is."""
    seldom()
    _disappoint(w, lots(w)[lot].step)
    _leave(w, lot, STATUS_SCRAPPED)


@kernel
def go_back(w: World, lot: int, step: int, held_ms: int) -> None:
    """Send the lot back from its step to ``step``, after a hold of ``held_ms``."""
    seldom()
    r = lots(w)[lot]
    r.lap += 1
    r.reworks += 1
    _disappoint(w, r.step)
    _depart(w, lot, step, held_ms)


@inlined
def _depart(w: World, lot: int, step: int, held_ms: int) -> None:
    """Send the lot from its step to ``step``; if it is held, it stands aside so long before.

    Meanwhile it counts at that step: it will come.
    """
    r = lots(w)[lot]
    if held_ms == 0:
        send(w, lot, step, sets(w)[steps(w)[r.step].toolset].area)
        return
    r.status = HELD
    r.next_step = step
    r.hold_ms += held_ms
    if r.traced:
        record_hold(w, lot, held_ms)
    r.arrive_ms = w[0].now_ms + held_ms
    _expect(w, lot, 1)
    wait_for(w, r.arrive_ms, LOT_ARRIVES, r.id, lot)


@kernel
def _expect(w: World, lot: int, change: int) -> None:
    """Count the lot on hold at the step that comes next, or no more; there is none after the last one."""
    seldom()
    r = lots(w)[lot]
    if r.next_step <= ints(w)[w[0].ends_at + steps(w)[r.step].route]:
        ints(w)[w[0].occupancy_at + r.next_step] += change


@inlined
def resume(w: World, lot: int) -> None:
    """Send the lot on, whose hold is over."""
    r = lots(w)[lot]
    _expect(w, lot, -1)
    send(w, lot, r.next_step, sets(w)[steps(w)[r.step].toolset].area)


@inlined
def route_on(w: World, lot: int) -> None:
    """Send the lot on from the step it has finished: back for rework, out of the fab if it is scrapped, or forward.

    Wafers are lost first, and a lot that has none left is scrapped.
    For the others one uniform decides: rework is its lower end, scrap its upper one.  A lot that goes on or back may be held before.
    """
    r = lots(w)[lot]
    s = steps(w)[r.step]
    for k in range(s.opens_first, s.opens_first + s.opens_count):
        window = ints(w)[w[0].opens_at + k]
        slot = ints(w)[w[0].windows_at + 2 * window]
        memory(w)[lot * w[0].slots + slot] = w[0].now_ms
    _remember_tool(w, lot)
    _end_step(w, lot)
    if s.wafer_scrap > 0.0:
        lose_wafers(w, lot)
    if r.wafers == 0:
        scrap(w, lot)
    elif r.u_end < s.rework:
        go_back(w, lot, s.rework_to, hold_ms(w, lot))
    elif r.u_end >= 1.0 - s.scrap:
        scrap(w, lot)
    else:
        _depart(w, lot, r.step + 1, hold_ms(w, lot))
