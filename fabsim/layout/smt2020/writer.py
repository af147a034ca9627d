"""Layout files as text: maps in blocks of one line an entry, tables as CSV."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from fabsim.layout.yaml_reader import scalar

_PLAIN = re.compile(r"[A-Za-z0-9_.$][A-Za-z0-9_.#$%+/ -]*")


def flow(value: Any) -> str:
    """Return a value on one line, a text in quotes where YAML would take it for something else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    safe = _PLAIN.fullmatch(value) and " #" not in value and not value.endswith(" ") and isinstance(scalar(value), str)
    return value if safe else json.dumps(value)


def block(key: str, entries: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """Return a map under a key with an entry a line, ``comments`` above it."""
    head = "".join(f"# {line}\n" for line in comments)
    return f"{head}{key}:\n" + "".join(f"  {flow(name)}: {flow(value)}\n" for name, value in entries.items())


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return CSV with the columns that any row fills; a cell that is a map or a list is written as in YAML."""
    kept = list(rows)
    used = [column for column in columns if any(row.get(column) not in (None, "") for row in kept)]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([_cell(row.get(column, "")) for column in used] for row in kept)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return flow(value) if isinstance(value, dict | list | bool) else value
