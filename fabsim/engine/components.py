"""The components form of the floor: lots, tools, calendars and toolsets are salabim components that wait.

This is the readable statement of what the simulator does.  A component holds only its row; what happens when it wakes is
a compiled transition, which lists what to wait for next.  The same transitions run under `fabsim.engine.compiled`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import salabim

from fabsim.engine.buildings import Parts
from fabsim.engine.environment import quiet
from fabsim.kernels import loop
from fabsim.kernels.waking import CLASS_BITS
from fabsim.terms import EventClass

Process = Generator[Any, None, None]

SUBJECTS = (1 << CLASS_BITS) - 1
"""Bits of a key that are the subject."""


class Waiter(salabim.Component):
    """A component of the floor: it waits for an event, answers it, and waits for the next."""

    def setup(self, floor: ComponentsFloor) -> None:
        """Keep the floor; statistics are kept by the transitions, not by salabim."""
        self.floor = floor
        self.key = 0
        self.row = 0
        quiet(self)

    def process(self) -> Process:
        """Answer what woke it; hold until its own next event, or be passive until someone wakes it."""
        while True:
            following = self.floor.answer(self)
            if following:
                self.key = following[1]
                yield self.hold(till=following[0], priority=self.key)
            else:
                yield self.passivate()


class Lot(Waiter):
    """A lot: travels (LOT_ARRIVES), waits passively in its queue, and leads or follows in a job (JOB_DONE wakes the lead).

    The component of a row serves one lot after the other: a new component costs salabim 150 us.
    """


class Tool(Waiter):
    """A cascading tool: holds until its entry is free (SLOT_FREE)."""


class Calendar(Waiter):
    """A calendar of a tool: holds until it is due (TOOL_DOWN), and again until the tool is up (TOOL_UP)."""


class Toolset(Waiter):
    """A toolset: once touched, dispatches after all other events of the instant (DISPATCH)."""


class Stream(Waiter):
    """A release stream: holds until its plan lets the next lot in (RELEASE); or its door for lots let in by those that leave."""


class Alarm(Waiter):
    """A lot's longest wait for a batch (TIMER), beside the lot, which is passive in its queue."""


class ComponentsFloor:
    """Wakes the component that each event concerns."""

    watched: Callable[[int], None]

    def __init__(self, env: salabim.Environment, parts: Parts, flush: Callable[[int], None], horizon_ms: int, threads: int) -> None:
        del horizon_ms, threads  # the environment ends the run, and it has one thread
        self._env = env
        (self._arrays,) = parts.all
        self._flush = partial(flush, 0)
        self._components: dict[tuple[type[Waiter], int], Waiter] = {}
        self._alarms: list[Waiter] = []

    def answer(self, waiter: Waiter) -> tuple[int, int] | None:
        """Apply the event that woke ``waiter``, wake others for what follows; return (time_ms, key) of its own next event."""
        now = int(self._env.now())
        while (count := loop.answer(self._arrays.handle, now, waiter.key, waiter.row)) < 0:
            self._arrays.make_room(-count, self._flush)
        if self._arrays.world[0]["fired"]:
            self.watched(now)
        if isinstance(waiter, Alarm):
            self._alarms.append(waiter)
        return self._wake(count, waiter) if count else None

    def collect(self, part: int) -> None:
        """Wake the components of the events that a fab-level process's call asked for."""
        assert part == 0
        self._wake(loop.asked(self._arrays.handle), None)

    def close(self) -> None:
        """Leave nothing behind: there is nothing."""

    def _wake(self, count: int, current: Waiter | None) -> tuple[int, int] | None:
        mine = None
        for time_ms, key, row in self._arrays.asked(count):
            waiter = self._find(key >> CLASS_BITS, key & SUBJECTS, row)
            if waiter is current:
                mine = (time_ms, key)
            else:
                waiter.key = key
                waiter.activate(at=time_ms, priority=key)
            waiter.row = row
        return mine

    def _find(self, event_class: int, subject: int, row: int) -> Waiter:
        if event_class in (EventClass.LOT_ARRIVES, EventClass.JOB_DONE):
            return self._component(Lot, row)
        if event_class == EventClass.DISPATCH:
            return self._component(Toolset, row)
        if event_class == EventClass.RELEASE:
            return self._component(Stream, subject)
        if event_class == EventClass.SLOT_FREE:
            return self._component(Tool, row)
        if event_class == EventClass.TOOL_DOWN:
            return self._component(Calendar, row)
        if event_class == EventClass.TOOL_UP:
            return self._component(Calendar, int(self._arrays["tools"]["cause"][row]))
        return self._alarms.pop() if self._alarms else self._new(Alarm)

    def _component(self, kind: type[Waiter], row: int) -> Waiter:
        found = self._components.get((kind, row))
        if found is None:
            found = self._components[kind, row] = self._new(kind)
        return found

    def _new(self, kind: type[Waiter]) -> Waiter:
        return kind(env=self._env, floor=self, process="")
