"""The furnace schedule against every schedule there is, on tiny bays."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabsim.plan import orders, schedule
from fabsim.plan.bay import MINUTE, Batch, Bay, BayLot, Family, by_rule, cost, wait_cost
from fabsim.plan.furnaces import Schedule, _grid
from fabsim.plan.orders import HELD, Order

EFFORT = 1.0
M = MINUTE


def best(bay: Bay) -> int:
    """Return the least cost over all choices of a start, or none, for each lot on the model's instants."""
    grid = _grid(bay, by_rule(bay))
    choices = [[None, *(g for g in grid if g >= lot.ready_ms)] for lot in bay.lots]
    found = [priced for starts in product(*choices) if (priced := price(bay, starts)) is not None]
    return min(found)


def price(bay: Bay, starts: tuple[int | None, ...]) -> int | None:
    """Return what these starts cost, None if there are not tools enough."""
    waits = sum(wait_cost(bay, lot, start) for lot, start in zip(bay.lots, starts, strict=True))
    runs: list[tuple[int, int]] = []
    for family, start in {(lot.family, start) for lot, start in zip(bay.lots, starts, strict=True) if start is not None}:
        lots = sum(1 for lot, at in zip(bay.lots, starts, strict=True) if (lot.family, at) == (family, start))
        terms = bay.families[family]
        runs += [(start, start + terms.takes_ms)] * -(-lots // (terms.most // bay.lots[0].wafers))
    for at, _ in runs:
        if sum(begin <= at < end for begin, end in runs) > sum(free <= at for free in bay.free_ms):
            return None
    return waits + bay.batch_cost_min * len(runs)


@st.composite
def bays(draw: st.DrawFn) -> Bay:
    minutes = st.integers(0, 90)
    families = tuple(Family(draw(st.integers(20, 120)) * M, draw(st.integers(1, 60)), 60, draw(minutes) * M) for _ in range(2))
    lots = tuple(
        BayLot(
            draw(st.integers(0, 1)),
            draw(st.integers(-60, 90)) * M,
            25,
            draw(st.sampled_from([1, 1, 5])),
            draw(st.sampled_from([None, 40 * M])),
        )
        for _ in range(draw(st.integers(1, 4)))
    )
    free = tuple(draw(minutes) * M for _ in range(draw(st.integers(1, 2))))
    return Bay(0, 200 * M, free, families, lots, draw(st.sampled_from([0, 15])))


@settings(max_examples=25, deadline=None)
@given(bays())
def test_no_schedule_costs_less_and_the_rule_never_does(bay: Bay) -> None:
    found = schedule(bay, EFFORT)
    rule = cost(bay, by_rule(bay))
    assert found.rule_value == rule
    assert found.value == min(rule, best(bay))
    assert found.bound <= found.value
    if found.batches:
        assert found.status == "optimal"
        assert cost(bay, found.batches) == found.value < rule
        assert schedule(bay, EFFORT) == found


PAIR = Family(100 * M, 25, 50, -1)


def pair(*ready: int, free: int = 0) -> Bay:
    """Give a bay of one tool and lots of one family that come at these minutes."""
    return Bay(0, 500 * M, (free * M,), (PAIR,), tuple(BayLot(0, t * M, 25) for t in ready))


def test_a_furnace_waits_for_a_lot_that_is_about_to_come() -> None:
    # the rule starts the first at once and the second at 100: 70 min of wait, which count 70 + 70^2 / 480; together at 30: 30 + 30^2 / 480
    found = schedule(pair(0, 30), EFFORT)
    assert (found.status, found.value, found.rule_value) == ("optimal", 31, 80)
    assert found.batches == (Batch(0, 30 * M, (0, 1)),)


def test_a_furnace_does_not_wait_for_a_lot_that_is_far() -> None:
    assert schedule(pair(0, 300), EFFORT).status == "trivial"


def test_the_rule_stays_where_the_solver_finds_nothing_better() -> None:
    # the second lot waits for the tool whatever is done
    found = schedule(pair(0, 90), EFFORT)
    assert (found.status, found.value, found.batches) == ("rule", 10, ())


def test_without_effort_the_rule_stays() -> None:
    found = schedule(pair(0, 30, 40, 60, 70), 1e-9)
    assert (found.status, found.batches) == ("rule", ())


@pytest.mark.parametrize("next_min", [10, 40])
def test_a_batch_that_waits_for_a_lot_starts_when_complete_or_at_the_next_schedule(next_min: int) -> None:
    bay = pair(0, 30)
    assert orders(bay, schedule(bay, EFFORT), next_min * M) == (Order(0, max(30, next_min) * M, 50),)


def test_a_batch_that_waits_for_a_tool_starts_at_its_instant() -> None:
    bay = pair(0, 5, free=20)
    plan = Schedule("optimal", 35, 35, 40, (Batch(0, 20 * M, (0, 1)),))
    assert orders(bay, plan, 60 * M) == (Order(0, 20 * M, HELD),)


def test_lots_that_the_schedule_leaves_out_are_held() -> None:
    bay = Bay(0, 150 * M, (0,), (PAIR, PAIR), (BayLot(0, 0, 25), BayLot(1, 0, 25)))
    plan = Schedule("optimal", 0, 0, 1, (Batch(0, 0, (0,)),))
    assert orders(bay, plan, 30 * M) == (Order(0, 0, HELD), Order(1, 150 * M, HELD))
