"""Hand-solved fabs: minimum runs, and the lots that they wait for. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from tests.conftest import Run
from tests.micro.test_micro_setups import IMPLANT, lots


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


CASCADE = """
    toolsets: {I: {area: a, tools: 1, slots: 2, spaced: true, interval: 8 min, unload: 2 min, setup: {default: 30 min%s}}}
    routes:
      ra: [{step: SA, toolset: I, process: 10 min, setup: A}]
      rb: [{step: SB, toolset: I, process: 10 min, setup: B}]
      rn: [{step: SN, toolset: I, process: 10 min}]
    products: {A: {route: ra}, B: {route: rb}, N: {route: rn}}
"""


@pytest.mark.parametrize(("when_empty", "second"), [("", (8, 50)), (", when_empty: true", (12, 54))])
def test_another_setup_may_need_an_empty_tool(run: Run, when_empty: str, second: tuple[float, float]) -> None:
    # A is worked on 0-10 and unloaded at 12; as a rule B is taken at 8, set up 8-38 and out at 50.  It may have to wait until A is out
    ran = run(CASCADE % when_empty, lots(A="0 min", B="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 12), (1, "I#1", *second)]


def test_lots_of_the_same_setup_and_of_none_go_on_beside_others(run: Run) -> None:
    # B came first, but at 8 and at 16 there is a lot inside: another A and a lot without setup follow, every 8; both are out at 28.
    # B is set up 28-58, worked on to 68, out at 70
    ran = run(CASCADE % ", when_empty: true", lots(A="0 min, 2 min", B="1 min", N="3 min"))
    assert ran.spans() == [(0, "I#1", 0, 12), (3, "I#1", 8, 20), (2, "I#1", 16, 28), (1, "I#1", 28, 70)]


def test_the_first_setup_of_a_tool_needs_no_empty_one(run: Run) -> None:
    # a lot without setup is inside 0-12; the first setup is free and follows at 8
    ran = run(CASCADE % ", when_empty: true", lots(N="0 min", B="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 12), (1, "I#1", 8, 20)]


def test_a_minimum_run_that_has_ended_leaves_the_tool_to_get_empty(run: Run) -> None:
    # A, A make the run of 2 (0-12 and 8-20); B waits for the empty tool at 20: set up 20-50, out at 62
    ran = run(CASCADE % ", min_run: 2, when_empty: true", lots(A="0 min, 0 min", B="1 min"))
    assert ran.spans() == [(0, "I#1", 0, 12), (2, "I#1", 8, 20), (1, "I#1", 20, 62)]
