"""Rank chains: the keys of a waiting lot and the order they give.

A chain packs up to five criteria, four bits each, the first in the lowest bits (`fabsim.dispatch`).  All keys are
"least first" and fixed when the lot queues, but for ``critical_ratio`` (changes with time: its key is the due date, its
divisor the entry's ``work_ms``) and ``setup`` (depends on the tool: its key stays 0).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fabsim.kernels.draws import to_ms
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.philox import mix64
from fabsim.kernels.state import MAX_KEYS, NEVER, NONE, World
from fabsim.kernels.views import entries, ints, lots, memory, sets, steps

PRIORITY, QUEUE_TIME, SETUP, FIFO, EDD, ODD, CRITICAL_RATIO, SPT, SRPT, SLACK, RANDOM = range(1, 12)
"""Codes of the criteria, as in `fabsim.dispatch.Criterion`."""

LEAST_WORK_MS = 1.0
"""Remaining work that a critical ratio is divided by at the least [ms]."""


@inlined
def visit_counter(step: Any, visit: int) -> np.uint64:
    """Return the counter of a lot's draws at ``step`` (a record) on its ``visit``: step name and visit, mixed."""
    return mix64(step.name_hash ^ np.uint64(visit))


@kernel
def earliest_deadline(w: World, lot: int) -> int:
    """Return the first instant at which an open queue-time window of the lot runs out [ms], `NEVER` without one."""
    r = lots(w)[lot]
    m = memory(w)
    i = ints(w)
    at = w[0].spans_at + 2 * r.step
    best = NEVER
    for k in range(i[at], i[at] + i[at + 1]):
        window = w[0].windows_at + 2 * i[k]
        opened = m[lot * w[0].slots + i[window]]
        if opened != NONE and opened + i[window + 1] < best:
            best = opened + i[window + 1]
    return best


@kernel
def _odd(w: World, r: Any, step: Any) -> int:
    """Return the operation due date [ms]: the due date's share of the work done when this step is (Rose 2003)."""
    if r.due_ms == NONE:
        return NEVER
    total = steps(w)[r.step - step.index].remaining_ms
    done = total - (step.remaining_ms - step.work_ms)
    if total <= 0.0:
        return r.due_ms
    return r.release_ms + to_ms((r.due_ms - r.release_ms) * (done / total))


@inlined
def _key(w: World, criterion: int, lot: int) -> int | np.int64:
    """Return the rank key of a waiting lot for one criterion, least first."""
    r = lots(w)[lot]
    step = steps(w)[r.step]
    if criterion == PRIORITY:
        return -r.priority
    if criterion == QUEUE_TIME:
        return earliest_deadline(w, lot)
    if criterion == FIFO:
        return r.arrive_ms
    if criterion == ODD:
        return _odd(w, r, step)
    if criterion == SPT:
        return to_ms(step.work_ms)
    if criterion == SRPT:
        return to_ms(step.remaining_ms)
    if criterion == RANDOM:
        return np.int64(mix64(r.subject ^ visit_counter(step, r.visit)) >> np.uint64(2))
    if criterion == SETUP or r.due_ms == NONE:
        return 0 if criterion == SETUP else NEVER
    if criterion == SLACK:
        return r.due_ms - to_ms(step.remaining_ms)
    return r.due_ms


@inlined
def write_keys(w: World, at: int, lot: int) -> None:
    """Fill the pool's entry ``at`` with the rank of a lot that has just joined its queue."""
    e = entries(w)[at]
    r = lots(w)[lot]
    chain = sets(w)[steps(w)[r.step].toolset].chain
    k = 0
    while chain:
        e.keys[k] = _key(w, chain & 15, lot)
        chain >>= 4
        k += 1
    while k < MAX_KEYS:
        e.keys[k] = 0
        k += 1
    e.id = r.id
    e.work_ms = max(LEAST_WORK_MS, steps(w)[r.step].remaining_ms)
    e.lot = lot


@inlined
def entry_before(e: Any, i: int, j: int) -> bool:
    """Return whether entry ``i`` ranks before ``j`` by keys that do not change with time, setup apart."""
    for k in range(MAX_KEYS):
        if e[i].keys[k] != e[j].keys[k]:
            return e[i].keys[k] < e[j].keys[k]
    return e[i].id < e[j].id
