"""Buildings: starts are split over them, and each has routes and toolsets of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import PLANNED, SCHEDULE
from fabsim.layout.build_steps import Steps
from fabsim.layout.build_toolsets import Toolsets
from fabsim.layout.fab_checks import CheckedFab
from fabsim.model import InitialLots, Stream
from fabsim.terms import MONTH

MOST_BUILDINGS = 1000
"""Buildings that a fab may have."""

Floats = NDArray[np.float64]


def numbered(name: str, building: int) -> str:
    """Return the name of something of a building, from 0: the first building's is the plain one."""
    return f"{name}@{building + 1}" if building else name


def split_starts(streams: Sequence[Stream], size: float | None) -> tuple[tuple[Stream, ...], ...]:
    """Return the streams of each building; ``size``: starts that one takes [wafers/month], None for all of them.

    A building is filled before the next one is begun: of a rate r of all starts together building b, from 0, takes what of r lies
    between b and b + 1 times the size, and of each planned stream the same share.  Schedules and CONWIP stay in the first.
    """
    planned = [stream for stream in streams if stream.pattern in PLANNED]
    if size is None or not planned:
        return (tuple(streams),)
    times = np.unique(np.concatenate([stream.times_ms for stream in planned]))
    wafers = sum(stream.lot_size * np.diff(np.interp(times, stream.times_ms, stream.lots)) for stream in planned)
    rates = wafers * MONTH / np.diff(times)
    count = max(1, int(np.ceil(rates.max() / size - 1e-9)))
    if count == 1:
        return (tuple(streams),)
    return tuple(
        tuple(_part(stream, b, times, _share(rates, size, b, count)) for stream in streams) for b in range(min(count, MOST_BUILDINGS + 1))
    )


def _share(rates: Floats, size: float, building: int, count: int) -> Floats:
    """Return the share of the starts that a building takes in each interval; the last takes what is left."""
    most = np.inf if building == count - 1 else size
    return np.clip(rates - building * size, 0.0, most) / np.where(rates > 0, rates, 1.0)


def _part(stream: Stream, building: int, times: Floats, share: Floats) -> Stream:
    name = numbered(stream.name, building)
    if stream.pattern not in PLANNED:
        none = np.zeros(0)
        return stream if building == 0 else replace(stream, name=name, pattern=SCHEDULE, times_ms=none, lots=none, dues_ms=None, limit=0)
    lots = np.interp(times, stream.times_ms, stream.lots)
    first = lots[0] if building == 0 else 0.0
    return replace(stream, name=name, times_ms=times, lots=first + np.append(0.0, np.cumsum(share * np.diff(lots))))


def peak(streams: Sequence[Stream]) -> float:
    """Return the highest rate of planned starts of streams that share their instants [wafers/month]."""
    planned = [stream for stream in streams if stream.pattern in PLANNED]
    rates = sum(stream.lot_size * np.diff(stream.lots) * MONTH / np.diff(stream.times_ms) for stream in planned)
    return float(np.max(rates, initial=0.0))


def spread(initial: Sequence[InitialLots], buildings: Sequence[Sequence[Stream]]) -> list[list[InitialLots]]:
    """Return the given initial WIP of each building: lots of each row in proportion to their stream's first rates."""
    found: list[list[InitialLots]] = [[] for _ in buildings]
    for row in initial:
        rates = [_first_rate(streams[row.stream]) for streams in buildings]
        ends = np.cumsum(rates) / sum(rates) if sum(rates) > 0 else np.ones(len(rates))
        counts = np.diff(np.floor(np.append(0.0, ends * row.lots) + 0.5)).astype(int).tolist()
        for lots, mine in zip(counts, found, strict=True):
            if lots:
                mine.append(replace(row, lots=lots))
    return found


def _first_rate(stream: Stream) -> float:
    return 0.0 if stream.pattern not in PLANNED else float((stream.lots[1] - stream.lots[0]) / (stream.times_ms[1] - stream.times_ms[0]))


def shared_toolsets(fab: CheckedFab) -> NDArray[np.bool_]:
    """Return which toolsets serve all buildings, shape ``(toolsets,)``."""
    return np.array([toolset.shared for toolset in fab.file.toolsets.values()])


def tile_steps(steps: Steps, toolsets: int, shared: NDArray[np.bool_], buildings: int) -> Steps:
    """Return the steps of all ``buildings``, building after building, each with routes, windows, reticles and toolsets of its own.

    ``toolsets``: how many a building has.  A step on a shared toolset uses that of the first building.
    """
    rows, windows, opens = np.tile(steps.rows, buildings), np.tile(steps.windows, buildings), np.tile(steps.opens, buildings)
    count, spans = len(steps.rows), len(steps.windows)
    building = np.repeat(np.arange(buildings), count)
    rows["route"] += building * (len(steps.route_first) - 1)
    rows["rework_to"] += building * count
    rows["toolset"] += np.where(shared[rows["toolset"]], 0, building * toolsets)
    rows["closes_first"] += building * spans
    rows["opens_first"] += building * spans
    rows["reticle"] += np.where(rows["reticle"] >= 0, building * len(steps.reticles), 0)
    of_window = np.repeat(np.arange(buildings), spans)
    windows["from_step"] += of_window * count
    windows["to_step"] += of_window * count
    windows["rework_to"] += of_window * count
    return replace(
        steps,
        rows=rows,
        names=steps.names * buildings,
        route_first=np.append(0, np.cumsum(np.tile(np.diff(steps.route_first), buildings))).astype(np.int32),
        windows=windows,
        opens=(opens + of_window * spans).astype(np.int32),
        setup_keys=steps.setup_keys * buildings,
        reticles=np.tile(steps.reticles, buildings),
    )


def tile_toolsets(toolsets: Toolsets, buildings: int) -> Toolsets:
    """Return the toolsets of all ``buildings``, building after building, with calendars of their own; setup tables are the same."""
    rows, calendars = np.tile(toolsets.rows, buildings), np.tile(toolsets.calendars, buildings)
    rows["first_calendar"] += np.repeat(np.arange(buildings), len(toolsets.rows)) * len(toolsets.calendars)
    calendars["toolset"] += np.repeat(np.arange(buildings), len(toolsets.calendars)) * len(toolsets.rows)
    return replace(toolsets, rows=rows, calendars=calendars, calendar_names=toolsets.calendar_names * buildings)
