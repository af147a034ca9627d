"""What the floor knows of the slots that are open, or open next, is what one finds by looking at every tool, on random fabs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from fabsim.engine.arrays import Arrays
from fabsim.kernels.slots import first_open, next_open
from fabsim.kernels.state import NEVER, NONE
from tests.contracts.test_floor_identity import ran, read
from tests.contracts.test_wait_reasons import Asked, listen
from tests.random_fabs import layouts


class Looked(Asked):
    """Sees before each event that no toolset knows anything of its slots that is wrong."""

    def until(self, arrays: Arrays, now_ms: int) -> None:
        # an event is about to happen at `now_ms`; what the toolsets know is from before
        last_ms = arrays.world[0]["now_ms"]
        assert last_ms <= now_ms
        for toolset, row in enumerate(arrays["sets"]):
            listed = list(self.listed(arrays, row))
            if row["spaced"] and row["opens_ms"] > last_ms:
                opens_ms, node = min(((at, node) for node, at in listed if at < NEVER), key=lambda one: one[0], default=(NEVER, NONE))
                assert (row["opens_ms"], row["opens_node"]) == (opens_ms, node), toolset
            open_now = [node for node, at in listed if at <= last_ms]
            assert list(self.walked(arrays, toolset)) == open_now, toolset

    def listed(self, arrays: Arrays, toolset: np.void) -> Iterator[tuple[int, int]]:
        """Yield the listed slots in their order, with the instant from which each can take a job."""
        node = int(toolset["open_first"])
        while node != NONE:
            row = arrays["nodes"][node]
            tool = arrays["tools"][row["tool"]]
            opens_ms = row["ready_ms"]
            if toolset["spaced"]:
                opens_ms = tool["entry_free_ms"] if tool["inside"] < toolset["slots"] else NEVER
            yield node, int(opens_ms)
            node = int(row["next"])

    def walked(self, arrays: Arrays, toolset: int) -> Iterator[int]:
        """Yield the slots that a dispatch would ask."""
        before = arrays["sets"][toolset].copy()
        node = first_open(arrays.handle, toolset)
        while node != NONE:
            yield node
            node = next_open(arrays.handle, toolset, node)
        arrays["sets"][toolset] = before


def spaced(fab: dict[str, Any]) -> dict[str, Any]:
    """Let all tools that hold several jobs be spaced, and let there be several of them."""
    for toolset in fab["toolsets"].values():
        if toolset.get("slots", 1) > 1:
            toolset.pop("load_ahead", None)
            toolset |= {"spaced": True, "tools": toolset["tools"] + 2}
    return fab


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(layouts())
def test_a_toolset_knows_which_slots_are_open(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    fab, scenario = drawn
    with pytest.MonkeyPatch.context() as patch:
        listen(Looked(), patch)
        ran(read(spaced(fab), scenario), "components")
