"""``options.def``: which files a model consists of and when it starts, where its folder says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fabsim.layout.nodes import Mark, Problems, found
from fabsim.layout.smt2020.dates import A_DATE, parsed
from fabsim.layout.smt2020.rows import read_lines

NAME = "options.def"

TABLES = {
    "PRODUCT_FILES": "part",
    "STATION_FILES": "tool",
    "ORDER_FILES": "order",
    "SETUP_FILES": "setup",
    "SETUPGROUP_FILES": "setupgrp",
    "DOWNCAL_FILES": "downcal",
    "PMCAL_FILES": "pmcal",
    "ATTACH_FILES": "attach",
    "FROMTO_FILES": "fromto",
}
"""Settings that name the files of a table, by the table's usual stem."""

FIXED = {"SEQ_ADDS_SETUP_DELAYS": "N", "USE_CALENDARS(Y/N)": "Y", "COMMENT_CHARACTER": "~"}
"""Settings that the floor answers in one way only."""


@dataclass
class Options:
    """What the file says; nothing where there is none."""

    start: datetime | None = None
    """When the model starts."""
    files: dict[str, list[tuple[str, Mark]]] = field(default_factory=dict)
    """Names of the files of each table that it speaks of, by the table's stem, and where they are named."""
    idle: list[str] = field(default_factory=list)
    """Settings without effect."""


def read_options(path: Path, problems: Problems) -> Options:
    """Return the settings of a file whose rows are a setting and its values; a row without a setting goes on with the one above."""
    options = Options()
    key = ""
    for number, line in read_lines(path, problems, comment=False):
        head, *rest = [cell.strip() for cell in line.split("\t")]
        mark = Mark(str(path), number, 1)
        if head == "COMMENT_CHARACTER":
            _fixed(head, rest[:1], mark, problems)
            continue
        cells = _before_comment([head, *rest])
        key = cells[0] if cells and cells[0] else key
        values = [cell for cell in cells[1:] if cell]
        if key in TABLES:
            _file(options.files.setdefault(TABLES[key], []), key, values, mark, problems)
        elif key == "SIM_START" and values:
            options.start = parsed(values[0])
            if options.start is None:
                problems.add(mark, key, f"{found(values[0])}, expected {A_DATE}")
        elif key in FIXED:
            _fixed(key, values, mark, problems)
        elif key and key not in options.idle:
            options.idle.append(key)
    return options


def _before_comment(cells: list[str]) -> list[str]:
    kept = []
    for cell in cells:
        if cell.startswith("~"):
            break
        kept.append(cell)
    return kept


def _file(files: list[tuple[str, Mark]], key: str, values: list[str], mark: Mark, problems: Problems) -> None:
    """Add the file of a row ``file <name>``; one whose name is a comment is none, and so is ``none``."""
    if values[:1] == ["file"] and len(values) == 2:
        files.append((values[1], mark))
    elif values not in ([], ["file"], ["none"]):
        problems.add(mark, key, f"{found(' '.join(values))}, expected 'file' and the name of a file, or 'none'")


def _fixed(key: str, values: list[str], mark: Mark, problems: Problems) -> None:
    if values and values != [FIXED[key]]:
        problems.add(mark, key, f"{found(' '.join(values))}, which is not supported, expected {FIXED[key]}")
