"""The published results that may lie beside a model: lots by release stream, and toolsets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fabsim.layout.nodes import Mark, Names, Problems, found
from fabsim.terms import InputError

LOTS, TOOLSETS = "reference_lots.txt", "reference_toolsets.txt"

LOT_COLUMNS = ("th", "act", "on_time")
TOOLSET_COLUMNS = ("avail", "util", "br", "pm", "setup")


@dataclass(frozen=True)
class LotReference:
    """What was published of a release stream."""

    completed: float
    """Lots completed over the whole run, mean over replications."""
    cycle_time_days: float
    on_time: float
    """Share of the lots [-]."""


@dataclass(frozen=True)
class ToolsetReference:
    """What was published of a toolset, all as shares [-]."""

    availability: float
    utilization: float
    """Of available time."""
    down: float
    maintenance: float
    setup: float


@dataclass(frozen=True)
class Reference:
    """Published results by name."""

    streams: dict[str, LotReference]
    toolsets: dict[str, ToolsetReference]


def read_reference(folder: Path, streams: Sequence[str], toolsets: Sequence[str]) -> Reference | None:
    """Return the results beside a model, None if neither file is there; raise `InputError` with every mistake.

    ``streams``, ``toolsets``: the names that the model has; the files may name some of them.
    """
    if not any((folder / name).is_file() for name in (LOTS, TOOLSETS)):
        return None
    problems = Problems()
    lots = _rows(folder / LOTS, LOT_COLUMNS, Names("a release stream", streams), problems)
    tools = _rows(folder / TOOLSETS, TOOLSET_COLUMNS, Names("a toolset", toolsets), problems)
    problems.raise_any()
    return Reference(
        {name: LotReference(th, act, on_time / 100) for name, (th, act, on_time) in lots.items()},
        {name: ToolsetReference(*(value / 100 for value in row)) for name, row in tools.items()},
    )


def _rows(path: Path, columns: Sequence[str], names: Names, problems: Problems) -> dict[str, list[float]]:
    """Return the numbers of each line of a table with blanks between its cells, by the name in front."""
    rows: dict[str, list[float]] = {}
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}; expected it beside the other reference file, or neither") from error
    for number, cells in enumerate(lines, 1):
        if number == 1:
            _check_head(cells, ["name", *columns], Mark(str(path), 1, 1), problems)
        elif cells:
            rows[cells[0]] = _numbers(cells, columns, names, Mark(str(path), number, 1), problems)
    if not rows:
        problems.add(Mark(str(path), 1, 1), "", "found no results, expected a line for each name")
    return rows


def _check_head(cells: Sequence[str], expected: Sequence[str], mark: Mark, problems: Problems) -> None:
    if list(cells) != list(expected):
        problems.add(mark, "", f"{found(' '.join(cells))}, expected the columns {' '.join(expected)}")


def _numbers(cells: Sequence[str], columns: Sequence[str], names: Names, mark: Mark, problems: Problems) -> list[float]:
    name, *values = cells
    if name not in names:
        problems.add(mark, "name", names.unknown(name))
    if len(values) != len(columns):
        problems.add(mark, name, f"found {len(values)} numbers, expected {len(columns)}: {', '.join(columns)}")
        return [1.0] * len(columns)
    return [_number(value, f"{name}.{column}", mark, problems) for value, column in zip(values, columns, strict=True)]


def _number(text: str, where: str, mark: Mark, problems: Problems) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        problems.add(mark, where, f"{found(text)}, expected a number of at least 0")
        return 1.0
    return value
