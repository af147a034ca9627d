"""The compiled loop's pending events: a wheel of buckets for what happens soon, a heap for what happens in days.

The wheel holds the next 32,768 buckets; each lists its events in their order.  A bucket spans so much time that it has an event or two
(`bucket_bits`): a quarter of a second in a fab of 100,000 wafer starts a month, which makes 140 min in all.  So lots' arrivals and jobs'
ends go in and out in a few steps however many are pending, where a heap would sift each through all the others.  What lies beyond the
wheel, calendars above all, waits in the heap ``far``, as does what many events of its bucket come before; the lesser of the first events
of the first bucket that has any and of the heap is next.
A map of one bit a bucket finds the next bucket with events in a few steps, also where one in a thousand has any.
"""

from __future__ import annotations

import numpy as np

from fabsim.kernels.arena import fetch
from fabsim.kernels.bits import lowest_bit
from fabsim.kernels.heaps import sift_in, sift_out
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import far, later, lots, marks, steps, tools, wheel

LEAST_BITS, MOST_BITS = 8, 12
"""A bucket spans at least 2 ** 8 ms, at most 2 ** 12."""

TOOLS_AT_LEAST = 3000
"""Tools from which on buckets are the shortest: the more tools, the more events in a time."""

WHEEL_BITS = 15

BUCKETS = 1 << WHEEL_BITS

WORDS = BUCKETS >> 6
"""Words of the map of buckets that have events."""

LOT_FETCHED, TOOL_FETCHED, STEP_FETCHED = 4, 3, 2
"""Lines of the cache that most events need of the rows of their lot, its tool and its step, asked for while the event before is
answered."""

MOST_BEFORE = 32
"""Events of its bucket that one may come after; beyond it is in the heap, so that no number of them at one instant takes long."""


def bucket_bits(tools: int) -> int:
    """Return b for buckets of 2 ** b ms on a floor with so many tools."""
    return min(max(LEAST_BITS + round(np.log2(TOOLS_AT_LEAST / max(tools, 1))), LEAST_BITS), MOST_BITS)


@inlined
def push_event(w: World, time_ms: int, key: int, row: int) -> None:
    """Add a pending event, now or later: two turns of the wheel would share places.  The caller sees that there is room (`is_full`)."""
    bucket = time_ms >> w[0].bucket_bits
    ahead = bucket - (w[0].now_ms >> w[0].bucket_bits)
    if ahead < BUCKETS and _list(w, bucket & (BUCKETS - 1), time_ms, key, row):
        w[0].bucket = min(w[0].bucket, bucket)
    else:
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
def _next_bucket(w: World) -> int:
    """Return the first bucket after the one at hand that has events; the caller knows that there is one."""
    m = marks(w)
    place = (w[0].bucket + 1) & (BUCKETS - 1)
    word = place >> 6
    bits = m[word] >> np.uint64(place & 63)
    if bits != 0:
        return w[0].bucket + 1 + lowest_bit(bits)
    while True:
        word = (word + 1) & (WORDS - 1)
        if m[word] != 0:
            return w[0].bucket + 1 + (((word << 6) + lowest_bit(m[word]) - place) & (BUCKETS - 1))


@inlined
def first_event(w: World) -> tuple[int, int, int, int]:
    """Return (row in ``later`` or, for the heap's, `NONE`; time_ms, key, row) of the least pending event; at `NEVER` if there is none."""
    e, f = later(w), far(w)
    if w[0].later_count > 0:
        at = int(wheel(w)[w[0].bucket & (BUCKETS - 1)])
        time_ms = e[at].time_ms
        if w[0].far_count == 0 or time_ms < f[0].time_ms or (time_ms == f[0].time_ms and e[at].key < f[0].key):
            return at, time_ms, e[at].key, e[at].row
    if w[0].far_count > 0:
        return NONE, f[0].time_ms, f[0].key, f[0].row
    return NONE, NEVER, 0, 0


@inlined
def drop_event(w: World, at: int) -> None:
    """Take the first event out, which is at row ``at`` of ``later``, or `NONE` for the heap's.

    What is next in the wheel is most likely about a lot, whose row is asked for; where it is not, that does no harm.
    """
    if at == NONE:
        w[0].far_count -= 1
        sift_out(far(w), w[0].far_count)
        return
    e = later(w)
    place = w[0].bucket & (BUCKETS - 1)
    following = int(e[at].following)
    wheel(w)[place] = following
    e[at].following = w[0].later_free
    w[0].later_free = at
    w[0].later_count -= 1
    if following == NONE:
        marks(w)[place >> 6] &= ~(np.uint64(1) << np.uint64(place & 63))
        if w[0].later_count == 0:
            w[0].bucket = NEVER
            return
        w[0].bucket = _next_bucket(w)
        following = int(wheel(w)[w[0].bucket & (BUCKETS - 1)])
    for line in range(LOT_FETCHED):
        fetch(lots(w), e[following].row, line)


@inlined
def fetch_way(w: World, row: int) -> None:
    """Ask for the tool and the step of the lot at ``row``, the next event's; if that is not about a lot, it does no harm."""
    if row < len(lots(w)):
        r = lots(w)[row]
        for line in range(TOOL_FETCHED):
            fetch(tools(w), r.tool, line)
        for line in range(STEP_FETCHED):
            fetch(steps(w), r.step, line)


@kernel
def is_full(w: World, slack: int) -> bool:
    """Return whether there is room for fewer than ``slack`` more events in any one place."""
    return w[0].far_count + slack > len(far(w)) or w[0].later_count + slack > len(later(w))
