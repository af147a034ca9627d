"""What cycle time consists of, by toolset and part, worked out by hand: ten days, two of them warm-up."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import Any

import numpy as np
import pytest
from metrics_builders import FAB, SCRAPPED, lot, scenario, totals, trace, waits

from fabsim.kernels.records import LATE_REWORK
from fabsim.metrics import summarize
from fabsim.metrics.contributions import MOVE_PARTS, days_by_part
from fabsim.model import WINDOW, Scenario
from fabsim.terms import DAY
from fabsim.trace import Trace

EXPOSE, BAKE = 0, 1
"""Steps at LITHO and FURNACE."""

COUPON = 2


def move(number: int, step: int, arrive: float, start: float, finish: float, busy: float = 0, **more: float) -> dict[str, Any]:
    """Give a move's row, everything in days."""
    times = {"arrive_ms": arrive, "start_ms": start, "finish_ms": finish, **{f"{name}_ms": days for name, days in more.items()}}
    booked = {"waits": waits(round(busy * DAY), round((start - arrive - busy) * DAY))}
    return {"lot": number, "step": step, **{name: days * DAY for name, days in times.items()}, **booked}


LOTS = [lot(1, 0, 3), lot(2, 2, 6), lot(3, 3, 5), lot(4, 3, 4, stream=COUPON), lot(5, 4, 6, status=SCRAPPED)]
# Lots 2 and 3 count, and the coupon: 4 + 2 + 1 days.  Lot 2: transport 2-2.5, queue -3 (busy), LITHO -4, hold -4.5, transport -4.75,
# queue -5 (down), FURNACE -6.  Lot 3: in a queue that it is too late for 3-4, at LITHO after 0.5 on its way.  Lot 1 is of the warm-up.
MOVES = [
    move(1, EXPOSE, 0, 0, 3),
    move(2, EXPOSE, 2.5, 3, 4, 0.5, transport=0.5, hold=0.5),
    move(2, BAKE, 4.75, 5, 6, transport=0.25),
    move(3, EXPOSE, 4.5, 4.5, 5, refused=1, transport=0.5),
    move(4, EXPOSE, 3, 3, 4),
    move(5, BAKE, 4, 4, 5),
]


@pytest.fixture
def ran() -> Trace:
    return trace(LOTS, moves=MOVES)


def parts(found: dict[str, float | None]) -> dict[str, float | None]:
    return {part: days for part, days in found.items() if days != 0}


def test_what_toolsets_add_is_told_by_part_and_adds_up_to_the_mean_cycle_time(ran: Trace) -> None:
    found = days_by_part(scenario(), ran)
    assert [(toolset, *days) for toolset, days in found.items()] == [(toolset, *MOVE_PARTS) for toolset in ("LITHO", "FURNACE")]
    assert fsum(days or 0 for parts in found.values() for days in parts.values()) == (4 + 2 + 1) / 3
    summary, _ = summarize(scenario(), [ran], [totals()], "compiled")
    litho, furnace = (summary["toolsets"][name]["cycle_time_days"] for name in ("LITHO", "FURNACE"))
    assert parts(litho) == {"work": 2.5 / 3, "busy": 0.5 / 3, "refused": 1 / 3, "transport": 1 / 3, "hold": 0.5 / 3}
    assert parts(furnace) == {"work": 1 / 3, "down": 0.25 / 3, "transport": 0.25 / 3}


def test_what_a_lot_waited_in_vain_after_its_last_move_stands_where_that_was() -> None:
    # refused at 4 after half a day, and all that it would have done again is sampled out: 0.75 days after its move, 0.25 of them on its way
    windows = np.zeros(1, WINDOW)
    windows["if_late"] = LATE_REWORK
    reworking: Scenario = replace(scenario(), fab=replace(FAB, windows=windows))
    # before that it was at LITHO for no time at all
    moves = [move(1, BAKE, 2, 2, 3.25), move(1, EXPOSE, 2, 2, 2)]
    for order in (moves, moves[::-1]):
        found = days_by_part(reworking, trace([lot(1, 2, 4)], moves=order))
        assert [parts(days) for days in found.values()] == [{}, {"work": 1.25, "refused": 0.75}]


def test_without_moves_nobody_knows() -> None:
    for nothing in (trace(LOTS), trace([LOTS[0]], moves=MOVES), trace()):
        assert {days for parts in days_by_part(scenario(), nothing).values() for days in parts.values()} == {None}


def test_parts_have_intervals_over_replications(ran: Trace) -> None:
    summary, _ = summarize(scenario(), [ran, ran], [totals(), totals()], "compiled")
    assert summary["toolsets"]["LITHO"]["cycle_time_days"]["hold"] == {"mean": 0.5 / 3, "ci95": 0, "n": 2}
