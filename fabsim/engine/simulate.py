"""One run of a scenario: the environment, the floor, the fab-level processes, the end."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fabsim.engine import processes
from fabsim.engine.arrays import Arrays
from fabsim.engine.compiled import CompiledFloor
from fabsim.engine.components import ComponentsFloor
from fabsim.engine.environment import environment
from fabsim.engine.floor import Floor, Gate
from fabsim.engine.planners import Furnaces, Releases
from fabsim.engine.processes import Fleet, InitialWip, Periods, Streams, Ticker
from fabsim.kernels import books, loop
from fabsim.kernels.jit import is_kept
from fabsim.kernels.state import NONE
from fabsim.model import Scenario
from fabsim.trace import Recorder, Totals

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
    recorder: Recorder,
    progress: Callable[[Progress], None] | None = None,
) -> Totals:
    """Run one replication of ``scenario`` on a form of the floor, write it to ``recorder``, return its totals.

    ``progress`` is called at most ten times a second.  The caller closes the recorder.

    Raises
    ------
    StallError
        If lots wait and nothing that could still happen would ever move them.
    """
    begun = time.perf_counter()
    arrays = Arrays(scenario, replication)
    world = arrays.world
    env = environment()

    def flush() -> None:
        if world[0]["moves_count"]:
            recorder.moves(arrays["moves"][: world[0]["moves_count"]])
            world[0]["moves_count"] = 0
        recorder.lots(arrays["done"][: world[0]["done_count"]])
        world[0]["done_count"] = 0

    shop = _FORMS[floor](env, arrays, flush, scenario.horizon_ms)
    gate = Gate(shop, arrays, lambda: int(env.now()))
    fleet = Fleet(env=env, scenario=scenario, gate=gate)
    InitialWip(env=env, scenario=scenario, gate=gate)
    planners: dict[str, Any] = {}
    if scenario.releases:
        planners["release"] = Releases(
            env=env, scenario=scenario, policy=scenario.releases, arrays=arrays, gate=gate, subject=processes.RELEASES
        )
    Streams(env=env, streams=len(scenario.streams), gate=gate)
    if scenario.furnaces:
        planners["furnaces"] = Furnaces(
            env=env, scenario=scenario, policy=scenario.furnaces, arrays=arrays, gate=gate, subject=processes.FURNACES
        )
    periods = Periods(env=env, scenario=scenario, arrays=arrays, recorder=recorder, fleet=fleet)
    if progress:
        Ticker(env=env, tick=_ticker(arrays, scenario.horizon_ms, progress), horizon_ms=scenario.horizon_ms)
    started = time.perf_counter()
    env.run(till=scenario.horizon_ms, priority=-1)
    simulated = time.perf_counter() - started

    periods.close(scenario.horizon_ms)
    books.book_fab(arrays.handle)
    row = 0
    while row != NONE:
        flush()
        row = books.write_unfinished(arrays.handle, row)
    flush()
    plans = {name: planner.counts for name, planner in planners.items()}
    return _totals(arrays, plans, simulated, time.perf_counter() - begun)


def must_compile(floor: str) -> bool:
    """Return whether a run on this form has to compile the floor first, which takes up to a minute."""
    return not is_kept(_OUTERMOST[floor])


def _ticker(arrays: Arrays, horizon_ms: int, progress: Callable[[Progress], None]) -> Callable[[int], None]:
    begun = last = time.perf_counter()

    def tick(now_ms: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= TICK_S or now_ms == 0:
            last = now
            world = arrays.world[0]
            progress(Progress(now_ms, horizon_ms, int(world["in_process"]), int(world["total_moves"]), now - begun))

    return tick


def _totals(arrays: Arrays, plans: dict[str, dict[str, int]], simulate_s: float, wall_s: float) -> Totals:
    world = arrays.world[0]
    return Totals(
        digest=int(world["digest"]),
        state_digest=int(world["state_digest"]),
        moves=int(world["total_moves"]),
        events=int(world["events"]),
        released=int(world["released"]),
        completed=int(world["completed"]),
        scrapped=int(world["scrapped"]),
        in_process=int(world["in_process"]),
        lot_ms=int(world["lot_area_ms"]),
        simulate_s=simulate_s,
        wall_s=wall_s,
        peak_memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        plans=plans,
    )
