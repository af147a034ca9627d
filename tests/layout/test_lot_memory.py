"""Slots of a lot's memory, against brute force."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fabsim.layout.build_memory import Span, slots

STEPS = 12
spans = st.lists(st.tuples(st.integers(0, STEPS - 1), st.integers(0, STEPS - 1)).map(lambda ends: Span(min(ends), max(ends))), max_size=8)


def grown(span: Span, loops: list[Span]) -> set[int]:
    """Return the steps of a span and of all loops that touch it or each other."""
    steps = set(range(span.first, span.last + 1))
    for _ in loops:
        for loop in loops:
            own = set(range(loop.first, loop.last + 1))
            steps |= own if own & steps else set()
    return steps


@given(spans, spans)
def test_two_spans_share_a_slot_only_if_they_never_meet(live: list[Span], loops: list[Span]) -> None:
    taken = slots(live, loops)
    for (one, a), (other, b) in combinations(zip(live, taken, strict=True), 2):
        if a == b:
            assert not grown(one, loops) & grown(other, loops)


@given(spans)
def test_without_loops_there_are_as_many_slots_as_spans_at_the_busiest_step(live: list[Span]) -> None:
    busiest = max((sum(span.first <= step <= span.last for span in live) for step in range(STEPS)), default=0)
    assert max(slots(live, []), default=-1) + 1 == busiest


def test_windows_one_after_the_other_share_a_slot_and_a_loop_over_both_parts_them() -> None:
    live = [Span(0, 2), Span(3, 5)]
    assert slots(live, []) == [0, 0]
    assert slots(live, [Span(2, 4)]) == [0, 1]
