"""Lots that are in the fab when the run begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fabsim.layout.scenario_checks import CheckedScenario
from fabsim.layout.scenario_file import WipFactor
from fabsim.layout.work import to_ms
from fabsim.model import Fab, InitialLots, Stream
from fabsim.model.scenario import SCHEDULE
from fabsim.theory.load import LotLoad

MOST_LOTS = 2_000_000
"""Lots of initial WIP that a scenario may have."""


def build_wip(
    fab: Fab, scenario: CheckedScenario, streams: tuple[Stream, ...], load_of: Callable[[int, int], LotLoad]
) -> tuple[InitialLots, ...]:
    """Return the initial WIP, the oldest lots first.

    ``load_of``: what a lot of a product and size costs.  Raises ``ValueError`` for more lots than a scenario may have.
    """
    wip = scenario.file.initial_wip
    if isinstance(wip, WipFactor):
        rows = [row for k, stream in enumerate(streams) for row in _gone_on(fab, k, stream, wip.x_factor, load_of)]
    else:
        rows = list(_given(fab, scenario, streams))
    if sum(row.lots for row in rows) > MOST_LOTS:
        raise ValueError(_too_many(sum(row.lots for row in rows)))
    return tuple(sorted(rows, key=lambda row: (-row.age_ms, row.stream, -row.step)))


def _given(fab: Fab, scenario: CheckedScenario, streams: tuple[Stream, ...]) -> Iterator[InitialLots]:
    numbers = {stream.name: k for k, stream in enumerate(streams)}
    rows: dict[int, dict[str, int]] = {}
    for lots in scenario.wip:
        stream = numbers[lots.stream]
        route = int(fab.product_route[streams[stream].product])
        if route not in rows:
            rows[route] = {fab.step_names[row]: row for row in range(fab.route_first[route], fab.route_first[route + 1])}
        yield InitialLots(stream, rows[route][lots.step], lots.lots, to_ms(lots.age))


def _gone_on(fab: Fab, number: int, stream: Stream, x_factor: float, load_of: Callable[[int, int], LotLoad]) -> Iterator[InitialLots]:
    """Yield the lots of a stream as if starts at its first rate had gone on before the run at this X-factor.

    The j-th lot back has age a = (j - 1/2) / rate and waits for the last step whose x_factor x (raw time up to it) is
    at most a; a lot older than x_factor x raw process time has left.
    """
    if stream.pattern == SCHEDULE:
        return
    rate = stream.lots[1] / stream.times_ms[1]
    load = load_of(stream.product, stream.lot_size)
    lots = int(np.ceil(x_factor * load.raw_ms * rate - 0.5))
    if lots > MOST_LOTS:
        raise ValueError(_too_many(lots))
    if lots <= 0:
        return
    age = (np.arange(1, lots + 1) - 0.5) / rate
    step = np.maximum(0, np.searchsorted(x_factor * load.elapsed_ms, age, side="right") - 1)
    first = int(fab.route_first[fab.product_route[stream.product]])
    for a, s in zip(np.floor(age + 0.5).astype(np.int64).tolist(), step.tolist(), strict=True):
        yield InitialLots(number, first + s, 1, a)


def _too_many(lots: int) -> str:
    return f"found {lots:,} lots at the start, expected at most {MOST_LOTS:,}"
