"""What lots waited for, by toolset and reason, worked out by hand: ten days, two of them warm-up."""

from __future__ import annotations

from typing import Any

import pytest
from metrics_builders import FURNACE, LITHO, SCRAPPED, lot, scenario, totals, trace, waits

from fabsim.metrics import summarize
from fabsim.metrics.waits import REASONS, wait_reasons
from fabsim.terms import DAY, HOUR
from fabsim.trace import Trace


def queue(toolset: int, start_d: float, starts: int, busy_h: int, down_h: int) -> dict[str, Any]:
    end_ms = 2 * DAY if start_d < 2 else 10 * DAY
    times = {"start_ms": start_d * DAY, "end_ms": end_ms, "wait_ms": (busy_h + down_h) * HOUR, "waits": waits(busy_h * HOUR, down_h * HOUR)}
    return {"toolset": toolset, "starts": starts, **times}


@pytest.fixture
def ran() -> Trace:
    # done after the warm-up: lots 2 and 3; lot 1 is done before it, lot 4 is scrapped
    lots = [lot(1, 0, 1), lot(2, 1, 3), lot(3, 4, 6), lot(4, 4, 6, status=SCRAPPED)]
    return trace(lots, wip=[queue(LITHO, 0, 9, 900, 900), queue(LITHO, 2, 4, 72, 24), queue(FURNACE, 2, 0, 0, 0)])


def test_reasons_are_told_per_start_and_as_cycle_time(ran: Trace) -> None:
    # LITHO: 72 h and 24 h over 4 starts; 3 d and 1 d over the 2 lots that were done
    found = wait_reasons(scenario(), ran)
    assert found.columns == ["toolset", "reason", "wait_hours", "cycle_time_days"]
    rows = [(str(toolset), str(reason), *figures) for toolset, reason, *figures in found.rows()]
    assert rows[:3] == [("LITHO", "busy", 18, 1.5), ("LITHO", "down", 6, 0.5), ("LITHO", "batch", 0, 0)]
    assert [row[:2] for row in rows] == [(toolset, reason) for toolset in ("LITHO", "FURNACE") for reason in REASONS]


def test_the_summary_tells_hours_per_start_that_add_up_to_the_wait(ran: Trace) -> None:
    summary, _ = summarize(scenario(), [ran], [totals()], "compiled")
    litho = summary["toolsets"]["LITHO"]
    assert litho["wait_reasons"] == dict.fromkeys(REASONS, 0) | {"busy": 18, "down": 6}
    assert litho["wait_hours"] == 24
    assert summary["toolsets"]["FURNACE"]["wait_reasons"] == dict.fromkeys(REASONS)  # no lot started


def test_reasons_have_intervals_over_replications(ran: Trace) -> None:
    summary, _ = summarize(scenario(), [ran, ran], [totals(), totals()], "compiled")
    assert summary["toolsets"]["LITHO"]["wait_reasons"]["busy"] == {"mean": 18, "ci95": 0, "n": 2}
