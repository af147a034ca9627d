"""Cluster tools by hand: times on the chambers that are up, and the mean rate over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from theory_fabs import build, minutes

from fabsim.chance import constant, exponential
from fabsim.kernels.records import KIND_BREAKDOWN, KIND_MAINTENANCE, PER_WAFER, TRIGGER_AFTER_END, TRIGGER_START_TO_START
from fabsim.model import Fab
from fabsim.terms import HOUR
from fabsim.theory import availability, capacity, lot_load, raw_process_time_ms
from fabsim.theory.chambers import chamber_times

FAILS = {"kind": KIND_BREAKDOWN, "trigger": TRIGGER_AFTER_END, "every": exponential(9 * HOUR), "takes": exponential(HOUR), "stage": 1}
CLEAN = {"kind": KIND_MAINTENANCE, "trigger": TRIGGER_START_TO_START, "every": constant(10 * HOUR), "takes": constant(2 * HOUR), "stage": 1}


def cluster(stages: list[tuple[int, float]], *calendars: dict[str, Any], **toolset: Any) -> Fab:
    """Give a fab of one step: a wafer takes 4 min through the chambers."""
    of_chambers = sum(stages[one["stage"] - 1][0] for one in calendars if one.get("stage"))
    row = {"stages": len(stages), "chamber_calendars": of_chambers, **toolset}
    return build([{"process": minutes(4), "per": PER_WAFER}], toolsets=[row], calendars=calendars, stages=stages)


@pytest.mark.parametrize(
    ("wafers", "up", "shares", "hold", "after"),
    [
        (25, [4], [1.0], 6.25, 0.75),
        (24, [4], [1.0], 6.0, 0.0),
        (3, [4], [1.0], 0.75, 0.25),
        (5, [1, 1], [0.25, 0.75], 3.75, 0.25),  # 1 + 4 x 0.75
        (6, [2, 1], [0.5, 0.5], 3.0, 0.5),  # 1 + 5 x 0.5
        (6, [1, 3], [0.25, 0.75], 1.5, 0.75),  # the second stage needs two rounds, the first 1 + 5 x 0.25
    ],
)
def test_a_jobs_time_on_chambers(wafers: int, up: list[int], shares: list[float], hold: float, after: float) -> None:
    assert chamber_times(wafers, up, shares) == pytest.approx((hold, after))


def test_raw_process_time_is_that_of_all_chambers() -> None:
    assert raw_process_time_ms(cluster([(4, 1.0)], FAILS), 0, 25) == 28 * 60_000


def test_the_rate_is_the_mean_over_the_chambers_that_are_up() -> None:
    # 12 wafers: 24 min on two chambers, 48 on one; each is up for 0.9 of the time: 0.81 and 0.18, none for 0.01
    fab = cluster([(2, 1.0)], FAILS)
    rate = 0.81 / 24 + 0.18 / 48
    assert lot_load(fab, 0, 12).occupancy_ms == pytest.approx([0.99 / rate * 60_000])
    found = capacity(fab, [(0, 12, 1.0)], np.array([1]))
    assert found.availability == pytest.approx([0.99])
    assert found.load == pytest.approx([1 / (60 * rate)])
    assert found.needed(0.2).tolist() == [np.ceil(1 / (60 * rate * 0.2))]


def test_with_one_slot_a_job_holds_the_tool_until_its_last_round() -> None:
    # 3 wafers: 2 rounds on two chambers, 3 on one; with a second slot the entry counts: 1.5 and 3 process times of 4 min
    one, two = (lot_load(cluster([(2, 1.0)], FAILS, slots=slots), 0, 3).occupancy_ms / 60_000 for slots in (1, 2))
    assert one == pytest.approx([0.99 / (0.81 / 8 + 0.18 / 12)])
    assert two == pytest.approx([0.99 / (0.81 / 6 + 0.18 / 12)])


def test_many_stages_are_as_slow_as_the_slowest() -> None:
    # ten stages of four chambers, each up for 0.9 of the time, have a million states.  The pace is that of the fewest up, k:
    # 40 x 0.4 min / k, and the mean of k, none being 0, is the sum over j of P(all have j or more) / P(all have 1 or more)
    fab = cluster([(4, 0.1)] * 10, *({**FAILS, "stage": k} for k in range(1, 11)), slots=1000)
    least = [binom.sf(j - 1, 4, 0.9) ** 10 for j in range(1, 5)]
    assert lot_load(fab, 0, 40).occupancy_ms == pytest.approx([16 * 60_000 * least[0] / sum(least)])
    assert availability(fab).available == pytest.approx([least[0]])


def test_calendars_of_a_chamber_run_beside_one_another_and_stages_are_needed_all() -> None:
    # a chamber of the first stage is up for 0.9 x 0.8 = 0.72 of the time, that of the second always
    taken = availability(cluster([(2, 0.5), (1, 0.5)], FAILS, CLEAN))
    assert taken.available == pytest.approx([1 - 0.28**2])
    assert taken.down == pytest.approx([0.28**2 / 3])
    assert taken.maintenance == pytest.approx([0.28**2 * 2 / 3])
    # with one chamber in each stage the tool needs both
    second = availability(cluster([(1, 0.5), (1, 0.5)], FAILS, CLEAN, {**FAILS, "stage": 2}))
    assert second.available == pytest.approx([0.72 * 0.9])


def test_the_tools_own_calendars_leave_the_time_in_which_it_may_lack_chambers() -> None:
    own = {**CLEAN, "stage": 0}
    taken = availability(cluster([(1, 1.0)], own, FAILS, calendars=1))
    assert taken.down == pytest.approx([0.8 * 0.1])
    assert taken.maintenance == pytest.approx([0.2])
