"""Lots that are in the fab when the run begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from fabsim.kernels.records import PLANNED
from fabsim.layout.nodes import Problems
from fabsim.layout.scenario_checks import CheckedScenario
from fabsim.layout.scenario_file import WipFactor
from fabsim.layout.work import to_ms
from fabsim.model import Fab, InitialLots, Stream
from fabsim.theory.load import LotLoad

MOST_LOTS = 2_000_000
"""Lots of initial WIP that a scenario may have."""


def build_wip(
    fab: Fab, scenario: CheckedScenario, streams: tuple[Stream, ...], load_of: Callable[[int, int], LotLoad], problems: Problems
) -> tuple[InitialLots, ...]:
    """Return the initial WIP, the oldest lots first; raise `InputError` for more than a scenario may have.

    ``load_of``: what a lot of a product and size costs.
    """
    wip = scenario.file.initial_wip
    if not isinstance(wip, WipFactor):
        _check_count(sum(lots.lots for lots in scenario.wip), scenario, problems)
        rows = list(_given(fab, scenario, streams))
    else:
        loads = [load_of(stream.product, stream.lot_size) for stream in streams]
        counts = [_lots_there(stream, wip.x_factor * load.raw_ms) for stream, load in zip(streams, loads, strict=True)]
        _check_count(sum(counts), scenario, problems)
        rows = [row for k, lots in enumerate(counts) for row in _gone_on(fab, k, streams[k], wip.x_factor, loads[k], lots)]
    return tuple(sorted(rows, key=lambda row: (-row.age_ms, row.stream, -row.step)))


def _check_count(lots: int, scenario: CheckedScenario, problems: Problems) -> None:
    if lots > MOST_LOTS:
        message = f"found {lots:,} lots at the start, expected at most {MOST_LOTS:,}"
        problems.at(scenario.document.root, ("initial_wip",), message)
        problems.raise_any()


def _given(fab: Fab, scenario: CheckedScenario, streams: tuple[Stream, ...]) -> Iterator[InitialLots]:
    numbers = {stream.name: k for k, stream in enumerate(streams)}
    rows: dict[int, dict[str, int]] = {}
    for lots in scenario.wip:
        stream = numbers[lots.stream]
        route = int(fab.product_route[streams[stream].product])
        if route not in rows:
            rows[route] = {fab.step_names[row]: row for row in range(fab.route_first[route], fab.route_first[route + 1])}
        due_ms = -1 if lots.due is None else to_ms(lots.due)
        yield InitialLots(stream, rows[route][lots.step], lots.lots, to_ms(lots.age), due_ms)


def _lots_there(stream: Stream, cycle_ms: float) -> int:
    """Return how many lots are in process where starts at the stream's first rate take so long: those of age below it."""
    if stream.pattern not in PLANNED:
        return 0
    return max(0, math.ceil(cycle_ms * _first_rate(stream) - 0.5))


def _first_rate(stream: Stream) -> float:
    """Return the rate at which the planned starts begin [lots/ms]."""
    return float((stream.lots[1] - stream.lots[0]) / stream.times_ms[1])


def _gone_on(fab: Fab, number: int, stream: Stream, x_factor: float, load: LotLoad, lots: int) -> Iterator[InitialLots]:
    """Yield the ``lots`` of a stream as if starts at its first rate had gone on before the run at this X-factor.

    The j-th lot back has age a = (j - 1/2) / rate and waits for the last step whose x_factor x (raw time up to it) is
    at most a.  Of these, as many are there as scrap has spared.
    """
    age = (np.arange(lots) + 0.5) / _first_rate(stream) if lots else np.zeros(0)
    step = np.maximum(0, np.searchsorted(x_factor * load.elapsed_ms, age, side="right") - 1)
    first = int(fab.route_first[fab.product_route[stream.product]])
    spared = np.diff(np.floor(np.cumsum(load.reach[step]) + 0.5), prepend=0.0) > 0
    for a, s in zip(np.floor(age[spared] + 0.5).astype(np.int64).tolist(), step[spared].tolist(), strict=True):
        yield InitialLots(number, first + s, 1, a)
