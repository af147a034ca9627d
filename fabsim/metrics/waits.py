"""Why lots waited: the reasons of waits, by toolset and by lot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from fabsim.kernels.rows import STATUS_DONE, WAIT_COLUMNS
from fabsim.metrics.measure import measured, named, quotient, table, total
from fabsim.model import Scenario
from fabsim.terms import DAY, HOUR
from fabsim.terms.waits import BOOKED, WaitReason
from fabsim.trace import Trace

REASONS = tuple(reason.name.lower() for reason in WaitReason if reason < BOOKED)
"""Names of the reasons that are booked, in the order of `WAIT_COLUMNS`."""


def wait_reasons(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return what lots waited for after the warm-up, a row a toolset and ``reason`` (see `fabsim.terms.waits.WaitReason`).

    ``wait_hours``: mean over the lots that started there, to whose ``wait_hours`` the reasons add up.  ``cycle_time_days``: what it adds
    to a lot's cycle time: all that was waited there for it, over the lots that were done meanwhile.
    """
    done = trace.lots.filter((pl.col("status") == STATUS_DONE) & (pl.col("done_ms") >= scenario.warmup_ms)).height
    return table(
        (
            {
                "toolset": row["toolset"],
                "reason": reason,
                "wait_hours": quotient(row[column], row["starts"] * HOUR),
                "cycle_time_days": quotient(row[column], done * DAY),
            }
            for row in _sums(scenario, trace).iter_rows(named=True)
            for reason, column in zip(REASONS, WAIT_COLUMNS, strict=True)
        ),
        names=["toolset", "reason"],
    )


def hours_per_start(scenario: Scenario, trace: Trace) -> dict[str, dict[str, float | None]]:
    """Return, for each toolset, the ``wait_hours`` of `wait_reasons` by reason."""
    return {row["toolset"]: _hours(row) for row in _sums(scenario, trace).iter_rows(named=True)}


def by_reason(row: Mapping[str, Any]) -> dict[str, int]:
    """Return the waits of a row of lots, moves or toolsets by reason [ms], without those that are 0."""
    return {reason: int(row[column]) for reason, column in zip(REASONS, WAIT_COLUMNS, strict=True) if row[column]}


def _hours(row: Mapping[str, Any]) -> dict[str, float | None]:
    return {reason: quotient(row[column], row["starts"] * HOUR) for reason, column in zip(REASONS, WAIT_COLUMNS, strict=True)}


def _sums(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return a row a toolset of the fab: its starts and waits after the warm-up."""
    sums = measured(scenario, trace.wip).group_by("toolset").agg(total("starts"), *map(total, WAIT_COLUMNS))
    fab = named("toolset", scenario.fab.toolset_names)
    return fab.join(sums, on="toolset", how="left", maintain_order="left").fill_null(0)
