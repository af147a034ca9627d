"""The snapshot of a release plan, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.model import Scenario
from fabsim.plan import Lags
from tests.conftest import write

FAB = """
    toolsets:
      A: {area: a, tools: 2, process: 5 h}
      B: {area: a, tools: 1, process: 4 h}
    routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B}]}
    products: {P: {route: r}}
"""
SCENARIO = """
    horizon: 730 h
    starts: {P: {lot_size: 10, wafers_per_month: 100, hot: {share: 20 %, priority: 1}}}
    policy:
      release: {every: 10 h, horizon: 40 h, x_factor: 2, utilization: 50 %, queue: 1 h, products: {P: {demand: 730, value: 3}}}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return write(tmp_path, FAB, SCENARIO)


def lags(scenario: Scenario) -> Lags:
    assert scenario.releases is not None
    return Lags(scenario, scenario.releases)


def test_work_falls_due_at_twice_the_raw_process_time(scenario: Scenario) -> None:
    # A is asked at once: 5 h a lot of 10; B after 2 x 5 h = one period: 4 h; out after 2 x 9 h = 1.8 periods
    taken = lags(scenario).snapshot(0, np.zeros((2, 2), np.int64), np.zeros(2, np.int64))
    assert taken.hours == pytest.approx(np.array([[[0.5, 0, 0, 0], [0, 0.4, 0, 0]]]))
    assert taken.outs == pytest.approx(np.array([[0, 0.2, 1, 1]]))
    # 2 and 1 tools, 10 h, half of it planned; one wafer an hour is wanted
    assert taken.left == pytest.approx(np.array([[10.0] * 4, [5.0] * 4]))
    assert taken.room == pytest.approx(np.array([[1.0] * 4, [0.5] * 4]))
    assert taken.owed == pytest.approx(np.array([[10, 20, 30, 40]]))
    assert taken.value.tolist() == [3]


def test_lots_in_process_take_their_hours_and_give_their_wafers(scenario: Scenario) -> None:
    # three lots at S1: 15 h of A now, of which 5 wait for the next period; 12 h of B in period 1, of which 7 wait, then 2;
    # they are out after 18 h.  One hot lot at S2: 4 h of B now, out after 8 h.  20 wafers are out already.
    taken = lags(scenario).snapshot(100 * 3_600_000, np.array([[3, 0], [0, 1]]), np.array([20, 0]))
    assert taken.left == pytest.approx(np.array([[-5, 10, 10, 10], [1, -7, 5, 5]]))
    assert taken.room == pytest.approx(np.array([[5, 1, 1, 1], [0.5, 7, 2, 0.5]]))
    assert taken.owed == pytest.approx(np.array([[110 - 20 - 10, 120 - 60, 130 - 60, 140 - 60]]))


def test_hot_lots_keep_their_share_of_the_starts(scenario: Scenario) -> None:
    assert lags(scenario).streams_of == [[0, 1]]
    assert lags(scenario).shares[0] == pytest.approx([0.8, 0.2])
