"""Figures of toolsets: availability, utilization, queues, and E10 states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from fabsim.metrics.measure import measured, measured_ms, named, quotient, table, total
from fabsim.model import Scenario
from fabsim.terms import HOUR, Activity
from fabsim.trace import Trace

ACTIVITIES = [f"{activity.name.lower()}_ms" for activity in Activity]
"""Columns of ``tools`` that add up to a tool's time."""

CHAMBER_TIMES = ["chamber_up_ms", "chamber_down_ms", "chamber_maintenance_ms", "chamber_engineering_ms"]
"""Columns of ``tools`` that add up to the time of a tool's chambers."""

QUEUE_SUMS = ["queue_lot_ms", "starts", "wait_ms", "batch_wafers", "batch_room"]


def tool_sums(tools: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return, for each of ``keys``, sums over rows of ``tools``.

    Of tool time [tool ms]: each activity, all of it (``all_ms``), what was neither down nor in maintenance (``available_ms``), what was
    used for setup, load, process and unload (``busy_ms``); and the number of ``setups``.
    """
    sums = tools.group_by(keys).agg((pl.col("end_ms") - pl.col("start_ms")).sum().alias("all_ms"), *map(total, ACTIVITIES), total("setups"))
    return sums.with_columns(
        available_ms=pl.col("all_ms") - pl.col("down_ms") - pl.col("maintenance_ms"),
        busy_ms=pl.sum_horizontal("setup_ms", "load_ms", "process_ms", "unload_ms"),
    )


def toolset_figures(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return the figures of each toolset after the warm-up, in the fab's order; columns as in ``summary.json``.

    ``utilization`` is of available time.  The states are shares of the time tools were installed.  ``queue_lots`` is a mean over time,
    ``wait_hours`` over the lots that started.  ``chamber_availability``: share of the chambers' time, while their tool is installed, in
    which no calendar of their own keeps them down; None without chambers.
    """
    span_ms = measured_ms(scenario, trace.wip)
    queues = measured(scenario, trace.wip).group_by("toolset").agg(*map(total, QUEUE_SUMS))
    chambers = measured(scenario, trace.tools).group_by("toolset").agg(map(total, CHAMBER_TIMES))
    sums = _measured_sums(scenario, trace)
    for more in (queues, chambers):
        sums = sums.join(more, on="toolset", how="left", maintain_order="left")
    sums = sums.fill_null(0)
    return table((_figures(row, span_ms) for row in sums.iter_rows(named=True)), names=["toolset"], whole=["setups"])


def tool_states(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return each toolset's shares of tool time in the states of SEMI E10 after the warm-up, in two readings.

    ``reading`` is ``e10``, which counts setup as scheduled downtime, or ``factory_physics``, which counts it as process time.  There is
    no non-scheduled time: a tool's time begins when it is installed.
    """
    rows = _measured_sums(scenario, trace).rows(named=True)
    readings = ("e10", "factory_physics")
    return table((_states(row, reading) for row in rows for reading in readings), names=["toolset", "reading"])


def _measured_sums(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return a row a toolset of the fab with its sums after the warm-up, 0 where it had no tool."""
    sums = tool_sums(measured(scenario, trace.tools), "toolset")
    fab = named("toolset", scenario.fab.toolset_names)
    return fab.join(sums, on="toolset", how="left", maintain_order="left").fill_null(0)


def _figures(row: Mapping[str, Any], span_ms: int) -> dict[str, Any]:
    all_ms = row["all_ms"]
    return {
        "toolset": row["toolset"],
        "tools": quotient(all_ms, span_ms),
        "availability": quotient(row["available_ms"], all_ms),
        "utilization": quotient(row["busy_ms"], row["available_ms"]),
        "down": quotient(row["down_ms"], all_ms),
        "maintenance": quotient(row["maintenance_ms"], all_ms),
        "setup": quotient(row["setup_ms"], all_ms),
        "setups": row["setups"],
        "chamber_availability": quotient(row["chamber_up_ms"], sum(row[column] for column in CHAMBER_TIMES)),
        "batch_fill": quotient(row["batch_wafers"], row["batch_room"]),
        "queue_lots": quotient(row["queue_lot_ms"], span_ms),
        "wait_hours": quotient(row["wait_ms"], row["starts"] * HOUR),
    }


def _states(row: Mapping[str, Any], reading: str) -> dict[str, Any]:
    setup_ms, all_ms = row["setup_ms"], row["all_ms"]
    down, process = (setup_ms, 0) if reading == "e10" else (0, setup_ms)
    return {
        "toolset": row["toolset"],
        "reading": reading,
        "productive": quotient(row["busy_ms"] - setup_ms + process, all_ms),
        "standby": quotient(row["standby_ms"], all_ms),
        "engineering": quotient(row["engineering_ms"], all_ms),
        "scheduled_down": quotient(row["maintenance_ms"] + down, all_ms),
        "unscheduled_down": quotient(row["down_ms"], all_ms),
    }
