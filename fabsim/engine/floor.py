"""The floor's contract: what both of its forms do, and what fab-level processes may ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import salabim

from fabsim.engine.arrays import Arrays
from fabsim.engine.buildings import Parts
from fabsim.kernels import fleet, schedules, starts
from fabsim.kernels.state import NONE
from fabsim.kernels.waking import CLASS_BITS
from fabsim.terms import EventClass


def priority_of(event_class: EventClass, subject: int) -> int:
    """Return the salabim priority of an event: class, then subject, so that no order depends on who asked first."""
    return (int(event_class) << CLASS_BITS) | subject


class Floor(Protocol):
    """The shop floor, in one of its forms; both give the same run, bit by bit.

    1. An event has the key (time_ms, class, subject); pending keys are unique; the least *pending* key is next.
    2. The classes and their order are `fabsim.terms.EventClass`: all events of an instant are applied, then the
       toolsets that they touched dispatch, in id order.
    3. A job's subject is its least lot id.  ``start`` is when its setup begins, ``finish`` when its unload ends.
       Pre-emption only moves a finish later: who waits for it wakes, sees it, and waits again; nothing is cancelled.
    4. Time is int64 milliseconds; a duration is rounded once, floor(x + 0.5).  A run covers [0, horizon): an event at
       the horizon does not happen.
    5. Rank chains end with the lot id.
    6. A watched event (`fabsim.engine.watches`) is followed at once by the fab-level process that waits for it, then the floor goes on.
    7. A draw is a function of (seed, replication), the subject's name and a counter; a batch draws by its least lot.
    """

    def __init__(self, env: salabim.Environment, parts: Parts, flush: Callable[[int], None], horizon_ms: int, threads: int) -> None: ...

    watched: Callable[[int], None]
    """Called with the instant [ms] right after an event that is watched."""

    def collect(self, part: int) -> None:
        """Wait for the events that a kernel called by a fab-level process has asked for in a part of the run."""
        ...

    def close(self) -> None:
        """Let go of what the run needed."""
        ...


class Gate:
    """What fab-level processes do to a floor: start streams, place lots, install tools, plan."""

    def __init__(self, floor: Floor, parts: Parts, now_ms: Callable[[], int]) -> None:
        self._floor = floor
        self._parts = parts
        self._now_ms = now_ms

    def start(self, stream: int) -> None:
        """Let the stream release its lots, each when its plan says."""
        with self._entered(self._parts.of_stream(stream)) as arrays:
            starts.wait_for_release(arrays.handle, stream)

    def place(self, stream: int, step: int, age_ms: int, due_ms: int) -> None:
        """Place a lot of initial WIP, released ``age_ms`` ago, in front of ``step``."""
        with self._entered(self._parts.of_stream(stream)) as arrays:
            if arrays.world[0]["free_lot"] == NONE:
                arrays.grow_lots()
            starts.place(arrays.handle, stream, step, age_ms, due_ms)

    def install(self, tool: int) -> None:
        """Add a tool to the floor."""
        with self._entered(self._parts.of_tool(tool)) as arrays:
            fleet.install(arrays.handle, tool)

    def retire(self, tool: int) -> None:
        """Take a tool off the floor as soon as its job is done."""
        with self._entered(self._parts.of_tool(tool)) as arrays:
            arrays.grow_pool()
            fleet.retire(arrays.handle, tool)

    def plan_starts(self, stream: int, point: int, lots: float) -> None:
        """Let the stream have released ``lots`` in all by the ``point``-th instant of its plan."""
        with self._entered(self._parts.of_stream(stream)) as arrays:
            starts.extend(arrays.handle, stream, point, lots)

    def plan_batch(self, line: int, time_ms: int, wafers: int) -> None:
        """Let the next batch of a queue line start at an instant, or before with so many wafers; `NEVER`: by the rule."""
        with self._entered(self._parts.of_line(line)) as arrays:
            schedules.plan_batch(arrays.handle, line, time_ms, wafers)

    @contextmanager
    def _entered(self, part: int) -> Iterator[Arrays]:
        """Yield the arrays of a part as they are now; then the floor waits for what was asked for."""
        arrays = self._parts.all[part]
        arrays.world[0]["now_ms"] = self._now_ms()
        arrays.world[0]["out_count"] = 0
        yield arrays
        self._floor.collect(part)
