"""The compiled form of the floor: one event loop in `fabsim.kernels.loop`, driven by a salabim component."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import salabim

from fabsim.engine.arrays import RECORDS
from fabsim.engine.buildings import Parts
from fabsim.engine.environment import quiet
from fabsim.engine.floor import priority_of
from fabsim.kernels import loop
from fabsim.kernels.waking import CLASS_BITS
from fabsim.kernels.wheel import is_full
from fabsim.terms import HOUR, EventClass

LAST = (1 << CLASS_BITS) - 1
"""Subject after those of all fab-level processes."""

STRIDE_MS = 6 * HOUR
"""Longest time that buildings advance apart, so that what they record comes in the order of time."""


class CompiledFloor:
    """Advances the floor to the next fab-level event, lets it happen, and goes on; buildings side by side, in ``threads``.

    Watched events need a single part: others would have gone on past the instant.
    """

    watched: Callable[[int], None]

    def __init__(self, env: salabim.Environment, parts: Parts, flush: Callable[[int], None], horizon_ms: int, threads: int) -> None:
        self._parts = parts
        self._flush = flush
        self._crew = ThreadPoolExecutor(threads) if min(threads, len(parts.all)) > 1 else None
        quiet(Driver(env=env, floor=self, horizon_ms=horizon_ms, stride_ms=STRIDE_MS if len(parts.all) > 1 else horizon_ms))

    def collect(self, part: int) -> None:
        """Move the events asked for to those pending."""
        arrays = self._parts.all[part]
        while is_full(arrays.handle, loop.SLACK):
            arrays.grow_events()
        loop.collect(arrays.handle)

    def advance(self, until_ms: int) -> int:
        """Apply every event before the fab-level ones of ``until_ms``, or up to one that is watched; return the instant reached [ms]."""
        parts = range(len(self._parts.all))
        each = self._crew.map if self._crew else map
        reached = min(each(lambda part: self._advance(part, until_ms), parts))
        full = (part.world[0][rows] > RECORDS // 4 for part in self._parts.all for rows in ("moves_count", "done_count"))
        if len(parts) > 1 and any(full):
            for part in parts:
                self._flush(part)
        return reached

    def _advance(self, part: int, until_ms: int) -> int:
        arrays = self._parts.all[part]
        while (status := loop.advance(arrays.handle, until_ms)) != loop.REACHED:
            if status == loop.WATCHED:
                self.collect(part)
                now = int(arrays.world[0]["now_ms"])
                self.watched(now)
                return now
            arrays.make_room(status, lambda: self._flush(part))
        return until_ms

    def close(self) -> None:
        """End the threads."""
        if self._crew:
            self._crew.shutdown()


class Driver(salabim.Component):
    """Advances the floor to each instant at which a fab-level process acts, and acts after all of them."""

    def setup(self, floor: CompiledFloor, horizon_ms: int, stride_ms: int) -> None:
        """Keep the floor, the horizon and how far to advance at a time [ms]."""
        self.floor = floor
        self.horizon_ms = horizon_ms
        self.stride_ms = stride_ms

    def process(self) -> Generator[Any, None, None]:
        """Advance, wait until the fab-level processes have acted, advance again."""
        while True:
            until = int(min(self.env.peek(), self.horizon_ms, self.env.now() + self.stride_ms))
            reached = self.floor.advance(until)
            yield self.hold(till=reached, priority=priority_of(EventClass.FAB, LAST))
