"""The compiled form of the floor: one event loop in `fabsim.kernels.loop`, driven by a salabim component."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import salabim

from fabsim.engine.arrays import Arrays
from fabsim.engine.environment import quiet
from fabsim.engine.floor import priority_of
from fabsim.kernels import loop
from fabsim.kernels.waking import CLASS_BITS
from fabsim.kernels.wheel import is_full
from fabsim.terms import EventClass

LAST = (1 << CLASS_BITS) - 1
"""Subject after those of all fab-level processes."""


class CompiledFloor:
    """Advances the floor to the next fab-level event, lets it happen, and goes on."""

    def __init__(self, env: salabim.Environment, arrays: Arrays, flush: Callable[[], None], horizon_ms: int) -> None:
        self._arrays = arrays
        self._flush = flush
        quiet(Driver(env=env, floor=self, horizon_ms=horizon_ms))

    def collect(self) -> None:
        """Move the events asked for to those pending."""
        while is_full(self._arrays.handle, loop.SLACK):
            self._arrays.grow_events()
        loop.collect(self._arrays.handle)

    def advance(self, until_ms: int) -> None:
        """Apply every event before the fab-level ones of ``until_ms``."""
        arrays = self._arrays
        while (status := loop.advance(arrays.handle, until_ms)) != loop.REACHED:
            arrays.make_room(status, self._flush)


class Driver(salabim.Component):
    """Advances the floor to each instant at which a fab-level process acts, and acts after all of them."""

    def setup(self, floor: CompiledFloor, horizon_ms: int) -> None:
        """Keep the floor and the horizon [ms]."""
        self.floor = floor
        self.horizon_ms = horizon_ms

    def process(self) -> Generator[Any, None, None]:
        """Advance, wait until the fab-level processes have acted, advance again."""
        while True:
            until = int(min(self.env.peek(), self.horizon_ms))
            self.floor.advance(until)
            yield self.hold(till=until, priority=priority_of(EventClass.FAB, LAST))
