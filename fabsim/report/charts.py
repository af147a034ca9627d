"""How every chart is drawn: widths that follow the page, colours that follow its theme, units on axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from fabsim.report.blocks import Chart
from fabsim.report.folder import Run

PALETTE = tuple(f"@series{number}" for number in range(1, 9))
"""Colours of series, in the order in which they are given out."""

MOST_TICKS = 30
"""Ticks of an axis of time."""

ROW = 22
"""Height of a bar with its gap [px]."""

Rows = list[dict[str, Any]]


def chart(title: str, drawn: alt.TopLevelMixin, note: str = "", *, marks: int) -> Chart:
    """Return ``drawn`` as a block; what the page decides (schema, colours, fonts) is left out."""
    spec = drawn.to_dict()
    spec.pop("$schema", None)
    spec.pop("config", None)
    return Chart(title, spec, marks, note)


def base(rows: Rows) -> alt.Chart:
    """Return an empty chart of ``rows``, as wide as the page lets it be."""
    return alt.Chart(alt.InlineData(values=rows)).properties(width="container")


def time(run: Run, field: str = "at") -> alt.X:
    """Return the axis of time since the start of the run, in the run's span."""
    end = run.horizon_ms / run.span.ms
    ticks = list(range(0, int(end) + 1, int(end) // MOST_TICKS + 1))
    axis = alt.Axis(title=f"{run.span.name}s since the start", grid=False, values=ticks, format="d", labelFlush=False, labelOverlap=True)
    return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[0, end], nice=False))


def extent(run: Run, span: int) -> tuple[float, float]:
    """Return the middle of a span of the run on the axis of time, and how much of it the run covers [-]."""
    covered = min(1.0, run.horizon_ms / run.span.ms - span)
    return span + covered / 2, covered


def amount(field: str, title: str, form: str = "", *, zero: bool = True) -> alt.Y:
    """Return an axis of amounts, from 0 if ``zero``, with ``title`` and its unit; ``form``: how numbers are written."""
    return alt.Y(f"{field}:Q", axis=alt.Axis(title=title, tickCount=5, format=form or alt.Undefined), scale=alt.Scale(zero=zero))


def colours(field: str, names: Sequence[str], palette: Sequence[str] = PALETTE) -> alt.Color:
    """Return the colour of each of ``names``, with a legend above if there are several."""
    legend = alt.Legend(orient="top", title=None, labelLimit=140, symbolType="square", symbolOpacity=1) if len(names) > 1 else None
    shades = [palette[number % len(palette)] for number in range(len(names))]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(names), range=shades), legend=legend)


def lines(
    run: Run, rows: Rows, unit: str, *, series: str, names: Sequence[str], tips: Sequence[alt.Tooltip], form: str = "", zero: bool = True
) -> alt.LayerChart:
    """Return the ``value`` of each series over time as a line with its points, and its interval if ``rows`` have ``low`` and ``high``."""
    value = amount("value", unit, form, zero=zero)
    bare = base(rows).encode(x=time(run), color=colours(series, names))
    line = bare.mark_line(strokeWidth=2).encode(y=value)
    points = bare.mark_point(filled=True, size=36, opacity=1).encode(y=value, tooltip=list(tips))
    layers = [line, points]
    if any(row.get("low") is not None for row in rows):
        layers.insert(0, bare.mark_area(opacity=0.18).encode(y=amount("low", unit, form, zero=zero), y2="high:Q"))
    return alt.LayerChart(layer=layers).properties(width="container", height=260)


def tip(field: str, title: str, form: str = "", kind: str = "Q") -> alt.Tooltip:
    """Return a line of what is shown under the pointer."""
    return alt.Tooltip(f"{field}:{kind}", title=title, format=form or alt.Undefined)


def named(field: str, title: str) -> alt.Tooltip:
    """Return the line under the pointer that holds a name."""
    return tip(field, title, kind="N")


def stacked_bars(
    rows: Rows, *, label: str, labels: Sequence[str], part: str, parts: dict[str, str], unit: str, shares: bool = True
) -> alt.Chart:
    """Return a bar a label, made of ``parts`` (name: colour) in their order; the field ``value`` is shares, or amounts."""
    axis = alt.Axis(title=unit, format="%" if shares else alt.Undefined, tickCount=5)
    value = tip("value", "share", ".1%") if shares else tip("value", unit, ",.2f")
    order = {name: number for number, name in enumerate(parts)}
    ranked: Rows = [row | {"rank": order[row[part]]} for row in rows]
    drawn: alt.Chart = (
        base(ranked)
        .mark_bar(height={"band": 0.78})
        .encode(
            y=alt.Y(f"{label}:N", sort=list(labels), axis=alt.Axis(title=None, labelLimit=120, ticks=False, domain=False)),
            x=alt.X("value:Q", stack="zero", axis=axis, scale=alt.Scale(domain=[0, 1] if shares else alt.Undefined)),
            color=colours(part, list(parts), list(parts.values())),
            order=alt.Order("rank:Q"),
            tooltip=[named(label, "who"), named(part, "what"), value],
        )
        .properties(height=ROW * max(1, len(labels)))
    )
    return drawn
