"""What share of wafers and dies is good; absent where a run has no dies and loses no wafer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fabsim.metrics.history import over_replications
from fabsim.report.blocks import Chart, Section, Table, figure, words
from fabsim.report.charts import chart, lines, named, tip
from fabsim.report.figures import mean, number, share
from fabsim.report.folder import Run
from fabsim.report.sections.cycle_time import most_made
from fabsim.report.sections.ramp import band
from fabsim.terms import MONTH


def section(run: Run) -> Section | None:
    """Return good dies, die yield and line yield per product, month by month where the run has them."""
    products = run.summary["products"]
    counted = any(mean(one["good_dies"]) is not None for one in products.values())
    if not counted and not mean(run.summary["lots"]["scrapped"]):
        return None
    drawn = [
        _over_time(run, "good_dies", "How many good dies come out?", "good dies a month", ",.0f", whole=True),
        _over_time(run, "die_yield", "What share of dies is good?", "die yield", ".1%"),
        _over_time(run, "line_yield", "What share of wafers gets through?", "line yield", ".1%"),
    ]
    lead = "Die yield is good dies over all dies of completed wafers; line yield is wafers completed over wafers completed or scrapped."
    return Section("yield", "Yield", _claim(products), lead, [*(made for made in drawn if made), _table(products)])


def _claim(products: Mapping[str, Any]) -> str:
    known = [(share(mean(one["die_yield"])), name) for name, one in sorted(products.items()) if mean(one["die_yield"]) is not None]
    if known:
        return f"Good dies: {', '.join(f'{part} of {name}' for part, name in known[:3])}"
    return "How many wafers are lost on the way?"


def _over_time(run: Run, column: str, title: str, unit: str, form: str, *, whole: bool = False) -> Chart | None:
    """Return a ``column`` of the run's yields over months: shares, or if ``whole`` numbers on an axis from 0."""
    tables = [table.select("month", "product", column).cast({"product": str}).to_dicts() for table in run.yields]
    names = most_made(run)
    rows = [
        {"at": _middle(run, row["month"]), "product": row["product"], **band(row[column], most=math.inf if whole else 1.0)}
        for row in over_replications(tables, ["month", "product"])
        if row["product"] in names and mean(row[column]) is not None
    ]
    if not rows:
        return None
    tips = [named("product", "product"), tip("at", f"{run.span.name}s since the start", ".1f"), tip("value", unit, form)]
    drawn = lines(run, rows, unit, series="product", names=names, tips=tips, form=form, zero=whole)
    return chart(title, drawn, marks=2 * len(rows))


def _middle(run: Run, month: int) -> float:
    """Return where the middle of what the run covers of a month is on the axis of time."""
    return (month * MONTH + min((month + 1) * MONTH, run.horizon_ms)) / 2 / run.span.ms


def _table(products: Mapping[str, Any]) -> Table:
    rows = [
        [
            *words([name]),
            *(figure(one[key], number) for key in ("wafers_out", "good_dies")),
            *(figure(one[key], share) for key in ("die_yield", "line_yield")),
        ]
        for name, one in products.items()
    ]
    return Table("Yield by product", ("product", "wafers out", "good dies", "die yield", "line yield"), rows)
