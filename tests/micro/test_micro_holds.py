"""Hand-solved fabs: lots on hold."""

from __future__ import annotations

from fabsim.metrics import check_laws
from tests.conftest import Run
from tests.micro.test_micro_work import ONE, starts

MINUTE = 60_000


def test_a_lot_on_hold_stands_aside_before_it_travels_on(run: Run) -> None:
    # S1 0-10, on hold to 40, 5 min of transport, S2 45-55, on hold again before it is done at 62
    fab = """
        transport: {default: 5 min}
        toolsets: {T: {area: a, tools: 1, process: 10 min}}
        routes:
          r:
            - {step: S1, toolset: T, hold: {share: 100 %, time: 30 min}}
            - {step: S2, toolset: T, hold: {share: 1, time: 7 min}}
        products: {P: {route: r}}
    """
    ran = run(fab, starts("0 h"))
    assert ran.spans() == [(0, "T#1", 0, 10), (0, "T#1", 45, 55)]
    times = ran.trace.lots.select("done_ms", "wait_ms", "transport_ms", "tool_ms", "hold_ms", "raw_ms").row(0)
    assert times == tuple(m * MINUTE for m in (62, 0, 5, 20, 37, 25))
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_a_lot_that_goes_back_may_be_held_too(run: Run) -> None:
    # as good as certain rework, 10 min of work and 5 on hold a turn; at the horizon it is in its third
    ran = run(ONE % ("load: 0 min", "process: 10 min, hold: {share: 1, time: 5 min}, rework: {share: 0.999999, to: S}"), starts("0 h"))
    assert ran.spans()[:3] == [(0, "T#1", 0, 10), (0, "T#1", 15, 25), (0, "T#1", 30, 40)]
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_holds_take_their_share_and_change_no_other_draw(run: Run) -> None:
    step = "process: {exponential: 1 min}"
    scenario = "horizon: 30 d\nstarts: {P: {wafers_per_month: 30000}}\npolicy: {fab: [fifo]}\n"
    plain = run(ONE % ("load: 0 min", step), scenario).trace.lots
    held = run(ONE % ("load: 0 min", step + ", hold: {share: 20 %, time: {exponential: 1 h}}"), scenario).trace.lots
    done = held.join(plain, on="subject", suffix="_plain")
    assert (done["tool_ms"] == done["tool_ms_plain"]).all()
    times = [ms for ms in held["hold_ms"].to_list() if ms > 0]
    assert abs(len(times) / len(held) - 0.2) < 4 * (0.2 * 0.8 / len(held)) ** 0.5
    assert abs(sum(times) / len(times) / 3_600_000 - 1) < 4 / len(times) ** 0.5
