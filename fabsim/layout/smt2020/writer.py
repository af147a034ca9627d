"""Layout files as text: maps with a line for each entry, tables as CSV."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

from fabsim.layout.smt2020.amounts import plain
from fabsim.layout.yaml_reader import scalar

WIDE = 140
"""Characters of a line before a map or a list gets a line for each of its entries."""

_PLAIN = re.compile(r"[A-Za-z0-9_.$][A-Za-z0-9_.#$%+/ -]*")


def flow(value: Any) -> str:
    """Return a value on one line, a text in quotes where YAML would take it for something else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return plain(value)
    safe = _PLAIN.fullmatch(value) and " #" not in value and not value.endswith(" ") and isinstance(scalar(value), str)
    return value if safe else json.dumps(value)


def block(key: str, value: Mapping[str, Any], comment: str = "") -> str:
    """Return a map under a key with an entry a line, a ``comment`` above it."""
    head = f"# {comment}\n" if comment else ""
    return head + f"{key}:\n" + "".join(line + "\n" for name, item in value.items() for line in _entry(name, item, "  "))


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    """Yield a key and its value, on one line if it fits."""
    line = f"{indent}{flow(key)}: {flow(value)}"
    if len(line) <= WIDE or not isinstance(value, Mapping | list | tuple):
        yield line
        return
    yield f"{indent}{flow(key)}:"
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _entry(name, item, indent + "  ")
    else:
        yield from (f"{indent}  - {flow(item)}" for item in value)


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
