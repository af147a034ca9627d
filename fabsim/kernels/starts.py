"""Starts: when a release stream releases its next lot, and the lot it releases."""

from __future__ import annotations

import numpy as np

from fabsim.kernels.draws import to_ms
from fabsim.kernels.jit import kernel, seldom
from fabsim.kernels.maths import log
from fabsim.kernels.philox import mix64, uniforms
from fabsim.kernels.records import CONSTANT, CONWIP, SCHEDULE
from fabsim.kernels.state import NONE, World
from fabsim.kernels.travel import enter, send
from fabsim.kernels.views import lots, reals, streams
from fabsim.kernels.waking import RELEASE, wait_for


@kernel
def _count_on(w: World, stream: int, k: int, reached: float) -> float:
    """Return how many lots of the plan the stream's start ``k`` stands for, the one before for ``reached``.

    A constant stream releases lot k (from 0) when its plan reaches k + 1/2 lots; a Poisson stream when it reaches the sum of
    k + 1 exponential draws of mean 1, so that both follow a plan whose rate changes (a unit-rate process on another clock,
    Lewis and Shedler 1979); a schedule names the instants.  CONWIP fills the fab at once; then it is lots that leave who let others in.
    """
    s = streams(w)[stream]
    if s.pattern == CONSTANT:
        return k + 0.5
    if s.pattern != SCHEDULE and s.pattern != CONWIP:
        return reached - log(uniforms(w[0].key, s.name_hash, np.uint64(k))[0])
    return reached


@kernel
def _due(w: World, stream: int, k: int, reached: float, segment: int) -> tuple[int, int]:
    """Return (when start ``k`` is due [ms], the plan's point after it), looking from ``segment`` on; `NONE` when the plan ends before.

    It is due when the plan reaches the lots that it stands for.
    """
    s = streams(w)[stream]
    p = reals(w)
    i = segment + 0  # 64 bits
    if s.pattern == SCHEDULE:
        return to_ms(p[s.plan_at + k]) if k < s.points else NONE, i
    planned = s.plan_at + s.points
    while i < s.points and p[planned + i] < reached:
        i += 1
    if i == s.points:
        return NONE, i
    if i == 0:
        return to_ms(p[s.plan_at]), i
    share = (reached - p[planned + i - 1]) / (p[planned + i] - p[planned + i - 1])
    return to_ms(p[s.plan_at + i - 1] + share * (p[s.plan_at + i] - p[s.plan_at + i - 1])), i


@kernel
def _next_instant(w: World, stream: int) -> int:
    """Return when the stream's next start is due [ms], `NONE` when its plan ends before."""
    s = streams(w)[stream]
    if s.pattern == CONWIP:
        return w[0].now_ms if s.inside < s.limit else NONE
    time_ms, s.segment = _due(w, stream, s.count + s.held, s.reached, s.segment)
    return time_ms


@kernel
def wait_for_release(w: World, stream: int) -> None:
    """Wait for the stream's next release, if there is one."""
    s = streams(w)[stream]
    s.reached = _count_on(w, stream, s.count + s.held, s.reached)
    _wait(w, stream)


@kernel
def extend(w: World, stream: int, point: int, planned: float) -> None:
    """Plan ``planned`` lots in all by the stream's instant ``point``, and none after it; go on where the plan had ended."""
    s = streams(w)[stream]
    lots_at = s.plan_at + s.points
    for k in range(point, s.points):
        reals(w)[lots_at + k] = planned
    if s.finished:
        s.finished = 0
        s.segment = point
        _wait(w, stream)


@kernel
def _wait(w: World, stream: int) -> None:
    time_ms = _next_instant(w, stream)
    if time_ms == NONE:
        streams(w)[stream].finished = 1
    else:
        wait_for(w, time_ms, RELEASE, stream, stream)


@kernel
def subject_of(stream_hash: np.uint64, k: int) -> np.uint64:
    """Return the name, as a hash, of the k-th lot of a stream; initial WIP counts from -1 downwards."""
    return mix64(stream_hash ^ np.uint64(np.int64(k)))


@kernel
def release(w: World, stream: int, subject: int) -> None:
    """Answer RELEASE: a lot enters the fab, or is held where its stream has all the lots it may have.  The caller sees that a row is free.

    ``subject``: the stream, when its plan asks for the lot; the number of streams more, when lots that have left let it in.
    """
    seldom()
    s = streams(w)[stream]
    if subject != stream:
        s.freed -= 1
        if s.inside < s.limit:
            s.held -= 0 if s.pattern == CONWIP else 1
            _enter_next(w, stream)
        if s.freed > 0:
            wait_for(w, w[0].now_ms, RELEASE, subject, stream)
        return
    if s.limit > 0 and s.inside >= s.limit:
        s.held += 1
    else:
        _enter_next(w, stream)
    wait_for_release(w, stream)


@kernel
def _enter_next(w: World, stream: int) -> None:
    s = streams(w)[stream]
    lot = enter(w, stream, subject_of(s.name_hash, s.count), _lot_due(w, stream), s.first_step)
    if s.limit > 0 and s.pattern != CONWIP:
        lots(w)[lot].gate_ms = w[0].now_ms - _pass_gate(w, stream)
    send(w, lot, s.first_step, w[0].areas)
    s.count += 1


@kernel
def _lot_due(w: World, stream: int) -> int:
    """Return when the stream's next lot is due [ms], `NONE` for none; a schedule says it lot by lot."""
    s = streams(w)[stream]
    due_ms = s.due_ms
    if s.pattern == SCHEDULE:
        due_ms = to_ms(reals(w)[s.plan_at + s.points + s.count])
    return NONE if due_ms == NONE else w[0].now_ms + due_ms


@kernel
def _pass_gate(w: World, stream: int) -> int:
    """Return when the start that is released now was due [ms]; starts that were held are released in the order of their plan."""
    s = streams(w)[stream]
    s.gate_reached = _count_on(w, stream, s.count, s.gate_reached)
    due_ms, s.gate_segment = _due(w, stream, s.count, s.gate_reached, s.gate_segment)
    return due_ms


@kernel
def place(w: World, stream: int, step: int, age_ms: int, due_ms: int) -> None:
    """Put a lot of the initial WIP, released ``age_ms`` ago, in front of ``step``.

    ``due_ms``: when it is due; `NONE` for the due date of the stream's lots, which is now if it is past.
    """
    s = streams(w)[stream]
    if due_ms == NONE and s.due_ms != NONE:
        due_ms = max(0, w[0].now_ms + s.due_ms - age_ms)
    lot = enter(w, stream, subject_of(s.name_hash, -s.placed - 1), due_ms, step)
    s.placed += 1
    r = lots(w)[lot]
    r.release_ms -= age_ms
    r.initial = 1
    send(w, lot, step, w[0].areas)
