"""One run of a scenario: the environment, the floor, the fab-level processes, the end."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from fabsim.engine.arrays import Arrays
from fabsim.engine.buildings import Parts
from fabsim.engine.compiled import CompiledFloor
from fabsim.engine.components import ComponentsFloor
from fabsim.engine.environment import environment
from fabsim.engine.floor import Floor, Gate
from fabsim.engine.keeper import Keeper, Keeping
from fabsim.engine.planners import planners_of
from fabsim.engine.processes import Fleet, InitialWip, Periods, Streams, Ticker
from fabsim.engine.state import State
from fabsim.engine.watches import Watch, Watching
from fabsim.kernels import books, loop
from fabsim.kernels.jit import is_kept, load_without_scipy
from fabsim.kernels.records import CONWIP
from fabsim.kernels.state import NONE
from fabsim.model import Scenario
from fabsim.trace import Recorder, Sink, Totals

load_without_scipy()

_FORMS: dict[str, type[Floor]] = {"components": ComponentsFloor, "compiled": CompiledFloor}

FLOORS = tuple(_FORMS)
"""Names of the forms of the floor; the last is the default."""

_OUTERMOST: dict[str, Callable[..., Any]] = {"components": loop.answer, "compiled": loop.advance}
"""The kernel that contains all others of a form."""

TICK_S = 0.1
"""Least time between two calls of progress [s]."""


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    now_ms: int
    horizon_ms: int
    wip_lots: int
    moves: int
    elapsed_s: float


def simulate(
    scenario: Scenario,
    replication: int,
    *,
    floor: str = FLOORS[-1],
    recorder: Sink,
    progress: Callable[[Progress], None] | None = None,
    threads: int = 1,
    begin: State | None = None,
    keeping: Keeping | None = None,
    watches: Sequence[Watch] = (),
) -> Totals:
    """Run one replication of ``scenario`` on a form of the floor, write it to ``recorder``, return its totals.

    ``progress`` is called at most ten times a second.  ``threads``: buildings that the compiled floor advances at the same time; the
    result does not depend on it.  The caller closes the recorder.
    ``begin``: the state to go on from, of a run of the same replication that differs in rank chains at most; the recorder has begun with
    what was written by then.  ``keeping``: when to keep the state.  Only the last of `FLOORS` knows of either.
    ``watches``: what is done right after certain events of the floor; it then has one part, whatever the buildings.

    Raises
    ------
    StallError
        If lots wait and nothing that could still happen would ever move them.
    Stopped
        If ``keeping`` wanted it to stop; the state is saved.
    """
    begun = time.perf_counter() - (begin.wall_s if begin else 0.0)
    site = scenario.site
    parts = Parts(site, replication, split=floor == "compiled" and not watches)
    if begin:
        parts.restore(begin.worlds)
    env = environment()
    flush = _flush(parts, recorder)
    shop = _FORMS[floor](env, parts, flush, site.horizon_ms, threads)
    gate = Gate(shop, parts, lambda: int(env.now()))
    periods, planners = _processes(env, scenario, gate, parts, recorder, begin)
    if watches:
        shop.watched = Watching(env=env, watches=watches, arrays=parts.all[0], gate=gate).wake
    started = time.perf_counter() - (begin.simulate_s if begin else 0.0)

    def state(now_ms: int) -> State:
        now = time.perf_counter()
        assert isinstance(recorder, Recorder)  # only what is on disk can be gone on with
        return State(now_ms, parts.content(), recorder.written(), now - started, now - begun)

    begin_ms = begin.now_ms if begin else 0
    keeper = Keeper(env=env, keeping=keeping, state=state, scenario=site, begin_ms=begin_ms) if keeping else None
    if progress:
        Ticker(env=env, tick=_ticker(parts, site.horizon_ms, started, progress), begin_ms=begin_ms, horizon_ms=site.horizon_ms)
    try:
        env.run(till=site.horizon_ms, priority=-1)
    finally:
        shop.close()
    if keeper:
        keeper.keep(site.horizon_ms)
    simulated = time.perf_counter() - started

    periods.close(site.horizon_ms)
    for part, arrays in enumerate(parts.all):
        books.book_fab(arrays.handle)
        row = 0
        while row != NONE:
            flush(part)
            row = books.write_unfinished(arrays.handle, row)
        flush(part)
    plans = {name: planner.counts for name, planner in planners.items()}
    return _totals(parts, plans, simulated, time.perf_counter() - begun)


def _flush(parts: Parts, recorder: Sink) -> Callable[[int], None]:
    """Return what empties the buffers of a part into the recorder."""
    lock = Lock()

    def flush(part: int) -> None:
        arrays = parts.all[part]
        world = arrays.world[0]
        with lock:
            if world["moves_count"]:
                recorder.moves(arrays["moves"][: world["moves_count"]])
            recorder.lots(arrays["done"][: world["done_count"]])
        world["moves_count"] = world["done_count"] = 0

    return flush


def _processes(
    env: Any, scenario: Scenario, gate: Gate, parts: Parts, recorder: Sink, begin: State | None
) -> tuple[Periods, dict[str, Any]]:
    """Make the fab-level processes, those that act at time 0 only for a run that begins there.

    Return the one that closes the books, and those that plan by name.
    """
    begin_ms, site = begin.now_ms if begin else 0, scenario.site
    fleet = Fleet(env=env, scenario=site, gate=gate, begin_ms=begin_ms)
    if begin is None:
        InitialWip(env=env, scenario=site, gate=gate)
        Streams(env=env, streams=len(site.streams), gate=gate)
    planners = planners_of(env, scenario, parts, gate, begin_ms)
    return Periods(env=env, scenario=site, parts=parts, recorder=recorder, fleet=fleet, begin_ms=begin_ms), planners


def must_compile(floor: str) -> bool:
    """Return whether a run on this form has to compile the floor first, which takes up to a minute."""
    return not is_kept(_OUTERMOST[floor])


def _ticker(parts: Parts, horizon_ms: int, begun: float, progress: Callable[[Progress], None]) -> Callable[[int], None]:
    last = -TICK_S

    def tick(now_ms: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= TICK_S:
            last = now
            progress(Progress(now_ms, horizon_ms, parts.total("in_process"), parts.total("total_moves"), now - begun))

    return tick


def _totals(parts: Parts, plans: dict[str, dict[str, int]], simulate_s: float, wall_s: float) -> Totals:
    return Totals(
        digest=parts.total("digest") % 2**64,
        state_digest=parts.total("state_digest") % 2**64,
        moves=parts.total("total_moves"),
        events=parts.total("events"),
        released=parts.total("released"),
        completed=parts.total("completed"),
        scrapped=parts.total("scrapped"),
        in_process=parts.total("in_process"),
        lot_ms=parts.total("lot_area_ms"),
        simulate_s=simulate_s,
        wall_s=wall_s,
        peak_memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        plans=plans,
        held=_held(parts.all[0]),
    )


def _held(arrays: Arrays) -> int:
    """Return the starts that wait to be released; CONWIP has none, since its plan is to have no more lots."""
    streams = arrays["streams"]
    return int(streams["held"][streams["pattern"] != CONWIP].sum())
