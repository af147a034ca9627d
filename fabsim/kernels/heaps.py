"""Heaps of pending events: four children a node, half the levels of two, and the children of a node lie side by side."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.jit import inlined, kernel


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


@inlined
def sift_in(h: Any, i: int, time_ms: int, key: int, row: int) -> None:
    """Put an event into the heap ``h``, `fabsim.kernels.state.EVENT`, that has ``i``."""
    while i > 0:
        parent = (i - 1) >> 2
        if not (time_ms < h[parent].time_ms or (time_ms == h[parent].time_ms and key < h[parent].key)):
            break
        _copy(h, i, parent)
        i = parent
    _put(h, i, time_ms, key, row)


@kernel
def sift_out(h: Any, count: int) -> None:
    """Take the first event out of the heap ``h``, which then has ``count``."""
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
