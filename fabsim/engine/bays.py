"""From the arrays of a run to a furnace bay as its schedule sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.engine.buildings import Parts
from fabsim.kernels.records import KIND_BREAKDOWN, PER_WAFER, WAIVE_ARRIVAL, WAIVE_FREE
from fabsim.kernels.state import HELD, IN_JOB, INSTALLED, NEVER, NONE, TRAVELS, WAITS
from fabsim.model import Scenario
from fabsim.model.policy import FurnacePolicy
from fabsim.plan.bay import MINUTE, Bay, BayLot, Family
from fabsim.plan.furnaces import MOST_LOTS
from fabsim.theory.means import field_means, transport_means
from fabsim.theory.passage import passage

RARE = 0.5
"""Lots are not expected at a step that fewer of them than this share perform."""


@dataclass(frozen=True)
class _Target:
    """A furnace step and the steps before it from which a lot of a stream is expected there in time."""

    stream: int
    step: int
    family: int
    first: int
    """The first of those steps."""
    lag_ms: NDArray[np.int64]
    """Planned time from the arrival at each of those steps, the furnace's last (0), to the arrival there, shape ``(steps,)``."""


@dataclass(frozen=True)
class _Site:
    """What never changes about a toolset whose batches are scheduled."""

    toolset: int
    lines: list[int]
    """Queue line of each family."""
    families: list[Family]
    """Without the expected setup."""
    setup_keys: list[int]
    targets: list[_Target]


class Bays:
    """Looks at the toolsets that a policy schedules.  Lots bound to one tool are left to the rule."""

    def __init__(self, scenario: Scenario, policy: FurnacePolicy, parts: Parts) -> None:
        self._scenario = scenario
        self._policy = policy
        self._parts = parts
        self._arrays = parts.all[0]
        """Of the part that is looked at."""
        fab = scenario.fab
        self._process = field_means(fab, fab.steps, "process")
        self._takes = field_means(fab, fab.calendars, "takes")
        areas = fab.toolsets["area"][fab.steps["toolset"]]
        self._onward = np.append(transport_means(fab)[areas[:-1], areas[1:]], 0.0).astype(np.int64)
        """Mean transport from each step to the next row [ms]."""
        apart = len(fab.toolsets) // scenario.buildings
        toolsets = [toolset + b * apart for b in range(scenario.buildings) for toolset in policy.toolsets]
        self.sites = [self._site(toolset) for toolset in toolsets if (fab.steps["toolset"] == toolset).any()]

    def _site(self, toolset: int) -> _Site:
        fab = self._scenario.fab
        row, steps = fab.toolsets[toolset], fab.steps
        here = (steps["toolset"] == toolset) & (steps["batch_key"] >= 0)
        lines = [line for line in range(row["first_line"], row["first_line"] + row["lines"]) if (here & (steps["line"] == line)).any()]
        families = []
        for line in lines:
            rows = np.flatnonzero(here & (steps["line"] == line))
            step = steps[rows[0]]
            units = np.where(steps["per"][rows] == PER_WAFER, step["batch_max"], 1)
            work = float((self._process[rows] * units + steps["latency_ms"][rows]).mean())
            takes = int(work + row["load_ms"] + row["unload_ms"])
            families.append(Family(max(1, takes), int(step["batch_min"]), int(step["batch_max"]), int(step["batch_wait_ms"])))
        keys = [int(fab.line_keys[line][2]) for line in lines]
        return _Site(toolset, lines, families, keys, self._targets(here, lines))

    def _targets(self, here: NDArray[np.bool_], lines: list[int]) -> list[_Target]:
        fab, targets = self._scenario.fab, []
        for stream, s in enumerate(self._scenario.streams):
            first = int(fab.route_first[fab.product_route[s.product]])
            way = passage(fab, s.product, s.lot_size)
            for at in np.flatnonzero(here[first : first + len(way.steps)] & (way.steps["dedicated_slot"] == NONE)):
                lag = self._policy.x_factor * (way.elapsed_ms[at] - way.elapsed_ms[: at + 1])
                begin = int(np.argmax(lag <= self._policy.look_ahead_ms)) if way.steps["sampling"][at] >= RARE else int(at)
                family = lines.index(int(way.steps["line"][at]))
                targets.append(_Target(stream, first + int(at), family, first + begin, lag[begin:].astype(np.int64)))
        return targets

    def look(self, site: _Site, now_ms: int) -> Bay | None:
        """Return the bay now; None when there is nothing to decide before the next schedule: no lot, or no tool that will be free."""
        self._arrays = self._parts.all[self._parts.of_toolset(site.toolset)]
        free = self._free(site.toolset, now_ms)
        if not free or min(free) >= now_ms + self._policy.every_ms:
            return None
        lots = [lot for target in site.targets for lot in self._lots(target, now_ms)]
        if not lots:
            return None
        return Bay(
            now_ms=now_ms,
            horizon_ms=now_ms + self._policy.horizon_ms,
            free_ms=tuple(free),
            families=tuple(self._with_setups(site)),
            lots=tuple(sorted(lots, key=lambda lot: (lot.ready_ms, lot.family, -lot.weight, lot.wafers))[:MOST_LOTS]),
            batch_cost_min=self._policy.batch_cost_ms // MINUTE,
        )

    def _free(self, toolset: int, now_ms: int) -> list[int]:
        """Return when each installed tool of the toolset is expected to be free [ms].

        A job announces its end and a maintenance takes what it takes; a repair is expected to take its mean from now on.
        """
        row = self._scenario.fab.toolsets[toolset]
        free = []
        for tool in self._arrays["tools"][row["first_tool"] : row["first_tool"] + row["tools"]]:
            if tool["installed"] != INSTALLED:
                continue
            at = now_ms
            if tool["inside"]:
                at = max(at, int(self._arrays["lots"]["finish_ms"][tool["first_job"]]))
            elif tool["cause"] != NONE:
                at = max(at, int(tool["down_until_ms"]))
                if self._arrays["causes"]["kind"][tool["cause"]] == KIND_BREAKDOWN:
                    at = now_ms + int(self._takes[row["first_calendar"] + tool["cause"] - tool["first_cause"]])
            at += sum(int(self._takes[row["first_calendar"] + k]) for k in range(tool["causes"]) if tool["pending"] >> k & 1)
            free.append(at)
        return sorted(free)

    def _lots(self, target: _Target, now_ms: int) -> list[BayLot]:
        """Return the lots that wait for the target's step or are expected there; one that is late is not expected any more."""
        lots = self._arrays["lots"]
        near = (lots["stream"] == target.stream) & (lots["step"] >= target.first) & (lots["step"] <= target.step)
        found = []
        for row in np.flatnonzero(near & (lots["status"] != 0)):
            lot = lots[row]
            ready = self._ready(lot, target)
            waits = lot["status"] == WAITS and lot["step"] == target.step
            if waits or (ready is not None and now_ms <= ready <= now_ms + self._policy.look_ahead_ms):
                assert ready is not None
                deadline = self._deadline(int(row), target, ready)
                weight = self._policy.hot_weight if lot["priority"] > 0 else 1
                alone = self._alone_until(int(lot["priority"]), target, ready)
                found.append(BayLot(target.family, ready, int(lot["wafers"]), weight, deadline, alone))
        return found

    def _alone_until(self, priority: int, target: _Target, ready_ms: int) -> int:
        """Return up to which instant a lot needs no others in its batch [ms], `NONE` for never."""
        step = self._scenario.fab.steps[target.step]
        if priority < step["batch_hot"]:
            return NONE
        return {WAIVE_FREE: NEVER, WAIVE_ARRIVAL: ready_ms}.get(int(step["batch_waive"]), NONE)

    def _ready(self, lot: Any, target: _Target) -> int | None:
        """Return when the lot is expected at the target's step [ms], None when it is past it or goes far back."""
        at = int(lot["step"]) - target.first
        if lot["status"] == HELD:
            at = int(lot["next_step"]) - target.first
            return int(lot["arrive_ms"] + self._onward[lot["step"]] + target.lag_ms[at]) if 0 <= at < len(target.lag_ms) else None
        if lot["status"] == TRAVELS or lot["status"] == WAITS:
            return int(lot["arrive_ms"] + target.lag_ms[at])
        assert lot["status"] == IN_JOB
        if lot["step"] == target.step:
            return None
        return self._finish(lot) + int(self._onward[lot["step"]] + target.lag_ms[at + 1])

    def _finish(self, lot: Any) -> int:
        """Return when the job that the lot is in ends [ms]: its lead knows."""
        lots = self._arrays["lots"]
        lead = int(self._arrays["tools"]["first_job"][lot["tool"]])
        while True:
            member = lead
            while member != NONE:
                if lots["id"][member] == lot["id"]:
                    return int(lots["finish_ms"][lead])
                member = int(lots["next_member"][member])
            lead = int(lots["next_job"][lead])

    def _deadline(self, row: int, target: _Target, ready_ms: int) -> int | None:
        """Return when the first queue-time window that ends at the target's step runs out [ms], also one that is still to open."""
        fab, memory, at = self._scenario.fab, self._arrays["memory"], int(self._arrays["lots"]["step"][row])
        first = int(fab.steps["closes_first"][target.step])
        ends = []
        for window in fab.windows[first : first + int(fab.steps["closes_count"][target.step])]:
            opened, begins = int(memory[row * fab.memory_slots + window["slot"]]), int(window["from_step"])
            if opened == NONE and at <= begins < target.step:
                opened = ready_ms - int(target.lag_ms[begins + 1 - target.first]) - int(self._onward[begins])
            if opened != NONE:
                ends.append(opened + int(window["limit_ms"]))
        return min(ends, default=None)

    def _with_setups(self, site: _Site) -> list[Family]:
        """Return the families with the setup that a batch needs on average over the tools as they are set up now."""
        row = self._scenario.fab.toolsets[site.toolset]
        if row["setup_keys"] == 0:
            return site.families
        tools = self._arrays["tools"][row["first_tool"] : row["first_tool"] + row["tools"]]
        keys = tools["setup_key"][tools["installed"] == INSTALLED]
        size = int(row["setup_keys"]) + 1
        table = self._scenario.fab.setup_ms[row["setup_table"] : row["setup_table"] + size * size].reshape(size, size)
        means = [int(table[keys, key].mean()) for key in site.setup_keys]
        return [
            Family(family.takes_ms + setup, family.least, family.most, family.longest_wait_ms)
            for family, setup in zip(site.families, means, strict=True)
        ]
