"""Hand-solved fabs: what lots spend between their moves and before their release. Times in minutes."""

from __future__ import annotations

import polars as pl

from fabsim.kernels.rows import STATUS_DONE
from fabsim.metrics import check_laws, cycle_times
from fabsim.metrics.contributions import days_by_part
from tests.conftest import Ran, Run
from tests.micro.test_micro_late import LATE
from tests.micro.test_micro_work import starts

MINUTE = 60_000


def ways(ran: Ran) -> list[tuple[object, ...]]:
    """Give (lot, step, transport, refused, hold after it) of all moves, by lot and start, after seeing that the run is sound."""
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []
    rows = ran.moves("lot", "step", "transport_ms", "refused_ms", "hold_ms")
    return [(lot, step, *(int(str(ms)) / MINUTE for ms in times)) for lot, step, *times in rows]


def days(ran: Ran) -> dict[tuple[str, str], float]:
    """Give what of the mean cycle time is not 0 by toolset and part [min]."""
    by_part = days_by_part(ran.scenario, ran.trace)
    return {(toolset, part): round(days * 24 * 60, 6) for toolset, parts in by_part.items() for part, days in parts.items() if days}


def held_ms(ran: Ran) -> list[tuple[int, int]]:
    """Give (release, how long it was held) of all lots, by release [ms]."""
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []
    return ran.trace.lots.sort("release_ms", "lot").select("release_ms", "gate_ms").rows()


def held(ran: Ran) -> list[tuple[float, float]]:
    """Give the same in minutes."""
    return [(at / MINUTE, waited / MINUTE) for at, waited in held_ms(ran)]


def test_a_move_tells_how_its_lot_came_and_what_held_it_after(run: Run) -> None:
    # 2 min to S1, there 2-12, held to 42, 5 min on its way, S2 47-57, held to 64.  The second lot waits 2-12, is at S1 12-22, held
    # to 52, at S2 57-67, held to 74
    fab = """
        transport: {default: 5 min, first: 2 min}
        toolsets: {T: {area: a, tools: 1, process: 10 min}, U: {area: a, tools: 1, process: 10 min}}
        routes:
          r:
            - {step: S1, toolset: T, hold: {share: 100 %, time: 30 min}}
            - {step: S2, toolset: U, hold: {share: 1, time: 7 min}}
        products: {P: {route: r}}
    """
    ran = run(fab, starts("0 h, 0 h"))
    assert ways(ran) == [(lot, step, way, 0, hold) for lot in (0, 1) for step, way, hold in (("S1", 2, 30), ("S2", 5, 7))]
    found = days(ran)
    at_t = {("T", "work"): 10, ("T", "busy"): 5, ("T", "transport"): 2, ("T", "hold"): 30}
    assert found == at_t | {("U", "work"): 10, ("U", "transport"): 5, ("U", "hold"): 7}
    assert sum(found.values()) == (64 + 74) / 2


def test_the_lots_of_a_batch_are_held_each_for_itself(run: Run) -> None:
    # two batches of two; of the holds each lot draws its own, and each stands with its own move
    fab = """
        toolsets: {F: {area: a, tools: 1, process: 10 min, per: batch, batch: {min: 50, max: 50}}}
        routes: {r: [{step: OX, toolset: F, hold: {share: 50 %, time: {uniform: 30 min, half_width: 20 min}}}]}
        products: {P: {route: r}}
    """
    ran = run(fab, starts(", ".join(["0 h"] * 8), horizon="5 h"))
    rows = ways(ran)
    assert [row[4] for row in rows] == [ms / MINUTE for ms in ran.trace.lots.sort("lot")["hold_ms"]]
    assert len({row[4] for row in rows}) > 2


def test_a_wait_in_vain_stands_with_the_move_that_follows(run: Run) -> None:
    # lot 1 waits for B 40-50, is too late and goes back to S1 at once (see test_micro_late): it waited in vain at B, for S1 on A
    ran = run(LATE.format(late="if_late: rework"), starts("0 h, 0 h"))
    assert ways(ran)[3:] == [(1, "S0", 0, 0, 0), (1, "S1", 0, 0, 0), (1, "S1", 0, 10, 0), (1, "S2", 0, 0, 0)]
    # both wait 10 and then 10 again for A, but lot 0 only from 10 to 20; cycle times 50 and 80
    assert days(ran) == {("A", "work"): 25, ("A", "busy"): 15, ("A", "refused"): 5, ("B", "work"): 20}


def test_a_start_is_held_from_when_it_is_due_until_a_lot_leaves(run: Run) -> None:
    # one lot of 40 min at a time: starts of 0, 5, 50 and 200 come at 0, 40, 80 and 200; that of 210 would come at 240
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 40 min}}
        routes: {r: [{step: S1, toolset: A}]}
        products: {P: {route: r}}
    """
    scenario = "horizon: 230 min\nstarts: {P: {wip_limit: 1, pattern: {schedule: [0 min, 5 min, 50 min, 200 min, 210 min]}}}\n"
    ran = run(fab, scenario)
    assert held(ran) == [(0, 0), (40, 35), (80, 30), (200, 0)]
    assert ran.totals.held == 1
    figures = cycle_times(ran.scenario, ran.trace, "stream").row(0, named=True)
    assert (figures["starts_held"], figures["gate_hours"]) == (2, 65 / 4 / 60)
    assert figures["cycle_time_days_mean"] == 40 / 60 / 24


def test_held_starts_of_a_rate_are_due_when_its_plan_says(run: Run) -> None:
    # a lot each 20 min from 0 on, 30 min of work: lot k is due at 20 k and comes at 30 k
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 30 min}}
        routes: {r: [{step: S1, toolset: A}]}
        products: {P: {route: r}}
    """
    ran = run(fab, "horizon: 125 min\nstarts: {P: {wip_limit: 1, every: 20 min, first: 0 h}}\n")
    assert held(ran) == [(30 * k, 10 * k) for k in range(5)]
    assert ran.totals.held == 2


def test_a_lot_with_nothing_to_do_was_held_too(run: Run) -> None:
    # a lot each 5 min, one at a time; half of them are done as soon as they come
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 40 min}}
        routes: {r: [{step: S1, toolset: A, sampling: 50 %}]}
        products: {P: {route: r}}
    """
    ran = run(fab, "horizon: 20 h\nstarts: {P: {wip_limit: 1, every: 5 min, first: 0 h}}\n")
    assert [at - waited for at, waited in held(ran)] == [5 * k for k in range(len(ran.trace.lots))]
    idle = ran.trace.lots.filter((pl.col("moves") == 0) & (pl.col("status") == STATUS_DONE))
    assert max(idle["gate_ms"].to_list()) > 0


def test_held_starts_of_a_poisson_stream_are_due_when_they_would_come_without_a_limit(run: Run) -> None:
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 30 min}}
        routes: {r: [{step: S1, toolset: A}]}
        products: {P: {route: r}}
    """
    stream = "pattern: poisson, wafers_per_month: {0: 20000, 0.1: 60000}"
    free, limited = (run(fab, f"horizon: 10 d\nstarts: {{P: {{{stream}{more}}}}}\n") for more in ("", ", wip_limit: 2"))
    due = [at for at, _ in held_ms(free)]
    came = held_ms(limited)
    assert [at - waited for at, waited in came] == due[: len(came)]
    assert limited.totals.held == len(due) - len(came) > 10
    assert {waited for _, waited in held_ms(free)} == {0}


def test_conwip_holds_no_start(run: Run) -> None:
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 30 min}}
        routes: {r: [{step: S1, toolset: A}]}
        products: {P: {route: r}}
    """
    ran = run(fab, "horizon: 70 min\nstarts: {P: {pattern: {conwip: 2}}}\n")
    assert held(ran) == [(0, 0), (0, 0), (30, 0), (60, 0)]
    assert ran.totals.held == 0
