"""The compiled loop's pending events: two heaps, so that what happens soon is not sifted through what happens in weeks.

Lots' arrivals and jobs' ends come and go by the thousand in the near heap; calendars, several of each tool, lie in the far one.
Both have four children a node: half the levels of two, and the children of a node lie side by side.
"""

from __future__ import annotations

from typing import Any

from fabsim.kernels.jit import kernel
from fabsim.kernels.state import NEVER, World
from fabsim.kernels.views import far, near
from fabsim.kernels.waking import CLASS_BITS, TOOL_DOWN

NEAR, FAR = 0, 1
"""Which heap an event is in."""


@kernel
def _earlier(h: Any, i: int, time_ms: int, key: int) -> bool:
    return h[i].time_ms < time_ms or (h[i].time_ms == time_ms and h[i].key < key)


@kernel
def _put(h: Any, i: int, time_ms: int, key: int, row: int) -> None:
    h[i].time_ms = time_ms
    h[i].key = key
    h[i].row = row


@kernel
def _copy(h: Any, to: int, i: int) -> None:
    _put(h, to, h[i].time_ms, h[i].key, h[i].row)


@kernel
def _push(h: Any, i: int, time_ms: int, key: int, row: int) -> None:
    """Put an event into the heap of ``i`` events."""
    while i > 0:
        parent = (i - 1) >> 2
        if not (time_ms < h[parent].time_ms or (time_ms == h[parent].time_ms and key < h[parent].key)):
            break
        _copy(h, i, parent)
        i = parent
    _put(h, i, time_ms, key, row)


@kernel
def _drop(h: Any, count: int) -> None:
    """Take the first event out of the heap that then has ``count``."""
    time_ms, key, row = h[count].time_ms, h[count].key, h[count].row
    i = 0
    while True:
        child = 4 * i + 1
        if child >= count:
            break
        least = child
        for other in range(child + 1, min(child + 4, count)):
            if _earlier(h, other, h[least].time_ms, h[least].key):
                least = other
        if not _earlier(h, least, time_ms, key):
            break
        _copy(h, i, least)
        i = least
    _put(h, i, time_ms, key, row)


@kernel
def push_event(w: World, time_ms: int, key: int, row: int) -> None:
    """Add a pending event."""
    if (key >> CLASS_BITS) == TOOL_DOWN:
        _push(far(w), w[0].far_count, time_ms, key, row)
        w[0].far_count += 1
    else:
        _push(near(w), w[0].near_count, time_ms, key, row)
        w[0].near_count += 1


@kernel
def first_event(w: World) -> tuple[int, int, int, int]:
    """Return (heap, time_ms, key, row) of the least pending event; at `NEVER` if there is none."""
    n, f = near(w), far(w)
    if w[0].near_count > 0 and (w[0].far_count == 0 or _earlier(n, 0, f[0].time_ms, f[0].key)):
        return NEAR, n[0].time_ms, n[0].key, n[0].row
    if w[0].far_count > 0:
        return FAR, f[0].time_ms, f[0].key, f[0].row
    return NEAR, NEVER, 0, 0


@kernel
def drop_event(w: World, which: int) -> None:
    """Take the first event of a heap out."""
    if which == NEAR:
        w[0].near_count -= 1
        _drop(near(w), w[0].near_count)
    else:
        w[0].far_count -= 1
        _drop(far(w), w[0].far_count)


@kernel
def heaps_are_full(w: World, slack: int) -> bool:
    """Return whether a heap has less than ``slack`` rows free."""
    return w[0].near_count + slack > len(near(w)) or w[0].far_count + slack > len(far(w))
