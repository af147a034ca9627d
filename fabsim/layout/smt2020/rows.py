"""Tables of tab-separated text: rows whose cells know their line and column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from fabsim.layout import quantities
from fabsim.layout.nodes import Mark, Names, Problems, found

COMMENT = "~"
"""What begins a comment that goes on to the end of its line."""

_NO_NAME = re.compile(r"[^A-Za-z0-9_.#-]+")

IGNORED = "IGNORE"
"""The column of comments, which every table may have."""


class Row:
    """One line of a table; a value that cannot be used is noted and answered with a stand-in."""

    def __init__(self, cells: Mapping[str, tuple[str, int]], end: Mark, problems: Problems) -> None:
        self._cells = cells
        """Text and column number of each cell that is not empty."""
        self._end = end
        """Where the line ends."""
        self._problems = problems

    def text(self, column: str) -> str:
        """Return a cell's text, without blanks around it; nothing for an empty cell."""
        return self._cells.get(column, ("", 0))[0]

    def filled(self) -> Iterator[str]:
        """Yield the columns of the cells that are not empty, in the order of the table."""
        return iter(self._cells)

    def carry(self, above: Row, columns: Iterable[str]) -> Row:
        """Return the row with what it leaves empty in these columns taken from the row above."""
        taken = {column: above._cells[column] for column in columns if column not in self._cells and column in above._cells}
        return Row({**taken, **self._cells}, self._end, self._problems)

    def refuse(self, column: str, message: str) -> None:
        """Note a mistake in a cell."""
        self._problems.add(self.mark(column), column, message)

    def mark(self, column: str) -> Mark:
        """Return where a cell stands; the end of the line for an empty one."""
        return self._end._replace(column=self._cells.get(column, ("", self._end.column))[1])

    def one_of(self, column: str, *words: str) -> str:
        """Return a cell that has to hold one of these words; the empty one, if it is among them, stands for an empty cell."""
        text = self.text(column)
        if text not in words:
            expected = ", ".join(word or "an empty cell" for word in words)
            self.refuse(column, f"{found(text or None)}, which is not supported, expected {expected}")
            return words[0]
        return text

    def number(self, column: str, default: str | None = None, *, most: int = 10**9) -> Decimal:
        """Return a number of at least 0; ``default`` for an empty cell."""
        text = self.text(column) or default
        try:
            value = Decimal(text or "")
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite() or not 0 <= value <= most:
            self.refuse(column, f"{found(text)}, expected a number from 0 to {most}")
            return Decimal(1)
        return abs(value)  # a zero may come with a sign

    def whole(self, column: str, default: str | None = None, *, least: int = 1) -> int:
        """Return a whole number; ``default`` for an empty cell."""
        value = self.number(column, default)
        if value != int(value) or value < least:
            self.refuse(column, f"{found(self.text(column))}, expected a whole number, at least {least}")
            return least
        return int(value)

    def name(self, column: str) -> str:
        """Return a cell that has to be a name as layouts have them."""
        try:
            return quantities.name(self.text(column) or None)
        except ValueError as error:
            self.refuse(column, str(error))
            return ""

    def known(self, column: str, names: Names) -> str:
        """Return a cell that has to be one of these names, nothing if it is not."""
        text = self.text(column)
        if text not in names:
            self.refuse(column, names.unknown(text) if text else f"found nothing, expected {names.kind}")
            return ""
        return text


class Table:
    """The rows of a table and what its importer says about its columns."""

    def __init__(self, name: str, rows: Sequence[Row], idle: Collection[str]) -> None:
        self.name = name
        """The file's name, without its folder."""
        self.rows = rows
        self.idle = [column for column in idle if any(row.text(column) for row in rows)]
        """Columns that hold something and have no effect."""


def read_table(path: Path, columns: Collection[str], idle: Collection[str], problems: Problems, carried: Sequence[str] = ()) -> Table:
    """Return a table whose first row names its columns, in any order; the columns it may have are ``columns`` and ``idle``.

    ``carried``: columns in which an empty cell repeats the one above.
    """
    lines = read_lines(path, problems)
    known = Names("a column of this table", sorted({*columns, *idle, IGNORED}))
    header = _header(next(lines, None), path, problems)
    rows: list[Row] = []
    for number, line in lines:
        row = _row(line, header, Mark(str(path), number, len(line) + 1), problems)
        rows.append(row.carry(rows[-1], carried) if rows else row)
    _check_columns(rows, header, known, problems)
    return Table(path.name, rows, idle)


def _check_columns(rows: Sequence[Row], header: Mapping[int, tuple[str, Mark]], known: Names, problems: Problems) -> None:
    """Note the columns that the table may not have, if they hold anything."""
    for name, mark in header.values():
        if name not in known and any(row.text(name) for row in rows):
            problems.add(mark, name, known.unknown(name))


def joined(tables: Sequence[Table], name: str) -> Table:
    """Return the rows of several tables as one."""
    return tables[0] if len(tables) == 1 else Table(name, [row for table in tables for row in table.rows], ())


def word(text: str) -> str:
    """Return a text as far as a name of the layout may hold it."""
    return _NO_NAME.sub("_", text)


def decode(data: bytes) -> str:
    """Return a file's text: UTF-16 or UTF-8, with or without its mark; raise ``UnicodeDecodeError`` if it is neither."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le")
    return data.decode("utf-8-sig")


def read_lines(path: Path, problems: Problems, *, comment: bool = True) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines that hold anything; without their comments, unless ``comment`` is false."""
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        problems.add(Mark(str(path), 1, 1), "", f"cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError:
        problems.add(Mark(str(path), 1, 1), "", "found bytes that are no text, expected UTF-16 or UTF-8")
        return
    for number, line in enumerate(text.split("\n"), 1):
        said = (line.partition(COMMENT)[0] if comment else line).rstrip("\r")
        if said.strip():
            yield number, said


def _header(line: tuple[int, str] | None, path: Path, problems: Problems) -> dict[int, tuple[str, Mark]]:
    """Return the names of a table's columns by their position, and where they stand."""
    if line is None:
        problems.add(Mark(str(path), 1, 1), "", "found an empty table, expected a row that names its columns")
        return {}
    header: dict[int, tuple[str, Mark]] = {}
    names: set[str] = set()
    for k, (at, name) in enumerate(_cells(line[1])):
        mark = Mark(str(path), line[0], at)
        if name in names:
            problems.add(mark, name, f"found the column {name!r} twice")
        if name:
            header[k] = (name, mark)
            names.add(name)
    return header


def _row(line: str, header: Mapping[int, tuple[str, Mark]], end: Mark, problems: Problems) -> Row:
    """Return the row of a line, which may stop before its last columns."""
    cells = {}
    for k, (at, text) in enumerate(_cells(line)):
        if not text:
            continue
        if k not in header:
            problems.add(Mark(end.file, end.line, at), "", f"{found(text)} in a column without a name")
        elif header[k][0] != IGNORED:
            cells[header[k][0]] = (text, at)
    return Row(cells, end, problems)


def _cells(line: str) -> Iterator[tuple[int, str]]:
    """Yield where each cell of a line begins, counted from 1, and its text."""
    at = 1
    for cell in line.split("\t"):
        yield at, cell.strip()
        at += len(cell) + 1
