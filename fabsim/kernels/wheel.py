"""The compiled loop's pending events: a wheel of buckets for what happens soon, a heap for what happens in days.

A bucket spans a quarter of a second and lists its events in their order; the wheel holds the next 16,384 of them, 70 min.  At 100,000
wafers a month a bucket has one event or two, so lots' arrivals and jobs' ends go in and out in a few steps however many are pending,
where a heap would sift each through all the others.  What lies beyond the wheel, calendars above all, waits in the heap ``far``, as does
what many events of its bucket come before; the lesser of the first events of the bucket at hand and of the heap is next.
A map of one bit a bucket finds the next one with events in a few steps, also where a small fab has one event in a thousand buckets.
"""

from __future__ import annotations

import numpy as np

from fabsim.kernels.bits import lowest_bit
from fabsim.kernels.heaps import sift_in, sift_out
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import far, later, marks, wheel

BUCKET_BITS = 8
"""A bucket spans 2 ** 8 ms."""

WHEEL_BITS = 14

BUCKETS = 1 << WHEEL_BITS

WORDS = BUCKETS >> 6
"""Words of the map of buckets that have events."""

MOST_BEFORE = 32
"""Events of its bucket that one may come after; beyond it is in the heap, so that no number of them at one instant takes long."""


@inlined
def push_event(w: World, time_ms: int, key: int, row: int) -> None:
    """Add a pending event.  The caller sees that there is room (`is_full`)."""
    bucket = max(time_ms >> BUCKET_BITS, w[0].bucket)
    if bucket - w[0].bucket >= BUCKETS or not _list(w, bucket & (BUCKETS - 1), time_ms, key, row):
        sift_in(far(w), w[0].far_count, time_ms, key, row)
        w[0].far_count += 1


@inlined
def _list(w: World, place: int, time_ms: int, key: int, row: int) -> bool:
    """List an event in order in the bucket at a place of the wheel; return whether so few come before it."""
    e = later(w)
    before, after = NONE, int(wheel(w)[place])
    if after == NONE:
        marks(w)[place >> 6] |= np.uint64(1) << np.uint64(place & 63)
    hops = 0
    while after != NONE and (e[after].time_ms < time_ms or (e[after].time_ms == time_ms and e[after].key < key)):
        before, after = after, e[after].following
        hops += 1
        if hops > MOST_BEFORE:
            return False
    at = w[0].later_free
    w[0].later_free = e[at].following
    w[0].later_count += 1
    e[at].time_ms = time_ms
    e[at].key = key
    e[at].row = row
    e[at].following = after
    if before == NONE:
        wheel(w)[place] = at
    else:
        e[before].following = at
    return True


@inlined
def _next_place(w: World) -> int:
    """Return the place of the first bucket after the one at hand that has events; the caller knows that there is one."""
    m = marks(w)
    place = (w[0].bucket + 1) & (BUCKETS - 1)
    word = place >> 6
    bits = m[word] >> np.uint64(place & 63)
    if bits != 0:
        return place + lowest_bit(bits)
    while True:
        word = (word + 1) & (WORDS - 1)
        if m[word] != 0:
            return (word << 6) + lowest_bit(m[word])


@inlined
def _first_listed(w: World) -> int:
    """Return the first event of the bucket at hand, which is the next one that has any, `NONE` if the wheel has none.

    With none, the bucket at hand becomes the present instant's.
    """
    at = int(wheel(w)[w[0].bucket & (BUCKETS - 1)])
    if at == NONE:
        if w[0].later_count == 0:
            w[0].bucket = max(w[0].bucket, w[0].now_ms >> BUCKET_BITS)
            return NONE
        place = _next_place(w)
        w[0].bucket += 1 + ((place - w[0].bucket - 1) & (BUCKETS - 1))
        at = int(wheel(w)[place])
    return at


@inlined
def first_event(w: World) -> tuple[int, int, int, int]:
    """Return (row in ``later`` or, for the heap's, `NONE`; time_ms, key, row) of the least pending event; at `NEVER` if there is none."""
    at = _first_listed(w)
    e, f = later(w), far(w)
    if at != NONE:
        time_ms = e[at].time_ms
        if w[0].far_count == 0 or time_ms < f[0].time_ms or (time_ms == f[0].time_ms and e[at].key < f[0].key):
            return at, time_ms, e[at].key, e[at].row
    if w[0].far_count > 0:
        return NONE, f[0].time_ms, f[0].key, f[0].row
    return NONE, NEVER, 0, 0


@inlined
def drop_event(w: World, at: int) -> None:
    """Take the first event out, which is at row ``at`` of ``later``, or `NONE` for the heap's."""
    if at == NONE:
        w[0].far_count -= 1
        sift_out(far(w), w[0].far_count)
        return
    e = later(w)[at]
    place = w[0].bucket & (BUCKETS - 1)
    following = e.following
    wheel(w)[place] = following
    if following == NONE:
        marks(w)[place >> 6] &= ~(np.uint64(1) << np.uint64(place & 63))
    e.following = w[0].later_free
    w[0].later_free = at
    w[0].later_count -= 1


@kernel
def is_full(w: World, slack: int) -> bool:
    """Return whether there is room for fewer than ``slack`` more events in any one place."""
    return w[0].far_count + slack > len(far(w)) or w[0].later_count + slack > len(later(w))
