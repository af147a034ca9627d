"""What was started and what came out, over time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fabsim.metrics.spans import QUARTER, over_time
from fabsim.report.blocks import Block, Section, Table, figure, words
from fabsim.report.charts import Rows, chart, extent, lines, named, tip
from fabsim.report.figures import days, lots, mean, number, share
from fabsim.report.folder import Run

FLOWS = {"wafers_in": "wafers started", "wafers_out": "wafers out"}


def section(run: Run) -> Section:
    """Return starts, outs and WIP by the run's span and, of a long run, by quarter."""
    rows = over_time(run, run.traces, run.span.name, run.span.ms)
    quarters = over_time(run, run.traces, "quarter", QUARTER) if run.horizon_ms > QUARTER else []
    unit = f"wafers a {run.span.name}"
    flows = _series(run, rows, FLOWS, rates=True)
    wip = _series(run, rows, {"wip_lots": "WIP"}, rates=False)
    tips = [named("series", "what"), tip("at", f"{run.span.name}s since the start", ".1f"), tip("value", unit, ",.0f")]
    blocks: list[Block] = [
        chart(
            "Wafers started and wafers out",
            lines(run, flows, unit, series="series", names=list(FLOWS.values()), tips=tips),
            _partial(run),
            marks=2 * len(flows),
        ),
        chart(
            "WIP",
            lines(run, wip, "lots in the fab", series="series", names=["WIP"], tips=[*tips[1:2], tip("value", "lots", ",.0f")]),
            marks=2 * len(wip),
        ),
        _table(quarters, "quarter", tools=True) if quarters else _table(rows, run.span.name, tools=run.tells_tools),
    ]
    return Section("ramp", "Ramp", _claim(rows[:-1] if len(rows) > 1 and _partial(run) else rows, run.span.name), _lead(run), blocks)


def _claim(rows: Rows, span: str) -> str:
    """Return what the first and the last of ``rows``, which are whole spans, say."""
    first, last = (mean(row["wafers_in"]) or 0.0 for row in (rows[0], rows[-1]))
    out = mean(rows[-1]["wafers_out"]) or 0.0
    if abs(last - first) > 0.2 * max(first, last):
        verb = "grow" if last > first else "fall"
        return f"Starts {verb} from {first:,.0f} to {last:,.0f} wafers a {span}; {out:,.0f} come out in the end"
    return f"Starts hold at about {last:,.0f} wafers a {span}; {out:,.0f} come out in the end"


def _lead(run: Run) -> str:
    return (
        f"The whole run is shown, warm-up included, from an empty fab or the initial WIP on. "
        f"What is started comes out one cycle time later, so outs follow starts; WIP is their difference added up."
        f"{' Bands are 95 % intervals over the replications.' if run.replicated else ''}"
    )


def _partial(run: Run) -> str:
    rest = run.horizon_ms % run.span.ms
    return f"The last point is the rate of the {share(rest / run.span.ms)} of a {run.span.name} that the run had left." if rest else ""


def _series(run: Run, rows: Rows, names: Mapping[str, str], *, rates: bool) -> Rows:
    """Return a row a point: the middle of its span ``at``, its ``series`` and ``value``, with ``low`` and ``high`` of its interval.

    ``rates``: values are counts, which are divided by how much of its span the run covers.
    """
    found = []
    for row in rows:
        at, covered = extent(run, row[run.span.name])
        for key, series in names.items():
            found.append({"at": at, "series": series, **band(row[key], covered if rates else 1.0)})
    return found


def band(value: Any, per: float = 1.0, most: float = math.inf) -> dict[str, float | None]:
    """Return ``value``, ``low`` and ``high`` of a figure and its interval, cut at 0 and ``most``, over ``per``; None where missing."""
    half = value["ci95"] if isinstance(value, dict) else None
    middle = mean(value)
    if half is None or middle is None:
        return {"value": None if middle is None else middle / per, "low": None, "high": None}
    return {"value": middle / per, "low": max(0.0, middle - half) / per, "high": min(most, middle + half) / per}


def _table(rows: Sequence[Mapping[str, Any]], span: str, *, tools: bool) -> Table:
    columns = (span, "lots started", "wafers started", "lots out", "wafers out", "WIP [lots]", "cycle time [d]")
    letter = span[0].upper()
    cells = [
        [
            *words([f"{letter}{row[span] + 1}"]),
            *(figure(row[key], number) for key in ("starts", "wafers_in", "completions", "wafers_out")),
            figure(row["wip_lots"], lots),
            figure(row["cycle_time_days"], days),
            *([*words([row["bottleneck"] or "-"]), figure(row["bottleneck_utilization"], share)] if tools else []),
        ]
        for row in rows
    ]
    title = f"By {span}: starts, outs, WIP, cycle time of the lots that came out{', and the toolset that worked most' if tools else ''}"
    return Table(title, (*columns, "bottleneck", "its utilization") if tools else columns, cells)
