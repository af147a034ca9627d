"""A fab of two toolsets and a scenario of two streams, enough to name every index of a trace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.model import STEP, Scenario, Stream
from tests.bare import bare_fab

STEPS = np.zeros(3, STEP)
STEPS["route"] = 0, 0, 1
STEPS["index"] = 0, 1, 0
STEPS["toolset"] = 1, 0, 1
"""Route ``long`` bakes, then exposes; route ``short`` bakes, under the same name."""

FAB = bare_fab(
    toolset_names=("LITHO", "FURNACE"),
    route_names=("long", "short"),
    step_names=("BAKE", "EXPOSE", "BAKE"),
    product_names=("chip", "coupon"),
    steps=STEPS,
    route_first=np.array([0, 2, 3], np.int32),
    product_route=np.array([0, 1], np.int32),
    tool_names=("LITHO#1", "LITHO#2", "FURNACE#1"),
)


def scenario(trace: str = "all") -> Scenario:
    streams = tuple(
        Stream(name, product, 25, 0, 0, np.zeros(1), np.zeros(1), -1) for name, product in (("chip", 0), ("chip.hot", 0), ("coupon", 1))
    )
    return Scenario("tiny", FAB, streams, (), (), 1000, 0, 100, 1, 1, trace, 1, {})


def rows(dtype: np.dtype[np.void], **columns: Any) -> NDArray[np.void]:
    """Give record rows of which ``columns`` are set and all else is zero."""
    length = max(len(np.atleast_1d(values)) for values in columns.values())
    found = np.zeros(length, dtype)
    for name, values in columns.items():
        found[name] = values
    return found
