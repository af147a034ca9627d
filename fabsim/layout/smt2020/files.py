"""Which files a model consists of, and which columns they may have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fabsim.layout.nodes import Mark, Problems
from fabsim.layout.smt2020.rows import Table, read_table

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
        _words("STNFAM RULE FWLRANK WAKERESRANK BATCHCRITF BATCHPER LTIME LTUNITS ULTIME ULTUNITS STNCAP STNQTY STNGRP STNFAMLOC SETUPGRP"),
        _words("STN STNFAMSTEP_ACTLIST PRERULERWL"),
        needed=True,
    ),
    "part": Columns(_words("PARTGRP PARTFAM PART ROUTEFILE ROUTE"), needed=True),
    "order": Columns(
        _words("LOT PART PRIOR PIECES START RDIST REPEAT RUNITS RPT# LOTSPERRPT DUE"),
        _words("ORDER HOTLOT"),
        needed=True,
    ),
    "WIP": Columns(_words("PART PRIOR PIECES START CURSTEP DUE"), _words("LOT ORDER HOTLOT TRACE")),
    "setup": Columns(_words("CURSETUP NEWSETUP STIME STUNITS")),
    "setupgrp": Columns(_words("SETUPGRP SETUP MINRUN"), carried=("SETUPGRP",)),
    "downcal": Columns(_words("DOWNCALNAME DOWNCALTYPE MTTFDIST MTTF MTTF2 MTTFUNITS MTTRDIST MTTR MTTR2 MTTRUNITS")),
    "pmcal": Columns(_words("PMCALNAME PMCALTYPE MTBPMDIST MTBPM MTBPM2 MTBPMUNITS MTTRDIST MTTR MTTR2 MTTRUNITS")),
    "attach": Columns(_words("CALNAME CALTYPE RESTYPE RESNAME FOADIST FOA FOA2 FOAUNITS"), carried=("CALNAME", "CALTYPE")),
    "fromto": Columns(_words("FROMLOC TOLOC DDIST DTIME DTIME2 DUNITS")),
}
"""The tables of a model but its routes, by stem."""

ROUTE = Columns(
    _words(
        "ROUTE STEP DESC STNFAM PDIST PTIME PTIME2 PTUNITS PTPER BATCHMN BATCHMX SETUP WHEN STIME STUNITS SVESTN FORSTEP BatchInterval "
        "BatchIntUnits PartInterval PartIntUnits RWKSTEP REWORK RWKTYPE StepPercent STEP_CQT CQT CQTUNITS"
    ),
    carried=("ROUTE",),
)
"""The columns of a table of routes."""


class Files:
    """The tables of a model's folder."""

    def __init__(self, folder: Path, problems: Problems) -> None:
        self._folder = folder
        self._problems = problems
        self._there = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
        self._read_files: set[Path] = set()
        self.tables = {stem: self._read(stem, columns, None) for stem, columns in TABLES.items()}
        self._routes: dict[str, Table] = {}

    def __getitem__(self, stem: str) -> Table:
        return self.tables[stem]

    def routes(self, file: str, named_at: Mark) -> Table:
        """Return the table of routes that ``part`` names."""
        stem = file
        for ending in ENDINGS:
            stem = stem.removesuffix(ending)
        if stem not in self._routes:
            self._routes[stem] = self._read(stem, ROUTE, named_at)
        return self._routes[stem]

    def all(self) -> list[Table]:
        """Return all tables read so far."""
        return [*self.tables.values(), *self._routes.values()]

    def unread(self) -> list[str]:
        """Return the names of the files that are no tables of the model."""
        return [path.name for path in self._there.values() if path not in self._read_files]

    def _read(self, stem: str, columns: Columns, named_at: Mark | None) -> Table:
        for ending in ENDINGS:
            path = self._there.get(f"{stem}{ending}".lower())
            if path is not None:
                self._read_files.add(path)
                return read_table(path, columns.used, columns.idle, self._problems, columns.carried)
        if columns.needed or named_at is not None:
            expected = " or ".join(stem + ending for ending in ENDINGS)
            self._problems.add(named_at or Mark(str(self._folder), 1, 1), stem, f"found no such table in the folder, expected {expected}")
        return Table(stem, (), ())
