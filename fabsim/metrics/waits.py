"""Why lots waited in queues: the reasons of waits, by toolset and by lot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from fabsim.kernels.rows import WAIT_COLUMNS
from fabsim.metrics.measure import measured, named, quotient, total
from fabsim.model import Scenario
from fabsim.terms import HOUR
from fabsim.terms.waits import BOOKED, WaitReason
from fabsim.trace import Trace

REASONS = tuple(reason.name.lower() for reason in WaitReason if reason < BOOKED)
"""Names of the reasons that are booked, in the order of `WAIT_COLUMNS`."""


def hours_per_start(scenario: Scenario, trace: Trace) -> dict[str, dict[str, float | None]]:
    """Return for each toolset what lots waited for after the warm-up, by reason (see `fabsim.terms.waits.WaitReason`).

    A figure is a mean over the lots that started there [h]; the reasons add up to the toolset's ``wait_hours``.
    """
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
