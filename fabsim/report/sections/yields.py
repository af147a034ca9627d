"""What share of wafers and dies is good; absent where the run says nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from fabsim.metrics.history import over_replications
from fabsim.report.blocks import Chart, Section, Table, figure, words
from fabsim.report.charts import base, chart, colours, named, time, tip
from fabsim.report.figures import mean, number, share
from fabsim.report.folder import Run
from fabsim.report.sections.cycle_time import most_made
from fabsim.report.sections.ramp import band
from fabsim.terms import MONTH

KNOWN = ("good_dies", "die_yield")


def section(run: Run) -> Section | None:
    """Return die yield and line yield per product, over months where the run has them; None without dies."""
    products = {name: one for name, one in run.summary["products"].items() if any(mean(one[key]) is not None for key in KNOWN)}
    if not products and not run.yields:
        return None
    drawn = [made for made in (_over_time(run, "die_yield", "die yield"), _over_time(run, "line_yield", "line yield")) if made]
    lead = "Die yield is good dies over all dies of completed wafers; line yield is wafers completed over wafers completed or scrapped."
    return Section("yield", "Yield", _claim(products), lead, [*drawn, *([_table(products)] if products else [])])


def _claim(products: Mapping[str, Any]) -> str:
    known = {name: mean(one["die_yield"]) for name, one in products.items() if mean(one["die_yield"]) is not None}
    if not known:
        return "How many dies are good? None is counted yet"
    best = max(known, key=lambda name: known[name] or 0.0)
    return f"{share(known[best])} of the dies of {best} are good"


def _over_time(run: Run, column: str, title: str) -> Chart | None:
    tables = [table.select("month", "product", column).cast({"product": str}).to_dicts() for table in run.yields]
    names = most_made(run)
    rows = [
        {"at": (row["month"] + 0.5) * MONTH / run.span.ms, "product": row["product"], **band(row[column])}
        for row in over_replications(tables, ["month", "product"])
        if row["product"] in names and mean(row[column]) is not None
    ]
    if not rows:
        return None
    y = alt.Y("value:Q", axis=alt.Axis(title=title, format="%", tickCount=5), scale=alt.Scale(zero=False))
    tips = [named("product", "product"), tip("at", f"{run.span.name}s since the start", ".1f"), tip("value", title, ".2%")]
    drawn = (
        base(rows)
        .mark_line(strokeWidth=2, point={"filled": True, "size": 36})
        .encode(x=time(run), y=y, color=colours("product", names), tooltip=tips)
    )
    return chart(f"How does {title} change, month by month?", drawn.properties(height=220), marks=2 * len(rows))


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
