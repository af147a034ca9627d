"""Hand-solved fabs: tools kept for the most urgent lots. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from tests.conftest import Run
from tests.micro.test_micro_waits import waits

WAY = """
    transport: {between: [{from: a, to: b, time: 20 min}]}
    toolsets:
      A: {area: a, tools: 9, process: 10 min}
      T: {area: b, tools: %s, process: 60 min%s}
    routes:
      h: [{step: HA, toolset: A}, {step: HT, toolset: T}]
      n: [{step: NT, toolset: T%s}]
    products: {H: {route: h}, N: {route: n}}
"""
"""A lot of H works at A for 10, travels for 20 and comes to T; lots of N come there at once."""


def streams(reserve: str = "", **times: str) -> str:
    """Give a scenario in which lots of stream H have priority 30, those of others 10."""
    rows = [f"      {k}: {{priority: {30 if k == 'H' else 10}, pattern: {{schedule: [{text}]}}}}\n" for k, text in times.items()]
    return "    horizon: 6 h\n    starts:\n" + "".join(rows) + (f"    policy: {{reserve: {reserve}}}\n" if reserve else "")


DEPARTURE, START = "{priority: 30}", "{priority: 30, from: start}"


@pytest.mark.parametrize(
    ("reserve", "starts"),
    [("", [5, 65, 125]), ("{priority: 31}", [5, 65, 125]), (DEPARTURE, [5, 65, 125]), (START, [90, 30, 150])],
)
def test_from_the_start_of_the_step_before_no_job_begins_that_the_lot_would_wait_for(run: Run, reserve: str, starts: list[float]) -> None:
    # H (0) works 0-10 and is there at 30; N (1) comes at 5, N (3) at 70
    ran = run(WAY % (1, "", ""), streams(reserve, H="0 min", N="5 min, 70 min"))
    by_lot = {s[0]: s[2] for s in ran.spans("T")}
    assert [by_lot[1], by_lot[0], by_lot[3]] == starts


@pytest.mark.parametrize(("reserve", "first"), [("", 1), (DEPARTURE, 0), (START, 0)])
def test_a_tool_is_kept_while_the_lot_travels(run: Run, reserve: str, first: int) -> None:
    # H (0) travels 10-30, N (1) comes at 15
    ran = run(WAY % (1, "", ""), streams(reserve, H="0 min", N="15 min"))
    begun = {0: (30, 90), 1: (15, 75)}[first]
    assert ran.spans("T") == [(first, "T#1", *begun), (1 - first, "T#1", begun[1], begun[1] + 60)]
    assert waits(ran, "T") == [(1 - first, {"busy": begun[1] - {0: 30, 1: 15}[1 - first]})]


@pytest.mark.parametrize("reserve", ["", DEPARTURE, START])
def test_no_tool_is_kept_from_lots_that_are_as_urgent(run: Run, reserve: str) -> None:
    # only lots of H, every 5; each is at T 30 after its start, when the tool is idle and the others are on their way
    fab = (WAY % (1, "", "")).replace("{step: HT, toolset: T}", "{step: HT, toolset: T, process: 1 min}")
    assert [s[2] for s in run(fab, streams(reserve, H="0 min, 5 min, 10 min, 15 min")).spans("T")] == [30, 35, 40, 45]


URGENT = """
    horizon: 6 h
    starts:
      H: {priority: 30, pattern: {schedule: [0 min]}}
      N: {priority: 10, pattern: {schedule: [15 min]}}
      U: {product: %s, priority: %d, pattern: {schedule: [%d min]}}
    policy: {reserve: {priority: 30}}
"""


@pytest.mark.parametrize(("priority", "order"), [(29, [0, 2, 1]), (30, [2, 0, 1]), (31, [2, 0, 1])])
def test_a_kept_tool_is_given_up_for_a_lot_that_is_as_urgent(run: Run, priority: int, order: list[int]) -> None:
    # at 15 T is kept for H (0), which comes at 30, and N (1) waits; U (2) comes at 20
    first = 20 if order[0] == 2 else 30
    ran = run(WAY % (1, "", ""), URGENT % ("N", priority, 20))
    assert [(s[0], s[2]) for s in ran.spans("T")] == [(lot, first + 60 * k) for k, lot in enumerate(order)]


def test_no_tool_is_kept_that_a_more_urgent_lot_is_about_to_take(run: Run) -> None:
    # at 15 N (1) is about to take T#1; T#2, the only tool for H (0) and U (2), is due to U, which has come too: H starts after it, at 75
    fab = (WAY % (2, "", "")).replace("{step: HT, toolset: T}", "{step: HT, toolset: T, qualified: [2]}")
    fab = fab.replace("    products: {", "      u: [{step: UT, toolset: T, qualified: [2]}]\n    products: {U: {route: u}, ")
    ran = run(fab, URGENT % ("U", 35, 15))
    assert ran.spans("T") == [(1, "T#1", 15, 75), (2, "T#2", 15, 75), (0, "T#2", 75, 135)]


def test_other_tools_take_other_lots(run: Run) -> None:
    # at 15 T#1, the longest idle, is kept: N (1) takes T#2 and N (3), which comes at 16, waits for that
    ran = run(WAY % (2, "", ""), streams(DEPARTURE, H="0 min", N="15 min, 16 min"))
    assert ran.spans("T") == [(1, "T#2", 15, 75), (0, "T#1", 30, 90), (3, "T#2", 75, 135)]


def test_a_tool_that_gets_free_is_kept_if_none_is_idle(run: Run) -> None:
    # N (1) works at T from 0 to 20, N (3) waits for it from 5 on
    ran = run(WAY % (1, "", ", process: 20 min"), streams(DEPARTURE, H="0 min", N="0 min, 5 min"))
    assert ran.spans("T") == [(1, "T#1", 0, 20), (0, "T#1", 30, 90), (3, "T#1", 90, 110)]


def test_a_tool_that_goes_down_hands_its_reservation_on(run: Run) -> None:
    # maintenance of T#1 20-50, of T#2 due at 40.  At 15 T#1 is kept and N (1) takes T#2 until 20; at 22, when N (3) comes, T#2 is kept
    fab = WAY % (2, ", calendars: [{kind: maintenance, every: 100 h, first: 40 min, takes: 30 min}]", ", process: 5 min")
    ran = run(fab, streams(DEPARTURE, H="0 min", N="15 min, 22 min"))
    assert ran.spans("T") == [(1, "T#2", 15, 20), (0, "T#2", 30, 90), (3, "T#1", 50, 55)]


def test_a_tool_that_leaves_hands_its_reservation_on(run: Run) -> None:
    # T#1 works 0-5, so at 15 T#2 is the longest idle and kept, and N (3) takes T#1 until 20, when T#2 leaves; at 22 T#1 is kept
    scenario = streams(DEPARTURE, H="0 min", N="0 min, 15 min, 22 min") + "    changes: [{toolset: T, tools: -1, at: 20 min}]\n"
    ran = run(WAY % (2, "", ", process: 5 min"), scenario)
    assert ran.spans("T") == [(1, "T#1", 0, 5), (3, "T#1", 15, 20), (0, "T#1", 30, 90), (5, "T#1", 90, 95)]


def test_a_tool_is_kept_for_each_of_two_lots(run: Run) -> None:
    # H (0) comes at 30, H (2), which left at 12, at 32
    ran = run(WAY % (2, "", ""), streams(DEPARTURE, H="0 min, 2 min", N="15 min"))
    assert ran.spans("T") == [(0, "T#1", 30, 90), (2, "T#2", 32, 92), (1, "T#1", 90, 150)]


def test_the_least_setup_decides_which_tool_is_kept(run: Run) -> None:
    # N (1, 3) set T#1 and T#2 up for B and A, 0-20 and 0-30.  At 31 both are idle: T#2 is kept for H (0), so N (5) goes to T#1
    fab = """
        transport: {between: [{from: a, to: b, time: 20 min}]}
        toolsets:
          A: {area: a, tools: 9, process: 10 min}
          T: {area: b, tools: 2, choose_tool: least_setup, setup: {default: 15 min}}
        routes:
          h: [{step: HA, toolset: A}, {step: HT, toolset: T, setup: A, process: 60 min}]
          a: [{step: SA, toolset: T, setup: A, process: 30 min}]
          b: [{step: SB, toolset: T, setup: B, process: 20 min}]
        products: {H: {route: h}, X: {route: b}, Y: {route: a}}
    """
    ran = run(fab, streams(DEPARTURE, H="20 min", X="0 min", Y="0 min, 31 min"))
    assert ran.spans("T")[:4] == [(1, "T#1", 0, 20), (2, "T#2", 0, 30), (5, "T#1", 31, 76), (0, "T#2", 50, 110)]


def test_a_bound_lot_keeps_its_own_tool(run: Run) -> None:
    # H (0) is at L#1 0-10, at D 10-20 and back at 40; N (1) takes L#2, idle all the time, N (3) waits though L#1 is idle
    fab = """
        transport: {between: [{from: d, to: l, time: 20 min}]}
        toolsets: {L: {area: l, tools: 2, process: 10 min}, D: {area: d, tools: 1, process: 10 min}}
        routes:
          h: [{step: L1, toolset: L}, {step: E, toolset: D}, {step: L2, toolset: L, dedicated_to: L1}]
          n: [{step: N, toolset: L, process: 60 min}]
        products: {H: {route: h}, N: {route: n}}
    """
    ran = run(fab, streams(DEPARTURE, H="0 min", N="25 min, 26 min"))
    assert ran.spans("L")[1:] == [(1, "L#2", 25, 85), (0, "L#1", 40, 50), (3, "L#1", 50, 110)]
    assert waits(ran, "L") == [(3, {"busy": 24})]


def test_a_lot_that_is_bound_to_the_tool_it_is_at_keeps_no_other(run: Run) -> None:
    # H (0) is at L#1 0-10 and again 10-20; N (1) comes at 5 and takes L#2, which is idle
    fab = """
        toolsets: {L: {area: l, tools: 2, process: 10 min}}
        routes:
          h: [{step: L1, toolset: L}, {step: L2, toolset: L, dedicated_to: L1}]
          n: [{step: N, toolset: L, process: 60 min}]
        products: {H: {route: h}, N: {route: n}}
    """
    assert run(fab, streams(START, H="0 min", N="5 min")).spans() == [(0, "L#1", 0, 10), (1, "L#2", 5, 65), (0, "L#1", 10, 20)]


def test_a_lot_keeps_only_a_tool_that_is_qualified_for_it(run: Run) -> None:
    # T#1 is not: N (1) takes it at 15, N (3) waits for it although T#2 is idle
    fab = (WAY % (2, "", "")).replace("{step: HT, toolset: T}", "{step: HT, toolset: T, qualified: [2]}")
    ran = run(fab, streams(DEPARTURE, H="0 min", N="15 min, 16 min"))
    assert ran.spans("T") == [(1, "T#1", 15, 75), (0, "T#2", 30, 90), (3, "T#1", 75, 135)]


@pytest.mark.parametrize(("waive", "starts"), [("never", [30, 30]), ("arrival", [30, 90, 90])])
def test_a_furnace_that_is_kept_takes_the_lot_at_once_if_its_least_size_is_waived(run: Run, waive: str, starts: list[float]) -> None:
    # two N wait from 15 on; when H comes at 30 the furnace is open, and H alone is below the least size
    fab = WAY % (1, f", per: batch, batch: {{min: 50, max: 100, waive: {waive}}}", "")
    assert [s[2] for s in run(fab, streams(DEPARTURE, H="0 min", N="15 min, 15 min")).spans("T")] == starts


def test_a_lot_that_passes_the_step_by_frees_the_tool(run: Run) -> None:
    # H (0) is expected at T from 0 on and found to pass it by at 10: N (1), there since 5, starts
    fab = (WAY % (1, "", "")).replace("{step: HT, toolset: T}", "{step: HT, toolset: T, sampling: 0 %}")
    assert run(fab, streams(START, H="0 min", N="5 min")).spans("T") == [(1, "T#1", 10, 70)]


FRONT = (("H", "H", 30, 0), ("N", "N", 10, 15), ("U", "N", 35, 15))
"""Stream, product, priority, start [min]."""


def test_a_tool_is_not_kept_any_more_when_a_more_urgent_lot_comes_to_the_front(run: Run) -> None:
    """At 15 T#1 is kept for H (0), 30 against N's 10; N (1), the first in line, takes T#2, and U (2) is more urgent than H.

    So U takes T#1 at once, and H, there at 30, waits until 75. Ranks are by arrival, so that N is in front of U.
    """
    times = "".join(f"      {k}: {{product: {p}, priority: {u}, pattern: {{schedule: [{t} min]}}}}\n" for k, p, u, t in FRONT)
    ran = run(WAY % (2, "", ""), f"    horizon: 6 h\n    starts:\n{times}    policy: {{fab: [fifo], reserve: {{priority: 30}}}}\n")
    assert sorted((s[0], s[2]) for s in ran.spans("T")) == [(0, 75), (1, 15), (2, 15)]


EMPTIES = """
    transport: {between: [{from: b, to: a, time: %d min}]}
    toolsets:
      T: {area: a, tools: %d, slots: 2, load_ahead: true, setup: {default: 10 min, when_empty: true}}
      W: {area: b, tools: 1, process: 10 min}
    routes:
      a: [{step: A, toolset: T, process: %d min, setup: A}]
      b: [{step: B, toolset: T, process: 10 min, setup: B%s}]
      h: [{step: W, toolset: W}, {step: H, toolset: T, process: 10 min, setup: %s}]
      n: [{step: N, toolset: T, process: 100 min, setup: N}]
    products: {A: {route: a}, B: {route: b}, H: {route: h}, N: {route: n}}
"""


def test_a_kept_tool_that_has_got_empty_takes_a_more_urgent_lot(run: Run) -> None:
    # A (0) is worked on 0-60; H travels 10-310.  B, more urgent than H, comes at 20 and waits until the tool is empty.  At 30 the next A
    # (lot 4) would take the other slot, which is kept for H.  At 60 the tool may change its setup, and B goes first: 10 min and 10 min
    scenario = streams(DEPARTURE, A="0 min, 30 min", B="20 min", H="0 min").replace("B: {priority: 10", "B: {priority: 40")
    spans = run(EMPTIES % (300, 1, 60, "", "A"), scenario).spans("T")
    assert [(start, end) for _, _, start, end in spans[:2]] == [(0, 60), (60, 80)]


def test_a_tool_that_is_empty_is_kept_rather_than_one_that_has_to_get_empty(run: Run) -> None:
    # tool 1 works on A 0-300, tool 2 had B's setup 1-11; H needs that, travels 10-40, and N comes at 30: tool 2 is kept for H and not for N
    scenario = streams(DEPARTURE, A="0 min", B="1 min", H="0 min", N="30 min")
    spans = run(EMPTIES % (30, 2, 300, ", qualified: [2]", "B"), scenario).spans("T")
    assert [(tool, start, end) for _, tool, start, end in spans] == [("T#1", 0, 300), ("T#2", 1, 11), ("T#2", 40, 50), ("T#2", 50, 160)]
