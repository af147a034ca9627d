"""The fab-level process that keeps the state of a run, every so often and when it is to stop."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import salabim

from fabsim.engine.environment import quiet
from fabsim.engine.floor import priority_of
from fabsim.engine.processes import KEEPER, look_ms
from fabsim.engine.state import State
from fabsim.model import Scenario
from fabsim.terms import EventClass


class Stopped(KeyboardInterrupt):
    """A run was told to stop and its state is kept."""


@dataclass(frozen=True)
class Keeping:
    """When the state of a run is kept, and by whom."""

    every_ms: int | None
    """Kept at every multiple of this [ms], the horizon included, and at the end of the warm-up."""
    save: Callable[[State], None]
    stopping: Callable[[], bool]
    """Whether the run is to stop; first asked when the floor is ready to begin."""


class Keeper(salabim.Component):
    """Keeps the state before anything else of an instant happens."""

    def setup(self, keeping: Keeping, state: Callable[[int], State], scenario: Scenario, begin_ms: int) -> None:
        """Keep whom to ask, what makes a state, and from when to when."""
        quiet(self)
        self.keeping = keeping
        self.state = state
        self.begin_ms = begin_ms
        self.warmup_ms = scenario.warmup_ms
        self.horizon_ms = scenario.horizon_ms

    def process(self) -> Generator[Any, None, None]:
        """Look at every `look_ms` and whenever the state is kept."""
        self.keeping.stopping()
        now = self.begin_ms
        while (now := self.next(now)) < self.horizon_ms:
            yield self.hold(till=now, priority=priority_of(EventClass.FAB, KEEPER))
            stopping = self.keeping.stopping()
            self.keep(now, stopping)
            if stopping:
                raise Stopped

    def next(self, now_ms: int) -> int:
        """Return the instant after ``now_ms`` at which it acts."""
        look = look_ms(self.horizon_ms)
        instants = {(now_ms // step + 1) * step for step in (look, self.keeping.every_ms or look)}
        return min(instants | {self.warmup_ms} if self.warmup_ms > now_ms else instants)

    def keep(self, now_ms: int, always: bool = False) -> None:
        """Save the state of now if it is time, or ``always``."""
        every = self.keeping.every_ms
        if always or (every is not None and (now_ms % every == 0 or now_ms == self.warmup_ms)):
            self.keeping.save(self.state(now_ms))
