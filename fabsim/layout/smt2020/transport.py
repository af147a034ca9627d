"""Transport: the table ``fromto`` names pairs of locations, layouts name pairs of areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from fabsim.layout.smt2020.amounts import distribution, unit
from fabsim.layout.smt2020.rows import Table
from fabsim.layout.smt2020.toolsets import Family

NONE = "0 min"


def read_transport(table: Table, families: Iterable[Family]) -> dict[str, Any]:
    """Return the layout's transport: what most pairs of areas have is the default, the others are listed."""
    times: dict[tuple[str, str], Any] = {}
    for row in table.rows:
        pair = (row.text("FROMLOC"), row.text("TOLOC"))
        if pair in times:
            row.refuse("TOLOC", f"found {pair[0]!r} to {pair[1]!r} twice")
        times[pair] = distribution(row, "DDIST", "DTIME", unit(row, "DUNITS"))
    places = {family.area: family.location for family in families}
    pairs = {(a, b): times.get((places[a], places[b]), NONE) for a in places for b in places}
    counts = Counter(map(repr, pairs.values()))
    default = max(pairs.values(), key=lambda time: counts[repr(time)], default=NONE)
    between = [{"from": a, "to": b, "time": time} for (a, b), time in pairs.items() if time != default]
    return {"default": default, **({"between": between} if between else {})}
