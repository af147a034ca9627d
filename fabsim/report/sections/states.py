"""What tools spend their time on, in the states of SEMI E10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from fabsim.metrics.measure import measured, quotient
from fabsim.metrics.toolsets import tool_sums
from fabsim.report.blocks import Block, Section, Table, figure, words
from fabsim.report.charts import Rows, chart, stacked_bars
from fabsim.report.figures import share
from fabsim.report.folder import Run

STATES = {
    "productive": "@series1",
    "standby": "@idle",
    "engineering": "@series5",
    "setup": "@series8",
    "scheduled down": "@series3",
    "unscheduled down": "@series6",
}
"""States with their colours; setup is apart: E10 counts it as scheduled downtime, Factory Physics as process time."""

WHOLE = "all tools"


def section(run: Run) -> Section:
    """Return the states of each area and, in a table, of each toolset."""
    tools = measured(run, run.tools).with_columns(area=pl.col("toolset").replace(areas(run)))
    whole = [_states(row) for row in tool_sums(tools.with_columns(all=pl.lit(0)), "all").iter_rows(named=True)]
    by_area = {str(row["area"]): _states(row) for row in tool_sums(tools, "area").sort("area").iter_rows(named=True)}
    groups = dict(zip([WHOLE], whole, strict=False)) | by_area
    rows: Rows = [{"who": name, "state": state, "value": value} for name, states in groups.items() for state, value in states.items()]
    drawn = stacked_bars(rows, label="who", labels=list(groups), part="state", parts=STATES, unit="share of installed tool time")
    note = "No time is non-scheduled: a tool's time begins when it is installed."
    lead = "States of SEMI E10. Setup is shown apart: E10 counts it as scheduled downtime, Factory Physics as process time."
    blocks: list[Block] = [chart("States by area", drawn, note, marks=len(rows)), _table(tools)] if rows else []
    return Section("states", "Tool states", _claim(groups.get(WHOLE)), lead, blocks)


def areas(run: Run) -> dict[str, str]:
    """Return the area of each toolset that names one."""
    toolsets = run.resolved["fab"].get("toolsets") or {}
    return {name: str(one["area"]) for name, one in toolsets.items() if isinstance(one, dict) and one.get("area")}


def _claim(states: Mapping[str, float] | None) -> str:
    if not states:
        return "What do tools spend their time on? No time has counted yet"
    return f"Tools produce {share(states['productive'])} of their time and are down, unplanned, for {share(states['unscheduled down'])}"


def _states(row: Mapping[str, Any]) -> dict[str, float]:
    parts = {
        "productive": row["load_ms"] + row["process_ms"] + row["unload_ms"],
        "standby": row["standby_ms"],
        "engineering": row["engineering_ms"],
        "setup": row["setup_ms"],
        "scheduled down": row["maintenance_ms"],
        "unscheduled down": row["down_ms"],
    }
    return {state: quotient(ms, row["all_ms"]) or 0.0 for state, ms in parts.items()}


def _table(tools: pl.DataFrame) -> Table:
    rows = tool_sums(tools, "toolset", "area").sort("area", "toolset").iter_rows(named=True)
    cells = [[*words([row["toolset"], row["area"]]), *(figure(value, share) for value in _states(row).values())] for row in rows]
    return Table(f"The states of each of {len(cells)} toolsets", ("toolset", "area", *STATES), cells, folded=True)
