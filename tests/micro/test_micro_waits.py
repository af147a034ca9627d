"""Hand-solved fabs: what lots waited for. Times in minutes; a wait is (lot, minutes by reason)."""

from __future__ import annotations

import polars as pl

from fabsim.kernels.rows import WAIT_COLUMNS
from fabsim.metrics import check_laws
from tests.conftest import Ran, Run
from tests.micro.test_micro_batches import furnace
from tests.micro.test_micro_lasts import LAST, last
from tests.micro.test_micro_setups import lots
from tests.micro.test_micro_waivers import HOT, IDLE, waived
from tests.micro.test_micro_work import ONE, starts

Waits = dict[str, float]


def reasons(row: tuple[object, ...]) -> Waits:
    """Give what is not 0 of values in the order of the tables' columns."""
    names = [column.removeprefix("wait_").removesuffix("_ms") for column in WAIT_COLUMNS]
    return {name: int(str(value)) / 60_000 for name, value in zip(names, row, strict=True) if value}


def waits(ran: Ran, toolset: str) -> list[tuple[int, Waits]]:
    """Give the waits of all moves on a toolset that had one, by start and lot."""
    assert ran.trace.moves is not None
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []
    moves = ran.trace.moves.collect().filter((pl.col("toolset").cast(pl.String) == toolset) & (pl.col("start_ms") > pl.col("arrive_ms")))
    return [(row[0], reasons(row[1:])) for row in moves.sort("start_ms", "lot").select("lot", *WAIT_COLUMNS).rows()]


def test_a_lot_waits_for_tools_that_work(run: Run) -> None:
    # 0-10, 10-20, 20-30
    assert waits(run(ONE % ("load: 0 min", "process: 10 min"), starts("0 h, 0 h, 5 min")), "T") == [(1, {"busy": 10}), (2, {"busy": 15})]


def test_a_cascading_tool_whose_entry_is_taken_is_busy(run: Run) -> None:
    # the entry is held for 10; the lots stay 25 more
    assert waits(run(ONE % ("slots: 4, latency: 25 min", "process: 10 min"), starts("0 h, 3 min")), "T") == [(1, {"busy": 7})]


def test_a_lot_waits_as_busy_for_a_spaced_tool_with_a_slot(run: Run) -> None:
    # c = 8: the tool has a slot for lot 1, which comes at 1, but may not take it before 8
    ran = run(ONE % ("slots: 2, spaced: true, interval: 8 min", "process: 10 min"), starts("0 min, 1 min"))
    assert waits(ran, "T") == [(1, {"busy": 7})]


def test_a_lot_waits_for_a_tool_that_is_down(run: Run) -> None:
    # down 30-40: the lot comes at 35
    fab = ONE % ("calendars: [{kind: breakdown, every: 30 min, takes: 10 min}]", "process: 5 min")
    assert waits(run(fab, starts("35 min", horizon="60 min")), "T") == [(0, {"down": 5})]


def test_a_breakdown_in_the_job_before_is_waited_for_as_down(run: Run) -> None:
    # down 30-40 and 70-80: lot 0 works 0-30 and 40-70, lot 1 starts at 80
    fab = ONE % ("calendars: [{kind: breakdown, every: 30 min, takes: 10 min}]", "process: 60 min")
    assert waits(run(fab, starts("0 h, 0 h", horizon="200 min")), "T") == [(1, {"busy": 60, "down": 20})]


def test_a_job_that_maintenance_waits_for_is_work(run: Run) -> None:
    # due at 30, the job ends at 60, down 60-70
    fab = ONE % ("calendars: [{kind: maintenance, every: 100 h, first: 30 min, takes: 10 min}]", "process: 60 min")
    assert waits(run(fab, starts("0 h, 0 h", horizon="140 min")), "T") == [(1, {"busy": 60, "down": 10})]


def test_down_is_waited_for_only_while_all_tools_are_down(run: Run) -> None:
    # maintenance of T#1 20-50, of T#2 from its job's end, 45, to 75: of lot 1's wait 35-50, T#2 works until 45
    fab = (ONE % ("calendars: [{kind: maintenance, every: 100 h, first: 40 min, takes: 30 min}]", "process: 15 min")).replace(
        "tools: 1", "tools: 2"
    )
    assert waits(run(fab, starts("30 min, 35 min")), "T") == [(1, {"busy": 10, "down": 5})]


def test_tools_that_are_not_installed_yet_are_down(run: Run) -> None:
    # the only tool leaves at 10, another comes at 30
    fab = ONE % ("load: 0 min", "process: 5 min")
    ran = run(fab, starts("12 min", more="changes: [{toolset: T, tools: -1, at: 10 min}, {toolset: T, tools: 1, at: 30 min}]\n"))
    assert waits(ran, "T") == [(0, {"down": 18})]


def test_a_lot_waits_for_others_of_its_batch_once_the_furnace_is_free(run: Run) -> None:
    # lots 0 and 1 run 10-70; lot 2 comes at 20 and has no partner until 90
    ran = run(furnace(50, 100), starts("0 min, 10 min, 20 min, 90 min"))
    assert waits(ran, "F") == [(0, {"batch": 10}), (2, {"busy": 50, "batch": 20})]


def test_a_hot_lot_waits_for_others_of_its_batch_as_far_as_the_least_size_counts(run: Run) -> None:
    # two lots run 0-60, the hot one (1) comes at 10, another one (4) at 90, which is left alone if the hot one has gone
    assert waits(run(waived("arrival"), HOT % ("0 min, 0 min, 90 min", "10 min")), "F") == [(1, {"busy": 50, "batch": 30})]
    assert waits(run(waived("free"), HOT % ("0 min, 0 min, 90 min", "10 min")), "F") == [(1, {"busy": 50})]
    # the same with a furnace beside it that may not take these lots
    assert waits(run(IDLE % "arrival", HOT % ("0 min, 0 min, 90 min", "10 min")), "F") == [(1, {"batch": 80})]
    assert waits(run(IDLE % "free", HOT % ("0 min, 0 min, 90 min", "10 min")), "F") == [(1, {"qualification": 50})]


def test_a_last_lot_waits_for_its_batch_as_long_as_others_may_come(run: Run) -> None:
    # Z (1) starts alone at 10 and works until 70; P (0) waits for it
    assert waits(run(LAST % "", last(P="0 min", Z="0 min")), "F") == [(0, {"batch": 10, "busy": 60})]


RUNS = """
    transport: {between: [{from: b, to: a, time: 30 min}]}
    setups: {gas: {default: 30 min, min_run: %d}}
    toolsets: {I: {area: a, tools: 1, %s, setup: gas}, W: {area: b, tools: 2, process: %s}}
    routes:
      ra: [{step: SA, toolset: I, setup: A}]
      rb: [{step: SB, toolset: I, setup: B}]
      rc: [{step: SW, toolset: W}, {step: SA, toolset: I, setup: A}]
    products: {A: {route: ra}, B: {route: rb}, C: {route: rc}}
"""


def test_a_lot_waits_for_a_minimum_run_of_another_setup(run: Run) -> None:
    # A works 0-10; the tool owes its setup a lot, which comes at 40 and works until 50; then B
    ran = run(RUNS % (2, "process: 10 min", "10 min"), lots(A="0 min", B="1 min", C="0 min"))
    assert waits(ran, "I") == [(1, {"busy": 9 + 10, "setup": 30})]


def test_a_batch_of_another_setup_waits_for_its_size_first_and_then_for_the_minimum_run(run: Run) -> None:
    # two lots of A work 0-60 and two more, owed, come at 90 and work until 150.  Of B one lot comes at 5, its partner at 70.
    ran = run(
        RUNS % (4, "process: 60 min, per: batch, batch: {min: 50, max: 50}", "60 min"),
        lots(A="0 min, 0 min", B="5 min, 70 min", C="0 min, 0 min"),
    )
    assert waits(ran, "I") == [(1, {"busy": 55 + 60, "batch": 10, "setup": 20}), (4, {"busy": 60, "setup": 20})]


BOUND = """
    toolsets: {L: {area: a, tools: 2, process: 10 min%s}, D: {area: a, tools: 9, process: %s}}
    routes:
      r: [{step: L1, toolset: L}, {step: E, toolset: D}, {step: L2, toolset: L, dedicated_to: L1}]
      q: [{step: Q, toolset: L, factor: 2}]
      s: [{step: S, toolset: L, factor: 6}]
    products: {P: {route: r}, Q: {route: q}, S: {route: s}}
"""


def test_a_bound_lot_waits_for_its_binding_while_another_tool_is_open(run: Run) -> None:
    # lot 0 is bound to L#1 and back at 20; lot 1 is on L#2 12-32, lot 4 on L#1 18-38
    ran = run(BOUND % ("", "10 min"), lots(P="0 min", Q="12 min, 18 min", S="9 h"))
    assert waits(ran, "L") == [(0, {"busy": 12, "dedication": 6})]


def test_a_bound_lot_whose_tool_is_down_waits_for_that_unless_another_tool_is_open(run: Run) -> None:
    # maintenance of L#1 18-38, of L#2 36-56; lot 0, bound to L#1, is back at 20; lot 1 is on L#2 12-32: open 32-36
    calendar = ", calendars: [{kind: maintenance, every: 100 h, first: 36 min, takes: 20 min}]"
    ran = run(BOUND % (calendar, "10 min"), lots(P="0 min", Q="12 min", S="9 h"))
    assert waits(ran, "L") == [(0, {"down": 12 + 2, "dedication": 4})]


def test_a_bound_lot_whose_tool_leaves_waits_on_like_any_other(run: Run) -> None:
    # lots 0 and 3 are bound to L#1 and L#2 and back at 30.  L#1: lot 1 11-31, lot 0 31-41, lot 4 42-62.  L#2: lot 2 from 12 on; it leaves
    # at 50.  Lot 3: none open until 41, L#1 open until 42, none until 50, and then it may take L#1, which is free at 62.
    scenario = lots(P="0 min, 0 min", Q="11 min, 42 min", S="12 min") + "    changes: [{toolset: L, tools: -1, at: 50 min}]\n"
    ran = run(BOUND % ("", "20 min"), scenario)
    assert waits(ran, "L") == [(0, {"busy": 1}), (3, {"busy": 11 + 8 + 12, "dedication": 1})]


def test_lots_and_toolsets_sum_what_their_moves_waited_for(run: Run) -> None:
    # as above: lot 2 is done at 150, having waited for 50 and 20; toolsets count what has started, lots all they waited for
    ran = run(furnace(50, 100), starts("0 min, 10 min, 20 min, 90 min"))
    assert [reasons(row) for row in ran.trace.lots.sort("lot").select(WAIT_COLUMNS).rows()] == [
        {"batch": 10},
        {},
        {"busy": 50, "batch": 20},
        {},
    ]
    assert reasons(ran.trace.wip.select(pl.col(WAIT_COLUMNS).sum()).row(0)) == {"busy": 50, "batch": 30}
