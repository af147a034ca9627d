"""CSV (RFC 4180) to nodes: a row is a map from column to cell, each with its line and column in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from fabsim.layout.nodes import Mark, Names, Node, Problems
from fabsim.layout.yaml_reader import parse_yaml, read_text, scalar

_CELL = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",\r\n]*))(,|\r?\n|\r|\Z)')


def read_csv(
    path: Path, columns: Collection[str], texts: Collection[str], problems: Problems, named_at: Mark | None = None
) -> list[Node] | None:
    """Return the rows of a table whose first row names its columns; ``None`` if there is no table.

    Cells mean what they would mean in YAML, but for the columns in ``texts``, which are always text.  Empty cells are left out.
    """
    text = read_text(path, problems, named_at)
    if text is None:
        return None
    rows = _rows(text, str(path), problems)
    header = _header(next(rows, []), columns, Mark(str(path), 1, 1), problems)
    return None if header is None else [_row(cells, header, texts, problems) for cells in rows]


def _rows(text: str, file: str, problems: Problems) -> Iterator[list[tuple[Mark, str]]]:
    """Yield the cells of each row that is not blank: where each begins, and its text."""
    at, line, line_start = 0, 1, 0
    cells: list[tuple[Mark, str]] = []
    while at < len(text):
        mark = Mark(file, line, at - line_start + 1)
        match = _CELL.match(text, at)
        if match is None:
            problems.add(mark, "", "found a quote inside a cell or a cell whose quote never ends, expected quotes around the whole cell")
            return
        quoted, bare, end = match.groups()
        cells.append((mark, bare.strip() if quoted is None else quoted.replace('""', '"')))
        newlines = text.count("\n", at, match.end())
        if newlines:
            line += newlines
            line_start = text.rfind("\n", at, match.end()) + 1
        at = match.end()
        if end == "," and at < len(text):
            continue
        if any(cell for _, cell in cells):
            yield cells
        cells = []


def _header(cells: list[tuple[Mark, str]], columns: Collection[str], start: Mark, problems: Problems) -> list[str] | None:
    if not cells:
        problems.add(start, "", "the table is empty, expected a row that names its columns")
        return None
    known = Names("a column of this table", columns)
    header: list[str] = []
    for mark, name in cells:
        if name and name not in known:
            problems.add(mark, name, known.unknown(name))
        elif name and name in header:
            problems.add(mark, name, f"found the column {name!r} twice")
        header.append(name if name in known else "")
    return header


def _row(cells: list[tuple[Mark, str]], header: list[str], texts: Collection[str], problems: Problems) -> Node:
    start = cells[0][0]
    values: dict[str, Node] = {}
    marks: dict[str, Mark] = {}
    if len(cells) > len(header):
        problems.add(cells[len(header)][0], "", f"found {len(cells)} cells, expected {len(header)} as in the first row")
    for name, (mark, text) in zip(header, cells, strict=False):
        if not name or not text:
            continue
        if name in texts or text[0] not in "{[":
            cell: Node | None = Node(text if name in texts else scalar(text), mark, text)
        else:
            cell = parse_yaml(text, mark, problems)
        if cell is not None:
            values[name] = cell
            marks[name] = mark
    return Node(values, Mark(start.file, start.line, 1), keys=marks)
