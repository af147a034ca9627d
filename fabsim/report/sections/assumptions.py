"""What was assumed, and who says so: the layout's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fabsim.report.blocks import Cell, Section, Table, words
from fabsim.report.folder import Run

UNITS = {"musd": "M$", "usd": "$", "kw": "kW", "w": "W", "m2": "m²", "mm2": "mm²", "mm": "mm", "h": "h", "d": "d"}
LAWS = ("constant", "uniform", "exponential", "normal", "lognormal", "gamma", "erlang", "weibull", "triangular", "empirical")
FIRST = ("kind", "step", "from", *LAWS, "counts", "every", "min")
"""Keys told first in a map: the kind of a thing, the name of a distribution."""

LAST = ("confidence", "source")
"""Facts that are told in this order, at the end."""


def section(run: Run) -> Section:
    """Return the scenario's keys, the facts of products and toolsets with their sources, and how each toolset is described."""
    fab, scenario = run.resolved["fab"], run.resolved["scenario"]
    toolsets, products = _maps(fab.get("toolsets")), _maps(fab.get("products"))
    named = sum("source" in (one.get("facts") or {}) for one in toolsets.values())
    known = f"{named} of {len(toolsets)} toolsets name the source of their figures" if named else "The layout's toolsets name no sources"
    settings = settable({key: value for key, value in scenario.items() if key not in {"kind", "name", "fab"}})
    common = {key: fab[key] for key in ("transport", "calendars", "setups") if fab.get(key)}
    tables = [
        Table("What the scenario says", ("key", "value"), [words(row) for row in settings.items()], wide=True),
        Table("What the fab says for all its toolsets", ("key", "value"), [words(row) for row in settable(common).items()], wide=True),
        *_facts("Products", products),
        *_facts("Toolsets", toolsets),
        _descriptions(toolsets),
    ]
    lead = (
        "All of this is read from the layout's files as the run had them, with the changes of the command line; sources are the layout's "
        f"own words. {known}."
    )
    title = "What was assumed, and where does it come from?"
    return Section("assumptions", "Assumptions", title, lead, [table for table in tables if table.rows])


def settable(content: Mapping[str, Any], within: str = "") -> dict[str, str]:
    """Return the keys of ``content`` as ``--set`` takes them, as deep as maps hold maps, with their values in words."""
    found: dict[str, str] = {}
    for key, value in content.items():
        if isinstance(value, Mapping) and any(isinstance(item, Mapping) for item in value.values()):
            found |= settable(value, f"{within}{key}.")
        else:
            found[f"{within}{key}"] = spell(value)
    return found


def spell(value: object) -> str:
    """Return a value of a YAML file as one line of text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_inner(item)}" for key, item in sorted(value.items(), key=_place))
    if isinstance(value, list):
        return ", ".join(map(_inner, value))
    return "-" if value is None else str(value)


def _place(item: tuple[str, Any]) -> tuple[float, str]:
    """Return where a key stands: what names the rest first, months by their number, others by their name."""
    key = item[0]
    return (FIRST.index(key) - len(FIRST) if key in FIRST else float(key) if key.replace(".", "", 1).isdecimal() else 0.0), key


def _inner(value: object) -> str:
    return f"({spell(value)})" if isinstance(value, Mapping | list) else spell(value)


def _maps(found: Any) -> dict[str, Mapping[str, Any]]:
    return {name: one for name, one in (found or {}).items() if isinstance(one, Mapping)}


def _facts(title: str, things: Mapping[str, Mapping[str, Any]]) -> Iterable[Table]:
    facts = {name: one["facts"] for name, one in things.items() if one.get("facts")}
    found = list(dict.fromkeys(key for one in facts.values() for key in one))
    keys = [*(key for key in found if key not in LAST), *(key for key in LAST if key in found)]
    rows = [[*words([name]), *(_fact(one.get(key)) for key in keys)] for name, one in facts.items()]
    if rows:
        yield Table(f"{title}: facts and their sources", (title[:-1].lower(), *map(_title, keys)), rows, folded=len(rows) > 10, wide=True)


def _fact(value: object) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(f"{value:,}" if abs(value) >= 10_000 else str(value), float(value))
    return Cell("" if value is None else spell(value))


def _title(key: str) -> str:
    """Return the head of a column of facts: the unit that ends its name in brackets."""
    words_, _, unit = key.rpartition("_")
    return f"{words_.replace('_', ' ')} [{UNITS[unit]}]" if words_ and unit in UNITS else key.replace("_", " ")


def _descriptions(toolsets: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [
        words([name, one.get("area"), "; ".join(f"{key}: {spell(value)}" for key, value in one.items() if key not in {"facts", "area"})])
        for name, one in toolsets.items()
    ]
    return Table(
        "How each toolset is described: pace, batches, setups, calendars", ("toolset", "area", "description"), rows, folded=True, wide=True
    )
