"""What lots waited for in queues, by toolset and reason, worked out by hand: ten days, two of them warm-up."""

from __future__ import annotations

from typing import Any

import pytest
from metrics_builders import FURNACE, LITHO, scenario, totals, trace, waits

from fabsim.metrics import summarize
from fabsim.metrics.waits import REASONS
from fabsim.terms import DAY, HOUR
from fabsim.trace import Trace


def queue(toolset: int, start_d: float, starts: int, busy_h: int, down_h: int) -> dict[str, Any]:
    end_ms = 2 * DAY if start_d < 2 else 10 * DAY
    times = {"start_ms": start_d * DAY, "end_ms": end_ms, "wait_ms": (busy_h + down_h) * HOUR, "waits": waits(busy_h * HOUR, down_h * HOUR)}
    return {"toolset": toolset, "starts": starts, **times}


@pytest.fixture
def ran() -> Trace:
    return trace(wip=[queue(LITHO, 0, 9, 900, 900), queue(LITHO, 2, 4, 72, 24), queue(FURNACE, 2, 0, 0, 0)])


def test_the_summary_tells_hours_per_start_that_add_up_to_the_wait(ran: Trace) -> None:
    summary, _ = summarize(scenario(), [ran], [totals()], "compiled")
    litho = summary["toolsets"]["LITHO"]  # 72 h and 24 h over 4 starts
    assert litho["wait_reasons"] == dict.fromkeys(REASONS, 0) | {"busy": 18, "down": 6}
    assert litho["wait_hours"] == 24
    assert summary["toolsets"]["FURNACE"]["wait_reasons"] == dict.fromkeys(REASONS)  # no lot started


def test_reasons_have_intervals_over_replications(ran: Trace) -> None:
    summary, _ = summarize(scenario(), [ran, ran], [totals(), totals()], "compiled")
    assert summary["toolsets"]["LITHO"]["wait_reasons"]["busy"] == {"mean": 18, "ci95": 0, "n": 2}
