"""Hand-solved fabs: tools qualified for some recipes only. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

from tests.conftest import Run
from tests.micro.test_micro_setups import lots

FAB = """
    toolsets: {L: {area: a, tools: %d, process: 10 min%s}}
    routes:
      ra: [{step: SA, toolset: L%s}]
      rb: [{step: SB, toolset: L%s}]
    products: {A: {route: ra}, B: {route: rb}}
"""


def test_a_lot_waits_for_a_qualified_tool_while_another_one_is_idle(run: Run) -> None:
    # A (lots 0, 2, 4) on #2 only: it takes them one after the other while #1 has only the B lot (1), though #1 is idle from the start
    fab = FAB % (2, "", ", qualified: [2]", "")
    ran = run(fab, lots(A="0 min, 0 min, 0 min", B="5 min"))
    assert ran.spans() == [(0, "L#2", 0, 10), (1, "L#1", 5, 15), (2, "L#2", 10, 20), (4, "L#2", 20, 30)]


def test_a_free_tool_takes_the_first_of_the_lots_it_may_serve(run: Run) -> None:
    # until 10 lots 0 and 1 keep both tools; lot 3 (B, 1 min) and lot 2 (A, 2 min) wait: #1 must leave the older one to #2
    fab = FAB % (2, "", "", ", qualified: [2]")
    ran = run(fab, lots(A="0 min, 2 min", B="0 min, 1 min"))
    assert ran.spans() == [(0, "L#1", 0, 10), (1, "L#2", 0, 10), (2, "L#1", 10, 20), (3, "L#2", 10, 20)]


def test_a_share_is_dealt_recipe_by_recipe(run: Run) -> None:
    # half of two tools: the first recipe has #2, the second #1; each waits for its own
    ran = run(FAB % (2, ", qualified: 50 %", "", ""), lots(A="0 min, 1 min", B="0 min"))
    assert ran.spans() == [(0, "L#2", 0, 10), (1, "L#1", 0, 10), (2, "L#2", 10, 20)]


def test_a_bound_lot_goes_where_its_earlier_step_was_qualified_also_when_that_tool_has_left(run: Run) -> None:
    # lots 0 and 1 expose on #2 and #3, the qualified ones; #3 leaves at 15, so lot 1 may go to any tool qualified for the first layer:
    # that is #2 alone, which has lot 0 from 30 to 40
    fab = """
        toolsets: {L: {area: a, tools: 3, process: 10 min}, D: {area: a, tools: 9, process: 20 min}}
        routes: {r: [{step: L1, toolset: L, qualified: [2, 3]}, {step: E, toolset: D}, {step: L2, toolset: L, dedicated_to: L1}]}
        products: {P: {route: r}}
    """
    ran = run(fab, lots(P="0 min, 0 min") + "    changes: [{toolset: L, tools: -1, at: 15 min}]\n")
    assert ran.spans("L") == [(0, "L#2", 0, 10), (1, "L#3", 0, 10), (0, "L#2", 30, 40), (1, "L#2", 40, 50)]


def test_a_minimum_run_does_not_wait_for_lots_that_the_tool_may_not_take(run: Run) -> None:
    # #1 owes a second A after lot 0, and lot 4 brings one at 40, but for #2 only; so #1 is free for the B lot 1 at once:
    # change 10-40.  #2, idle, takes lot 4 (its first setup is free)
    fab = """
        transport: {between: [{from: b, to: a, time: 30 min}]}
        setups: {gas: {default: 30 min, min_run: 2}}
        toolsets: {I: {area: a, tools: 2, process: 10 min, setup: gas}, W: {area: b, tools: 1, process: 10 min}}
        routes:
          ra: [{step: SA, toolset: I, setup: A, qualified: [1]}]
          rb: [{step: SB, toolset: I, setup: B, qualified: [1]}]
          rc: [{step: SW, toolset: W}, {step: SC, toolset: I, setup: A, qualified: [2]}]
        products: {A: {route: ra}, B: {route: rb}, C: {route: rc}}
    """
    ran = run(fab, lots(A="0 min", B="1 min", C="0 min"))
    assert ran.spans("I") == [(0, "I#1", 0, 10), (1, "I#1", 10, 50), (2, "I#2", 40, 50)]
