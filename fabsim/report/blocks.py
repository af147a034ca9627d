"""What a page is made of: sections, and in them tiles, charts, tables and lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fabsim.report.figures import Figure, mean


@dataclass(frozen=True)
class Tile:
    """One headline figure."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Tiles:
    """Headline figures side by side."""

    tiles: Sequence[Tile]
    kind: str = field(default="tiles", init=False)


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification without colours of its own: "@name" stands for a colour of the page."""

    title: str
    spec: dict[str, Any]
    marks: int
    """Marks drawn at most."""
    note: str = ""
    kind: str = field(default="chart", init=False)


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    text: str
    order: float | None = None
    """What the column is sorted by; None for a text."""


@dataclass(frozen=True)
class Table:
    """A table of cells, the first column to the left."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    folded: bool = False
    """Shown when its title is clicked."""
    wide: bool = False
    """Its cells hold sentences, which are wrapped and left to the left."""
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Lines:
    """Text as it is typed, such as a command."""

    title: str
    text: str
    kind: str = field(default="lines", init=False)


Block = Tiles | Chart | Table | Lines


@dataclass(frozen=True)
class Section:
    """One part of the page, its title a claim or a question."""

    anchor: str
    name: str
    """The word in the page's list of contents."""
    title: str
    lead: str
    blocks: Sequence[Block]


def figure(value: Figure, write: Callable[[Figure], str]) -> Cell:
    """Return the cell of a figure as ``write`` writes it, sorted by its mean; one that does not exist stands below all others."""
    found = mean(value)
    return Cell(write(value), -1.0 if found is None else found)


def words(values: Iterable[object]) -> list[Cell]:
    """Return cells of plain texts."""
    return [Cell("" if value is None else str(value)) for value in values]
