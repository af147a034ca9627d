"""A bare event loop: the least that any loop over a heap of pending events has to do for a lot's move.

It bounds what the compiled floor could reach.  A move is two events, an arrival and an end; here an event is taken off the heap and put
back later, and nothing else happens: no lot, no tool, no queue, no draw.  One heap (`fabsim.kernels.heaps`) holds
all events, where the floor keeps most of them in a wheel (`fabsim.kernels.wheel`): what it gains by that shows in the ratio.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.arena import viewer
from fabsim.kernels.heaps import sift_in, sift_out
from fabsim.kernels.jit import kernel
from fabsim.kernels.state import EVENT

SPAN_BITS = 20
"""An event comes back after 1 to 2 ** 20 ms, 9 min in the mean: about as long as a lot travels, or is in a tool."""

_view = viewer("bare", EVENT)


def bare_heap(pending: int) -> NDArray[np.void]:
    """Return a heap of ``pending`` events spread over the first 2 ** `SPAN_BITS` ms, `EVENT`, shape ``(pending,)``."""
    heap = np.zeros(pending, EVENT)
    # in order of time, so every parent is before its children
    heap["time_ms"] = (np.arange(pending) << SPAN_BITS) // max(pending, 1)
    heap["key"] = heap["row"] = np.arange(pending)
    return heap


def bare_moves(heap: NDArray[np.void], moves: int) -> int:
    """Make ``moves`` moves on ``heap``, modified in place; return the instant of the last event [ms]."""
    return _moves(heap.ctypes.data, len(heap), moves)


@kernel
def _moves(address: int, pending: int, moves: int) -> int:
    h: Any = _view(address, pending)
    time_ms, chaos = 0, 1
    for _ in range(2 * moves):
        time_ms, key, row = h[0].time_ms, h[0].key, h[0].row
        sift_out(h, pending - 1)
        # a congruential generator is the cheapest that is irregular enough
        chaos = (chaos * 1103515245 + 12345) & 0x7FFFFFFF
        sift_in(h, pending - 1, time_ms + 1 + (chaos >> (31 - SPAN_BITS)), key, row)
    return time_ms
