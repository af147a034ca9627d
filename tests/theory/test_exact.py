"""What theory says to the last digit: cascades, maintenance by the calendar, the best case of a closed line."""

from __future__ import annotations

import polars as pl
import pytest

from fabsim.terms import HOUR
from tests.conftest import Run

CASCADE = """
toolsets:
  TRACK: {{area: a, tools: 1, process: 1 min, per: {per}, interval: {interval}, slots: {slots}}}
routes:
  base: [{{step: COAT, toolset: TRACK}}]
products:
  P: {{route: base}}
"""
LOTS = """
horizon: 1 d
starts:
  P: {lot_size: 25, pattern: {schedule: [0 h, 0 h, 0 h]}}
"""


def test_wafers_cascade_through_a_tool(run: Run) -> None:
    # p = 1, c = 0.75 min, n = 25: a lone lot takes p + (n - 1) c = 19 min, lots follow each other at n c = 18.75 min
    spans = run(CASCADE.format(per="wafer", interval="0.75 min", slots=2), LOTS).spans()
    assert [(start, finish) for _, _, start, finish in spans] == [(0, 19), (18.75, 37.75), (37.5, 56.5)]


def test_lots_cascade_through_a_tool(run: Run) -> None:
    # spacing c = 0.25 min, latency p = 1 min
    spans = run(CASCADE.format(per="lot", interval="0.25 min", slots=4), LOTS).spans()
    assert [(start, finish) for _, _, start, finish in spans] == [(0, 1), (0.25, 1.25), (0.5, 1.5)]


@pytest.mark.parametrize(
    ("begins", "every", "takes", "cycle", "share"),
    [
        ("start", 720, 13.76, 720, 0.01911),  # 13.76 h of 720 h
        ("end", 720, 13.76, 733.76, 0.01875),  # 13.76 h of 733.76 h
        ("start", 168, 6.65, 168, 0.03958),
        ("end", 168, 6.65, 174.65, 0.03808),
    ],
)
def test_maintenance_takes_its_share_of_time(run: Run, begins: str, every: float, takes: float, cycle: float, share: float) -> None:
    fab = f"""
    toolsets:
      ETCH:
        area: a
        tools: 1
        process: 1 h
        calendars: [{{kind: maintenance, every: {every} h, takes: {takes} h, from: {begins}, first: 0 h}}]
    routes:
      base: [{{step: ETCH, toolset: ETCH}}]
    products:
      P: {{route: base}}
    """
    ran = run(fab, f"horizon: {10 * cycle} h\nstarts:\n  P: {{pattern: {{schedule: [100 h]}}}}")
    down, time = ran.trace.tools.select(pl.col("maintenance_ms").sum(), (pl.col("end_ms") - pl.col("start_ms")).sum()).row(0)
    assert down == round(10 * takes * HOUR)
    assert down / time == pytest.approx(share, abs=5e-6)


@pytest.mark.parametrize("lots", [1, 2, 3, 5])
def test_a_closed_line_without_noise_is_the_best_case(run: Run, lots: int) -> None:
    # T0 = 2 + 1.25 + 0.8 = 4.05 h, the bottleneck's rate 0.5 an hour: CT = max(T0, w / rb) (Hopp and Spearman, Factory Physics, 7.3)
    fab = """
    toolsets:
      ONE: {area: a, tools: 1, process: 2 h}
      TWO: {area: a, tools: 1, process: 1.25 h}
      THREE: {area: a, tools: 1, process: 0.8 h}
    routes:
      base: [{step: ONE, toolset: ONE}, {step: TWO, toolset: TWO}, {step: THREE, toolset: THREE}]
    products:
      P: {route: base}
    """
    ran = run(fab, f"horizon: 10 d\nstarts:\n  P: {{lot_size: 1, pattern: {{conwip: {lots}}}}}")
    settled = ran.trace.lots.filter((pl.col("release_ms") > 100 * HOUR) & (pl.col("status") == 0))
    times = set(settled.select((pl.col("done_ms") - pl.col("release_ms")) / HOUR).to_series())
    assert len(settled) > 10
    assert times == {max(4.05, lots / 0.5)}
