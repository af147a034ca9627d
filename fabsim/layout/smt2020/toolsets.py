"""Toolsets: the table ``tool``, with the setups that routes and the tables ``setup`` and ``setupgrp`` give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabsim.layout.nodes import Problems, found
from fabsim.layout.smt2020.amounts import distribution, duration, unit
from fabsim.layout.smt2020.rows import Row, Table

RANKS = {
    "rank_HP": "priority",
    "rank_RSETUP": "setup",
    "rank_FIFO": "fifo",
    "rank_CR": "critical_ratio",
    "rank_EDD": "edd",
}
"""Links of a rank chain, as the format and as layouts write them."""

BESIDE = "Custom_actlist_ASISemiOpersDuringSetupAndAdditionalLoadUnload"
"""The order of actions that the floor has: setup and load of the next lot run beside the one inside."""


NO_SETUP = "no_setup"
"""What a tool is set up for after a job that needs no setup."""

BY_STEP, BY_FAMILY = "crit_sameroutestep", "crit_samepartfam|crit_samestepname"
"""Which lots may share a batch: those of one step, or those of one family of parts at steps of one number."""


@dataclass
class Family:
    """A toolset on its way into the layout."""

    row: Row
    area: str
    location: str
    entry: dict[str, Any]
    """Its keys in the layout."""
    chain: list[str]
    """Its rank chain."""
    batches: str
    """Which lots share batches: `BY_STEP`, `BY_FAMILY` or none (empty)."""
    slots: int
    stations: list[str] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    setups: dict[str, Row] = field(default_factory=dict)
    """Setups whose times are in the table ``setup``, with the first step that needs each."""
    given_setups: dict[str, Row] = field(default_factory=dict)
    """Setups whose times are given by steps, with the first step that needs each."""
    told_setups: dict[str, Row] = field(default_factory=dict)
    """Setups whose times are in the table ``setup`` and stand at the steps in the layout, with the first step that needs each."""
    bare_steps: list[dict[str, Any]] = field(default_factory=list)
    """Its steps in the layout that need no setup."""

    @property
    def has_runs(self) -> bool:
        """Whether its tools go on with lots of the setup they have."""
        return self.row.text("RULE") == "rule_LSSU"

    def all_setups(self) -> list[str]:
        """Return the setups that its steps need."""
        return [*self.setups, *self.given_setups, *self.told_setups]


def read_families(table: Table, problems: Problems) -> dict[str, Family]:
    """Return the toolsets by name; their areas are the station groups, split where a group stands in several places."""
    families: dict[str, Family] = {}
    last: Family | None = None
    stations: set[str] = set()
    for row in table.rows:
        if not row.text("STNFAM"):
            _go_on(row, last)
            continue
        name, station = row.name("STNFAM"), row.text("STN") or row.text("STNFAM")
        if name in families:
            last = families[name]
            _add_station(row, last)
        else:
            last = families[name] = _family(row)
        last.stations.append(station)
        if station in stations:
            row.refuse("STN", f"found the station {station!r} twice, expected each in one row: a toolset's tools are its own")
        stations.add(station)
    places: dict[str, set[str]] = {}
    for family in families.values():
        places.setdefault(family.area, set()).add(family.location)
    for family in families.values():
        if len(places[family.area]) > 1:
            family.area = f"{family.area}.{family.location}"
        family.entry = {"area": family.area, **family.entry}
    problems.raise_any()
    return families


def _family(row: Row) -> Family:
    row.one_of("RULE", "rule_HotLotFIRST", "rule_FIRST", "rule_LSSU", "")
    row.one_of("WAKERESRANK", "", "wake_LeastSetupTime")
    row.one_of("PRERULERWL", "no", "")
    row.one_of("STNFAMSTEP_ACTLIST", BESIDE, "")
    slots = row.whole("STNCAP", "1")
    times = {"load": duration(row, "LTIME", "LTUNITS"), "unload": duration(row, "ULTIME", "ULTUNITS")}
    batches = row.one_of("BATCHCRITF", "", BY_STEP, BY_FAMILY)
    if batches:
        row.one_of("BATCHPER", "piece", "")
    return Family(
        row=row,
        area=row.name("STNGRP"),
        location=row.text("STNFAMLOC"),
        entry={
            "tools": row.whole("STNQTY", "1"),
            **{key: time for key, time in times.items() if not time.startswith("0 ")},
            **({"slots": slots, "spaced": True} if slots > 1 else {}),
            **({"batch": {"waive": "never"}} if batches else {}),
        },
        chain=_chain(row),
        batches=batches,
        slots=slots,
    )


def _add_station(row: Row, family: Family) -> None:
    """Add the tools of another row of a toolset, which has to be as the first one in everything but the station."""
    for column in sorted({*row.filled(), *family.row.filled()} - {"STN", "STNQTY"}):
        if row.text(column) != family.row.text(column):
            expected = f"as in the first row of toolset {row.text('STNFAM')!r}"
            row.refuse(column, f"{found(row.text(column) or None)}, expected {family.row.text(column) or 'an empty cell'} {expected}")
    family.entry["tools"] += row.whole("STNQTY", "1")


def _chain(row: Row) -> list[str]:
    chain = []
    for word in filter(None, row.text("FWLRANK").split(";")):
        if word in RANKS:
            chain.append(RANKS[word])
        else:
            row.refuse("FWLRANK", f"{found(word)}, which is not supported, expected {', '.join(RANKS)}")
    return chain


def _go_on(row: Row, last: Family | None) -> None:
    """Take the ranks of a row without a toolset's name, which goes on with the one above."""
    for column in row.filled():
        if column != "FWLRANK" or last is None:
            row.refuse(column, "found it in a row without STNFAM, expected only ranks (FWLRANK) that go on with the row above")
    if last is not None:
        last.chain += _chain(row)


class Setups:
    """The times of setups and the minimum runs."""

    def __init__(self, times: Table, groups: Table) -> None:
        self._times: dict[tuple[str, str], Any] = {}
        for row in times.rows:
            pair = (row.name("CURSETUP") if row.text("CURSETUP") else "", row.name("NEWSETUP"))
            if pair in self._times:
                row.refuse("NEWSETUP", f"found {pair[0] or 'any'!r} to {pair[1]!r} twice")
            self._times[pair] = distribution(row, "SDIST", "STIME", unit(row, "STUNITS")) if row.text("STIME") else "0 min"
        self._runs: dict[str, dict[str, int]] = {}
        for row in groups.rows:
            self._runs.setdefault(row.name("SETUPGRP"), {})[row.name("SETUP")] = row.whole("MINRUN", "0", least=0)

    def varies(self, setup: str) -> bool:
        """Return whether the time of a setup is drawn, which the layout can say of a step and not of a table."""
        return any(to == setup and not isinstance(time, str) for (_, to), time in self._times.items())

    def from_any(self, row: Row) -> Any:
        """Return the time of a step's setup whatever the one before, which it must not depend on."""
        setup = row.text("SETUP")
        if any(before and to == setup for before, to in self._times):
            expected = "expected a time from any (without CURSETUP) for one that is drawn or done for every job"
            row.refuse("SETUP", f"{found(setup)}, whose time in the table 'setup' depends on the setup before, {expected}")
        return self._times.get(("", setup), "0 min")

    def finish(self, family: Family) -> None:
        """Add to a toolset what its setups bring about, once the routes have said which it has."""
        if not (family.setups or family.told_setups) and "setup" in family.chain:
            family.chain.remove("setup")  # times that steps give do not count in the rank
        if "setup" in family.chain and family.given_setups:
            for setup, row in family.told_setups.items():
                expected = "expected one that is neither drawn nor done for every job, beside setups whose times do not rank (STIME)"
                row.refuse("SETUP", f"{found(setup)} at a toolset that ranks by setup, {expected}")
        if family.all_setups():
            table = self._table(family)
            if table:
                family.entry["setup"] = table
        if family.has_runs and family.slots > 1:
            family.entry["maintenance_in_gaps"] = True
        if family.row.text("WAKERESRANK") and (family.given_setups or family.has_runs):
            family.entry["choose_tool"] = "least_setup"
        if family.given_setups and not family.row.text("SETUPGRP"):
            _forget(family)

    def unused(self, families: Mapping[str, Family]) -> list[str]:
        """Return the setups with times that no step needs."""
        needed = {setup for family in families.values() for setup in (*family.setups, *family.told_setups)}
        return sorted({to for _, to in self._times} - needed)

    def _table(self, family: Family) -> dict[str, Any]:
        table: dict[str, Any] = {}
        run = self._run(family)
        if family.setups or run:
            table["default"] = "0 min"
        if run:
            table["min_run"] = run
        if run and family.slots > 1:
            table["when_empty"] = True
        if family.setups and family.given_setups and "setup" in family.chain:
            table["rank_by"] = "table"
        times = [(before, to, time) for (before, to), time in self._times.items() if to in family.setups]
        if times:
            table["times"] = [{**({"from": before} if before else {}), "to": to, "time": time} for before, to, time in times]
        return table

    def _run(self, family: Family) -> int:
        """Return the minimum run of a toolset's setups."""
        group = family.row.text("SETUPGRP")
        if family.has_runs != bool(group):
            family.row.refuse("RULE", "found one of rule_LSSU and SETUPGRP without the other, expected both or none")
            return 0
        if group and group not in self._runs:
            family.row.refuse("SETUPGRP", f"{found(group)}, expected a group of the table 'setupgrp'")
            return 0
        runs = {self._runs[group].get(setup, 0) for setup in family.all_setups()} if group else {0}
        if len(runs) > 1:
            several = ", ".join(map(str, sorted(runs)))
            family.row.refuse("SETUPGRP", f"found setups with minimum runs {several}, expected the same for all setups of a toolset")
        return max(runs)


def _forget(family: Family) -> None:
    """Let a job that needs no setup take the tool's away: what it needs is a setup of its own that takes no time."""
    name = NO_SETUP
    while name in family.all_setups():
        name += "_"
    for step in family.bare_steps:
        step.update(setup=name, setup_time="0 min")
