"""Which toolsets hold the fab up, and why."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import altair as alt
import polars as pl

from fabsim.metrics.measure import measured, quotient
from fabsim.metrics.spans import loads_over_time
from fabsim.metrics.toolsets import tool_sums
from fabsim.metrics.waits import REASONS
from fabsim.report.blocks import Cell, Chart, Section, Table, figure, words
from fabsim.report.charts import PALETTE, ROW, Rows, base, chart, named, stacked_bars, time, tip
from fabsim.report.figures import Figure, mean, number, share
from fabsim.report.folder import Run
from fabsim.report.sections.headline import busiest

MOST = 20
"""Toolsets drawn; the table has all."""

PARTS = {
    "process_ms": ("process", "@series1"),
    "handling": ("load, unload", "@series2"),
    "setup_ms": ("setup", "@series8"),
    "engineering_ms": ("engineering", "@series5"),
    "standby_ms": ("standby", "@idle"),
}
"""What available tool time is spent on: name and colour."""

WAITS = dict(zip(REASONS, cycle(PALETTE), strict=False))
"""Colours of the reasons of waits."""

DAYS = {"work": "@idle", **WAITS, "refused": "@low", "transport": "@middle", "hold": "@high"}
"""Colours of the parts of the cycle time."""

DAYS_NOTE = (
    "Over all toolsets the parts add up to the mean cycle time of the production lots whose moves were recorded. work: setup, load, "
    "process and unload; transport: on the way to the toolset; hold: after its steps; refused: in queues that the lot was too late for."
)

WAITS_NOTE = (
    "busy: all tools that are up work; down: all are down; batch: a tool is open, the batch below its least size; "
    "setup: the open tool must not change its setup now; dedication: the lot's own tool cannot take it and another one is open."
)


def section(run: Run) -> Section:
    """Return what the busiest toolsets do with their available time, when they were busy, and the table of all."""
    names = [name for name in _ranked(run) if mean(run.summary["toolsets"][name]["utilization"])][:MOST]
    blocks = [made for made in (_split(run, names), _waits(run, names), _days(run), _map(run, names)) if made]
    name, toolset = busiest(run.summary)
    claim = "Which toolset is the tightest? None has worked yet"
    if name:
        claim = f"{name} is the tightest toolset: it works {share(mean(toolset['utilization']))} of its available time"
    few = f" The charts show the {len(names)} that work most." if names else ""
    lead = (
        "Work is setup, loading, processing and unloading; available time is what is neither down nor in maintenance. "
        f"The closer to 100 %, the longer the queue.{few}"
    )
    return Section("bottlenecks", "Bottlenecks", claim, lead, [*blocks, _table(run)])


def _ranked(run: Run) -> list[str]:
    """Return the toolsets that have a utilization, the highest first."""
    loads = {name: mean(one["utilization"]) for name, one in run.summary["toolsets"].items()}
    return [name for _, name in sorted((-load, name) for name, load in loads.items() if load is not None)]


def _split(run: Run, names: list[str]) -> Chart | None:
    sums = tool_sums(measured(run, run.tools), "toolset").filter(pl.col("toolset").is_in(names))
    found = {row["toolset"]: row | {"handling": row["load_ms"] + row["unload_ms"]} for row in sums.iter_rows(named=True)}
    rows = [
        {"toolset": name, "part": label, "value": quotient(found[name][part], found[name]["available_ms"]) or 0.0}
        for name in names
        if name in found
        for part, (label, _) in PARTS.items()
    ]
    if not rows:
        return None
    drawn = stacked_bars(rows, label="toolset", labels=names, part="part", parts=dict(PARTS.values()), unit="share of available tool time")
    return chart("What do they do with their time?", drawn, marks=len(rows))


def _waits(run: Run, names: list[str]) -> Chart | None:
    drawn = _by_reason(run, names, "wait_reasons", WAITS, "mean wait of a lot [h]")
    return chart("What do lots wait for there?", drawn[0], WAITS_NOTE, marks=drawn[1]) if drawn else None


def _days(run: Run) -> Chart | None:
    """Return the toolsets that add most to the cycle time, and what for."""
    added = {name: sum(mean(days) or 0.0 for days in one["cycle_time_days"].values()) for name, one in run.summary["toolsets"].items()}
    names = sorted(added, key=lambda name: (-added[name], name))[:MOST]
    drawn = _by_reason(run, names, "cycle_time_days", DAYS, "part of the mean cycle time [d]")
    return chart("Where do the days of a lot go?", drawn[0], DAYS_NOTE, marks=drawn[1]) if drawn else None


def _by_reason(run: Run, names: list[str], key: str, colours: Mapping[str, str], unit: str) -> tuple[alt.Chart, int] | None:
    """Return bars of what the toolsets' figure ``key`` consists of, and their number; None if it has nothing."""
    rows = [
        {"toolset": name, "reason": reason, "value": value}
        for name in names
        for reason, figure in run.summary["toolsets"][name][key].items()
        if (value := mean(figure))
    ]
    told = {row["reason"] for row in rows}
    parts = {reason: colour for reason, colour in colours.items() if reason in told}
    drawn = stacked_bars(rows, label="toolset", labels=names, part="reason", parts=parts, unit=unit, shares=False)
    return (drawn, len(rows)) if rows else None


def _map(run: Run, names: list[str]) -> Chart | None:
    rows = _loads(run, set(names)) if run.tells_tools else []
    if len({row["at"] for row in rows}) < 2:
        return None
    drawn = (
        base(rows)
        .mark_rect()
        .encode(
            x=time(run),
            x2="end:Q",
            y=alt.Y("toolset:N", sort=names, axis=alt.Axis(title=None, labelLimit=120, ticks=False, domain=False)),
            color=alt.Color(
                "load:Q",
                scale=alt.Scale(domain=[0.5, 0.85, 0.95], range=["@low", "@middle", "@high"], clamp=True),
                legend=alt.Legend(orient="top", title="utilization of available time", format="%", gradientLength=160, titleLimit=220),
            ),
            tooltip=[named("toolset", "toolset"), tip("at", f"from {run.span.name}", ".0f"), tip("load", "utilization", ".1%")],
        )
        .properties(height=ROW * len(names))
    )
    return chart(f"When were they busy? Utilization by {run.span.name}", drawn, marks=len(rows))


def _loads(run: Run, names: set[str]) -> Rows:
    """Return the mean utilization over replications of each of the toolsets and spans."""
    found: dict[tuple[int, str], list[float]] = {}
    for trace in run.traces:
        for span, loads in loads_over_time(trace, run.span.ms).items():
            for name in names & set(loads):
                found.setdefault((span, name), []).append(loads[name])
    end = run.horizon_ms / run.span.ms
    return [
        {"at": span, "end": min(span + 1, end), "toolset": name, "load": sum(loads) / len(loads)}
        for (span, name), loads in sorted(found.items())
    ]


def _table(run: Run) -> Table:
    chambers = any(mean(one["chamber_availability"]) is not None for one in run.summary["toolsets"].values())
    columns = (
        "toolset",
        "tools",
        "utilization",
        "available",
        "down",
        "maintenance",
        "setup",
        "setups",
        "batch fill",
        "queue [lots]",
        "wait [h]",
        *(["chambers up"] if chambers else []),
    )
    ranked = _ranked(run)
    names = [*ranked, *sorted(set(run.summary["toolsets"]) - set(ranked))]
    rows = [[*words([name]), *_figures(run.summary["toolsets"][name])] for name in names]
    if chambers:
        rows = [[*row, figure(run.summary["toolsets"][name]["chamber_availability"], share)] for name, row in zip(names, rows, strict=True)]
    return Table(f"All {len(names)} toolsets, the busiest first", columns, rows, folded=True)


def _figures(one: Mapping[str, Any]) -> list[Cell]:
    def tenth(value: Figure) -> str:
        return number(value, 1)

    shares = ("utilization", "availability", "down", "maintenance", "setup")
    return [
        figure(one["tools"], tenth),
        *(figure(one[key], share) for key in shares),
        figure(one["setups"], number),
        figure(one["batch_fill"], share),
        figure(one["queue_lots"], tenth),
        figure(one["wait_hours"], lambda value: number(value, 2)),
    ]
