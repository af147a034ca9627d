"""Shares of tool time that calendars take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from theory_fabs import build

from fabsim.chance import constant, exponential, uniform
from fabsim.kernels.records import (
    KIND_BREAKDOWN,
    KIND_ENGINEERING,
    KIND_MAINTENANCE,
    TRIGGER_AFTER_END,
    TRIGGER_PROCESS_TIME,
    TRIGGER_START_TO_START,
    TRIGGER_WAFERS,
)
from fabsim.model import Fab
from fabsim.terms import DAY, HOUR
from fabsim.theory import availability


def with_calendars(*calendars: dict[str, Any]) -> Fab:
    return build([{}], toolsets=[{}, {}], calendars=calendars)


@pytest.mark.parametrize(
    ("every_h", "takes_h", "end_to_start", "start_to_start"),
    [(30 * 24, 13.76, 0.01875, 0.01911), (7 * 24, 6.65, 0.03808, 0.03958)],
)
def test_a_duration_counts_in_an_interval_from_the_end_but_not_from_the_start(
    every_h: float, takes_h: float, end_to_start: float, start_to_start: float
) -> None:
    plain = {"kind": KIND_MAINTENANCE, "every": constant(every_h * HOUR), "takes": uniform(takes_h * HOUR, HOUR)}
    fab = with_calendars({**plain, "trigger": TRIGGER_AFTER_END}, {**plain, "toolset": 1, "trigger": TRIGGER_START_TO_START})
    assert availability(fab).maintenance == pytest.approx([end_to_start, start_to_start], abs=5e-6)


def test_calendars_of_a_tool_add_up_by_kind() -> None:
    fab = with_calendars(
        {"kind": KIND_BREAKDOWN, "trigger": TRIGGER_AFTER_END, "every": exponential(90 * HOUR), "takes": exponential(10 * HOUR)},
        {"kind": KIND_BREAKDOWN, "trigger": TRIGGER_AFTER_END, "every": exponential(95 * HOUR), "takes": exponential(5 * HOUR)},
        {"kind": KIND_MAINTENANCE, "trigger": TRIGGER_START_TO_START, "every": constant(7 * DAY), "takes": constant(8.4 * HOUR)},
        {"kind": KIND_ENGINEERING, "trigger": TRIGGER_START_TO_START, "every": constant(DAY), "takes": constant(1.68 * HOUR)},
    )
    found = availability(fab)
    assert found.down == pytest.approx([0.15, 0])
    assert found.maintenance == pytest.approx([0.05, 0])
    assert found.engineering == pytest.approx([0.07, 0])
    assert found.available == pytest.approx([0.80, 1])
    assert found.production == pytest.approx([0.73, 1])


def test_shares_add_up_although_causes_wait_for_each_other() -> None:
    # played for 200,000 h: a cause that falls due while another one lasts starts at its end
    random = np.random.default_rng(7)
    lost, now, free = 0.0, 0.0, 0.0
    due = {"fail": random.exponential(90.0), "service": 100.0}
    while now < 200_000.0:
        cause = min(due, key=lambda name: due[name])
        now = max(due[cause], free)
        takes = random.exponential(6.0) if cause == "fail" else 5.0
        free = now + takes
        lost += takes
        due[cause] = free + random.exponential(90.0) if cause == "fail" else due[cause] + 100.0
    fab = with_calendars(
        {"kind": KIND_BREAKDOWN, "trigger": TRIGGER_AFTER_END, "every": exponential(90 * HOUR), "takes": exponential(6 * HOUR)},
        {"kind": KIND_MAINTENANCE, "trigger": TRIGGER_START_TO_START, "every": constant(100 * HOUR), "takes": constant(5 * HOUR)},
    )
    assert availability(fab).available[0] == pytest.approx(1 - lost / 200_000, abs=0.003)


def test_work_wears_a_tool_in_proportion() -> None:
    wear = {"kind": KIND_MAINTENANCE, "takes": constant(8 * HOUR)}
    fab = with_calendars(
        {**wear, "trigger": TRIGGER_WAFERS, "every": constant(5000)},
        {**wear, "toolset": 1, "trigger": TRIGGER_PROCESS_TIME, "every": constant(200 * HOUR)},
    )
    # 100 wafers an hour over two tools: a service of 8 h every 100 h; one of four tools processes: 8 h every 800 h
    found = availability(fab, wafers_per_h=np.array([100.0, 0]), processing=np.array([0, 1.0]), tools=np.array([2.0, 4.0]))
    assert found.maintenance == pytest.approx([0.08, 0.01])


def test_a_calendar_that_counts_work_is_never_taken_for_nothing() -> None:
    fab = with_calendars({"kind": KIND_MAINTENANCE, "trigger": TRIGGER_WAFERS, "every": constant(5000), "takes": constant(HOUR)})
    with pytest.raises(ValueError, match="wafers_per_h"):
        availability(fab)
