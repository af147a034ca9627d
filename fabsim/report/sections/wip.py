"""Where lots are, over time."""

from __future__ import annotations

from statistics import fmean

import altair as alt
import polars as pl

from fabsim.metrics.history import over_replications, wip_history
from fabsim.metrics.measure import measured, measured_ms
from fabsim.report.blocks import Chart, Section
from fabsim.report.charts import ROW, Rows, amount, base, chart, colours, named, time, tip
from fabsim.report.figures import lots, mean
from fabsim.report.folder import Run

PLACES = {"worked": ("in tools", "@series1"), "queued": ("waiting", "@series3"), "moving": ("on the way", "@series2")}
MOST = 12
"""Queues drawn."""


def section(run: Run) -> Section:
    """Return WIP by what lots do, and the longest queues."""
    periods = over_replications((wip_history(trace) for trace in run.traces), ["start_ms", "end_ms"])
    rows = [
        {"at": (row["start_ms"] + row["end_ms"]) / 2 / run.span.ms, "place": place, "lots": mean(row[key]), "rank": rank}
        for row in periods
        for rank, (key, (place, _)) in enumerate(PLACES.items())
    ]
    totals = [sum(mean(row[key]) or 0.0 for key in PLACES) for row in periods]
    blocks = [made for made in (_places(run, rows), _queues(run)) if made]
    lead = "Means over the periods in which the run kept its books; lots on the way are in the fab and at no toolset."
    return Section("wip", "WIP", _claim(totals), lead, blocks)


def _claim(totals: list[float]) -> str:
    if not totals:
        return "Where are the lots? No period is complete yet"
    fourth = -(-len(totals) // 4)
    first, last = fmean(totals[:fourth]), fmean(totals[-fourth:])
    if abs(last - first) <= 0.1 * max(first, last):
        return f"WIP holds at about {lots(last)} lots"
    return f"WIP {'grows' if last > first else 'falls'}: {lots(first)} lots in the first quarter of the run, {lots(last)} in the last"


def _places(run: Run, rows: Rows) -> Chart | None:
    if len({row["at"] for row in rows}) < 2:
        return None
    drawn = (
        base(rows)
        .mark_area()
        .encode(
            x=time(run),
            y=amount("lots", "lots in the fab"),
            color=colours("place", [name for name, _ in PLACES.values()], [shade for _, shade in PLACES.values()]),
            order=alt.Order("rank:Q"),
            tooltip=[named("place", "what"), tip("at", f"{run.span.name}s since the start", ".1f"), tip("lots", "lots", ",.1f")],
        )
        .properties(height=260)
    )
    return chart("What are lots doing?", drawn, marks=len(rows))


def _queues(run: Run) -> Chart | None:
    span_ms = measured_ms(run, run.wip) * len(run.traces)
    sums = measured(run, run.wip).group_by("toolset").agg(pl.col("queue_lot_ms").sum())
    longest = sums.sort("queue_lot_ms", "toolset", descending=[True, False]).head(MOST)
    rows = [{"toolset": name, "lots": lot_ms / span_ms} for name, lot_ms in longest.iter_rows() if lot_ms]
    if not rows:
        return None
    drawn = (
        base(rows)
        .mark_bar(color="@series3", height={"band": 0.78})
        .encode(
            x=alt.X("lots:Q", axis=alt.Axis(title="lots waiting, mean over time", tickCount=5)),
            y=alt.Y("toolset:N", sort="-x", axis=alt.Axis(title=None, labelLimit=120, ticks=False, domain=False)),
            tooltip=[named("toolset", "toolset"), tip("lots", "lots waiting", ",.2f")],
        )
        .properties(height=ROW * len(rows))
    )
    return chart("Where do they wait? The longest queues", drawn, marks=len(rows))
