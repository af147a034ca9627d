"""The step rows of a fab and the queue-time windows between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import stable_hash
from fabsim.kernels.records import STEP, WAIVE_NEVER, WINDOW
from fabsim.layout.build_draws import Values
from fabsim.layout.build_memory import Span, slots
from fabsim.layout.build_qualified import Rule, rule_of
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.fab_file import IF_LATE, QueueTime, Step
from fabsim.layout.toolset_file import WAIVES, Toolset
from fabsim.layout.work import Work, to_ms, work_of


@dataclass(frozen=True)
class Steps:
    """The step rows and what goes with them."""

    rows: NDArray[np.void]
    """`STEP`, without queue lines, shape ``(steps,)``."""
    names: tuple[str, ...]
    route_first: NDArray[np.int32]
    windows: NDArray[np.void]
    """`WINDOW`, sorted by ``to_step``."""
    opens: NDArray[np.int32]
    memory_slots: int
    setup_keys: tuple[dict[str, int], ...]
    """For each toolset the number of each setup, from 1."""
    rules: tuple[Rule, ...]
    """What ``qualified`` of a step names until it is known how many tools there are."""
    reticles: NDArray[np.int32]
    """How many there are of each set of reticles, shape ``(sets of reticles,)``."""


def build_steps(fab: CheckedFab, lot_sizes: Mapping[str, int], values: Values) -> Steps:
    """Return the steps of all routes; ``lot_sizes``: wafers of a usual lot by route, for the expected work."""
    builder = _Builder(fab, values)
    first = [0]
    windows: list[tuple[Any, ...]] = []
    memory = 1
    for number, (name, route) in enumerate(fab.routes.items()):
        steps = [entry.step for entry in route.steps if entry.step is not None]
        builder.route(number, steps, lot_sizes.get(name, 25))
        route_windows, used = _remember(builder.rows, steps, first[-1])
        windows += route_windows
        memory = max(memory, used)
        first.append(len(builder.rows))
    rows = _array(builder.rows)
    window_rows = np.array(sorted(windows, key=lambda w: w[1]), WINDOW)
    opens = np.argsort(window_rows["from_step"], kind="stable").astype(np.int32)
    for prefix, steps_of in (("closes", window_rows["to_step"]), ("opens", window_rows["from_step"][opens])):
        rows[f"{prefix}_first"] = np.searchsorted(steps_of, np.arange(len(rows)), side="left")
        rows[f"{prefix}_count"] = np.searchsorted(steps_of, np.arange(len(rows)), side="right") - rows[f"{prefix}_first"]
    return Steps(
        rows=rows,
        names=tuple(entry.name for route in fab.routes.values() for entry in route.steps),
        route_first=np.array(first, np.int32),
        windows=window_rows,
        opens=opens,
        memory_slots=memory,
        setup_keys=tuple(builder.setup_keys),
        rules=tuple(builder.rules),
        reticles=np.array(builder.reticles, np.int32),
    )


class _Builder:
    """Numbers the batch and setup keys of steps and fills their rows, route after route."""

    def __init__(self, fab: CheckedFab, values: Values) -> None:
        self.rows: list[dict[str, Any]] = []
        self._toolsets = list(fab.file.toolsets.values())
        self._scrap, self._wafer_scrap = fab.file.scrap, fab.file.wafer_scrap
        self._numbers = {name: k for k, name in enumerate(fab.file.toolsets)}
        self._values = values
        self._batch_keys: dict[object, int] = {}
        self.setup_keys: list[dict[str, int]] = [{} for _ in self._toolsets]
        self.rules: dict[Rule, int] = {}
        self._turns: list[dict[str, int]] = [{} for _ in self._toolsets]
        self.reticles: list[int] = []
        self._reticle_sets: dict[tuple[int, int, str], int] = {}
        self._hashes: dict[str, int] = {}

    def route(self, number: int, steps: list[Step], lot_size: int) -> None:
        """Add the rows of a route."""
        first = len(self.rows)
        places = {step.step: first + k for k, step in enumerate(steps)}
        added = [self._row(number, k, step, places, lot_size) for k, step in enumerate(steps)]
        remaining = 0.0
        for row in reversed(added):
            remaining += row["work_ms"]
            row["remaining_ms"] = remaining
        self.rows += added

    def _row(self, route: int, index: int, step: Step, places: Mapping[str, int], lot_size: int) -> dict[str, Any]:
        number = self._numbers[step.toolset]
        toolset = self._toolsets[number]
        work = work_of(step, toolset)
        assert work is not None
        setups = self.setup_keys[number]
        if step.step not in self._hashes:
            self._hashes[step.step] = stable_hash(step.step)
        return {
            "route": route,
            "index": index,
            "toolset": number,
            "per": work.per,
            **self._values.fields(process=work.process, held=step.hold.time if step.hold else None, setup=step.setup_time),
            "interval_ms": work.interval_ms,
            "latency_ms": work.latency_ms,
            "wafers": step.wafers or 0,
            **self._batch(route, index, step, work),
            "setup_key": setups.setdefault(step.setup, len(setups) + 1) if step.setup else 0,
            "mask": int(step.mask is not None),
            "setup_ms": -1 if step.setup_time is None else to_ms(step.setup_time.mean()),
            "setup_always": int(step.setup_when == "always"),
            "sampling": step.sampling,
            "rework": step.rework.share if step.rework else 0.0,
            "rework_to": places[step.rework.to] if step.rework else places[step.step],
            "scrap": self._scrap if step.scrap is None else step.scrap,
            "wafer_scrap": self._wafer_scrap if step.wafer_scrap is None else step.wafer_scrap,
            "dedicated_slot": -1,
            "remember_slot": -1,
            "line": -1,
            "dedicated_line": -1,
            "work_ms": _expected_work(step, toolset, work, lot_size),
            "name_hash": self._hashes[step.step],
            "hold": step.hold.share if step.hold else 0.0,
            "qualified": self._rule(number, step, toolset),
            "reticle": self._reticle(number, route, step, toolset),
        }

    def _reticle(self, number: int, route: int, step: Step, toolset: Toolset) -> int:
        """Return the number of the set of reticles of the step's mask, -1 where it needs none."""
        if step.mask is None or toolset.reticles is None:
            return -1
        row = self._reticle_sets.setdefault((number, route, step.mask), len(self.reticles))
        if row == len(self.reticles):
            self.reticles.append(toolset.reticles.masks.get(step.mask, toolset.reticles.per_mask))
        return row

    def _rule(self, number: int, step: Step, toolset: Toolset) -> int:
        """Return the number of the rule that says which tools may do the step, -1 for all."""
        tools = rule_of(step, toolset)
        if tools is None:
            return -1
        turns = self._turns[number]
        turn = 0 if isinstance(tools, tuple) else turns.setdefault(step.recipe or step.step, len(turns))
        return self.rules.setdefault(Rule(tools, turn), len(self.rules))

    def _batch(self, route: int, index: int, step: Step, work: Work) -> dict[str, int]:
        if work.batch is None:
            return {
                "batch_key": -1,
                "batch_min": 0,
                "batch_max": 0,
                "batch_wait_ms": -1,
                "batch_waive": WAIVE_NEVER,
                "batch_hot": 0,
                "batch_last": 0,
            }
        key: object = step.recipe or (route, index)
        wait = work.batch.longest_wait
        return {
            "batch_key": self._batch_keys.setdefault(key, len(self._batch_keys)),
            "batch_min": work.batch.min or 1,
            "batch_max": work.batch.max or 0,
            "batch_wait_ms": -1 if wait is None else to_ms(wait),
            "batch_waive": WAIVES.index(work.batch.waive or "never"),
            "batch_hot": 1 if work.batch.waive_from is None else work.batch.waive_from,
            "batch_last": int(work.batch.when_last == "start"),
        }


def _expected_work(step: Step, toolset: Toolset, work: Work, lot_size: int) -> float:
    """Return expected load + process + latency + unload of a lone lot, weighted by sampling [ms]."""
    wafers = min(step.wafers or lot_size, lot_size)
    return step.sampling * (to_ms(toolset.load) + work.lot_ms(wafers) + to_ms(toolset.unload))


def _array(rows: list[dict[str, Any]]) -> NDArray[np.void]:
    array = np.zeros(len(rows), STEP)
    for name in rows[0]:
        array[name] = [row[name] for row in rows]
    return array


def _remember(rows: list[dict[str, Any]], steps: list[Step], first: int) -> tuple[list[tuple[Any, ...]], int]:
    """Give slots of a lot's memory to what a route has to remember; return its windows and the number of slots."""
    places = {step.step: k for k, step in enumerate(steps)}
    windows = [(k, window) for k, step in enumerate(steps) for window in step.queue_time]
    dedicated: dict[int, list[int]] = {}
    for k, step in enumerate(steps):
        if step.dedicated_to is not None:
            dedicated.setdefault(places[step.dedicated_to], []).append(k)
    spans = [Span(places[window.from_], k) for k, window in windows] + [Span(start, max(users)) for start, users in dedicated.items()]
    loops = [Span(row["rework_to"] - first, k) for k, row in enumerate(rows[first:]) if row["rework"] > 0]
    loops += [Span(places[window.to or window.from_], k) for k, window in windows if window.if_late == "rework"]
    taken = slots(spans, loops)
    for slot, (start, users) in zip(taken[len(windows) :], dedicated.items(), strict=True):
        rows[first + start]["remember_slot"] = slot
        for k in users:
            rows[first + k]["dedicated_slot"] = slot
            # an earlier step's tool is qualified for it: of a chain the first step says which tools are
            rows[first + k]["qualified"] = rows[first + start]["qualified"]
    placed = [_window_row(window, places, first, k, slot) for (k, window), slot in zip(windows, taken, strict=False)]
    return placed, max(taken, default=-1) + 1


def _window_row(window: QueueTime, places: Mapping[str, int], first: int, step: int, slot: int) -> tuple[Any, ...]:
    """Return a row of `WINDOW`; the route's first step has row ``first``."""
    start, back = first + places[window.from_], first + places[window.to or window.from_]
    return start, first + step, slot, to_ms(window.limit), IF_LATE.index(window.if_late), back, window.loss or 0.0
