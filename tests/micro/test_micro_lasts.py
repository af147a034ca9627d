"""Hand-solved fabs: the last batches, which start below their least size, and knots of them. Times in minutes."""

from __future__ import annotations

import pytest

from fabsim.terms import StallError
from tests.conftest import Ran, Run
from tests.micro.test_micro_batches import furnace
from tests.micro.test_micro_work import starts


def test_the_last_lots_start_below_the_least_size_where_the_fab_says_so(run: Run) -> None:
    # lots 0 and 1 work 10-70; lot 2, the last one, comes at 15 and starts when the furnace is free; one that comes at 90 is waited for
    fab = furnace(50, 100).replace("max: 100", "max: 100, when_last: start")
    assert run(fab, starts("0 min, 10 min, 15 min")).spans()[2:] == [(2, "F#1", 70, 130)]
    assert run(fab, starts("0 min, 10 min, 15 min, 90 min")).spans()[2:] == [(2, "F#1", 90, 150), (3, "F#1", 90, 150)]


LAST = """
    toolsets:
      W: {area: a, tools: 1, process: 10 min}
      X: {area: a, tools: 1, process: 40 min}
      F: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 100, when_last: start}}
    routes:
      p: [{step: F1, toolset: F, recipe: ox}]
      q: [{step: Q0, toolset: W, factor: 3}, {step: Q1, toolset: F, recipe: ox%s}, {step: Q2, toolset: W}]
      x: [{step: X0, toolset: X}]
      y:
        - {step: Y0, toolset: W}
        - {step: Y1, toolset: X, queue_time: {from: Y0, limit: 5 min, if_late: scrap}}
        - {step: Y2, toolset: F, recipe: ox}
      z: [{step: Z0, toolset: W}, {step: Z1, toolset: F, recipe: other}, {step: Z2, toolset: F, recipe: ox}]
    products: {P: {route: p}, Q: {route: q}, X: {route: x}, Y: {route: y}, Z: {route: z}}
"""


def last(**times: str) -> str:
    return "    horizon: 4 h\n    starts:\n" + "".join(f"      {k}: {{pattern: {{schedule: [{text}]}}}}\n" for k, text in times.items())


def test_a_lot_on_its_way_is_waited_for(run: Run) -> None:
    # Q comes to the furnace at 30
    assert [(s[0], s[2]) for s in run(LAST % "", last(P="0 min", Q="0 min")).spans("F")] == [(0, 30), (1, 30)]


def test_a_lot_that_passes_the_furnace_by_is_waited_for_until_then(run: Run) -> None:
    assert [(s[0], s[2]) for s in run(LAST % ", sampling: 0 %", last(P="0 min", Q="0 min")).spans("F")] == [(0, 30)]


def test_a_lot_that_is_scrapped_on_its_way_is_waited_for_until_then(run: Run) -> None:
    # X works on lot 1 0-40; Y (2) is there at 10, too late by 40
    assert [(s[0], s[2]) for s in run(LAST % "", last(P="0 min", X="0 min", Y="0 min")).spans("F")] == [(0, 40)]


def test_last_lots_that_would_wait_for_each_other_start_in_the_order_of_their_way(run: Run) -> None:
    # Z (1) is alone at its first batch from 10 on, where none can come any more: it starts at 10; the lot of P waits for it until 70
    assert [(s[0], s[2]) for s in run(LAST % "", last(P="0 min", Z="0 min")).spans("F")] == [(1, 10), (0, 70), (1, 70)]


def test_lots_that_cannot_come_to_the_batch_are_not_waited_for(run: Run) -> None:
    assert [(s[0], s[2]) for s in run(LAST % "", last(P="0 min", X="0 min, 2 h")).spans("F")] == [(0, 0)]


@pytest.mark.parametrize(("rate", "horizon", "lots"), [("75", 27, 2), ("{0: 75, 1: 0}", 27, 2), ("{0: 75, 1: 0}", 35, 3)])
def test_starts_end_where_their_rate_is_0_and_not_with_the_run(run: Run, rate: str, horizon: int, lots: int) -> None:
    # of 75 wafers in month 0 lots come after 1/6, 1/2 and 5/6 of its 30.4 d; the third is alone, and starts if none is planned after it
    fab = furnace(50, 100).replace("max: 100", "max: 100, when_last: start")
    spans = run(fab, f"    horizon: {horizon} d\n    period: 100 d\n    starts: {{P: {{wafers_per_month: {rate}}}}}\n").spans()
    assert len(spans) == lots


def test_the_advice_for_a_batch_that_never_starts_is_not_what_is_set(run: Run) -> None:
    # a monitor that is used twice may come again, so it is never known to be the last one
    fab = furnace(50, 100).replace("max: 100", "max: 100, when_last: start")
    starts = "{P: {kind: monitor, uses: 2, pattern: {conwip: 1}}}"
    with pytest.raises(StallError, match=r"lower batch min or set longest_wait$"):
        run(fab, f"    horizon: 60 d\n    period: 10 d\n    starts: {starts}\n")


KNOT = """
    toolsets:
      X: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 100, when_last: start}}
      Y: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 100, when_last: start}}
      W: {area: a, tools: 1, process: 30 min}
    routes:
      p: [{step: P1, toolset: X, recipe: x}, {step: P2, toolset: Y, recipe: y}]
      q: [{step: Q1, toolset: Y, recipe: y}, {step: Q2, toolset: X, recipe: x}]
      r: [{step: R1, toolset: X, recipe: x}, {step: R2, toolset: Y, recipe: y}, {step: R3, toolset: X, recipe: x}]
      s: [{step: S1, toolset: X, recipe: x}, {step: S2, toolset: W}]
      w: [{step: W1, toolset: W}, {step: W2, toolset: X, recipe: x}]
    products: {P: {route: p}, Q: {route: q}, R: {route: r}, S: {route: s}, W: {route: w}}
"""


def spans_of(ran: Ran) -> list[tuple[int, str, float]]:
    return [(lot, tool[0], start) for lot, tool, start, _ in ran.spans()]


def test_of_batches_that_wait_for_each_other_the_one_starts_that_has_waited_longest(run: Run) -> None:
    # P (0) waits at X from 0 for Q, which waits at Y from 10 for P: P starts at 10 and comes to Y at 70, Q is the last at X
    assert spans_of(run(KNOT, last(P="0 min", Q="10 min"))) == [(0, "X", 10), (0, "Y", 70), (1, "Y", 70), (1, "X", 130)]
    assert spans_of(run(KNOT, last(P="10 min", Q="0 min"))) == [(1, "Y", 10), (0, "X", 70), (1, "X", 70), (0, "Y", 130)]


def test_of_batches_that_wait_for_each_other_equally_long_the_first_of_the_fab_starts(run: Run) -> None:
    assert spans_of(run(KNOT, last(P="0 min", Q="0 min"))) == [(0, "X", 0), (0, "Y", 60), (1, "Y", 60), (1, "X", 120)]


def test_batches_do_not_wait_for_each_other_while_a_lot_may_come_to_one_of_them(run: Run) -> None:
    # W (2) is at W until 30, then at X with P (0), which both start; P comes to Y at 90
    ran = run(KNOT, last(P="0 min", Q="10 min", W="0 min"))
    assert spans_of(ran) == [(2, "W", 0), (0, "X", 30), (2, "X", 30), (0, "Y", 90), (1, "Y", 90), (1, "X", 150)]


def test_a_lot_may_wait_for_one_that_comes_back_to_the_step_after_it(run: Run) -> None:
    # R (1) at its first step waits for Q, which waits at Y for R and has waited longer: Q starts at 5 and is at X at 65
    # (the run ends before R has done its third step)
    ran = run(KNOT, last(Q="0 min", R="5 min"))
    assert spans_of(ran) == [(0, "Y", 5), (0, "X", 65), (1, "X", 65), (1, "Y", 125)]


@pytest.mark.parametrize("stream", ["wip_limit: 1, pattern: {schedule: [0 min, 10 min, 20 min]}", "pattern: {conwip: 1}"])
def test_the_next_lot_of_a_full_stream_is_not_waited_for_by_the_one_it_waits_for(run: Run, stream: str) -> None:
    # each lot is replaced when it is done
    fab = furnace(50, 100).replace("max: 100", "max: 100, when_last: start")
    assert [s[2] for s in run(fab, f"    horizon: 185 min\n    starts: {{P: {{{stream}}}}}\n").spans()] == [0, 60, 120]


def test_the_next_lots_of_a_full_stream_are_waited_for_while_one_of_its_lots_works_elsewhere(run: Run) -> None:
    # two lots work at X 0-60, one after the other at W 60-90 and 90-120: lot 2 comes at 90, lot 3 at 120
    fab = KNOT.replace("min: 50", "min: 75")
    ran = run(fab, "    horizon: 185 min\n    starts: {S: {pattern: {conwip: 2}}}\n")
    assert spans_of(ran) == [(0, "X", 0), (1, "X", 0), (0, "W", 60), (1, "W", 90), (2, "X", 120), (3, "X", 120)]


def test_knots_are_untied_building_by_building(run: Run) -> None:
    # two buildings, each with 5 lots of P and of Q in month 0, at the same instants.  The last of both, at 9/10 of it (39,420 min),
    # are a knot: P starts at X, then both work at Y, then Q at X
    ran = run(
        "    buildings: {wafers_per_month: 250}\n" + KNOT.lstrip("\n"),
        "    horizon: 35 d\n    period: 100 d\n    starts:\n"
        + "".join(f"      {k}: {{wafers_per_month: {{0: 250, 1: 0}}}}\n" for k in "PQ"),
    )
    last = [(tool, start - 39_420) for _, tool, start in spans_of(ran) if start >= 39_420]
    assert sorted(last) == sorted([("X", 0), ("Y", 60), ("Y", 60), ("X", 120)] * 2)
    assert len(ran.spans()) == 40
