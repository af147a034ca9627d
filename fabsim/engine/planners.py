"""The fab-level processes that call optimisers: they look at the fab, let `fabsim.plan` decide, and carry the decision out."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import salabim

from fabsim.engine.bays import Bays
from fabsim.engine.buildings import Parts
from fabsim.engine.environment import quiet
from fabsim.engine.floor import Gate, priority_of
from fabsim.engine.processes import FURNACES, RELEASES
from fabsim.kernels.state import FREE, NEVER
from fabsim.model import Scenario
from fabsim.model.policy import FurnacePolicy, ReleasePolicy
from fabsim.plan import Lags, orders, plan_releases, schedule
from fabsim.plan.lags import building_shares, planned_wafers
from fabsim.terms import EventClass

Process = Generator[Any, None, None]

PARTS = 1000
"""Starts are planned in thousandths of a lot, so that no last digit of a solver decides an instant."""


def planners_of(env: salabim.Environment, scenario: Scenario, parts: Parts, gate: Gate, begin_ms: int) -> dict[str, Any]:
    """Make the planners that the scenario's policy asks for, in a run that begins or goes on at ``begin_ms``; return them by name."""
    planners: dict[str, Any] = {}
    if scenario.releases:
        planners["release"] = Releases(env=env, scenario=scenario, policy=scenario.releases, parts=parts, gate=gate, begin_ms=begin_ms)
    if scenario.furnaces:
        planners["furnaces"] = Furnaces(
            env=env, scenario=scenario.site, policy=scenario.furnaces, parts=parts, gate=gate, begin_ms=begin_ms
        )
    planned = np.flatnonzero(parts.all[0]["lines"]["plan_ms"] != NEVER)
    left = [int(line) for line in planned if not scenario.furnaces or line not in planners["furnaces"].lines]
    if left:
        Forgetting(env=env, lines=left, gate=gate, begin_ms=begin_ms)
    return planners


class Forgetting(salabim.Component):
    """Leaves to the rule what another policy had planned before the run was forked."""

    def setup(self, lines: list[int], gate: Gate, begin_ms: int) -> None:
        """Keep the queue lines, and when the run goes on."""
        quiet(self)
        self.lines = lines
        self.gate = gate
        self.begin_ms = begin_ms

    def process(self) -> Process:
        """Do it before anything else is planned."""
        yield self.hold(till=self.begin_ms, priority=priority_of(EventClass.FAB, FURNACES))
        for line in self.lines:
            self.gate.plan_batch(line, NEVER, 0)


class Releases(salabim.Component):
    """Plans the starts of the coming period at its beginning."""

    def setup(self, scenario: Scenario, policy: ReleasePolicy, parts: Parts, gate: Gate, begin_ms: int) -> None:
        """Keep what to plan, and from when on."""
        quiet(self)
        self.scenario = scenario
        self.every_ms = policy.every_ms
        self.parts = parts
        self.gate = gate
        self.begin_ms = begin_ms
        self.lags = Lags(scenario, policy)
        self.shares = [building_shares(scenario, demand.product) for demand in policy.demands]
        """Streams of all buildings that start each product, and their shares of its wafers [-]."""
        self.counts = {"solves": 0, "optimal": 0}

    def process(self) -> Process:
        """Plan each period; what is planned stands in the streams."""
        first = -(-self.begin_ms // self.every_ms)
        for period in range(first, -(-self.scenario.horizon_ms // self.every_ms)):
            yield self.hold(till=period * self.every_ms, priority=priority_of(EventClass.FAB, RELEASES))
            self.plan(period)

    def plan(self, period: int) -> None:
        """Plan the starts of a period that begins now; without a solution they are those of the streams' own plans."""
        now, streams = period * self.every_ms, len(self.scenario.streams)
        in_process = np.zeros((streams, len(self.scenario.fab.steps)), np.int64)
        for lots in (part["lots"] for part in self.parts.all):
            inside = lots["status"] != FREE
            np.add.at(in_process, (lots["stream"][inside] % streams, lots["step"][inside] % in_process.shape[1]), 1)
        out = self.parts.all[0]["streams"]["wafers_out"].reshape(-1, streams).sum(axis=0)
        plan = plan_releases(self.lags.snapshot(now, in_process, out))
        self.counts["solves"] += 1
        self.counts["optimal"] += plan.status == "optimal"
        site = self.scenario.site
        for g, shares in enumerate(self.shares):
            for stream, share in shares.items():
                wafers = plan.wafers[g, 0] * share
                if plan.status != "optimal":
                    wafers = planned_wafers(site, stream, now, now + self.every_ms)
                self._add(stream, period, wafers / site.streams[stream].lot_size)

    def _add(self, stream: int, period: int, lots: float) -> None:
        tables = self.parts.all[0]
        row = tables["streams"][stream]
        before = float(tables["reals"][row["plan_at"] + row["points"] + period])
        self.gate.plan_starts(stream, period + 1, before + round(lots * PARTS) / PARTS)


class Furnaces(salabim.Component):
    """Schedules the batches of some toolsets anew at fixed intervals, and lets a batch start at the instant planned for it."""

    def setup(self, scenario: Scenario, policy: FurnacePolicy, parts: Parts, gate: Gate, begin_ms: int) -> None:
        """Keep what to schedule, and from when on."""
        quiet(self)
        self.horizon_ms = scenario.horizon_ms
        self.policy = policy
        self.rows = parts.all[0]["lines"]
        self.gate = gate
        self.begin_ms = begin_ms
        self.bays = Bays(scenario, policy, parts)
        self.lines = [line for site in self.bays.sites for line in site.lines]
        self.counts = {"schedules": 0, "trivial": 0, "optimal": 0, "feasible": 0, "rule": 0, "saved_lot_min": 0, "gap_lot_min": 0}

    def process(self) -> Process:
        """Act at every interval and at the instants planned in between; all that is planned stands in the queue lines."""
        now = self.begin_ms
        while now < self.horizon_ms:
            yield self.hold(till=now, priority=priority_of(EventClass.FAB, FURNACES))
            if now % self.policy.every_ms == 0:
                self.plan(now)
            else:
                self._start(now)
            planned = self.rows["plan_ms"][self.lines]
            now = min([now - now % self.policy.every_ms + self.policy.every_ms, *(int(t) for t in planned if t > now)])

    def plan(self, now_ms: int) -> None:
        """Schedule each toolset that has something to decide; leave the others to the rule."""
        next_ms = now_ms + self.policy.every_ms
        for site in self.bays.sites:
            bay = self.bays.look(site, now_ms)
            told = {}
            if bay is not None:
                found = schedule(bay, self.policy.effort)
                self._count(found.status, found.rule_value - found.value, found.value - found.bound)
                told = {order.family: order for order in orders(bay, found, next_ms)}
            for family, line in enumerate(site.lines):
                if family in told:
                    self.gate.plan_batch(line, told[family].start_ms, told[family].wafers)
                elif self.rows["plan_ms"][line] != NEVER:
                    self.gate.plan_batch(line, NEVER, 0)

    def _start(self, now_ms: int) -> None:
        for line in self.lines:
            if self.rows["plan_ms"][line] == now_ms:
                self.gate.plan_batch(line, now_ms, int(self.rows["plan_wafers"][line]))

    def _count(self, status: str, saved: int, gap: int) -> None:
        self.counts["schedules"] += 1
        self.counts[status] += 1
        self.counts["saved_lot_min"] += saved
        self.counts["gap_lot_min"] += gap if status == "feasible" else 0
