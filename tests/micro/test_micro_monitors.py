"""Hand-solved fabs: monitor wafers, used again and again, and engineering lots."""

from __future__ import annotations

import pytest

from fabsim.metrics import check_laws, summarize
from fabsim.theory.months import capacity_by_month, scenario_capacity
from tests.conftest import Run

FAB = """
    transport: {{default: 1 min}}
    scrap: {scrap}
    toolsets: {{T: {{area: a, tools: 1, process: 10 min}}, M: {{area: b, tools: 1, process: 4 min}}}}
    routes: {{r: [{{step: S1, toolset: T}}], m: [{{step: M1, toolset: M}}, {{step: M2, toolset: M}}]}}
    products: {{P: {{route: r}}, W: {{route: m}}}}
"""


def test_a_monitor_does_its_route_as_often_as_it_is_used(run: Run) -> None:
    # 4 min a step and 1 min to the next one, back to the first included: three rounds end at 3 x 10 - 1
    ran = run(FAB.format(scrap=0), "horizon: 5 h\nstarts: {W: {kind: monitor, uses: 3, lot_size: 2, pattern: {schedule: [0 h]}}}\n")
    assert ran.moves("step", "visit") == [("M1", 0), ("M2", 0), ("M1", 1), ("M2", 1), ("M1", 2), ("M2", 2)]
    assert ran.trace.lots.select("done_ms", "raw_ms", "reworks").row(0) == (29 * 60_000, 29 * 60_000, 0)
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_a_used_up_monitor_is_replaced_where_their_number_is_constant(run: Run) -> None:
    # one at a time, 2 x 10 - 1 min each: the second begins at 19, the third at 38, the fourth at 57 is in its first step
    ran = run(FAB.format(scrap=0), "horizon: 1 h\nstarts: {W: {kind: monitor, uses: 2, pattern: {conwip: 1}}}\n")
    assert [start for _, _, start, _ in ran.spans()][::4] == [0, 19, 38]
    assert (ran.totals.completed, ran.totals.in_process) == (3, 1)


def test_figures_of_products_are_of_production_lots(run: Run) -> None:
    scenario = """
        horizon: 730 h
        starts:
          P: {pattern: {schedule: [0 h, 1 h]}}
          eng: {product: P, kind: engineering, lot_size: 3, pattern: {schedule: [2 h, 3 h, 4 h]}}
          W: {kind: monitor, uses: 2, lot_size: 5, pattern: {schedule: [5 h]}}
    """
    ran = run(FAB.format(scrap=0), scenario)
    summary, _ = summarize(ran.scenario, [ran.trace], [ran.totals], "compiled")
    assert {name: (row["completed"], row["wafers_out"]) for name, row in summary["products"].items()} == {"P": (2, 50)}
    counts = {name: (row["completed"], row["wafers_out"]) for name, row in summary["streams"].items()}
    assert counts == {"P": (2, 50), "eng": (3, 9), "W": (1, 5)}
    assert summary["throughput_wafers_per_month"] == 50
    assert summary["lots"]["completed"] == 6


@pytest.mark.parametrize("scrap", [0, 0.1])
def test_static_capacity_counts_every_use(run: Run, scrap: float) -> None:
    # lots of 10 wafers, 730 a month of 730 h: a tenth of a lot an hour.  A lot is spared by both steps with (1 - scrap)^2 and does M1 once
    # in each round it begins, M2 if M1 has spared it: 4 min each
    stream = "W: {kind: monitor, uses: 3, lot_size: 10, wafers_per_month: 730}"
    ran = run(FAB.format(scrap=scrap), f"horizon: 1460 h\nstarts: {{{stream}}}\npolicy: {{fab: [fifo]}}\n")
    rounds = sum((1 - scrap) ** (2 * k) for k in range(3))
    hours = 73 * rounds * (1 + 1 - scrap) * 4 / 60
    assert scenario_capacity(ran.scenario).hours_per_month[1] == pytest.approx(hours)
    # by month: a round begins X-factor x 9 min after the one before
    later = capacity_by_month(ran.scenario, 0.0)
    assert [month.hours_per_month[1] for month in later] == pytest.approx([hours, hours])
    assert capacity_by_month(ran.scenario, 100.0)[0].hours_per_month[1] < hours
    done = ran.totals.completed + ran.totals.scrapped
    assert ran.totals.moves / done == pytest.approx(rounds * (2 - scrap), rel=0.1)
