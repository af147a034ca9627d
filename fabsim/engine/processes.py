"""The fab-level processes: salabim components that both forms of the floor share."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import salabim

from fabsim.engine.buildings import Parts
from fabsim.engine.environment import quiet
from fabsim.engine.floor import Gate, priority_of
from fabsim.engine.stall import check_stall
from fabsim.kernels import books
from fabsim.kernels.rows import TOOL_ROW, WIP_ROW
from fabsim.model import Scenario
from fabsim.terms import HOUR, EventClass
from fabsim.trace import Sink

Process = Generator[Any, None, None]

KEEPER, FLEET, INITIAL_WIP, RELEASES, STREAMS, FURNACES, PERIODS, WATCHES, TICKER = range(9)
"""Subjects of the fab-level processes: their order within an instant.  The state is kept first: it holds nothing of the instant."""


class Streams(salabim.Component):
    """Starts the release streams, after the initial WIP of their instant is placed."""

    def setup(self, streams: int, gate: Gate) -> None:
        """Keep how many there are."""
        quiet(self)
        self.streams = streams
        self.gate = gate

    def process(self) -> Process:
        """Start each stream; from then on it is the floor that releases its lots."""
        yield self.hold(till=0, priority=priority_of(EventClass.FAB, STREAMS))
        for stream in range(self.streams):
            self.gate.start(stream)


class InitialWip(salabim.Component):
    """Puts the lots of the initial WIP in front of their steps at time 0."""

    def setup(self, scenario: Scenario, gate: Gate) -> None:
        """Keep the lots to place."""
        quiet(self)
        self.scenario = scenario
        self.gate = gate

    def process(self) -> Process:
        """Place every lot, in the order given."""
        yield self.hold(till=0, priority=priority_of(EventClass.FAB, INITIAL_WIP))
        for row in self.scenario.initial:
            for _ in range(row.lots):
                self.gate.place(row.stream, row.step, row.age_ms, row.due_ms)


class Fleet(salabim.Component):
    """Installs tools and lets them leave."""

    def setup(self, scenario: Scenario, gate: Gate, begin_ms: int) -> None:
        """Keep the plan of changes from ``begin_ms`` on."""
        quiet(self)
        self.changes = tuple(change for change in scenario.changes if change.at_ms >= begin_ms)
        self.gate = gate
        self.next = 0

    def process(self) -> Process:
        """Carry out one change after the other."""
        for number, change in enumerate(self.changes):
            self.next = number
            yield self.hold(till=change.at_ms, priority=priority_of(EventClass.FAB, FLEET))
            if change.installed:
                self.gate.install(change.tool)
            else:
                self.gate.retire(change.tool)
        self.next = len(self.changes)

    def to_come(self) -> set[int]:
        """Return the tools that are still to be installed."""
        return {change.tool for change in self.changes[self.next :] if change.installed}


class Periods(salabim.Component):
    """Closes the books at the end of each period and of the warm-up, and looks whether the fab has stalled."""

    def setup(self, scenario: Scenario, parts: Parts, recorder: Sink, fleet: Fleet, begin_ms: int) -> None:
        """Keep what to close, from ``begin_ms`` on, and where to write it."""
        quiet(self)
        self.begin_ms = begin_ms
        self.scenario = scenario
        self.parts = parts
        self.recorder = recorder
        self.fleet = fleet
        self.tool_rows = np.zeros(len(scenario.fab.tool_names), TOOL_ROW).view(np.recarray)
        self.wip_rows = np.zeros(len(scenario.fab.toolsets), WIP_ROW).view(np.recarray)

    def process(self) -> Process:
        """Close at every boundary inside the run; the end of the run is closed by `fabsim.engine.simulate`."""
        scenario = self.scenario
        ends = set(range(scenario.period_ms, scenario.horizon_ms, scenario.period_ms))
        if 0 < scenario.warmup_ms < scenario.horizon_ms:
            ends.add(scenario.warmup_ms)
        for end in sorted(end for end in ends if end >= self.begin_ms):
            yield self.hold(till=end, priority=priority_of(EventClass.FAB, PERIODS))
            self.close(end)
            check_stall(scenario, self.parts, self.fleet.to_come())

    def close(self, now_ms: int) -> None:
        """Write the period that ends now."""
        for part in self.parts.all:
            part.world[0]["now_ms"] = now_ms
            self.recorder.tools(self.tool_rows[: books.close_tools(part.handle, self.tool_rows)])
            self.recorder.wip(self.wip_rows[: books.close_sets(part.handle, self.wip_rows)])


def look_ms(horizon_ms: int) -> int:
    """Return how often a run is looked at from outside [ms]: every six hours; in one of years every four-thousandth of it."""
    return max(6 * HOUR, horizon_ms // 4000)


class Ticker(salabim.Component):
    """Calls back at every `look_ms`, for progress."""

    def setup(self, tick: Callable[[int], None], begin_ms: int, horizon_ms: int) -> None:
        """Keep whom to call, and from when to when."""
        quiet(self)
        self.tick = tick
        self.begin_ms = begin_ms
        self.horizon_ms = horizon_ms

    def process(self) -> Process:
        """Call with the simulated time [ms]."""
        for now in range(self.begin_ms, self.horizon_ms, look_ms(self.horizon_ms)):
            yield self.hold(till=now, priority=priority_of(EventClass.FAB, TICKER))
            self.tick(now)
