"""CSV tables of steps, of starts and of initial WIP, as the nodes that the same in YAML would give."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from fabsim.layout.csv_reader import read_csv
from fabsim.layout.documents import Document
from fabsim.layout.fab_file import Step
from fabsim.layout.nodes import Node, Problems, plain
from fabsim.layout.scenario_file import WipLots
from fabsim.layout.stream_file import ScheduleRow

_PAIRS: Mapping[str, Mapping[str, str]] = {
    "rework": {"rework": "share", "rework_to": "to"},
    "hold": {"hold": "share", "hold_time": "time"},
    "queue_time": {
        "queue_time": "limit",
        "queue_time_from": "from",
        "queue_time_if_late": "if_late",
        "queue_time_to": "to",
        "queue_time_loss": "loss",
    },
    "batch": {
        "batch_min": "min",
        "batch_max": "max",
        "batch_longest_wait": "longest_wait",
        "batch_waive": "waive",
        "batch_waive_from": "waive_from",
        "batch_when_last": "when_last",
    },
}
"""Keys of a step that are maps, and the columns that give their parts."""

STEP_COLUMNS = tuple(dict.fromkeys([*Step.model_fields, *(column for parts in _PAIRS.values() for column in parts)]))
WIP_COLUMNS = tuple(WipLots.model_fields)
START_COLUMNS = tuple(ScheduleRow.model_fields)

_TEXTS = frozenset({"step", "toolset", "per", "setup", "recipe", "mask", "dedicated_to", "notes", "rework_to", "stream"}) | {
    "queue_time_from",
    "queue_time_to",
}
"""Columns whose cells are names or free text, even where they look like numbers."""


class Tables:
    """The tables that the files of a scenario name, each read once."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._rows: dict[str, list[Node] | None] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """The files read so far."""
        return tuple(self._rows)

    def hashes(self, folder: Path) -> dict[str, str]:
        """Return the SHA-256 of each table's content, by its path from a folder."""
        content = {file: json.dumps([plain(row) for row in rows or ()]) for file, rows in self._rows.items()}
        return {os.path.relpath(file, folder): hashlib.sha256(text.encode()).hexdigest() for file, text in content.items()}

    def steps(self, document: Document, table: Node) -> list[Node] | None:
        """Return the steps of the table that a value names; ``None`` if there is none."""
        rows = self._read(document, table, STEP_COLUMNS)
        return None if rows is None else [_gather(row) for row in rows]

    def lots(self, document: Document, table: Node) -> list[Node]:
        """Return the initial WIP of the table that a value names."""
        return self._read(document, table, WIP_COLUMNS) or []

    def starts(self, document: Document, table: Node) -> list[Node]:
        """Return the scheduled starts of the table that a value names."""
        return self._read(document, table, START_COLUMNS) or []

    def _read(self, document: Document, table: Node, columns: tuple[str, ...]) -> list[Node] | None:
        path = document.beside(table)
        if str(path) not in self._rows:
            self._rows[str(path)] = read_csv(path, columns, _TEXTS, self._problems, table.mark)
        return self._rows[str(path)]


def _gather(row: Node) -> Node:
    """Return a row with the columns that belong together as one map."""
    value, keys = dict(row.value), dict(row.keys)
    for key, parts in _PAIRS.items():
        given = {column: value.pop(column) for column in parts if column in value}
        whole = given.get(key)
        if whole is not None and isinstance(whole.value, dict | list):
            value[key] = whole  # written as a map in one cell
        elif given:
            marks = {parts[column]: cell.mark for column, cell in given.items()}
            value[key] = Node({parts[column]: cell for column, cell in given.items()}, next(iter(marks.values())), keys=marks)
            keys[key] = value[key].mark
    return Node(value, row.mark, keys=keys)
