"""Hand-solved fabs: a limited number of lots in process. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

from tests.conftest import Run

LINE = """
    toolsets: {A: {area: a, tools: 1, process: 10 min}, B: {area: a, tools: 1, process: 30 min}}
    routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B}], q: [{step: Q, toolset: A}]}
    products: {P: {route: r}, Q: {route: q}}
"""


def test_conwip_lets_a_lot_in_whenever_one_leaves(run: Run) -> None:
    # two lots at 0; A is free at 20, but the third lot comes when the first leaves B at 40, the fourth when the second does at 70
    ran = run(LINE, "horizon: 90 min\nstarts: {P: {pattern: {conwip: 2}}}\npolicy: {fab: [fifo]}\n")
    assert ran.spans("A") == [(0, "A#1", 0, 10), (1, "A#1", 10, 20), (2, "A#1", 40, 50), (3, "A#1", 70, 80)]
    assert ran.spans("B") == [(0, "B#1", 10, 40), (1, "B#1", 40, 70)]


def test_lots_that_leave_together_let_as_many_in(run: Run) -> None:
    # two tools end two lots at 10: two more come at 10, at 20 and at 30
    fab = LINE.replace("A: {area: a, tools: 1", "A: {area: a, tools: 2")
    ran = run(fab, "horizon: 35 min\nstarts: {Q: {pattern: {conwip: 2}}}\npolicy: {fab: [fifo]}\n")
    assert [(lot, start) for lot, _, start, _ in ran.spans()] == [(0, 0), (1, 0), (2, 10), (3, 10), (4, 20), (5, 20)]


def test_a_limit_holds_starts_until_a_lot_leaves_and_then_follows_the_plan_again(run: Run) -> None:
    # one lot at a time, 40 min each: that of 5 is held until 40, that of 50 until 80; the one of 200 comes when it is due
    scenario = """
        horizon: 5 h
        starts: {P: {wip_limit: 1, pattern: {schedule: [0 min, 5 min, 50 min, 200 min]}}}
        policy: {fab: [fifo]}
    """
    assert [start for _, _, start, _ in run(LINE, scenario).spans("A")] == [0, 40, 80, 200]


def test_each_stream_has_a_limit_of_its_own(run: Run) -> None:
    # the Q lot of 5 does not wait for the P lots: A is free at 10
    scenario = """
        horizon: 3 h
        starts:
          P: {pattern: {conwip: 1}}
          Q: {wip_limit: 1, pattern: {schedule: [5 min, 6 min]}}
        policy: {fab: [fifo]}
    """
    # P: 0, 40, 80, 120, 160 (ids 0, 2, 4 ...); Q (ids 1, 3): 10-20, the one held since 6 comes at 20
    ran = run(LINE, scenario)
    assert ran.spans("A")[:4] == [(0, "A#1", 0, 10), (1, "A#1", 10, 20), (3, "A#1", 20, 30), (2, "A#1", 40, 50)]
