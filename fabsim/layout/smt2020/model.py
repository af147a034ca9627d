"""A model of the format, understood whole: what its layout will say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fabsim.layout.nodes import Problems, found
from fabsim.layout.smt2020.calendars import read_calendars
from fabsim.layout.smt2020.files import Files
from fabsim.layout.smt2020.options import NAME
from fabsim.layout.smt2020.routes import RouteReader, Step
from fabsim.layout.smt2020.rows import Row
from fabsim.layout.smt2020.starts import Starts
from fabsim.layout.smt2020.toolsets import Setups, read_families
from fabsim.layout.smt2020.transport import read_transport


class Model:
    """The tables of a folder as maps of the layout; raises `InputError` with every mistake of a table and those it builds on."""

    def __init__(self, source: Path) -> None:
        self._problems = problems = Problems()
        self._files = files = Files(source, problems)
        problems.raise_any()
        self.families = read_families(files["tool"], problems)
        self.calendars = read_calendars(files["downcal"], files["pmcal"], files["attach"], self.families, problems)
        self._setups = Setups(files["setup"], files["setupgrp"])
        self.products: dict[str, dict[str, Any]] = {}
        self.routes: dict[str, list[Step]] = {}
        self._tables: dict[str, str] = {}
        self._steps: dict[str, Mapping[str, str]] = {}
        self._kin: dict[str, str] = {}
        for row in files["part"].rows:
            self._product(row)
        problems.raise_any()
        for family in self.families.values():
            self._setups.finish(family)
        self.transport = read_transport(files["fromto"], self.families.values())
        starts = Starts(files.orders(), self.products, files.options)
        problems.raise_any()
        self.wip = starts.wip({name: self._steps[product["route"]] for name, product in self.products.items()})
        self.streams, self.starts = starts.streams, starts.lots
        self._reserved_from = starts.reserved_from
        problems.raise_any()
        self._name_hot()

    def _name_hot(self) -> None:
        """Let batches know from which priority lots are hot: above that of the regular ones, which is the lowest."""
        above = sorted({stream["priority"] for stream in self.streams.values()})[1:]
        for family in self.families.values():
            if family.batches and above:
                family.entry["batch"]["waive_from"] = above[0]

    def policy(self) -> dict[str, Any]:
        """Return the rank chains, the most frequent one for the fab and the others by toolset, and for which lots tools are reserved."""
        chains = {name: tuple(family.chain or ["fifo"]) for name, family in self.families.items()}
        usual = Counter(chains.values()).most_common(1)[0][0]
        reserve = {} if self._reserved_from is None else {"reserve": {"priority": self._reserved_from}}
        return {"fab": usual, "toolsets": {name: chain for name, chain in chains.items() if chain != usual}, **reserve}

    def counts(self) -> dict[str, int]:
        """Return how many of each thing there are."""
        return {
            "toolsets": len(self.families),
            "tools": sum(family.entry["tools"] for family in self.families.values()),
            "calendars": len(self.calendars.entries),
            "routes": len(self.routes),
            "steps": sum(map(len, self.routes.values())),
            "products": len(self.products),
            "streams": len(self.streams),
            "lots of initial WIP": len(self.wip),
        }

    def idle(self) -> Iterator[str]:
        """Yield what the folder holds and the layout does not: columns without effect, entries that nothing uses, other files."""
        for table in self._files.all():
            if table.idle:
                yield f"{table.name}: {', '.join(table.idle)}"
        rest = {
            NAME: self._files.options.idle,
            "setups that nothing uses": self._setups.unused(self.families),
            "calendars that nothing uses": self.calendars.unattached(),
            "other files": self._files.unread(),
        }
        for kind, names in rest.items():
            if names:
                yield f"{kind}: {', '.join(names)}"

    def _product(self, row: Row) -> None:
        """Add a product and, if it is new, its route."""
        name, route, file = row.name("PART"), row.name("ROUTE"), row.text("ROUTEFILE")
        if name in self.products:
            row.refuse("PART", f"found the product {name!r} twice")
        facts = {key: row.text(column) for key, column in (("group", "PARTGRP"), ("family", "PARTFAM")) if row.text(column)}
        self.products[name] = {"route": route, **({"facts": facts} if facts else {})}
        if self._tables.setdefault(route, file) != file:
            row.refuse(
                "ROUTEFILE", f"found {file!r}, but the route {route!r} was taken from {self._tables[route]!r}, expected one file a route"
            )
        kin = row.text("PARTFAM")
        if route in self.routes:
            if self._kin.get(route, kin) != kin:
                expected = f"{self._kin[route]!r}: its steps share batches by family, so one family a route"
                row.refuse("PARTFAM", f"{found(kin or None)} with the route {route!r}, expected {expected}")
            return
        rows = [step for step in self._files.routes(file, row.mark("ROUTEFILE")).rows if step.text("ROUTE") == route]
        if not rows:
            row.refuse("ROUTE", f"found {route!r}, expected a route of {file!r}")
        reader = RouteReader(rows, self.families, self._setups, kin)
        self.routes[route] = reader.steps()
        if reader.by_kin:
            self._kin[route] = kin
        self._steps[route] = reader.names
