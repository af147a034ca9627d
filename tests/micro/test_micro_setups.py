"""Hand-solved fabs: setups, minimum runs, rank chains, dedication. Times in minutes; spans are (lot, tool, start, finish)."""

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


def test_an_arriving_lot_takes_the_idle_tool_with_the_least_setup(run: Run) -> None:
    # 0: A (lot 0) on #1, B (lot 1) on #2; at 20 a B lot (3): #1 is idle longest (since 10) but #2 is set up for B
    scenario = lots(A="0 min", B="0 min, 20 min")
    assert run(IMPLANT % ("", 2, ""), scenario).spans()[-1] == (3, "I#1", 20, 60)
    assert run(IMPLANT % ("", 2, ", choose_tool: least_setup"), scenario).spans()[-1] == (3, "I#2", 20, 30)


def test_a_minimum_run_keeps_the_setup_for_lots_that_are_still_to_come(run: Run) -> None:
    # min_run 2 counts the lot that changed: A starts at 0; B (1) must wait until a second A, which arrives by a 40 min
    # transport from its first step, has run
    fab = """
        transport: {between: [{from: b, to: a, time: 30 min}]}
        setups: {gas: {default: 30 min, min_run: 2}}
        toolsets: {I: {area: a, tools: 1, process: 10 min, setup: gas}, W: {area: b, tools: 1, process: 10 min}}
        routes:
          ra: [{step: SA, toolset: I, setup: A}]
          rb: [{step: SB, toolset: I, setup: B}]
          rc: [{step: SW, toolset: W}, {step: SA, toolset: I, setup: A}]
        products: {A: {route: ra}, B: {route: rb}, C: {route: rc}}
    """
    ran = run(fab, lots(A="0 min", B="1 min", C="0 min"))
    by_lot = {s[0]: s for s in ran.spans("I")}
    assert sorted((s[2], s[3]) for s in by_lot.values()) == [(0, 10), (40, 50), (50, 90)]


def test_a_minimum_run_is_released_when_nothing_can_come(run: Run) -> None:
    ran = run(IMPLANT % (", min_run: 7", 1, ""), lots(A="0 min", B="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 10), (1, "I#1", 10, 50)]


def test_hot_lots_obey_a_minimum_run(run: Run) -> None:
    # min_run 2: after A (lot 0) at 0 the tool owes one more A (lot 2), which waits; the hot B (lot 1) goes after it
    scenario = """
        horizon: 10 h
        starts:
          A: {pattern: {schedule: [0 min, 5 min, 6 min]}}
          B: {priority: 9, pattern: {schedule: [1 min]}}
        policy: {fab: [priority, fifo]}
    """
    assert [s[0] for s in run(IMPLANT % (", min_run: 2", 1, ""), scenario).spans()] == [0, 2, 1, 4]


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


def test_two_minimum_runs_do_not_wait_for_each_others_lots(run: Run) -> None:
    # I#1 owes an A and I#2 a B; the A still to come waits here for its B step, the B for its A step: neither is waited for
    fab = """
        setups: {gas: {default: 30 min, min_run: 3}}
        toolsets: {I: {area: a, tools: 2, process: 10 min, setup: gas, choose_tool: least_setup}}
        routes:
          ra: [{step: SA, toolset: I, setup: A}]
          rb: [{step: SB, toolset: I, setup: B}]
          rba: [{step: SB1, toolset: I, setup: B}, {step: SA1, toolset: I, setup: A}]
          rcb: [{step: SC2, toolset: I, setup: C}, {step: SB2, toolset: I, setup: B}]
        products: {A: {route: ra}, B: {route: rb}, BA: {route: rba}, CB: {route: rcb}}
    """
    ran = run(fab, lots(A="0 min", B="0 min", CB="1 min"))
    assert ran.totals.completed == 3
    assert ran.spans()[2] == (2, "I#1", 10, 50)


def test_minimum_runs_do_not_wait_for_lots_bound_to_another_tool(run: Run) -> None:
    # A sets #1 to K, B sets #2 to L, both owe four lots more; A's third step needs L on #1, B's needs K on #2: each tool's only
    # candidate is the lot bound to the other one.  Both are back at 15 and pay the setup of 10
    fab = """
        setups: {s: {default: 10 min, min_run: 5}}
        toolsets: {PREP: {area: a, tools: 2, process: 10 min, setup: s}, Z: {area: a, tools: 2, process: 5 min}}
        routes:
          ra: [{step: A1, toolset: PREP, setup: K}, {step: A2, toolset: Z}, {step: A3, toolset: PREP, setup: L, dedicated_to: A1}]
          rb: [{step: B1, toolset: PREP, setup: L}, {step: B2, toolset: Z}, {step: B3, toolset: PREP, setup: K, dedicated_to: B1}]
        products: {A: {route: ra}, B: {route: rb}}
    """
    ran = run(fab, lots(A="0 min", B="0 min"))
    assert ran.spans("PREP")[2:] == [(0, "PREP#1", 15, 35), (1, "PREP#2", 15, 35)]


def test_a_minimum_run_does_not_wait_for_lots_that_cannot_make_a_batch(run: Run) -> None:
    # two K lots (0, 2) run 0-60 and leave a run owed; a third K lot alone is below the least batch of 50: the L batch (1, 3)
    # goes at 120
    fab = """
        setups: {s: {default: 10 min, min_run: 8}}
        toolsets: {F: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 100}, setup: s}}
        routes: {rk: [{step: K, toolset: F, setup: K}], rl: [{step: L, toolset: F, setup: L}]}
        products: {K: {route: rk}, L: {route: rl}}
    """
    ran = run(fab, lots(K="0 min, 0 min, 90 min", L="120 min, 120 min"))
    assert [(s[0], s[2], s[3]) for s in ran.spans()] == [(0, 0, 60), (2, 0, 60), (1, 120, 190), (3, 120, 190)]


@pytest.mark.parametrize(
    ("step", "spans"),
    [
        # the lot that the run waits for is scrapped when it is done at U at 20: B gets its change of 5 min and its 10 min of work
        ("scrap: 0.999999", [(0, 10), (20, 35)]),
        # it is on hold from 20 to 50 and implanted then; after it comes B, with its change
        ("hold: {share: 1, time: 30 min}", [(0, 10), (50, 60), (60, 75)]),
    ],
)
def test_a_minimum_run_waits_for_a_lot_on_hold_and_not_for_one_that_is_scrapped(
    run: Run, step: str, spans: list[tuple[float, float]]
) -> None:
    # A is implanted 0-10 and the tool owes its setup a second lot, which is C, on its way over U; B waits since 5
    fab = f"""
        toolsets:
          IMP: {{area: a, tools: 1, process: 10 min, setup: {{default: 5 min, min_run: 2}}}}
          U: {{area: a, tools: 1, process: 20 min}}
        routes:
          a: [{{step: IA, toolset: IMP, setup: A}}]
          b: [{{step: IB, toolset: IMP, setup: B}}]
          c: [{{step: X, toolset: U, {step}}}, {{step: IC, toolset: IMP, setup: A}}]
        products: {{A: {{route: a}}, B: {{route: b}}, C: {{route: c}}}}
    """
    ran = run(fab, lots(A="0 min", B="5 min", C="0 min", horizon="5 h"))
    assert [(start, end) for _, _, start, end in ran.spans("IMP")] == spans


def test_a_minimum_run_ends_when_the_awaited_lot_is_sent_back_behind_another(run: Run) -> None:
    # I owes K lots and waits for A, which is at Y until 6020; there it is sent back to X, whose own minimum run lies between: B goes then
    fab = """
        toolsets:
          I: {area: a, tools: 1, process: 10 min, setup: {default: 10 min, min_run: 5}}
          X: {area: a, tools: 1, process: 10 min, setup: {default: 10 min, min_run: 2}}
          Y: {area: a, tools: 1, process: 6000 min}
        routes:
          ra:
            - {step: A0, toolset: I, setup: K}
            - {step: A1, toolset: X, setup: q}
            - {step: A2, toolset: Y, rework: {share: 0.999999, to: A1}}
            - {step: A3, toolset: I, setup: K}
          rb: [{step: B1, toolset: I, setup: L}]
        products: {A: {route: ra}, B: {route: rb}}
    """
    ran = run(fab, lots(A="0 min", B="60 min", horizon="200 h"))
    assert ran.spans("I") == [(0, "I#1", 0, 10), (1, "I#1", 6020, 6040)]


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


def test_two_tools_do_not_wait_for_lots_bound_to_each_other(run: Run) -> None:
    # L and M use tools 1 and 2 at 0-10, which they are bound to later, and are at W to 40.  P sets tool 1 up for B at 15-25, Q tool 2 for
    # A at 16-26; each owes its setup another lot.  At 40 L needs A on tool 1 and M needs B on tool 2.  Their last steps need no tool of
    # theirs, so L might still come to tool 2 and M to tool 1 - after work that only the other tool's run keeps from them.  Both
    # runs end: a change of 5 min and 10 min of work, 40-55, and their last steps, 55-65, where the setup now is
    fab = """
        toolsets:
          T: {area: a, tools: 2, process: 10 min, choose_tool: lowest_number, setup: {default: 5 min, min_run: 2}}
          W: {area: a, tools: 2, process: 30 min}
        routes:
          l:
            - {step: LT, toolset: T}
            - {step: LW, toolset: W}
            - {step: LX, toolset: T, setup: A, dedicated_to: LT}
            - {step: LY, toolset: T, setup: A}
          m:
            - {step: MT, toolset: T}
            - {step: MW, toolset: W}
            - {step: MX, toolset: T, setup: B, dedicated_to: MT}
            - {step: MY, toolset: T, setup: B}
          p: [{step: PT, toolset: T, setup: B}]
          q: [{step: QT, toolset: T, setup: A}]
        products: {L: {route: l}, M: {route: m}, P: {route: p}, Q: {route: q}}
    """
    scenario = """
        horizon: 3 h
        starts:
          L: {pattern: {schedule: [0 min]}}
          M: {pattern: {schedule: [0 min]}}
          P: {pattern: {schedule: [15 min]}}
          Q: {pattern: {schedule: [16 min]}}
    """
    first = [(0, "T#1", 0, 10), (1, "T#2", 0, 10), (2, "T#1", 15, 25), (3, "T#2", 16, 26)]
    assert run(fab, scenario).spans("T") == [*first, (0, "T#1", 40, 55), (1, "T#2", 40, 55), (0, "T#1", 55, 65), (1, "T#2", 55, 65)]
