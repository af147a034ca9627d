"""The bare event loop that speeds are compared with."""

from __future__ import annotations

import heapq

import pytest

from fabsim.kernels.bare import SPAN_BITS, bare_heap, bare_moves


def by_heapq(pending: int, moves: int) -> tuple[int, list[tuple[int, int]]]:
    """Give the last instant and the pending (time_ms, key) of the same moves on Python's own heap."""
    heap = [((key << SPAN_BITS) // pending, key) for key in range(pending)]
    chaos, time_ms = 1, 0
    for _ in range(2 * moves):
        chaos = (chaos * 1103515245 + 12345) & 0x7FFFFFFF
        time_ms, key = heap[0]
        heapq.heapreplace(heap, (time_ms + 1 + (chaos >> (31 - SPAN_BITS)), key))
    return time_ms, sorted(heap)


@pytest.mark.parametrize("pending", [1, 2, 5, 6, 1000])
def test_each_of_two_events_a_move_is_the_least_and_comes_back(pending: int) -> None:
    heap = bare_heap(pending)
    last = bare_moves(heap, 3000)
    assert (last, sorted(zip(heap["time_ms"].tolist(), heap["key"].tolist(), strict=True))) == by_heapq(pending, 3000)
    assert sorted(heap["row"]) == list(range(pending))
