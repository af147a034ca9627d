"""Pending events come out in the order of time and key, however they went in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.engine.arrays import Arrays
from fabsim.kernels import wheel
from tests.conftest import write

FAB = """
    toolsets: {T: {area: a, tools: 1, process: 10 min}}
    routes: {r: [{step: S, toolset: T}]}
    products: {P: {route: r}}
"""

EVENTS = 3000


@pytest.mark.parametrize("bits", [wheel.LEAST_BITS, wheel.MOST_BITS], ids=["short buckets", "long buckets"])
@pytest.mark.parametrize("span_ms", [10, 3000, 3_600_000, 500_000_000], ids=["an instant", "a few buckets", "an hour", "beyond the wheel"])
def test_events_come_out_in_order(tmp_path: Path, span_ms: int, bits: int) -> None:
    made = Arrays(write(tmp_path, FAB, "horizon: 1 d\nstarts: {P: {wafers_per_month: 100}}\n"), 0)
    world = made.world[0]
    world["bucket_bits"] = bits
    rng = np.random.Generator(np.random.Philox(span_ms))
    pending: list[tuple[int, int, int]] = []
    for turn in range(2 * EVENTS):
        at, *least = wheel.first_event(made.handle)
        if pending and rng.random() < (0.3 if turn < EVENTS else 0.7):
            assert tuple(least) == min(pending)
            pending.remove(min(pending))
            world["now_ms"] = least[0]
            wheel.drop_event(made.handle, at)
        else:
            # a fab-level process may ask for an instant before the bucket that the loop has come to
            event = (int(world["now_ms"]) + int(rng.integers(span_ms)), turn, int(rng.integers(1000)))
            pending.append(event)
            wheel.push_event(made.handle, *event)
        assert world["far_count"] + world["later_count"] == len(pending)


@pytest.mark.parametrize(("tools", "bits"), [(1, 12), (5, 12), (294, 11), (1043, 10), (2604, 8), (26_040, 8), (0, 12)])
def test_buckets_are_the_shorter_the_more_tools_there_are(tools: int, bits: int) -> None:
    """A quarter of a second for a fab of 100,000 wafer starts a month, four seconds at the most."""
    assert wheel.bucket_bits(tools) == bits
