"""Which slot of a lot's memory keeps what."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple


class Span(NamedTuple):
    """Positions in a route, both ends included."""

    first: int
    last: int


def slots(spans: Sequence[Span], loops: Sequence[Span]) -> list[int]:
    """Return a slot for each span, the same one only for spans that never need it at once.

    Colours the intervals in the order of their beginning, each with the lowest slot that is free.  Inside a loop that
    rework can repeat nothing may be overwritten, so a span first grows over every loop that it touches.
    """
    blocks = _blocks(loops)
    grown = [_grow(span, blocks) for span in spans]
    taken = [0] * len(spans)
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    used = 0
    for k in sorted(range(len(spans)), key=lambda k: grown[k]):
        while busy and busy[0][0] < grown[k].first:
            heappush(free, heappop(busy)[1])
        if free:
            taken[k] = heappop(free)
        else:
            taken[k] = used
            used += 1
        heappush(busy, (grown[k].last, taken[k]))
    return taken


def _blocks(loops: Sequence[Span]) -> list[Span]:
    """Return the loops in order, those that overlap as one."""
    blocks: list[Span] = []
    for loop in sorted(loops):
        if blocks and loop.first <= blocks[-1].last:
            blocks[-1] = Span(blocks[-1].first, max(blocks[-1].last, loop.last))
        else:
            blocks.append(loop)
    return blocks


def _grow(span: Span, blocks: Sequence[Span]) -> Span:
    """Return the span with every block that it touches."""
    first = bisect_left(blocks, span.first, key=lambda block: block.last)
    last = bisect_right(blocks, span.last, key=lambda block: block.first) - 1
    if first > last:
        return span
    return Span(min(span.first, blocks[first].first), max(span.last, blocks[last].last))
