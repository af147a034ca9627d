"""What a scenario's policy leaves to optimisers, as the model has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim.model.policy import ReservePolicy
from tests.layout.layout_example import read

HOUR = 3_600_000
MONTH = 730 * HOUR
RELEASE = "policy.release={horizon: 12 weeks, products: {CHIP: {demand: {1: 730, 2: 1460}, value: 3}}}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_is_planned_unless_the_policy_says_so() -> None:
    scenario = read()
    assert scenario.releases is None
    assert scenario.furnaces is None


def test_a_demand_is_accumulated_beyond_the_run_as_far_as_a_plan_looks() -> None:
    # 1 wafer an hour from month 1, 2 from month 2; half of it with scale; the run of 30 d and a plan of 84 d end 1,276 h after month 2
    releases = read(overrides=[RELEASE, "scale=0.5"]).releases
    assert releases is not None
    (demand,) = releases.demands
    assert demand.times_ms.tolist() == [0, MONTH, 2 * MONTH, (30 + 84) * 24 * HOUR]
    assert demand.wafers == pytest.approx([0, 0, 365, 365 + 1276])
    assert (demand.product, demand.value) == (0, 3)
    assert (releases.every_ms, releases.horizon_ms) == (7 * 24 * HOUR, 84 * 24 * HOUR)
    assert (releases.x_factor, releases.utilization) == (2.5, 0.9)


def test_tools_are_reserved_from_a_priority_on() -> None:
    assert read().reserve is None
    assert read(overrides=["policy.reserve={priority: 30}"]).reserve == ReservePolicy(30, ahead=False)
    assert read(overrides=["policy.reserve={priority: 30, from: start}"]).reserve == ReservePolicy(30, ahead=True)


def test_furnaces_are_toolsets_by_number() -> None:
    furnaces = read(overrides=["policy.furnaces={toolsets: [FURNACE], every: 1 h, look_ahead: 2 h, hot_weight: 7, effort: 0.5}"]).furnaces
    assert furnaces is not None
    assert (furnaces.toolsets, furnaces.every_ms, furnaces.look_ahead_ms, furnaces.horizon_ms) == ((2,), HOUR, 2 * HOUR, 12 * HOUR)
    assert (furnaces.x_factor, furnaces.hot_weight, furnaces.effort) == (2.5, 7, 0.5)
