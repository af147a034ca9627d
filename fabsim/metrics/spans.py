"""A run month by month: what was started, what came out, and what held it up."""

from __future__ import annotations

import polars as pl

from fabsim.kernels.rows import STATUS_DONE
from fabsim.metrics.measure import lot_ms_until, quotient, table, total
from fabsim.metrics.toolsets import tool_sums
from fabsim.model import Scenario
from fabsim.terms import DAY, MONTH
from fabsim.trace import Trace

COUNTS = ["starts", "wafers_in", "completions", "wafers_out"]


def by_month(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return a row a ``month`` (730 h, from 0) of the whole run, warm-up included.

    ``starts``, ``wafers_in``: lots and wafers released in it; ``completions``, ``wafers_out``: those completed; ``wip_lots``: mean over its
    time; ``cycle_time_days``: mean of the lots completed in it but for initial WIP; ``bottleneck``: toolset of the highest utilization
    (of available time), the first of equals; a period of a tool counts in the month in which it begins.
    """
    return _by(scenario, trace, "month", MONTH)


def by_quarter(scenario: Scenario, trace: Trace) -> pl.DataFrame:
    """Return a row a ``quarter`` (three months, from 0), with the columns of `by_month`."""
    return _by(scenario, trace, "quarter", 3 * MONTH)


def _by(scenario: Scenario, trace: Trace, span: str, span_ms: int) -> pl.DataFrame:
    starts = range(0, scenario.horizon_ms, span_ms)
    bounds = [*starts, scenario.horizon_ms]
    areas = lot_ms_until(trace.lots, bounds)
    loads = _highest_loads(scenario, trace, span_ms)
    frame = pl.DataFrame({span: range(len(starts))}, {span: pl.Int64}).join(_flows(trace, span, span_ms), on=span, how="left")
    return table(
        (
            {
                span: number,
                **{name: row[name] for name in COUNTS},
                "wip_lots": quotient(areas[number + 1] - areas[number], bounds[number + 1] - bounds[number]),
                "cycle_time_days": quotient(row["ct_ms"], row["timed"] * DAY),
                "bottleneck": loads.get(number, (None, None))[0],
                "bottleneck_utilization": loads.get(number, (None, None))[1],
            }
            for number, row in enumerate(frame.fill_null(0).sort(span).iter_rows(named=True))
        ),
        names=["bottleneck"],
        whole=[span, *COUNTS],
    )


def _flows(trace: Trace, span: str, span_ms: int) -> pl.DataFrame:
    """Return what was released and completed in each ``span`` in which anything was: `COUNTS` and summed cycle times [ms]."""
    ours = pl.col("initial") == 0
    begun = trace.lots.filter(ours).group_by((pl.col("release_ms") // span_ms).alias(span))
    ended = trace.lots.filter(pl.col("status") == STATUS_DONE).group_by((pl.col("done_ms") // span_ms).alias(span))
    releases = begun.agg(starts=pl.len().cast(pl.Int64), wafers_in=total("wafers"))
    completions = ended.agg(
        completions=pl.len().cast(pl.Int64),
        wafers_out=total("wafers"),
        ct_ms=(pl.col("done_ms") - pl.col("release_ms")).filter(ours).sum(),
        timed=ours.cast(pl.Int64).sum(),
    )
    return releases.join(completions, on=span, how="full", coalesce=True)


def _highest_loads(scenario: Scenario, trace: Trace, span_ms: int) -> dict[int, tuple[str, float]]:
    """Return, for each span in which a tool was available, the toolset of the highest utilization, and that."""
    sums = tool_sums(trace.tools.with_columns(span=pl.col("start_ms") // span_ms), "span", "toolset").rows(named=True)
    order = {name: number for number, name in enumerate(scenario.fab.toolset_names)}
    highest: dict[int, tuple[str, float]] = {}
    for row in sorted(sums, key=lambda row: order[row["toolset"]]):
        load = quotient(row["busy_ms"], row["available_ms"])
        if load is not None and load > highest.get(row["span"], ("", -1.0))[1]:
            highest[row["span"]] = (row["toolset"], load)
    return highest
