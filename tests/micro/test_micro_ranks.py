"""Hand-solved fabs: rank chains and due dates. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from tests.conftest import Run
from tests.micro.test_micro_setups import IMPLANT


def test_lots_of_a_schedule_may_have_due_dates_of_their_own(run: Run) -> None:
    # all come at 0 and are due at 50, 20 and, as the stream says, 30; the fourth comes at 5, due at 15
    fab = IMPLANT % ("", 1, "")
    scenario = """
        horizon: 10 h
        starts:
          N: {due: 30 min, pattern: {schedule: [{at: 0 min, due: 50 min}, {at: 5 min, due: 10 min}, {at: 0 min, due: 20 min}, 0 min]}}
        policy: {fab: [edd]}
    """
    ran = run(fab, scenario)
    assert [s[0] for s in ran.spans()] == [1, 3, 2, 0]
    assert (ran.trace.lots.sort("lot")["due_ms"] / 60_000).to_list() == [50, 20, 30, 15]


@pytest.mark.parametrize(
    ("chain", "order"),
    [
        ("fifo", [0, 1, 2, 3]),
        ("priority, fifo", [0, 3, 1, 2]),
        ("edd", [0, 3, 2, 1]),
        ("spt", [0, 2, 1, 3]),
        ("srpt", [0, 2, 1, 3]),
        ("slack", [0, 3, 2, 1]),
        ("critical_ratio", [0, 3, 2, 1]),
    ],
)
def test_each_criterion_orders_a_queue(run: Run, chain: str, order: list[int]) -> None:
    # lot 0 holds the tool 0-10; waiting then: 1 (process 20, due 100), 2 (process 5, due 40), 3 (process 30, due 33, hot)
    # slack at 10: 100-10-20 = 70, 40-10-5 = 25, 33-10-30 = -7; critical ratio: 90/20 = 4.5, 30/5 = 6, 23/30 = 0.77;
    # when lot 3 is done at 40, the ratios are 60/20 = 3 and 0/5 = 0
    fab = """
        toolsets: {T: {area: a, tools: 1}}
        routes:
          r0: [{step: S, toolset: T, process: 10 min}]
          r1: [{step: S, toolset: T, process: 20 min}]
          r2: [{step: S, toolset: T, process: 5 min}]
          r3: [{step: S, toolset: T, process: 30 min}]
        products: {A0: {route: r0}, A1: {route: r1}, A2: {route: r2}, A3: {route: r3}}
    """
    scenario = f"""
        horizon: 10 h
        starts:
          A0: {{pattern: {{schedule: [0 min]}}}}
          A1: {{due: 99 min, pattern: {{schedule: [1 min]}}}}
          A2: {{due: 38 min, pattern: {{schedule: [2 min]}}}}
          A3: {{due: 30 min, priority: 1, pattern: {{schedule: [3 min]}}}}
        policy: {{fab: [{chain}]}}
    """
    assert [s[0] for s in run(fab, scenario).spans()] == order


def test_the_critical_ratio_is_taken_when_the_tool_is_free(run: Run) -> None:
    # lot 0 holds the tool 0-10; then 90/20 = 4.5 against 30/5 = 6, though the second is due earlier and has less slack
    fab = """
        toolsets: {T: {area: a, tools: 1}}
        routes:
          r0: [{step: S, toolset: T, process: 10 min}]
          r1: [{step: S, toolset: T, process: 20 min}]
          r2: [{step: S, toolset: T, process: 5 min}]
        products: {A0: {route: r0}, A1: {route: r1}, A2: {route: r2}}
    """
    scenario = """
        horizon: 10 h
        starts:
          A0: {pattern: {schedule: [0 min]}}
          A1: {due: 99 min, pattern: {schedule: [1 min]}}
          A2: {due: 38 min, pattern: {schedule: [2 min]}}
        policy: {fab: [critical_ratio]}
    """
    assert [s[0] for s in run(fab, scenario).spans()] == [0, 1, 2]


def test_operation_due_dates_follow_the_share_of_work_done(run: Run) -> None:
    # P: steps 10 + 30, due 120 after release: its second step is due 120; Q: one step of 30, due 80 after its release at 5: 85
    # both wait while lot 2 (X) holds the tool 0-20... P is done with its first step on W at 10
    fab = """
        toolsets: {T: {area: a, tools: 1}, W: {area: a, tools: 1, process: 10 min}}
        routes:
          p: [{step: P1, toolset: W}, {step: P2, toolset: T, process: 30 min}]
          q: [{step: Q1, toolset: T, process: 30 min}, {step: Q2, toolset: W, process: 30 min}]
          x: [{step: X1, toolset: T, process: 20 min}]
        products: {P: {route: p}, Q: {route: q}, X: {route: x}}
    """
    # odd of P2 = 0 + 120 x 40/40 = 120; odd of Q1 = 5 + 160 x 30/60 = 85
    scenario = """
        horizon: 10 h
        starts:
          P: {due: 120 min, pattern: {schedule: [0 min]}}
          X: {pattern: {schedule: [0 min]}}
          Q: {due: 160 min, pattern: {schedule: [5 min]}}
        policy: {fab: [odd]}
    """
    assert [s[0] for s in run(fab, scenario).spans("T")] == [1, 2, 0]
