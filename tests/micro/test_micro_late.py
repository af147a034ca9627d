"""Hand-solved fabs: lots that come too late for a queue-time window."""

from __future__ import annotations

import polars as pl

from fabsim.kernels.rows import STATUS_DONE, STATUS_SCRAPPED
from fabsim.metrics import check_laws
from fabsim.metrics.dies import good_dies
from tests.conftest import Ran, Run
from tests.micro.test_micro_work import starts

MINUTE = 60_000

LATE = """
    toolsets: {{A: {{area: a, tools: 1, process: 10 min}}, B: {{area: a, tools: 1, process: 20 min}}}}
    routes:
      r:
        - {{step: S0, toolset: A}}
        - {{step: S1, toolset: A}}
        - {{step: S2, toolset: B, queue_time: {{from: S1, limit: 5 min, {late}}}}}
    products:
      P:
        route: r
        die: {{width_mm: 25.5, height_mm: 16.2}}
        yield: {{model: poisson, defects_per_cm2: 0.1}}
"""


def lots(ran: Ran, *columns: str) -> list[tuple[object, ...]]:
    """Give the chosen columns of all lots by their id, after seeing that the run is sound."""
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []
    return ran.trace.lots.sort("lot").select(*columns).rows()


# Both lots do S0 and S1 on A in turn: S0 0-10 and 10-20, S1 20-30 and 30-40; B takes lot 0 30-50.  Lot 1 waits for B from 40 and would
# start at 50, 10 min after its window of 5 min was opened.


def test_a_late_lot_goes_back_to_where_its_window_opens(run: Run) -> None:
    # at 50 it goes back to S1: A 50-60, then B at once; B was never taken by it before
    ran = run(LATE.format(late="if_late: rework"), starts("0 h, 0 h"))
    assert ran.spans("B") == [(0, "B#1", 30, 50), (1, "B#1", 60, 80)]
    assert ran.moves("lot", "step", "visit")[3:] == [(1, "S0", 0), (1, "S1", 0), (1, "S1", 1), (1, "S2", 1)]
    # it waited 10 for A, 10 for A again and 10 for B
    assert lots(ran, "windows", "violations", "reworks", "wait_ms", "tool_ms") == [
        (1, 0, 0, 10 * MINUTE, 40 * MINUTE),
        (2, 1, 1, 30 * MINUTE, 50 * MINUTE),
    ]


def test_a_late_lot_goes_back_to_the_step_that_is_named(run: Run) -> None:
    ran = run(LATE.format(late="if_late: rework, to: S0"), starts("0 h, 0 h"))
    assert ran.spans("B") == [(0, "B#1", 30, 50), (1, "B#1", 70, 90)]


def test_a_late_lot_is_scrapped_when_it_would_start(run: Run) -> None:
    ran = run(LATE.format(late="if_late: scrap"), starts("0 h, 0 h"))
    assert ran.spans("B") == [(0, "B#1", 30, 50)]
    assert lots(ran, "status", "done_ms", "violations", "wait_ms", "tool_ms") == [
        (STATUS_DONE, 50 * MINUTE, 0, 10 * MINUTE, 40 * MINUTE),
        (STATUS_SCRAPPED, 50 * MINUTE, 1, 30 * MINUTE, 20 * MINUTE),
    ]


def test_a_late_lot_starts_and_loses_dies(run: Run) -> None:
    plain = run(LATE.format(late="if_late: measure"), starts("0 h, 0 h"))
    half = run(LATE.format(late="if_late: yield_loss, loss: 50 %"), starts("0 h, 0 h"))
    none = run(LATE.format(late="if_late: yield_loss, loss: 100 %"), starts("0 h, 0 h"))
    assert plain.totals.digest == half.totals.digest == none.totals.digest
    assert plain.totals.state_digest != half.totals.state_digest != none.totals.state_digest
    assert lots(half, "violations", "spared") == [(0, 1.0), (1, 0.5)]
    good = {ran: good_dies(ran.scenario, ran.trace, 0).sort("lot")["good_dies"].to_list() for ran in (plain, half, none)}
    assert good[plain][0] == good[half][0] == good[none][0] > 0
    # some 2,400 good dies: the standard deviation of half of them is 25
    assert 0.4 * good[plain][1] < good[half][1] < 0.6 * good[plain][1]
    assert good[none][1] == 0


def test_a_late_lot_is_taken_out_of_a_batch_which_needs_another(run: Run) -> None:
    # X (id 0) keeps the furnace until 22.  Lot 1 waits there from 10, lots 3 and 5 from 22, when lot 1 is 12 min from S1 and goes back: A
    # 22-32; the others make the batch.  Back at 32, when that is done, lot 1 waits its 5 min and goes alone
    fab = """
        toolsets:
          A: {area: a, tools: 2, process: 10 min}
          F: {area: a, tools: 1, process: 10 min, per: batch, batch: {min: 50, max: 50, longest_wait: 5 min}}
        routes:
          r: [{step: S1, toolset: A}, {step: OX, toolset: F, queue_time: {from: S1, limit: 8 min, if_late: rework}}]
          g: [{step: D, toolset: F, process: 22 min, batch: {min: 1}}]
        products: {P: {route: r}, X: {route: g}}
    """
    scenario = """
        horizon: 10 h
        starts:
          X: {pattern: {schedule: [0 min]}}
          P: {pattern: {schedule: [0 min, 12 min, 12 min]}}
        policy: {fab: [fifo]}
    """
    ran = run(fab, scenario)
    assert ran.spans("F") == [(0, "F#1", 0, 22), (3, "F#1", 22, 32), (5, "F#1", 22, 32), (1, "F#1", 37, 47)]
    assert lots(ran, "lot", "violations") == [(0, 0), (1, 1), (3, 0), (5, 0)]


def test_more_late_lots_than_one_dispatch_may_refuse(run: Run) -> None:
    # 1,200 lots leave A at 10 min, B takes one of them until 30: the others are scrapped at that instant
    fab = """
        toolsets: {A: {area: a, tools: 1200, process: 10 min}, B: {area: a, tools: 1, process: 20 min}}
        routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B, queue_time: {from: S1, limit: 1 min, if_late: scrap}}]}
        products: {P: {route: r}}
    """
    ran = run(fab, starts(", ".join(["0 h"] * 1200)))
    assert (ran.totals.completed, ran.totals.scrapped) == (1, 1199)
    assert ran.trace.lots["done_ms"].unique().to_list() == [30 * MINUTE]


def test_a_window_that_measures_is_kept_while_another_sends_the_lot_back(run: Run) -> None:
    # lot 1 is late for both windows at 50; the one from S0 measures and goes on: it ends, late, when work starts at 60
    windows = "[{from: S1, limit: 5 min, if_late: rework}, {from: S0, limit: 25 min}]"
    fab = LATE.format(late="if_late: measure").replace("{from: S1, limit: 5 min, if_late: measure}", windows)
    assert lots(run(fab, starts("0 h, 0 h")), "windows", "violations") == [(2, 0), (3, 2)]


def test_the_wait_of_a_lot_that_was_refused_stands_in_the_queue(run: Run) -> None:
    ran = run(LATE.format(late="if_late: scrap"), starts("0 h, 0 h"))
    queue = ran.trace.wip.filter(pl.col("toolset").cast(pl.String) == "B").select("queue_lot_ms", "starts", "wait_ms")
    assert queue.rows() == [(10 * MINUTE, 1, 0)]
