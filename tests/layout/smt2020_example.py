"""A small model in the format of SMT2020 with a bit of everything, as tables that tests write and change."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim import layout
from fabsim.model import Scenario
from fabsim.terms import InputError

TABLES = {
    "tool.txt": """\
STNFAM STN RULE FWLRANK WAKERESRANK BATCHCRITF BATCHPER LTIME LTUNITS ULTIME ULTUNITS STNCAP STNQTY STNGRP STNFAMLOC PRERULERWL SETUPGRP
OVEN OVEN rule_HotLotFIRST rank_HP;rank_FIFO . crit_sameroutestep piece 1.0 min 2.0 min . 2.0 Hot Fab no .
BEAM BEAM rule_LSSU rank_HP;rank_RSETUP;rank_CR wake_LeastSetupTime . . 1.0 min 1.0 min 2.0 3.0 Cold Fab no GAS
SCAN SCAN rule_HotLotFIRST rank_HP;rank_RSETUP;rank_FIFO wake_LeastSetupTime . . 60 sec 1.0 min . 2.0 Cold Fab no .
REST REST rule_FIRST rank_FIFO . . . 0.0 min 0.0 min . 9.0 Rest Delay no .
""",
    "part.txt": """\
PARTGRP PARTFAM PART ROUTEFILE ROUTE
Saleable small A route_1.txt r_1
Saleable large B route_1.txt r_2
""",
    "route_1.txt": """\
ROUTE STEP DESC STNFAM PDIST PTIME PTIME2 PTUNITS PTPER BATCHMN BATCHMX SETUP WHEN STIME STUNITS SVESTN FORSTEP BatchInterval \
BatchIntUnits PartInterval PartIntUnits RWKSTEP REWORK RWKTYPE StepPercent STEP_CQT CQT CQTUNITS IGNORE
r_1 1 first_oven OVEN uniform 100 5 min per_batch 50 75 . . . . . . . . . . . . . . 3 4 hr hot
r_1 2 . BEAM exponential 0.8 . min per_piece . . S1 need . . . . . . 0.5 min . . . 40 3 90 min .
r_1 3 beam BEAM constant 30 . min per_lot . . S2 need . . . . 20 min . . . . . . . . . .
r_1 5 (mask)_5 SCAN uniform 2 0.1 min per_piece . . M1 need 8 min yes 7 . . . . . . . . . . . .
r_1 6 rest REST uniform 180 9 min per_lot . . . . . . . . . . . . 5 1.5 lot . . . . .
r_1 7 mask SCAN normal 2 0.1 min per_piece . . M2 need 8 min . . . . . . . . . . . . . .
r_2 1 beam BEAM uniform 0.8 0.04 min per_piece . . S1 need . . . . . . 0.5 min . . . . . . . .
""",
    "order.txt": """\
LOT PART PRIOR PIECES START RDIST REPEAT RUNITS RPT# LOTSPERRPT DUE ORDER HOTLOT
Lot_A A 10 25 01/01/18_00:00:00 constant 120 min 200000 1 01/03/18_00:00:00 O_A no
Hot_A A 20 13 01/01/18_01:00:00 constant 1 day 200000 1 01/02/18_00:00:00 O_H no
Few_B B 10 25 01/01/18_02:00:00 constant 90 min 2 2 01/01/18_02:00:01 O_F no
Some_B B 10 24 01/01/18_00:00:00 exponential 8 hr 200000 1 01/01/18_06:00:00 O_S no
""",
    "WIP.txt": """\
LOT PART PRIOR PIECES START CURSTEP DUE ORDER HOTLOT TRACE
W1 A 10 25 01/01/18_00:00:00 3 01/01/18_06:00:00
W2 A 10 24 12/31/17_12:00:00 7 12/31/17_00:00:00 O_W
""",
    "setup.txt": """\
CURSETUP NEWSETUP STIME STUNITS IGNORE
S1 S2 10 min x
. S1 12 min x
S2 S9 99 min x
""",
    "setupgrp.txt": "SETUPGRP SETUP MINRUN\nGAS S1 7\n. S2 7\n",
    "downcal.txt": """\
DOWNCALNAME DOWNCALTYPE MTTFDIST MTTF MTTFUNITS MTTRDIST MTTR MTTRUNITS
FAIL mttf_by_cal exponential 1000 min exponential 60 min
SPARE mttf_by_cal exponential 1000 min exponential 60 min
""",
    "pmcal.txt": """\
PMCALNAME PMCALTYPE MTBPM MTBPMUNITS MTTRDIST MTTR MTTR2 MTTRUNITS
WEEK mtbpm_by_cal 7 day uniform 5 1 hr
KIT mtbpm_by_pieces 5000 pieces constant 8 . hr
""",
    "attach.txt": """\
CALNAME CALTYPE RESTYPE RESNAME FOADIST FOA FOAUNITS
FAIL down stngrp Cold exponential 1000 min
WEEK pm stnfam OVEN constant 6 day
. . stnfam SCAN constant 5 day
KIT pm stnfam BEAM constant 4500 .
""",
    "fromto.txt": "FROMLOC TOLOC DDIST DTIME DTIME2 DUNITS\nFab Fab uniform 7.5 2.5 min\n",
}
"""Cells between blanks; ``.`` is an empty cell, ``_`` before a time of day a blank."""


def tabbed(text: str) -> str:
    """Return a table with tabs between its cells."""
    lines = []
    for line in text.splitlines():
        cells = ["" if cell == "." else cell.replace("/18_", "/18 ").replace("/17_", "/17 ") for cell in line.split(" ")]
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def write_model(folder: Path, *changes: tuple[str, str, str], encoding: str = "utf-8", ending: str = "") -> Path:
    """Write the model into a folder and return it; ``changes``: a file, and what in it is replaced by what.

    ``ending``: of the files' names, instead of their own.
    """
    folder.mkdir(exist_ok=True)
    tables = dict(TABLES)
    for name, old, new in changes:
        assert tables[name].count(old) == 1, (name, old)
        tables[name] = tables[name].replace(old, new)
    for name, text in tables.items():
        file = name.replace(".txt", ending or ".txt")
        (folder / file).write_bytes(tabbed(text).encode(encoding))
    return folder


def imported(folder: Path, *changes: tuple[str, str, str], **form: str) -> Scenario:
    """Give the scenario of the model with these changes."""
    layout.import_smt2020(write_model(folder / "model", *changes, **form), folder / "made")
    return layout.read(folder / "made")


def told(folder: Path, *changes: tuple[str, str, str]) -> str:
    """Give what is told of the model with these changes."""
    with pytest.raises(InputError) as caught:
        layout.import_smt2020(write_model(folder / "model", *changes), folder / "made")
    return str(caught.value)
