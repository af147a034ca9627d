"""A run month by month: what was started, what came out, and what held it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import polars as pl

from fabsim.kernels.rows import STATUS_DONE
from fabsim.metrics.intervals import combine, interval
from fabsim.metrics.measure import OURS, PRODUCTION, Times, lot_ms_until, quotient, table, total
from fabsim.metrics.toolsets import tool_sums
from fabsim.terms import DAY, MONTH
from fabsim.trace import Trace

QUARTER = 3 * MONTH
COUNTS = ["starts", "wafers_in", "completions", "wafers_out"]

Loads = Mapping[str, float]
"""Utilization of available time [-] of the toolsets that had any."""


def by_month(run: Times, trace: Trace) -> pl.DataFrame:
    """Return a row a ``month`` (730 h, from 0) of the whole run, with the figures of `over_time`."""
    return _frame(over_time(run, [trace], "month", MONTH), "month")


def by_quarter(run: Times, trace: Trace) -> pl.DataFrame:
    """Return a row a ``quarter`` (three months, from 0) of the whole run, with the figures of `over_time`."""
    return _frame(over_time(run, [trace], "quarter", QUARTER), "quarter")


def over_time(run: Times, traces: Sequence[Trace], span: str, span_ms: int) -> list[dict[str, Any]]:
    """Return a row for each ``span`` of ``span_ms`` (numbered from 0) of the whole run, warm-up included.

    ``starts``, ``wafers_in``: production lots and wafers released in it; ``completions``, ``wafers_out``: those completed; ``wip_lots``:
    mean over its time, of all lots; ``cycle_time_days``: mean of the lots completed in it but for initial WIP; ``bottleneck``: toolset of
    the highest utilization (of available time), the first of equals; a period of a tool counts in the span in which it begins.

    ``traces``: one a replication.  With more than one a figure is ``{"mean", "ci95", "n"}`` over them, and the bottleneck the toolset of
    the highest mean utilization.
    """
    each = [_figures(run, trace, span, span_ms) for trace in traces]
    loads = [loads_over_time(trace, span_ms) for trace in traces]
    rows = []
    for number, figures in enumerate(zip(*each, strict=True)):
        name, values = _highest([load.get(number, {}) for load in loads])
        only = len(traces) == 1
        rows.append(
            {
                span: number,
                **(figures[0] if only else combine(figures)),
                "bottleneck": name,
                "bottleneck_utilization": next(iter(values), None) if only else interval(values),
            }
        )
    return rows


def loads_over_time(trace: Trace, span_ms: int) -> dict[int, Loads]:
    """Return the `Loads` of each span in which a tool was available, toolsets in the order in which they got tools."""
    order = {name: number for number, name in enumerate(trace.tools["toolset"].unique(maintain_order=True))}
    sums = tool_sums(trace.tools.with_columns(span=pl.col("start_ms") // span_ms), "span", "toolset").rows(named=True)
    loads: dict[int, dict[str, float]] = {}
    for row in sorted(sums, key=lambda row: (row["span"], order[row["toolset"]])):
        load = quotient(row["busy_ms"], row["available_ms"])
        if load is not None:
            loads.setdefault(row["span"], {})[row["toolset"]] = load
    return dict(loads)


def _highest(loads: Sequence[Loads]) -> tuple[str | None, list[float]]:
    """Return the toolset whose mean over ``loads`` is the highest, and what it has in each of them that knows it."""
    values = {name: [load[name] for load in loads if name in load] for name in dict.fromkeys(name for load in loads for name in load)}
    highest = max(values, key=lambda name: fmean(values[name]), default=None)
    return highest, [] if highest is None else values[highest]


def _figures(run: Times, trace: Trace, span: str, span_ms: int) -> list[dict[str, float | None]]:
    starts = range(0, run.horizon_ms, span_ms)
    bounds = [*starts, run.horizon_ms]
    areas = lot_ms_until(trace.lots, bounds)
    frame = pl.DataFrame({span: range(len(starts))}, {span: pl.Int64}).join(_flows(trace, span, span_ms), on=span, how="left")
    return [
        {
            **{name: row[name] for name in COUNTS},
            "wip_lots": quotient(areas[number + 1] - areas[number], bounds[number + 1] - bounds[number]),
            "cycle_time_days": quotient(row["ct_ms"], row["timed"] * DAY),
        }
        for number, row in enumerate(frame.fill_null(0).sort(span).iter_rows(named=True))
    ]


def _flows(trace: Trace, span: str, span_ms: int) -> pl.DataFrame:
    """Return what was released and completed in each ``span`` in which anything was: `COUNTS` and summed cycle times [ms]."""
    lots = trace.lots.filter(PRODUCTION)
    begun = lots.filter(OURS).group_by((pl.col("release_ms") // span_ms).alias(span))
    ended = lots.filter(pl.col("status") == STATUS_DONE).group_by((pl.col("done_ms") // span_ms).alias(span))
    releases = begun.agg(starts=pl.len().cast(pl.Int64), wafers_in=total("wafers") + total("wafers_lost"))
    completions = ended.agg(
        completions=pl.len().cast(pl.Int64),
        wafers_out=total("wafers"),
        ct_ms=(pl.col("done_ms") - pl.col("release_ms")).filter(OURS).sum(),
        timed=OURS.cast(pl.Int64).sum(),
    )
    return releases.join(completions, on=span, how="full", coalesce=True)


def _frame(rows: list[dict[str, Any]], span: str) -> pl.DataFrame:
    return table(rows, names=["bottleneck"], whole=[span, *COUNTS])
