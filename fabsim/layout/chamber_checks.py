"""What the chambers of a toolset must say beyond their keys."""

from __future__ import annotations

from collections.abc import Iterator

from fabsim.layout.fab_file import FabFile
from fabsim.layout.toolset_file import Calendar, Chambers, Toolset

Mistake = tuple[tuple[str | int, ...], str]
"""The place below the toolset, and what was found there and expected."""


def chamber_mistakes(toolset: Toolset, file: FabFile) -> Iterator[Mistake]:
    """Yield what is wrong with the chambers of a toolset; names of calendars that do not exist are told elsewhere."""
    chambers = toolset.chambers
    if chambers is None:
        return
    if chambers.parallel is not None and chambers.sequence is not None:
        yield ("chambers",), "found parallel and sequence, expected one of them"
    if chambers.parallel is None and not chambers.sequence:
        yield ("chambers",), "missing, expected the key 'parallel', or 'sequence' with at least one stage"
    if chambers.sequence and toolset.process is not None:
        yield ("process",), "found a process time beside chambers in sequence, expected process times of the stages only"
    if toolset.cell is not None:
        yield ("cell",), "found a cell and chambers, expected one of them"
    if toolset.interval is not None:
        yield ("interval",), "found an interval beside chambers, which give the pace, expected none"
    if toolset.per != "wafer":
        yield ("per",), f"found per: {toolset.per} with chambers, expected per: wafer"
    names = [stage.name for stage in chambers.sequence or ()]
    for k, name in enumerate(names):
        if name in names[:k]:
            yield ("chambers", "sequence", k, "name"), f"found a second stage {name!r}, expected different names"
    for path, calendars in _calendars(chambers):
        for k, entry in enumerate(calendars):
            calendar = file.calendars.get(entry) if isinstance(entry, str) else entry
            if calendar is not None:
                yield from (((*path, k), message) for message in _calendar(calendar))


def _calendars(chambers: Chambers) -> Iterator[tuple[tuple[str | int, ...], tuple[str | Calendar, ...]]]:
    yield ("chambers", "calendars"), chambers.calendars
    for k, stage in enumerate(chambers.sequence or ()):
        yield ("chambers", "sequence", k, "calendars"), stage.calendars


def _calendar(calendar: Calendar) -> Iterator[str]:
    if calendar.counts != "time":
        yield f"found counts: {calendar.counts}, expected counts: time for a chamber"
    if calendar.preempts is not None:
        yield "found preempts, expected none for a chamber: the job inside goes on"
