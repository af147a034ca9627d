"""Hand-solved fabs: setups and dedication. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from tests.conftest import Run

IMPLANT = """
    setups: {gas: {default: 30 min, times: [{from: B, to: A, time: 5 min}]%s}}
    toolsets: {I: {area: a, tools: %d, process: 10 min, setup: gas%s}}
    routes:
      ra: [{step: SA, toolset: I, setup: A}]
      rb: [{step: SB, toolset: I, setup: B}]
      rn: [{step: SN, toolset: I}]
    products: {A: {route: ra}, B: {route: rb}, N: {route: rn}}
"""


def lots(chain: str = "fifo", horizon: str = "10 h", **times: str) -> str:
    streams = "\n".join(f"      {name}: {{pattern: {{schedule: [{text}]}}}}" for name, text in times.items())
    return f"    horizon: {horizon}\n    starts:\n{streams}\n    policy: {{fab: [{chain}]}}\n"


def test_a_setup_depends_on_the_one_before_and_the_first_is_free(run: Run) -> None:
    # A 0-10 free; A to B 30: 10-50; B to A 5: 50-65
    ran = run(IMPLANT % ("", 1, ""), lots(A="0 min, 2 min", B="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 10), (1, "I#1", 10, 50), (2, "I#1", 50, 65)]


def test_a_step_without_setup_leaves_the_tools_setup_as_it_is(run: Run) -> None:
    ran = run(IMPLANT % ("", 1, ""), lots(A="0 min, 2 min", N="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 10), (1, "I#1", 10, 20), (2, "I#1", 20, 30)]


def test_the_setup_criterion_avoids_a_change(run: Run) -> None:
    # at 10 both B (came at 1) and A (came at 2) wait: A needs no setup
    ran = run(IMPLANT % ("", 1, ""), lots("setup, fifo", A="0 min, 2 min", B="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 10), (2, "I#1", 10, 20), (1, "I#1", 20, 60)]


def test_priority_ranks_above_setup_where_the_chain_says_so(run: Run) -> None:
    # lots 0 and 2 are of A, lot 1 of B: when the tool is free B goes first, though lot 2 would need no setup
    scenario = """
        horizon: 10 h
        starts:
          A: {pattern: {schedule: [0 min, 2 min]}}
          B: {priority: 5, pattern: {schedule: [3 min]}}
        policy: {fab: [priority, setup, fifo]}
    """
    assert [s[0] for s in run(IMPLANT % ("", 1, ""), scenario).spans()] == [0, 1, 2]


def test_a_step_can_give_its_own_setup_time(run: Run) -> None:
    fab = (IMPLANT % ("", 1, "")).replace("setup: B}", "setup: B, setup_time: 8 min}")
    assert run(fab, lots(A="0 min", B="1 min")).spans() == [(0, "I#1", 0, 10), (1, "I#1", 10, 28)]


@pytest.mark.parametrize(
    ("rank_by", "spans"),
    [
        # at 10 B, which came first, needs the 8 min of its step, the second A needs nothing
        ("all", [(0, "I#1", 0, 10), (2, "I#1", 10, 20), (1, "I#1", 20, 38)]),
        # both count 0: B goes first, and the change back to A takes the table's 5
        ("table", [(0, "I#1", 0, 10), (1, "I#1", 10, 28), (2, "I#1", 28, 43)]),
    ],
)
def test_setup_times_that_steps_give_count_in_the_rank_or_not(run: Run, rank_by: str, spans: list[object]) -> None:
    fab = (IMPLANT % (f", rank_by: {rank_by}", 1, "")).replace("setup: B}", "setup: B, setup_time: 8 min}")
    assert run(fab, lots("setup, fifo", A="0 min, 2 min", B="1 min")).spans() == spans


def test_the_tool_with_least_setup_is_found_by_times_that_do_not_rank_too(run: Run) -> None:
    # A on #1 and B on #2, both 0-10; the B of minute 20 would need 8 on #1, which comes first in the list, and nothing on #2; the B and
    # the A of minute 30 come together: B, first by lot id, takes #2 and A takes #1
    fab = (IMPLANT % (", rank_by: table", 2, ", choose_tool: least_setup")).replace("setup: B}", "setup: B, setup_time: 8 min}")
    ran = run(fab, lots("setup, fifo", A="0 min, 30 min", B="0 min, 20 min, 30 min"))
    assert ran.spans()[2:] == [(3, "I#2", 20, 30), (2, "I#1", 30, 40), (5, "I#2", 30, 40)]


def test_an_arriving_lot_takes_the_idle_tool_with_the_least_setup(run: Run) -> None:
    # 0: A (lot 0) on #1, B (lot 1) on #2; at 20 a B lot (3): #1 is idle longest (since 10) but #2 is set up for B
    scenario = lots(A="0 min", B="0 min, 20 min")
    assert run(IMPLANT % ("", 2, ""), scenario).spans()[-1] == (3, "I#1", 20, 60)
    assert run(IMPLANT % ("", 2, ", choose_tool: least_setup"), scenario).spans()[-1] == (3, "I#2", 20, 30)


def test_dedication_binds_a_lot_to_the_tool_of_its_earlier_step(run: Run) -> None:
    # two scanners; lot 0 exposes layer 1 on #1, lot 2 on #2.  Layer 2 must go to the same ones: lot 0 is back at 20 when
    # #1 works on the Q lot 1 (until 30) and #2 is idle since 10: it waits for #1
    fab = """
        toolsets: {L: {area: a, tools: 2, process: 10 min}, D: {area: a, tools: 9, process: 10 min}}
        routes:
          r: [{step: L1, toolset: L}, {step: E, toolset: D}, {step: L2, toolset: L, dedicated_to: L1}]
          q: [{step: Q, toolset: L, factor: 2}]
        products: {P: {route: r}, Q: {route: q}}
    """
    ran = run(fab, lots(P="0 min, 0 min", Q="10 min"))
    assert ran.spans("L") == [(0, "L#1", 0, 10), (2, "L#2", 0, 10), (1, "L#1", 10, 30), (2, "L#2", 20, 30), (0, "L#1", 30, 40)]


def test_free_first_setups_are_no_setups(run: Run) -> None:
    ran = run(IMPLANT % ("", 1, ""), lots(A="0 min, 2 min", B="1 min"))
    assert int(ran.trace.tools["setups"].sum()) == 2


def test_work_is_booked_first_and_then_a_setup(run: Run) -> None:
    # lot cascade p = 10, c = 8: A 0-10; B comes at 1 and is set up 1-31 beside it and after it, enters at 31, done 41
    # the next B (lot 3) finds its setup: nothing to do, enters at 39 (31 + 8), done 49
    fab = IMPLANT % ("", 1, ", slots: 2, load_ahead: true, interval: 8 min")
    ran = run(fab, lots(A="0 min", B="1 min, 35 min", horizon="1 h"))
    assert ran.spans() == [(0, "I#1", 0, 10), (1, "I#1", 1, 41), (3, "I#1", 35, 49)]
    (row,) = ran.trace.tools.select("setup_ms", "process_ms", "standby_ms").rows()
    # process 0-10 and 31-49, setup 10-31: what is set up beside work costs nothing; standby 49-60
    assert [part / 60_000 for part in row] == [21, 28, 11]


def test_where_jobs_are_spaced_one_is_set_up_after_the_other(run: Run) -> None:
    # p = 10, c = 8: A 0-10; B comes at 1, is taken at 8 and set up 8-38, done 48
    # the next B (lot 3) comes at 35: taken at once (8 + 8 has passed), begins with the setup's end at 38 beside the first, done 48
    fab = IMPLANT % ("", 1, ", slots: 2, spaced: true, interval: 8 min")
    ran = run(fab, lots(A="0 min", B="1 min, 35 min", horizon="1 h"))
    assert ran.spans() == [(0, "I#1", 0, 10), (1, "I#1", 8, 48), (3, "I#1", 35, 48)]
    (row,) = ran.trace.tools.select("setup_ms", "process_ms", "standby_ms").rows()
    # process 0-10 and 38-48, setup 10-38, standby 48-60
    assert [part / 60_000 for part in row] == [28, 20, 12]
