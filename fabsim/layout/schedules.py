"""Schedules: lots released at given instants, from the scenario or from tables, each with its due date if it has one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fabsim.layout.documents import Document
from fabsim.layout.nodes import Names, Node, Problems, value_mark
from fabsim.layout.stream_file import Schedule, ScheduledLot, ScheduleRow, ScheduleTable, Stream
from fabsim.layout.tables import Tables
from fabsim.layout.validate import validate_part

Floats = NDArray[np.float64]


def with_tables(starts: dict[str, Stream], document: Document, tables: Tables, problems: Problems) -> dict[str, Stream]:
    """Return the streams with the lots of the tables that their schedules name; mistakes in these are noted."""
    names = Names("a stream", starts)
    read: dict[Path, list[ScheduleRow]] = {}

    def complete(stream: str, entry: Stream) -> Stream:
        if not isinstance(entry.pattern, Schedule) or not isinstance(entry.pattern.schedule, ScheduleTable):
            return entry
        name = _named(document.root, stream)
        file = document.beside(name)
        if file not in read:
            read[file] = list(_rows(tables.starts(document, name), names, problems))
        lots = tuple(row for row in read[file] if row.stream in {None, stream})
        if not lots and not len(problems):
            problems.add(name.mark, f"starts.{stream}.pattern.schedule", "found no lot of the stream in the table, expected at least one")
        return entry.model_copy(update={"pattern": Schedule.model_construct(schedule=lots)})

    return {stream: complete(stream, entry) for stream, entry in starts.items()}


def _rows(nodes: list[Node], names: Names, problems: Problems) -> Iterator[ScheduleRow]:
    """Yield the rows of a table that are understood."""
    for node in nodes:
        row = validate_part(ScheduleRow, node, (), problems)
        if row is not None and row.stream is not None and row.stream not in names:
            problems.add(value_mark(node, ("stream",)), "stream", names.unknown(row.stream))
        elif row is not None:
            yield row


def scheduled(pattern: Schedule) -> tuple[float | ScheduledLot, ...]:
    """Return the lots of a schedule that stands in the scenario or whose table was read; a number is a lot's instant alone [ms]."""
    assert isinstance(pattern.schedule, tuple)
    return pattern.schedule


def instants(pattern: Schedule) -> tuple[Floats, Floats | None]:
    """Return when lots are released [ms], in order, and the due date - release of each [ms], -1 for the stream's; shapes ``(lots,)``.

    No due dates if no lot has one of its own.
    """
    lots = [one if isinstance(one, ScheduledLot) else ScheduledLot.model_construct(at=one, due=None) for one in scheduled(pattern)]
    at = np.floor(np.array([lot.at for lot in lots], float) + 0.5)
    order = np.argsort(at, kind="stable")
    if all(lot.due is None for lot in lots):
        return at[order], None
    dues = np.array([-1.0 if lot.due is None else np.floor(lot.due + 0.5) for lot in lots])
    return at[order], dues[order]


def _named(root: Node, stream: str) -> Node:
    """Return the value that names a stream's table."""
    node = root.value["starts"].value[stream].value["pattern"].value["schedule"].value["table"]
    assert isinstance(node, Node)
    return node
