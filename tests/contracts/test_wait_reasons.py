"""The clocks behind the reasons of waits give what one finds by asking every waiting lot at every instant, on random fabs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabsim.engine import floor
from fabsim.engine.arrays import Arrays
from fabsim.engine.components import ComponentsFloor
from fabsim.kernels.choose import lacks_lots
from fabsim.kernels.queues import line_of
from fabsim.kernels.rows import WAIT_COLUMNS
from fabsim.kernels.state import INSTALLED, NONE, WAITS
from fabsim.terms.waits import BOOKED, WaitReason
from tests.contracts.test_floor_identity import ran, read
from tests.random_fabs import layouts


class Asked:
    """What waiting lots are found to wait for, from instant to instant."""

    def __init__(self) -> None:
        self.last_ms = 0
        self.waits: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * BOOKED)
        """Time by reason [ms] of each (lot, arrival)."""

    def until(self, arrays: Arrays, now_ms: int) -> None:
        """Ask every waiting lot about the time since the last instant, in which nothing changed."""
        if now_ms > self.last_ms:
            for row in np.flatnonzero(arrays["lots"]["status"] == WAITS):
                lot = arrays["lots"][row]
                self.waits[int(lot["id"]), int(lot["arrive_ms"])][self.reason(arrays, int(row))] += now_ms - self.last_ms
        self.last_ms = now_ms

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
        ready_ms = arrays["tools"]["entry_free_ms"][tool] if toolset["spaced"] else nodes["ready_ms"]
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
            for name in ("setup", "setup_time", "sampling", "rework", "dedicated_to", "qualified"):
                step.pop(name, None)
            if step["toolset"] == "T0":
                step["setup"] = "A" if number < len(route) / 2 else "B"
            elif step["toolset"] in seen:
                step["dedicated_to"] = seen[step["toolset"]]
            seen.setdefault(step["toolset"], step["step"])
    return fab


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
