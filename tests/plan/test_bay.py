"""What the rule does in a bay and what a schedule costs, by hand. Times in minutes."""

from __future__ import annotations

from typing import Any

from fabsim.plan.bay import AGING_MIN, LATE_MIN, MINUTE, Batch, Bay, BayLot, Family, by_rule, cost

M = MINUTE


def bay(lots: list[tuple[Any, ...]], free: tuple[int, ...] = (0,), wait: int = -1, least: int = 50, batch_cost: int = 0) -> Bay:
    """Give a bay of two families, 100 min and 50 wafers to 100 a batch, up to 1000; a lot is (family, ready) and more."""
    family = Family(100 * M, least, 100, wait * M if wait >= 0 else -1)
    made = tuple(BayLot(f, ready * M, 25, *more) for f, ready, *more in lots)
    return Bay(0, 1000 * M, tuple(t * M for t in free), (family, family), made, batch_cost)


def started(batches: tuple[Batch, ...]) -> list[tuple[int, tuple[int, ...]]]:
    return [(batch.start_ms // M, batch.lots) for batch in batches]


def test_the_rule_starts_a_batch_at_its_least_size() -> None:
    assert started(by_rule(bay([(0, 0), (0, 10), (0, 20)]))) == [(10, (0, 1))]


def test_the_rule_starts_a_smaller_batch_after_the_longest_wait() -> None:
    assert started(by_rule(bay([(0, -5), (1, 7)], free=(0, 0), wait=30))) == [(25, (0,)), (37, (1,))]


def test_the_rule_waits_for_a_tool_and_takes_the_most_urgent_first() -> None:
    # at 40 the tool is free: family 1 has the heavy lot; at 140 the four that fit of family 0
    lots = [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1, 20, 5), (1, 30)]
    assert started(by_rule(bay(lots, free=(40,)))) == [(40, (5, 6)), (140, (0, 1, 2, 3))]


def test_the_rule_starts_a_smaller_batch_with_a_lot_for_which_the_least_size_is_waived() -> None:
    # the tool is free at 40: the waiver of lot 1 ends when it comes, at 20, that of lot 3 does not; lot 2 stays alone
    lots = [(0, 0), (0, 20, 5, None, 20 * M), (1, 10), (1, 30, 5, None, 10**12)]
    assert started(by_rule(bay(lots, free=(40,), least=75))) == [(40, (3, 2))]
    assert started(by_rule(bay(lots[:2], least=75))) == [(20, (1, 0))]


def test_nothing_starts_at_the_horizon() -> None:
    assert by_rule(bay([(0, 0), (0, 0)], free=(1000,))) == ()


def test_a_wait_costs_its_minutes_times_the_weight_and_a_batch_its_price() -> None:
    one = bay([(0, 0), (0, 10, 3)], batch_cost=7)
    assert cost(one, [Batch(0, 20 * M, (0, 1))]) == 20 + 3 * 10 + 7


def test_a_lot_that_does_not_start_waits_beyond_the_horizon() -> None:
    aged = 1100 + 1100**2 // (2 * AGING_MIN)
    assert cost(bay([(0, 0)]), []) == aged


def test_a_long_wait_counts_more_but_what_is_past_does_not() -> None:
    old, more = 480, 20
    aged = more + 500**2 // (2 * AGING_MIN) - old**2 // (2 * AGING_MIN)
    assert cost(bay([(0, -old)]), [Batch(0, more * M, (0,))]) == aged


def test_a_window_that_runs_out_costs_ten_hours() -> None:
    lots = bay([(0, 0, 1, 20 * M)])
    assert cost(lots, [Batch(0, 20 * M, (0,))]) == 20
    assert cost(lots, [Batch(0, 21 * M, (0,))]) == 21 + LATE_MIN
