"""The clocks behind the reasons of waits give what one finds by asking every lot at every instant, on random fabs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabsim.engine import floor
from fabsim.engine.arrays import Arrays
from fabsim.engine.components import ComponentsFloor
from fabsim.kernels.choose import lacks_lots
from fabsim.kernels.queues import line_of
from fabsim.kernels.records import CONWIP
from fabsim.kernels.rows import STATUS_IN_PROCESS, WAIT_COLUMNS
from fabsim.kernels.state import ABSENT, FREE, HELD, IN_JOB, INSTALLED, NONE, TRAVELS, WAITS
from fabsim.metrics.toolsets import CHAMBER_TIMES
from fabsim.terms.waits import BOOKED, WaitReason
from fabsim.trace import Trace
from tests.contracts.test_floor_identity import ran, read
from tests.random_fabs import layouts

PLACES = {WAITS: "queue", TRAVELS: "transport", HELD: "hold", IN_JOB: "job"}
"""Where a lot is found."""


class Asked:
    """Where lots are found to be and what waiting ones wait for, from instant to instant."""

    def __init__(self) -> None:
        self.last_ms = 0
        self.arrays: Arrays | None = None
        self.waits: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * BOOKED)
        """Time by reason [ms] of each (lot, arrival)."""
        self.places: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        """Time by place [ms] of each (lot, moves it has made)."""
        self.down_ms = 0
        """Time of the chambers that a calendar keeps down, of tools that are there [chamber ms]."""
        self.gate_ms = 0
        """Time of the starts that are held [lot ms]."""

    def until(self, arrays: Arrays, now_ms: int) -> None:
        """Ask everybody about the time since the last instant, in which nothing changed."""
        if now_ms > self.last_ms:
            self.arrays = arrays
            self.ask(arrays, now_ms - self.last_ms)
            for row in np.flatnonzero(arrays["lots"]["status"] == WAITS):
                lot = arrays["lots"][row]
                self.waits[int(lot["id"]), int(lot["arrive_ms"])][self.reason(arrays, int(row))] += now_ms - self.last_ms
        self.last_ms = now_ms

    def ask(self, arrays: Arrays, passed_ms: int) -> None:
        for lot in arrays["lots"][arrays["lots"]["status"] != FREE]:
            self.places[int(lot["id"]), int(lot["moves"])][PLACES[int(lot["status"])]] += passed_ms
        for tool in arrays["tools"][arrays["tools"]["installed"] != ABSENT]:
            toolset = arrays["sets"][tool["toolset"]]
            count = arrays["stages"]["chambers"][toolset["first_stage"] :][: toolset["stages"]].sum()
            self.down_ms += passed_ms * int((arrays["chambers"][tool["first_chamber"] :][:count] > 0).sum())
        streams = arrays["streams"]
        self.gate_ms += passed_ms * int(streams["held"][streams["pattern"] != CONWIP].sum())

    def reason(self, arrays: Arrays, lot: int) -> WaitReason:
        """Say what a lot waits for, from what stands in the arrays."""
        line = int(line_of(arrays.handle, lot))
        toolset = arrays["sets"][arrays["lines"]["toolset"][line]]
        every = range(toolset["first_tool"], toolset["first_tool"] + toolset["tools"])
        general = line < toolset["first_line"] + toolset["lines"]
        mine = every if general else [every[(line - toolset["first_dedicated_line"]) // toolset["dedicated_lines"]]]
        if any(self.is_open(arrays, tool, toolset) for tool in mine):
            needs = arrays["lines"][line]
            if lacks_lots(arrays.handle, line):
                return WaitReason.BATCH
            if needs["reticle"] != NONE:
                return WaitReason.RETICLE
            return WaitReason.QUALIFICATION if needs["qualified"] != NONE else WaitReason.SETUP
        if any(self.is_open(arrays, tool, toolset) for tool in every):
            return WaitReason.DEDICATION
        tools = arrays["tools"]
        is_up = any(tools["installed"][tool] == INSTALLED and tools["cause"][tool] == NONE and not tools["halted"][tool] for tool in mine)
        return WaitReason.BUSY if is_up else WaitReason.DOWN

    def is_open(self, arrays: Arrays, tool: int, toolset: np.void) -> bool:
        nodes = arrays["nodes"]
        mine = arrays["tools"][tool]
        if toolset["spaced"] and mine["inside"] == toolset["slots"]:
            return False
        ready_ms = mine["entry_free_ms"] if toolset["spaced"] else nodes["ready_ms"]
        return bool(((nodes["tool"] == tool) & (nodes["open"] == 1) & (ready_ms <= self.last_ms)).any())


def listen(asked: Asked, patch: pytest.MonkeyPatch) -> None:
    """Have waiting lots asked before anything changes on a components floor."""
    answer: Callable[..., Any] = ComponentsFloor.answer
    entered: Callable[..., Any] = floor.Gate._entered

    def before_event(self: ComponentsFloor, waiter: Any) -> Any:
        asked.until(self._arrays, int(self._env.now()))
        return answer(self, waiter)

    def before_gate(self: floor.Gate, part: int) -> Any:
        asked.until(self._parts.all[part], self._now_ms())
        return entered(self, part)

    patch.setattr(ComponentsFloor, "answer", before_event)
    patch.setattr(floor.Gate, "_entered", before_gate)


def entangled(fab: dict[str, Any]) -> dict[str, Any]:
    """Give a fab with minimum runs on T0, for one setup early in a route and another one late, and lots bound to the other tools."""
    for toolset in fab["toolsets"].values():
        toolset["tools"] = max(2, toolset["tools"])
    fab["toolsets"]["T0"] |= {"tools": 1, "setup": {"default": "10 min", "min_run": 6}}
    for route in fab["routes"].values():
        seen: dict[str, str] = {}
        for number, step in enumerate(route):
            for name in ("setup", "setup_time", "setup_when", "sampling", "rework", "dedicated_to", "qualified"):
                step.pop(name, None)
            if step["toolset"] == "T0":
                step["setup"] = "A" if number < len(route) / 2 else "B"
            elif step["toolset"] in seen:
                step["dedicated_to"] = seen[step["toolset"]]
            seen.setdefault(step["toolset"], step["step"])
    return fab


def see_ways(asked: Asked, trace: Trace) -> None:
    """See that moves tell of the time before and after them what was found."""
    assert trace.moves is not None
    made: dict[int, int] = defaultdict(int)
    left = set(trace.lots.filter(pl.col("status") != STATUS_IN_PROCESS)["lot"])
    rows = trace.moves.sort("lot", "start_ms", "finish_ms", maintain_order=True)
    times = rows.select("lot", "transport_ms", "hold_ms", pl.col("refused_ms") + pl.col("start_ms") - pl.col("arrive_ms"))
    for lot, transport_ms, hold_ms, queue_ms in times.collect().rows():
        before, after = asked.places[lot, made[lot]], asked.places[lot, made[lot] + 1]
        assert (before["transport"], before["queue"]) == (transport_ms, queue_ms), (lot, made[lot])
        # a hold is booked whole when it begins: the run may end meanwhile
        assert after["hold"] == hold_ms or (lot not in left and after["hold"] < hold_ms), (lot, made[lot])
        made[lot] += 1


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(layouts(), st.booleans())
def test_a_move_waited_for_what_its_lot_says_when_asked(drawn: tuple[dict[str, Any], dict[str, Any]], entangle: bool) -> None:
    fab, scenario = drawn
    asked = Asked()
    with pytest.MonkeyPatch.context() as patch:
        listen(asked, patch)
        found = ran(read(entangled(fab) if entangle else fab, scenario), "components")
    if isinstance(found, str):
        return
    moves = found[0].moves
    assert moves is not None
    for lot, arrive_ms, *waits in moves.select("lot", "arrive_ms", *WAIT_COLUMNS).collect().rows():
        assert waits == asked.waits.get((lot, arrive_ms), [0] * BOOKED), (lot, arrive_ms)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(layouts())
def test_moves_gates_and_chambers_tell_where_time_was_found_to_go(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    asked, scenario = Asked(), read(*drawn)
    with pytest.MonkeyPatch.context() as patch:
        listen(asked, patch)
        found = ran(scenario, "components")
    if isinstance(found, str):
        return
    trace, totals = found
    if asked.arrays:
        asked.until(asked.arrays, scenario.horizon_ms)
    see_ways(asked, trace)
    assert asked.down_ms == trace.tools.select(pl.sum_horizontal(CHAMBER_TIMES[1:]).sum()).item()
    if totals.held == 0:
        assert asked.gate_ms == trace.lots["gate_ms"].sum()
