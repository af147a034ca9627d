"""Calendars: the tables ``downcal`` and ``pmcal``, and ``attach``, which says whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabsim.layout.nodes import Names, Problems, found
from fabsim.layout.smt2020.amounts import WAFERS, distribution, unit
from fabsim.layout.smt2020.rows import Row, Table
from fabsim.layout.smt2020.toolsets import Family

Entry = dict[str, Any]


class Calendars:
    """The calendars of a model, attached one after the other."""

    def __init__(self, downs: Table, maintenance: Table, families: Mapping[str, Family]) -> None:
        self._known = {
            "down": {row.name("DOWNCALNAME"): _breakdown(row) for row in downs.rows},
            "pm": {row.name("PMCALNAME"): _maintenance(row) for row in maintenance.rows},
        }
        self._families = families
        self._groups: dict[str, list[Family]] = {}
        for family in families.values():
            self._groups.setdefault(family.row.text("STNGRP"), []).append(family)
        self._stations = {station: family for family in families.values() for station in family.stations}
        self._owner_names = {
            "stnfam": Names("a toolset", families),
            "stngrp": Names("a group of toolsets", self._groups),
            "stn": Names("a station", self._stations),
        }
        self._names = {kind: Names(f"a calendar of type {kind!r}", names) for kind, names in self._known.items()}
        self.entries: dict[str, Entry] = {}
        """The calendars of the layout by name."""

    def attach(self, table: Table) -> None:
        """Give the toolsets their calendars (modified in place)."""
        for row in table.rows:
            kind = row.one_of("CALTYPE", "down", "pm")
            owners = self._owners(row)
            calendar = row.known("CALNAME", self._names[kind])
            if not owners or not calendar:
                continue
            name = self._named(calendar, row.text("RESNAME"), self._first(row, self._known[kind][calendar]))
            for family in owners:
                if name in family.calendars:
                    row.refuse("RESNAME", f"found the calendar {calendar!r} twice at toolset {family.row.text('STNFAM')!r}")
                family.calendars.append(name)

    def unattached(self) -> list[str]:
        """Return the calendars that no toolset has."""
        return sorted(name for known in self._known.values() for name in known if name and name not in self.entries)

    def _owners(self, row: Row) -> list[Family]:
        """Return the toolsets whose calendar it is: of a station the toolset that has no other."""
        kind = row.one_of("RESTYPE", "stnfam", "stngrp", "stn")
        name = row.known("RESNAME", self._owner_names[kind])
        if not name:
            return []
        if kind == "stngrp":
            return self._groups[name]
        if kind == "stnfam":
            return [self._families[name]]
        family = self._stations[name]
        if len(family.stations) > 1:
            row.refuse("RESNAME", f"{found(name)}, one of several stations of its toolset, expected a toolset (RESTYPE stnfam)")
        return [family]

    def _first(self, row: Row, entry: Entry) -> Entry:
        """Return the calendar with its first occurrence, which is left out where it is as any other."""
        if not row.text("FOA"):
            return entry
        if entry.get("counts") == WAFERS:
            row.one_of("FOAUNITS", "", "pieces")
            first = distribution(row, "FOADIST", "FOA", WAFERS)
        else:
            first = distribution(row, "FOADIST", "FOA", unit(row, "FOAUNITS"))
        return entry if first == entry["every"] else {**entry, "first": first}

    def _named(self, calendar: str, owner: str, entry: Entry) -> str:
        """Return the name under which the layout has a calendar: its own, or with its owner's behind where its first differs."""
        for name in (calendar, f"{calendar}.{owner}"):
            if self.entries.setdefault(name, entry) == entry:
                return name
        return f"{calendar}.{owner}"


def _breakdown(row: Row) -> Entry:
    counts, every = _every(row, "DOWNCALTYPE", "mttf", "MTTF")
    takes = distribution(row, "MTTRDIST", "MTTR", unit(row, "MTTRUNITS"))
    return {"kind": "breakdown", **counts, "every": every, "takes": takes, "preempts": True}


def _maintenance(row: Row) -> Entry:
    counts, every = _every(row, "PMCALTYPE", "mtbpm", "MTBPM")
    takes = distribution(row, "MTTRDIST", "MTTR", unit(row, "MTTRUNITS"))
    return {"kind": "maintenance", **counts, "every": every, "takes": takes, "stagger": "every", **({"carry_over": True} if counts else {})}


def _every(row: Row, kind: str, word: str, value: str) -> tuple[Entry, Any]:
    """Return what a calendar counts, if not time, and its interval."""
    if row.one_of(kind, f"{word}_by_cal", f"{word}_by_pieces") == f"{word}_by_cal":
        return {}, distribution(row, f"{value}DIST", value, unit(row, f"{value}UNITS"))
    row.one_of(f"{value}UNITS", "pieces", "")
    return {"counts": WAFERS}, distribution(row, f"{value}DIST", value, WAFERS)


def read_calendars(downs: Table, maintenance: Table, attached: Table, families: Mapping[str, Family], problems: Problems) -> Calendars:
    """Return the calendars; the toolsets have got the names of theirs (modified in place)."""
    calendars = Calendars(downs, maintenance, families)
    calendars.attach(attached)
    problems.raise_any()
    for family in families.values():
        if family.calendars:
            family.entry["calendars"] = family.calendars
    return calendars
