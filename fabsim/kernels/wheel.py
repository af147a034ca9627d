"""The compiled loop's pending events: a wheel of buckets for what happens soon, a heap for what happens in days.

A bucket spans a second and lists its events in no order; the wheel holds the next 4,096 of them, 70 min.  Lots' arrivals and jobs' ends
go in and out in a few steps however many are pending, where a heap would sift each through all the others.  The bucket at hand is
poured into a heap of its own, ``near``, which puts its few events in order and takes those that are announced for it late.
What lies beyond the wheel, calendars above all, waits in the heap ``far``; the lesser of the two heaps' first events is next.
A map of one bit a bucket finds the next one with events in a few steps, also where a small fab has one event in a thousand buckets.
"""

from __future__ import annotations

import numpy as np

from fabsim.kernels.bits import lowest_bit
from fabsim.kernels.heaps import sift_in, sift_out
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import far, later, marks, near, wheel

NEAR, FAR = 0, 1
"""Which heap an event is in."""

BUCKET_BITS = 10
"""A bucket spans 2 ** 10 ms: at 100,000 wafers a month a few events."""

WHEEL_BITS = 12

BUCKETS = 1 << WHEEL_BITS

WORDS = BUCKETS >> 6
"""Words of the map of buckets that have events."""


@inlined
def push_event(w: World, time_ms: int, key: int, row: int) -> None:
    """Add a pending event.  The caller sees that there is room (`is_full`)."""
    ahead = (time_ms >> BUCKET_BITS) - w[0].bucket
    if ahead <= 0:
        sift_in(near(w), w[0].near_count, time_ms, key, row)
        w[0].near_count += 1
    elif ahead < BUCKETS:
        _drop_in(w, (time_ms >> BUCKET_BITS) & (BUCKETS - 1), time_ms, key, row)
    else:
        sift_in(far(w), w[0].far_count, time_ms, key, row)
        w[0].far_count += 1


@inlined
def _drop_in(w: World, place: int, time_ms: int, key: int, row: int) -> None:
    """Add an event to the bucket at a place of the wheel."""
    at = w[0].later_free
    e = later(w)[at]
    w[0].later_free = e.following
    w[0].later_count += 1
    e.time_ms = time_ms
    e.key = key
    e.row = row
    e.following = wheel(w)[place]
    if wheel(w)[place] == NONE:
        marks(w)[place >> 6] |= np.uint64(1) << np.uint64(place & 63)
    wheel(w)[place] = at


@kernel
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


@kernel
def _pour(w: World) -> None:
    """Go on to the next bucket that has events and put them in order; with none, to the present instant's."""
    if w[0].later_count == 0:
        w[0].bucket = max(w[0].bucket, w[0].now_ms >> BUCKET_BITS)
        return
    place = _next_place(w)
    w[0].bucket += 1 + ((place - w[0].bucket - 1) & (BUCKETS - 1))
    e = later(w)
    n = near(w)
    at = wheel(w)[place]
    wheel(w)[place] = NONE
    marks(w)[place >> 6] &= ~(np.uint64(1) << np.uint64(place & 63))
    while at != NONE:
        sift_in(n, w[0].near_count, e[at].time_ms, e[at].key, e[at].row)
        w[0].near_count += 1
        following = e[at].following
        e[at].following = w[0].later_free
        w[0].later_free = at
        w[0].later_count -= 1
        at = following


@inlined
def first_event(w: World) -> tuple[int, int, int, int]:
    """Return (heap, time_ms, key, row) of the least pending event; at `NEVER` if there is none."""
    if w[0].near_count == 0:
        _pour(w)
    n, f = near(w), far(w)
    if w[0].near_count > 0:
        if w[0].far_count > 0 and (f[0].time_ms < n[0].time_ms or (f[0].time_ms == n[0].time_ms and f[0].key < n[0].key)):
            return FAR, f[0].time_ms, f[0].key, f[0].row
        return NEAR, n[0].time_ms, n[0].key, n[0].row
    if w[0].far_count > 0:
        return FAR, f[0].time_ms, f[0].key, f[0].row
    return NEAR, NEVER, 0, 0


@inlined
def drop_event(w: World, which: int) -> None:
    """Take the first event of a heap out."""
    if which == NEAR:
        w[0].near_count -= 1
        sift_out(near(w), w[0].near_count)
    else:
        w[0].far_count -= 1
        sift_out(far(w), w[0].far_count)


@kernel
def is_full(w: World, slack: int) -> bool:
    """Return whether there is room for fewer than ``slack`` more events in any one place.

    A bucket that is poured adds to ``near`` what the wheel holds, so ``near`` has room for all of that beside.
    """
    return (
        w[0].near_count + w[0].later_count + slack > len(near(w))
        or w[0].far_count + slack > len(far(w))
        or w[0].later_count + slack > len(later(w))
    )
