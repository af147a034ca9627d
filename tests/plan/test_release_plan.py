"""The release programme against instances solved by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabsim.plan import plan_releases
from fabsim.plan.release import ReleaseSnapshot


def snapshot(hours: Any, left: Any, outs: Any, owed: Any, value: Any, room: float = 0.0) -> ReleaseSnapshot:
    left = np.array(left, float)
    return ReleaseSnapshot(
        np.array(hours, float), left, np.full(left.shape, room), *(np.array(part, float) for part in (outs, owed, value))
    )


def test_a_bottleneck_limits_what_is_started() -> None:
    # 100 wafers owed, 60 h left, 1 h a wafer: 60 start, 40 stay owed at 2 each
    plan = plan_releases(snapshot([[[1]]], [[60]], [[1]], [[100]], [2]))
    assert plan.status == "optimal"
    assert plan.wafers[0, 0] == pytest.approx(60)
    assert plan.objective == pytest.approx(80, rel=1e-4)


def test_scarce_hours_go_to_the_product_worth_more_an_hour() -> None:
    # A is worth 3 for 2 h, B 1 for 0.5 h: B's 10 take 5 of the 10 h, A gets 2.5 wafers for the rest; 7.5 x 3 stays owed
    plan = plan_releases(snapshot([[[2]], [[0.5]]], [[10]], [[1], [1]], [[10], [10]], [3, 1]))
    assert plan.wafers[:, 0] == pytest.approx([2.5, 10])
    assert plan.objective == pytest.approx(22.5, rel=1e-4)


def test_starts_come_a_lag_before_they_are_owed_and_not_earlier() -> None:
    # out one period after the start: for the end of period 2 they start in 1
    plan = plan_releases(snapshot([[[0, 0, 0]]], [[0, 0, 0]], [[0, 1, 1]], [[0, 0, 10]], [1]))
    assert plan.wafers[0] == pytest.approx([0, 10, 0], abs=1e-6)


def test_starts_are_made_early_where_later_hours_do_not_suffice() -> None:
    # 10 owed at the end of period 1, 6 h in each period: 4 of them start in period 0
    plan = plan_releases(snapshot([[[1, 0]]], [[6, 6]], [[1, 1]], [[0, 10]], [1]))
    assert plan.wafers[0] == pytest.approx([4, 6], abs=1e-6)


def test_hours_fall_due_a_lag_after_the_start() -> None:
    # the work comes one period later, when 4 h are left
    plan = plan_releases(snapshot([[[0, 1]]], [[0, 4]], [[1, 1]], [[10, 10]], [1]))
    assert plan.wafers[0, 0] == pytest.approx(4)


def test_nothing_is_started_for_nothing() -> None:
    assert not plan_releases(snapshot([[[1, 0]]], [[9, 9]], [[1, 1]], [[-5, 0]], [1])).wafers.any()


def test_work_may_wait_up_to_its_room() -> None:
    # 6 h in each period, 3 h of work may wait: 9 wafers start at once, then 6 - 3 + 3
    plan = plan_releases(snapshot([[[1, 0]]], [[6, 6]], [[1, 1]], [[20, 20]], [1], room=3))
    assert plan.wafers[0] == pytest.approx([9, 6])


def test_hours_that_were_not_used_are_lost() -> None:
    # the work of a start comes a period later: 6 h of period 1, whatever period 0 had
    plan = plan_releases(snapshot([[[0, 1]]], [[99, 6]], [[1, 1]], [[20, 20]], [1]))
    assert plan.wafers[0, 0] == pytest.approx(6)


def test_a_fab_that_lots_in_process_fill_starts_nothing() -> None:
    plan = plan_releases(snapshot([[[1]]], [[-3]], [[1]], [[10]], [1], room=3))
    assert plan.status == "optimal"
    assert plan.wafers[0, 0] == pytest.approx(0)


def test_work_that_has_no_room_gives_no_plan() -> None:
    plan = plan_releases(snapshot([[[1]]], [[-3]], [[1]], [[10]], [1], room=2))
    assert plan.status == "no solution"
    assert not plan.wafers.any()


@pytest.mark.parametrize("odd", [float("inf"), float("nan")])
def test_numbers_that_are_none_give_no_plan(odd: float) -> None:
    plan = plan_releases(snapshot([[[1]]], [[10]], [[1]], [[odd]], [1]))
    assert plan.status == "no solution"
    assert not plan.wafers.any()
