"""Hand-solved fabs: reticles that travel between tools. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from fabsim.metrics import check_laws
from tests.conftest import Run
from tests.micro.test_micro_setups import lots

FAB = """
    toolsets: {L: {area: a, tools: %d, process: 10 min, reticles: {travel: 5 min%s}%s}}
    routes:
      ra: [{step: SA, toolset: L, mask: M}]
      rb: [{step: SB, toolset: L, mask: M}]
    products: {A: {route: ra}, B: {route: rb}}
"""


def test_a_lot_waits_for_a_reticle_in_use_and_another_lot_goes_first(run: Run) -> None:
    # lot 0: its reticle comes by 5, done at 15; lot 2 needs the same one and waits though #2 is idle.  Lot 1 is of the other route,
    # with a reticle of its own: it takes #2 at 1, loaded at 6.  At 15 the reticle is at #1 already: lot 2 goes without travel
    ran = run(FAB % (2, "", ""), lots(A="0 min, 0 min", B="1 min"))
    assert ran.spans() == [(0, "L#1", 0, 15), (1, "L#2", 1, 16), (2, "L#1", 15, 25)]
    assert ran.moves("lot", "setup_ms") == [(0, 300_000), (1, 300_000), (2, 0)]
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


@pytest.mark.parametrize(("choose", "last"), [("longest_idle", (1, "L#2", 20, 35)), ("least_setup", (1, "L#1", 20, 30))])
def test_a_reticle_stays_until_another_tool_asks_for_it(run: Run, choose: str, last: tuple[int, str, float, float]) -> None:
    # at 20 both tools are idle, #2 the longest: it sends for the reticle; the tool that needs the least time has it already
    ran = run(FAB % (2, "", f", choose_tool: {choose}"), lots(A="0 min, 20 min"))
    assert ran.spans() == [(0, "L#1", 0, 15), last]


def test_a_mask_may_have_more_reticles_than_the_others(run: Run) -> None:
    fab = (FAB % (4, ", masks: {N: 2}", "")).replace("SA, toolset: L, mask: M", "SA, toolset: L, mask: N")
    ran = run(fab, lots(A="0 min, 0 min, 0 min", B="0 min, 0 min"))
    # A: lots 0, 2 and 4 with two reticles; B: 1 and 3 with one.  At 15 #4 is idle the longest: it sends to #2 for lot 3's
    assert ran.spans() == [(0, "L#1", 0, 15), (1, "L#2", 0, 15), (2, "L#3", 0, 15), (3, "L#4", 15, 30), (4, "L#1", 15, 25)]


@pytest.mark.parametrize(("chain", "spans"), [("fifo", [(1, 15, 30), (2, 30, 40)]), ("setup, fifo", [(2, 15, 25), (1, 25, 40)])])
def test_the_setup_criterion_prefers_a_lot_whose_reticle_is_here(run: Run, chain: str, spans: list[tuple[int, float, float]]) -> None:
    # one tool; at 15 lot 1 (B, its reticle has to come) and lot 2 (A, its reticle is here) wait
    ran = run(FAB % (1, "", ""), lots(chain, A="0 min, 2 min", B="1 min"))
    assert [(lot, start, finish) for lot, _, start, finish in ran.spans()] == [(0, 0, 15), *spans]


def test_a_reticle_travels_while_the_tool_is_set_up(run: Run) -> None:
    # the first setup is free, so lot 0 waits 5 for its reticle; from A to B 8 of setup, in which the reticle comes
    fab = (FAB % (1, "", ", setup: {default: 8 min}")).replace("SA,", "SA, setup: A,").replace("SB,", "SB, setup: B,")
    assert run(fab, lots(A="0 min", B="1 min")).spans() == [(0, "L#1", 0, 15), (1, "L#1", 15, 33)]


def test_lots_in_one_tool_share_a_reticle(run: Run) -> None:
    # the entry is free 10 after the process began, the lot leaves 10 later: lot 1 enters #1 at 15 while lot 0 is inside
    ran = run(FAB % (2, "", ", slots: 2, latency: 10 min"), lots(A="0 min, 0 min"))
    assert ran.spans() == [(0, "L#1", 0, 25), (1, "L#1", 15, 35)]


def test_a_reticle_leaves_a_tool_that_is_down(run: Run) -> None:
    # after a lot of 25 wafers a tool is down for an hour: #1 from 15 on; lot 1 has waited for the reticle, which comes to #2 by 20
    kit = ", calendars: [{kind: maintenance, counts: wafers, every: 25 wafers, takes: 1 h, stagger: false}]"
    assert run(FAB % (2, "", kit), lots(A="0 min, 0 min")).spans() == [(0, "L#1", 0, 15), (1, "L#2", 15, 30)]


def test_a_bound_lot_waits_for_its_tool_and_for_the_reticle_there(run: Run) -> None:
    # lots 0 and 1 expose the first layer, which needs no reticle, on #1 and #2; both are back at 20.  Lot 0 has #1 and the reticle:
    # 20-35; lot 1 must go to #2 and waits until the reticle is free: 35-50
    fab = """
        toolsets: {L: {area: a, tools: 2, process: 10 min, reticles: {travel: 5 min}}, D: {area: a, tools: 9, process: 10 min}}
        routes: {r: [{step: L1, toolset: L}, {step: E, toolset: D}, {step: L2, toolset: L, mask: M, dedicated_to: L1}]}
        products: {P: {route: r}}
    """
    ran = run(fab, lots(P="0 min, 0 min"))
    assert ran.spans("L") == [(0, "L#1", 0, 10), (1, "L#2", 0, 10), (0, "L#1", 20, 35), (1, "L#2", 35, 50)]
