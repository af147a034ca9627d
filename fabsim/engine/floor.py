"""The floor's contract: what both of its forms do, and what fab-level processes may ask of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import salabim

from fabsim.engine.arrays import Arrays
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
    6. A draw is a function of (seed, replication), the subject's name and a counter; a batch draws by its least lot.
    """

    def __init__(self, env: salabim.Environment, arrays: Arrays, flush: Callable[[], None], horizon_ms: int) -> None: ...

    def collect(self) -> None:
        """Wait for the events that a kernel called by a fab-level process has asked for."""
        ...


class Gate:
    """What fab-level processes do to a floor: start streams, place lots, install tools, plan."""

    def __init__(self, floor: Floor, arrays: Arrays, now_ms: Callable[[], int]) -> None:
        self._floor = floor
        self._arrays = arrays
        self._now_ms = now_ms

    def start(self, stream: int) -> None:
        """Let the stream release its lots, each when its plan says."""
        self._enter()
        starts.wait_for_release(self._arrays.handle, stream)
        self._floor.collect()

    def place(self, stream: int, step: int, age_ms: int) -> None:
        """Place a lot of initial WIP, released ``age_ms`` ago, in front of ``step``."""
        self._enter()
        if self._arrays.world[0]["free_lot"] == NONE:
            self._arrays.grow_lots()
        starts.place(self._arrays.handle, stream, step, age_ms)
        self._floor.collect()

    def install(self, tool: int) -> None:
        """Add a tool to the floor."""
        self._enter()
        fleet.install(self._arrays.handle, tool)
        self._floor.collect()

    def retire(self, tool: int) -> None:
        """Take a tool off the floor as soon as its job is done."""
        self._enter()
        self._arrays.grow_pool()
        fleet.retire(self._arrays.handle, tool)
        self._floor.collect()

    def plan_starts(self, stream: int, point: int, lots: float) -> None:
        """Let the stream have released ``lots`` in all by the ``point``-th instant of its plan."""
        self._enter()
        starts.extend(self._arrays.handle, stream, point, lots)
        self._floor.collect()

    def plan_batch(self, line: int, time_ms: int, wafers: int) -> None:
        """Let the next batch of a queue line start at an instant, or before with so many wafers; `NEVER`: by the rule."""
        self._enter()
        schedules.plan_batch(self._arrays.handle, line, time_ms, wafers)
        self._floor.collect()

    def _enter(self) -> None:
        self._arrays.world[0]["now_ms"] = self._now_ms()
        self._arrays.world[0]["out_count"] = 0
