"""Watched events: a fab-level process acts at the very instant of something on the floor, in both its forms."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import salabim

from fabsim.engine.arrays import Arrays
from fabsim.engine.environment import quiet
from fabsim.engine.floor import Gate, priority_of
from fabsim.engine.processes import WATCHES
from fabsim.kernels.state import WATCH
from fabsim.kernels.watches import LOT_DONE, QUEUE_REACHES, TOOL_EMPTY, TOOL_WAFERS
from fabsim.terms import EventClass

_HOLDER = {LOT_DONE: "streams", QUEUE_REACHES: "sets", TOOL_EMPTY: "sets", TOOL_WAFERS: "tools"}
"""Which array holds the subjects of each kind."""


@dataclass(frozen=True)
class Watch:
    """An event of the floor and what is done right after it, before anything else of that instant."""

    kind: int
    """One of `fabsim.kernels.watches`: ``LOT_DONE``, ``QUEUE_REACHES``, ``TOOL_EMPTY``, ``TOOL_WAFERS``."""
    subject: int
    """Row of the stream, toolset, toolset or tool, in the site's order."""
    act: Callable[[Gate, int], None]
    """Called with the gate and the instant [ms], once for each time it happened; its result may depend on nothing but the run."""
    limit: int = 1
    """Lots in the queue, or wafers begun."""


class Watching(salabim.Component):
    """Waits for watched events and does what is to be done, in the order of the watches."""

    def setup(self, watches: Sequence[Watch], arrays: Arrays, gate: Gate) -> None:
        """Keep what to do and tell the floor what to look for."""
        quiet(self)
        self.watches = watches
        self.arrays = arrays
        self.gate = gate
        arrays.add("watches", np.zeros(len(watches), WATCH))
        for number, watch in enumerate(watches):
            row, holder = arrays["watches"][number], arrays[_HOLDER[watch.kind]][watch.subject]
            row["kind"], row["limit"], row["following"] = watch.kind, watch.limit, holder["watch"]
            holder["watch"] = number

    def process(self) -> Generator[Any, None, None]:
        """Sleep; woken, act on all that has happened."""
        while True:
            yield self.passivate()
            for row, watch in zip(self.arrays["watches"], self.watches, strict=True):
                times, row["fired"] = int(row["fired"]), 0
                for _ in range(times):
                    watch.act(self.gate, int(self.env.now()))

    def wake(self, now_ms: int) -> None:
        """Act at this instant: an event that is watched has happened."""
        self.arrays.world[0]["fired"] = 0
        self.activate(at=now_ms, priority=priority_of(EventClass.FAB, WATCHES))
