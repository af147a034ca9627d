"""Hand-solved fabs: batches with a hot lot below their least size. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from tests.conftest import Run
from tests.micro.test_micro_batches import furnace

HOT = """
    horizon: 3 h
    starts:
      P: {pattern: {schedule: [%s]}}
      H: {product: P, priority: 9, pattern: {schedule: [%s]}}
"""


def waived(waive: str, least: int = 50) -> str:
    return furnace(least, 100).replace("max: 100", f"max: 100, waive: {waive}")


@pytest.mark.parametrize(("waive", "start"), [("never", 40), ("arrival", 10), ("free", 10)])
def test_the_least_size_is_waived_for_a_hot_lot_that_finds_an_idle_furnace(run: Run, waive: str, start: float) -> None:
    # least 75: P (0) waits from 0, the hot lot (1) comes at 10: both go if it is waived; else P (2) makes the batch full enough at 40
    ran = run(waived(waive, 75), HOT % ("0 min, 40 min", "10 min"))
    assert [s for s in ran.spans() if s[0] < 2] == [(0, "F#1", start, start + 60), (1, "F#1", start, start + 60)]


@pytest.mark.parametrize(("waive", "start"), [("never", 90), ("arrival", 90), ("free", 60)])
def test_the_least_size_is_waived_for_a_hot_lot_when_the_furnace_gets_free(run: Run, waive: str, start: float) -> None:
    # P (0, 2) work 0-60, the hot lot (1) comes at 10: no furnace is idle; P (4) comes at 90
    ran = run(waived(waive), HOT % ("0 min, 0 min, 90 min", "10 min"))
    assert [s for s in ran.spans() if s[0] == 1] == [(1, "F#1", start, start + 60)]


@pytest.mark.parametrize(("waive", "start"), [("never", 30), ("arrival", 30), ("free", 30)])
def test_no_least_size_is_waived_for_a_lot_that_is_not_hot(run: Run, waive: str, start: float) -> None:
    assert [s[2] for s in run(waived(waive), HOT % ("0 min, 30 min", "2 h")).spans() if s[0] != 1] == [start, start]


@pytest.mark.parametrize(("priority", "start"), [(9, 10), (10, 90)])
def test_a_fab_says_from_which_priority_lots_are_hot(run: Run, priority: int, start: float) -> None:
    fab = waived("free").replace("waive: free", f"waive: free, waive_from: {priority}")
    assert [s[2] for s in run(fab, HOT % ("90 min", "10 min")).spans() if s[0] == 1] == [start]


@pytest.mark.parametrize(("chain", "spans"), [("fifo", []), ("priority, fifo", [(0, 10), (1, 10)])])
def test_the_least_size_is_waived_for_no_batch_without_the_hot_lot(run: Run, chain: str, spans: list[tuple[int, float]]) -> None:
    # least 90, most 100, lots of 40: P (0, 2) come at 0, the hot lot (1) at 10; by fifo it does not fit into the batch of the other two
    fab = furnace(90, 100).replace("max: 100", "max: 100, waive: free")
    scenario = HOT.replace("{", "{lot_size: 40, ", 1).replace("{product: P, ", "{product: P, lot_size: 40, ") % ("0 min, 0 min", "10 min")
    assert [(s[0], s[2]) for s in run(fab, scenario + f"    policy: {{fab: [{chain}]}}\n").spans()] == spans


@pytest.mark.parametrize("waive", ["never", "arrival"])
def test_a_waiver_on_arrival_leaves_other_marks_alone(run: Run, waive: str) -> None:
    # the last lots of two recipes come at 0: both are marked and the second, for which no furnace is idle, starts at 60
    fab = (
        waived(waive)
        .replace("max: 100", "max: 100, when_last: start")
        .replace("r: [{step: S, toolset: F}]", "r: [{step: S, toolset: F}], q: [{step: Q, toolset: F}]")
    )
    fab = fab.replace("P: {route: r}", "P: {route: r}, Q: {route: q}")
    scenario = "    horizon: 3 h\n    starts: {P: {pattern: {schedule: [0 min]}}, Q: {priority: 9, pattern: {schedule: [0 min]}}}\n"
    assert [(s[0], s[2]) for s in run(fab, scenario).spans()] == [(1, 0), (0, 60)]


IDLE = """
    toolsets: {F: {area: a, tools: 2, process: 60 min, per: batch, batch: {min: 50, max: 100, waive: %s}}}
    routes: {r: [{step: S, toolset: F, qualified: [2]}]}
    products: {P: {route: r}}
"""


@pytest.mark.parametrize(("waive", "start"), [("never", 90), ("arrival", 90), ("free", 60)])
def test_an_idle_furnace_that_may_not_take_the_hot_lot_waives_nothing(run: Run, waive: str, start: float) -> None:
    # as before on F#2, the only furnace for these lots, with F#1 idle beside it
    ran = run(IDLE % waive, HOT % ("0 min, 0 min, 90 min", "10 min"))
    assert [s for s in ran.spans() if s[0] == 1] == [(1, "F#2", start, start + 60)]


def test_a_step_says_for_itself_whether_its_least_size_is_waived(run: Run) -> None:
    fab = waived("free").replace("toolset: F}", "toolset: F, batch: {waive: never}}")
    assert [s[2] for s in run(fab, HOT % ("90 min", "10 min")).spans()] == [90, 90]
