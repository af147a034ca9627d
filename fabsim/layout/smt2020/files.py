"""Which files a model consists of, and which columns they may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fabsim.layout.nodes import Mark, Problems
from fabsim.layout.smt2020.options import NAME, Options, read_options
from fabsim.layout.smt2020.rows import Row, Table, joined, read_table

ENDINGS = (".txt.1l", ".txt", ".asd")
"""How the name of a table may go on after its stem, the first that exists is read."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table: what they may be called."""

    used: tuple[str, ...]
    idle: tuple[str, ...] = ()
    """Those without effect here."""
    carried: tuple[str, ...] = ()
    """Those in which an empty cell repeats the one above."""
    needed: bool = False
    """Whether there is no model without this table."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLES = {
    "tool": Columns(
        _words(
            "STNFAM STN RULE FWLRANK WAKERESRANK BATCHCRITF BATCHPER LTIME LTUNITS ULTIME ULTUNITS STNCAP STNQTY STNGRP STNFAMLOC SETUPGRP"
        ),
        _words("STNFAMSTEP_ACTLIST PRERULERWL"),
        needed=True,
    ),
    "part": Columns(_words("PARTGRP PARTFAM PART ROUTEFILE ROUTE"), needed=True),
    "order": Columns(
        _words("LOT PART PRIOR PIECES START RDIST REPEAT RUNITS RPT# LOTSPERRPT DUE CURSTEP ORDER HOTLOT"),
        _words("TRACE"),
        needed=True,
    ),
    "setup": Columns(_words("CURSETUP NEWSETUP SDIST STIME STIME2 STIME3 STUNITS")),
    "setupgrp": Columns(_words("SETUPGRP SETUP MINRUN"), carried=("SETUPGRP",)),
    "downcal": Columns(_words("DOWNCALNAME DOWNCALTYPE MTTFDIST MTTF MTTF2 MTTF3 MTTFUNITS MTTRDIST MTTR MTTR2 MTTR3 MTTRUNITS")),
    "pmcal": Columns(_words("PMCALNAME PMCALTYPE MTBPMDIST MTBPM MTBPM2 MTBPM3 MTBPMUNITS MTTRDIST MTTR MTTR2 MTTR3 MTTRUNITS")),
    "attach": Columns(_words("CALNAME CALTYPE RESTYPE RESNAME FOADIST FOA FOA2 FOA3 FOAUNITS"), carried=("CALNAME", "CALTYPE")),
    "fromto": Columns(_words("FROMLOC TOLOC DDIST DTIME DTIME2 DTIME3 DUNITS")),
}
"""The tables of a model but its routes, by stem."""

WIP = "WIP"
"""The stem of a second table of orders, those that wait for a step at the start."""

ROUTE = Columns(
    _words(
        "ROUTE STEP DESC STNFAM PDIST PTIME PTIME2 PTIME3 PTUNITS PTPER BATCHMN BATCHMX SETUP WHEN SDIST STIME STIME2 STIME3 "
        "STUNITS SVESTN FORSTEP "
        "BatchInterval BatchIntUnits PartInterval PartIntUnits RWKSTEP REWORK RWKTYPE StepPercent STEP_CQT CQT CQTUNITS"
    ),
    carried=("ROUTE",),
)
"""The columns of a table of routes."""


class Files:
    """The tables of a model's folder: those that its ``options.def`` names, else those with the usual names."""

    def __init__(self, folder: Path, problems: Problems) -> None:
        self._folder = folder
        self._problems = problems
        self._there = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
        self._read_files: set[Path] = set()
        self._tables: dict[str, Table] = {}
        options = self._file([NAME])
        self.options = read_options(options, problems) if options is not None else Options()
        self._of_stem = {stem: self._all(stem, columns) for stem, columns in TABLES.items()}

    def __getitem__(self, stem: str) -> Table:
        return joined(self._of_stem[stem], stem)

    def orders(self) -> list[Row]:
        """Return the rows of all tables of orders, with those that wait for a step."""
        return [row for table in self._of_stem["order"] for row in table.rows]

    def routes(self, file: str, named_at: Mark) -> Table:
        """Return the table of routes that ``part`` names."""
        return self._named(file, ROUTE, named_at)

    def all(self) -> list[Table]:
        """Return all tables read so far."""
        return list(self._tables.values())

    def unread(self) -> list[str]:
        """Return the names of the files that are no tables of the model."""
        return [path.name for path in self._there.values() if path not in self._read_files]

    def _all(self, stem: str, columns: Columns) -> list[Table]:
        """Return the tables of a kind."""
        named = self.options.files.get(stem)
        if named is not None:
            return [self._named(file, columns, mark) for file, mark in named]
        needed = Mark(str(self._folder), 1, 1) if columns.needed else None
        tables = [self._named(stem, columns, needed)]
        return [*tables, self._named(WIP, columns, None)] if stem == "order" else tables

    def _read(self, path: Path, columns: Columns) -> Table:
        table = read_table(path, columns.used, columns.idle, self._problems, columns.carried)
        return table if columns is not TABLES["order"] else Table(table.name, table.rows, [*_nameless(table.rows), *columns.idle])

    def _named(self, file: str, columns: Columns, named_at: Mark | None) -> Table:
        """Return the table of a name, with any ending; an empty one if it is not there, which is a mistake where it is ``named_at``."""
        stem = file
        for ending in ENDINGS:
            stem = stem.removesuffix(ending)
        if stem not in self._tables:
            path = self._file([stem + ending for ending in ENDINGS])
            if path is None:
                if named_at is not None:
                    expected = " or ".join(stem + ending for ending in ENDINGS)
                    self._problems.add(named_at, stem, f"found no such table in the folder, expected {expected}")
                return Table(stem, (), ())
            self._tables[stem] = self._read(path, columns)
        return self._tables[stem]

    def _file(self, names: list[str]) -> Path | None:
        """Return the first of several files that is there."""
        for name in names:
            path = self._there.get(name.lower())
            if path is not None:
                self._read_files.add(path)
                return path
        return None


def _nameless(orders: Sequence[Row]) -> list[str]:
    """Return the names in orders that have no effect: lots that wait need none, an order's is that of lots that are listed."""
    started = [row for row in orders if not row.text("CURSTEP")]
    if not started:
        return ["LOT", "ORDER"]
    return [] if any(not row.text("REPEAT") for row in started) else ["ORDER"]
