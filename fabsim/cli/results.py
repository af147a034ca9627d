"""The tables of a run's results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from fabsim.cli.tables import console, days, mean, number, share, table

if TYPE_CHECKING:
    from fabsim.study import RunResult

MOST_LOADED = 10
"""Toolsets shown unless all are asked for."""


def show(result: RunResult, *, quiet: bool, verbose: bool) -> None:
    """Print the head line, and unless ``quiet`` the tables; all toolsets if ``verbose``."""
    out = console()
    out.print(_head(result), markup=False, soft_wrap=True)
    if quiet:
        return
    out.print(_lots(result.summary), markup=False, soft_wrap=True)
    if verbose:
        out.print(_warmup(result.summary), markup=False, soft_wrap=True)
    for made in _tables(result, verbose):
        out.print(made)
    out.print(f"{'from' if result.reused else 'in'} {result.folder}", markup=False, soft_wrap=True)


def _tables(result: RunResult, verbose: bool) -> Iterator[Table]:
    summary = result.summary
    yield _groups("products", summary["products"])
    if set(summary["streams"]) != set(summary["products"]):
        yield _groups("streams", summary["streams"])
    if any(mean(one["good_dies"]) is not None for one in summary["products"].values()):
        yield _yields(summary["products"])
    yield _toolsets(summary["toolsets"], None if verbose else MOST_LOADED)
    if quarters := summary.get("quarters"):
        yield _quarters(quarters)


def _head(result: RunResult) -> str:
    summary = result.summary
    many = f", {summary['replications']} replications" if summary["replications"] > 1 else ""
    return (
        f"{summary['layout']}/{summary['scenario']}: {summary['days']:g} days, seed {summary['seed']}{many}, digest {summary['digest']}, "
        f"{number(summary['moves'])} moves, {number(summary['moves_per_s'])} moves/s ({summary['floor']} floor)"
    )


def _lots(summary: Mapping[str, Any]) -> str:
    counts = ("released", "completed", "scrapped", "in_process")
    lots = ", ".join(f"{number(summary['lots'][key])} {key.replace('_', ' ')}" for key in counts)
    if mean(summary["lots"]["held"]):
        lots += f", {number(summary['lots']['held'])} starts held at the gate"
    return (
        f"lots: {lots}; after {summary['warmup_days']:g} days of warm-up: WIP {number(summary['wip_lots'], 1)} lots, "
        f"{number(summary['turns_per_day'], 2)} turns a day, {number(summary['throughput_wafers_per_month'])} wafers a month"
    )


def _warmup(summary: Mapping[str, Any]) -> str:
    """Return what the rule for the warm-up says beside the scenario's."""
    advice = summary.get("warmup_advice_days")
    says = "sees no steady part: the run is too short, or the fab never settles" if advice is None else f"would cut {advice:.1f} days"
    return f"warm-up: MSER-5 on the WIP {says}; the scenario cuts {summary['warmup_days']:g}"


def _groups(title: str, groups: Mapping[str, Any]) -> Table:
    columns = (title, "lots done", "wafers out", "CT mean d", "p50 d", "p95 d", "RPT d", "X-factor", "d/mask", "on time", "late d")
    rows = (
        (
            name,
            number(one["completed"]),
            number(one["wafers_out"]),
            *(days(one["cycle_time_days"][part]) for part in ("mean", "p50", "p95")),
            days(one["raw_process_time_days"]),
            number(one["x_factor"], 2),
            days(one["days_per_mask_layer"]),
            share(one["on_time"]),
            days(one["tardiness_days"]),
        )
        for name, one in groups.items()
    )
    return table(None, columns, rows)


def _yields(products: Mapping[str, Any]) -> Table:
    columns = ("yield", "line", "die", "good dies", "per wafer")
    rows = (
        (name, share(one["line_yield"]), share(one["die_yield"]), number(one["good_dies"]), number(_per_wafer(one), 1))
        for name, one in products.items()
    )
    return table(None, columns, rows)


def _per_wafer(one: Mapping[str, Any]) -> float | None:
    """Return the good dies of a wafer."""
    good, wafers = mean(one["good_dies"]), mean(one["wafers_out"])
    return good / wafers if good is not None and wafers else None


def _toolsets(toolsets: Mapping[str, Any], most: int | None) -> Table:
    ranked = sorted(toolsets.items(), key=lambda item: -(mean(item[1]["utilization"]) or 0.0))[:most]
    title = None if most is None or len(toolsets) <= most else f"the {most} most loaded of {len(toolsets)} toolsets"
    chambers = any(mean(one["chamber_availability"]) is not None for one in toolsets.values())
    columns = ("toolset", "tools", "busy", "available", "down", "maint.", "setup", "batch fill", "queue lots", "wait h")
    rows = (
        (
            name,
            number(one["tools"], 1),
            *(share(one[key]) for key in ("utilization", "availability", "down", "maintenance", "setup", "batch_fill")),
            number(one["queue_lots"], 1),
            number(one["wait_hours"], 2),
            *([share(one["chamber_availability"])] if chambers else []),
        )
        for name, one in ranked
    )
    return table(title, (*columns, "chambers up") if chambers else columns, rows)


def _quarters(quarters: Iterable[Mapping[str, Any]]) -> Table:
    columns = ("quarter", "lots in", "wafers in", "lots out", "wafers out", "WIP lots", "CT d", "bottleneck", "busy")
    rows = (
        (
            f"Q{row['quarter'] + 1}",
            *(number(row[key]) for key in ("starts", "wafers_in", "completions", "wafers_out", "wip_lots")),
            days(row["cycle_time_days"]),
            row["bottleneck"] or "-",
            share(row["bottleneck_utilization"]),
        )
        for row in quarters
    )
    return table(None, columns, rows)
