"""A fab of two toolsets and a scenario of two streams, enough to name every index of a trace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import STAGE
from fabsim.model import CALENDAR, DIE, STEP, TOOLSET, WINDOW, Fab, Scenario, Stream

STEPS = np.zeros(3, STEP)
STEPS["route"] = 0, 0, 1
STEPS["index"] = 0, 1, 0
STEPS["toolset"] = 1, 0, 1
"""Route ``long`` bakes, then exposes; route ``short`` bakes, under the same name."""

FAB = Fab(
    name="tiny",
    areas=("all",),
    toolset_names=("LITHO", "FURNACE"),
    calendar_names=(),
    route_names=("long", "short"),
    step_names=("BAKE", "EXPOSE", "BAKE"),
    product_names=("chip", "coupon"),
    toolsets=np.zeros(2, TOOLSET),
    calendars=np.zeros(0, CALENDAR),
    steps=STEPS,
    windows=np.zeros(0, WINDOW),
    opens=np.zeros(0, np.int32),
    route_first=np.array([0, 2, 3], np.int32),
    product_route=np.array([0, 1], np.int32),
    dies=np.zeros(2, DIE),
    line_keys=np.zeros((2, 5), np.int32),
    setup_ms=np.zeros(0, np.int64),
    transport=np.zeros((1, 1, 4)),
    tables=np.zeros(0),
    tool_names=("LITHO#1", "LITHO#2", "FURNACE#1"),
    tool_hash=np.zeros(3, np.uint64),
    memory_slots=0,
    stages=np.zeros(0, STAGE),
    qualified=np.zeros(0, np.int8),
    reticles=np.zeros(0, np.int32),
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
