"""How fast the compiled floor is, beside a bare event loop on the same machine at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

import numpy as np

from fabsim.engine import FLOORS, must_compile, simulate
from fabsim.kernels.bare import bare_heap, bare_moves
from fabsim.layout import read
from fabsim.model import Scenario
from fabsim.terms import InputError
from fabsim.trace import Recorder, Totals

_Answer = TypeVar("_Answer")

BARE_MOVES = 2_000_000
"""Moves of the bare loop each time it is timed: about half a second."""


@dataclass(frozen=True)
class Case:
    """A scenario and how much of it is run."""

    name: str
    scenario: str
    """Path that `fabsim.layout.read` finds."""
    overrides: tuple[str, ...]
    on_request: bool = False
    """Only run when it is named: it takes many minutes."""


CASES = (
    Case("minifab", "minifab/scenario.yaml", ("horizon=36500 d", "trace=sample")),
    Case("terafab-10k", "terafab/steady.yaml", ("scale=0.1", "horizon=300 d")),
    Case("terafab-100k", "terafab/steady.yaml", ("horizon=40 d",)),
    Case("terafab-1m", "terafab/steady.yaml", ("scale=10", "horizon=5 d")),
    Case("terafab-ramp", "terafab/ramp.yaml", (), on_request=True),
)
"""All record the moves of one lot in a hundred.  terafab-1m is ten steady fabs in one: its initial WIP spares it the months of a ramp."""

REHEARSAL = Case("rehearsal", "terafab/steady.yaml", ("scale=0.02", "horizon=1 d"))
"""A short run that needs every kernel: initial WIP, batches, setups, calendars."""


@dataclass(frozen=True)
class Row:
    """A case, measured."""

    case: str
    moves: int
    events: int
    simulate_s: float
    """From the first event to the last, installing tools, placing initial WIP and recording included; without reading files."""
    moves_per_s: float
    bare_moves_per_s: float
    """Of the bare loop, timed before the run with as many pending events as it begins with, and after it with as many as it ends with."""
    ratio: float
    """``moves_per_s`` / ``bare_moves_per_s`` [-]."""
    peak_memory_mib: float
    """Of a process that ran nothing but this case."""
    threads: int = 1
    """Buildings advanced at the same time; the bare loop always has one."""


def bench(names: Sequence[str], tell: Callable[[str], None], threads: int = 1) -> Iterator[Row]:
    """Yield the row of each named case, or of every case that is not `Case.on_request`; ``tell`` hears what comes next.

    ``threads``: buildings that a case advances at the same time.

    Each case has a process of its own, so that its peak memory is its own; what has to be compiled is compiled before, in yet another one.

    Raises
    ------
    InputError
        If there is no case of a name.
    """
    cases = chosen(names)
    prepare(tell)
    for case in cases:
        tell(f"running {case.name}")
        yield _alone(measure, case, threads)


def prepare(tell: Callable[[str], None]) -> None:
    """Compile what has to be compiled, in a process of its own; ``tell`` hears of it."""
    if must_compile(FLOORS[-1]):
        tell("compiling the floor, this once: up to a minute")
        _alone(rehearse)


def chosen(names: Sequence[str]) -> tuple[Case, ...]:
    """Return the cases of these names, in the order given; without names, those that take seconds."""
    known = {case.name: case for case in CASES}
    for name in names:
        if name not in known:
            close = "".join(f"; did you mean {one}?" for one in get_close_matches(name, known, 1))
            raise InputError(f"found case {name!r}, expected {', '.join(known)}{close}")
    return tuple(known[name] for name in names) or tuple(case for case in CASES if not case.on_request)


def rehearse() -> None:
    """Load every kernel into this process, compiling those that the cache lacks."""
    _simulate(read(REHEARSAL.scenario, REHEARSAL.overrides), 1)
    bare_seconds(1, moves=1)


def measure(case: Case, threads: int = 1) -> Row:
    """Return the row of a case, measured in this process with so many threads."""
    rehearse()
    scenario = read(case.scenario, case.overrides)
    before = bare_seconds(pending_events(scenario, sum(some.lots for some in scenario.initial), 0))
    totals = _simulate(scenario, threads)
    after = bare_seconds(pending_events(scenario, totals.in_process, scenario.horizon_ms))
    rate, bare = totals.moves / totals.simulate_s, 2 * BARE_MOVES / (before + after)
    return Row(case.name, totals.moves, totals.events, totals.simulate_s, rate, bare, rate / bare, totals.peak_memory_mib, threads)


def pending_events(scenario: Scenario, lots: int, at_ms: int) -> int:
    """Return how many events a floor with ``lots`` in process has pending at ``at_ms``, at least 1.

    One for each lot and one for each calendar of an installed tool.  Waiting lots and lots of one batch have fewer, so it is a little
    too many, which a heap hardly feels: its cost goes with the logarithm.
    """
    toolsets = scenario.fab.toolsets
    calendars = np.repeat(toolsets["calendars"] + toolsets["chamber_calendars"], toolsets["tools"])
    installed = (calendars[one.tool] * (1 if one.installed else -1) for one in scenario.changes if one.at_ms <= at_ms)
    return max(lots + int(sum(installed)), 1)


def _simulate(scenario: Scenario, threads: int) -> Totals:
    with TemporaryDirectory() as folder, Recorder(scenario, Path(folder)) as recorder:
        return simulate(scenario, 0, recorder=recorder, threads=threads)


def bare_seconds(pending: int, moves: int = BARE_MOVES) -> float:
    """Return how long the bare loop takes for ``moves`` [s], once its heap is no longer in the order it was made in."""
    heap = bare_heap(pending)
    bare_moves(heap, pending)
    begun = perf_counter()
    bare_moves(heap, moves)
    return perf_counter() - begun


def _alone(function: Callable[..., _Answer], *arguments: object) -> _Answer:
    """Return what ``function`` answers in a new process that ends with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
