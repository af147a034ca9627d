"""How long lots take, over time, from lot to lot, and what they spend it on."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from fabsim.metrics.history import cycle_time_bins, cycle_time_parts, cycle_time_range, lot_history, over_replications
from fabsim.report.blocks import Chart, Section
from fabsim.report.charts import PALETTE, Rows, base, chart, colours, extent, lines, named, stacked_bars, tip
from fabsim.report.figures import days, mean
from fabsim.report.folder import Run
from fabsim.report.sections.headline import main_product
from fabsim.report.sections.ramp import band
from fabsim.terms import DAY, HOUR, MINUTE

MOST = len(PALETTE)
"""Products that are told apart by colour."""

BINS = 40
WIDTHS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 10 * DAY, 30 * DAY)
PARTS = {
    "tool": ("in tools", "@series1"),
    "wait": ("waiting", "@series3"),
    "transport": ("on the way", "@series2"),
    "hold": ("on hold", "@series4"),
}


def section(run: Run) -> Section:
    """Return cycle time per product over time, its spread, and its parts."""
    names = most_made(run)
    blocks = [made for made in (_over_time(run, names), _spread(run, names), _parts(run, names)) if made]
    few = f" The {len(names)} products with the most lots are shown." if len(names) < len(run.summary["products"]) else ""
    lead = f"From release to done, of completed lots; initial WIP is left out because its release lies before the run.{few}"
    return Section("cycle-time", "Cycle time", _claim(run), lead if blocks else "No lot that was released in the run is done yet.", blocks)


def most_made(run: Run) -> list[str]:
    """Return the products told apart by colour: those with the most lots done, by name."""
    made = {name: mean(one["completed"]) or 0.0 for name, one in run.summary["products"].items()}
    return sorted(sorted(made, key=lambda name: (-made[name], name))[:MOST])


def _claim(run: Run) -> str:
    name = main_product(run.summary)
    if not name:
        return "How long does a lot take? None that counts is done yet"
    product = run.summary["products"][name]
    factor = mean(product["x_factor"])
    times = "" if factor is None else f", {factor:.2f} times its raw process time"
    return f"A lot of {name} takes {days(mean(product['cycle_time_days']['mean']))} days{times}"


def _over_time(run: Run, names: Sequence[str]) -> Chart | None:
    history = over_replications((lot_history(trace, run.span.ms) for trace in run.traces), ["product", "span"])
    rows = [
        {"at": extent(run, row["span"])[0], "product": row["product"], **band(row["cycle_time_days"])}
        for row in history
        if row["product"] in names
    ]
    tips = [named("product", "product"), tip("at", f"{run.span.name} of completion", ".1f"), tip("value", "days", ".2f")]
    drawn = lines(run, rows, "mean cycle time [d]", series="product", names=names, tips=tips)
    title = f"How does it change? Mean cycle time of the lots completed in a {run.span.name}"
    return chart(title, drawn, marks=2 * len(rows)) if rows else None


def _spread(run: Run, names: Sequence[str]) -> Chart | None:
    lots = run.lots
    shortest, longest = cycle_time_range(run, lots)
    width = next((width for width in WIDTHS if longest - shortest <= BINS * width), WIDTHS[-1])
    rows = [row for row in cycle_time_bins(run, lots, width) if row["product"] in names]
    if not rows:
        return None
    tips = [named("product", "product"), *(tip(f"{end}_days", f"{end} [d]", ".2f") for end in ("from", "to")), tip("lots", "lots")]
    days_axis = alt.Axis(title="cycle time [d]", grid=False)
    drawn = (
        base(rows)
        .mark_bar(opacity=0.55)
        .encode(
            x=alt.X("from_days:Q", axis=days_axis, scale=alt.Scale(zero=False, nice=False)),
            x2="to_days:Q",
            y2=alt.datum(0),
            y=alt.Y("share:Q", stack=None, axis=alt.Axis(title="share of the product's lots", format="%", tickCount=5)),
            color=colours("product", names),
            tooltip=tips,
        )
        .properties(height=240)
    )
    return chart("How far does it spread? Lots by their cycle time", drawn, marks=len(rows))


def _parts(run: Run, names: Sequence[str]) -> Chart | None:
    rows: Rows = [row for row in cycle_time_parts(run, run.lots) if row["product"] in names and (row["days"] or row["part"] != "hold")]
    parts = dict(PARTS[row["part"]] for row in rows)
    rows = [{"product": row["product"], "part": PARTS[row["part"]][0], "value": row["share"], "days": row["days"]} for row in rows]
    if not rows:
        return None
    found = sorted({row["product"] for row in rows})
    drawn = stacked_bars(rows, label="product", labels=found, part="part", parts=parts, unit="share of the cycle time")
    return chart("What is it spent on?", drawn, "Time in tools includes setups, loading and unloading.", marks=len(rows))
