"""Hand-solved fabs: batches. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from fabsim.terms import StallError
from tests.conftest import Run
from tests.micro.test_micro_work import starts

FURNACE = """
    toolsets: {{F: {{area: a, tools: 1, process: 60 min, per: batch, batch: {{min: {least}, max: {most}{wait}}}}}}}
    routes: {{r: [{{step: S, toolset: F}}]}}
    products: {{P: {{route: r}}}}
"""


def furnace(least: int, most: int, wait: str = "") -> str:
    return FURNACE.format(least=least, most=most, wait=f", longest_wait: {wait}" if wait else "")


def test_a_batch_starts_at_its_least_size_and_not_before(run: Run) -> None:
    ran = run(furnace(50, 100), starts("0 min, 10 min, 15 min"))
    assert ran.spans() == [(0, "F#1", 10, 70), (1, "F#1", 10, 70)]


def test_a_batch_takes_what_waits_up_to_its_largest_size(run: Run) -> None:
    # at 10 two lots start; 15, 20, 25, 30, 35 gather five lots: at 70 four of them go, the fifth waits alone
    ran = run(furnace(50, 100), starts("0 min, 10 min, 15 min, 20 min, 25 min, 30 min, 35 min"))
    assert [s[0] for s in ran.spans() if s[2] == 70] == [2, 3, 4, 5]
    assert len(ran.spans()) == 6


def test_lots_that_arrive_together_are_batched_together(run: Run) -> None:
    ran = run(furnace(25, 75), starts("0 min, 0 min, 0 min"))
    assert ran.spans() == [(k, "F#1", 0, 60) for k in range(3)]


def test_after_the_longest_wait_a_batch_starts_below_its_least_size(run: Run) -> None:
    ran = run(furnace(50, 100, "30 min"), starts("5 min"))
    assert ran.spans() == [(0, "F#1", 35, 95)]


def test_a_longest_wait_that_ends_while_the_furnace_works_counts_when_it_is_free(run: Run) -> None:
    # lots 0 and 1 run 0-60; lot 2 arrives at 10, overdue at 40, starts alone at 60
    ran = run(furnace(50, 50, "30 min"), starts("0 min, 0 min, 10 min"))
    assert ran.spans() == [(0, "F#1", 0, 60), (1, "F#1", 0, 60), (2, "F#1", 60, 120)]


TWO_STEPS = """
    toolsets: {F: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 100}}}
    routes:
      r: [{step: S1, toolset: F%s}]
      q: [{step: S1, toolset: F%s}]
    products: {P: {route: r}, Q: {route: q}}
"""
TWO_STARTS = """
    horizon: 10 h
    starts:
      P: {lot_size: 25, pattern: {schedule: [0 min, 20 min]}}
      Q: {lot_size: 25, pattern: {schedule: [10 min]}}
    policy: {fab: [fifo]}
"""


def test_products_do_not_mix_in_a_batch(run: Run) -> None:
    # P at 0 and 20, Q at 10: only the two P lots make 50 wafers, at 20
    ran = run(TWO_STEPS % ("", ""), TWO_STARTS)
    assert [(s[0], s[2]) for s in ran.spans()] == [(0, 20), (2, 20)]


def test_lots_of_one_recipe_mix_in_a_batch(run: Run) -> None:
    ran = run(TWO_STEPS % (", recipe: ox", ", recipe: ox"), TWO_STARTS)
    assert [(s[0], s[2]) for s in ran.spans()] == [(0, 10), (1, 10)]


def test_a_batch_fills_in_rank_order_and_tries_the_next_key(run: Run) -> None:
    # one hot Q lot (1) leads but is alone of its key: the P batch (0 and 2) goes, the hot lot goes on waiting
    scenario = """
        horizon: 3 h
        starts:
          P: {lot_size: 25, pattern: {schedule: [0 min, 0 min]}}
          Q: {lot_size: 25, priority: 9, pattern: {schedule: [0 min]}}
        policy: {fab: [priority, fifo]}
    """
    ran = run(TWO_STEPS % ("", ""), scenario)
    assert [(s[0], s[2]) for s in ran.spans()] == [(0, 0), (2, 0)]


def test_a_stranded_batch_stops_the_run_with_who_waits(run: Run) -> None:
    with pytest.raises(StallError, match=r"F: 1 lots wait for batches of the least size"):
        run(furnace(50, 100), starts("0 min", horizon="60 d", more="period: 10 d\n"))


def test_a_batch_that_the_lots_sizes_leave_below_the_least_does_not_start(run: Run) -> None:
    # 40 + 30 wafers: 70 fit no batch of 50 to 60 in rank order; 40 + 30 + 20 (last in rank) neither, since 30 ends the filling.
    # a hot lot of 15 that comes at 30 is first: 15 + 40 = 55 start; at 90 the 30 + 20 left make 50
    fab = """
        toolsets: {F: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 60}}}
        routes: {r: [{step: S, toolset: F, recipe: ox}]}
        products: {P: {route: r}}
    """
    scenario = """
        horizon: 3 h
        starts:
          P40: {product: P, lot_size: 40, pattern: {schedule: [0 min]}}
          P30: {product: P, lot_size: 30, pattern: {schedule: [10 min]}}
          P20: {product: P, lot_size: 20, pattern: {schedule: [20 min]}}
          P15: {product: P, lot_size: 15, priority: 1, pattern: {schedule: [30 min]}}
        policy: {fab: [priority, fifo]}
    """
    assert [(s[0], s[2]) for s in run(fab, scenario).spans()] == [(0, 30), (3, 30), (1, 90), (2, 90)]
