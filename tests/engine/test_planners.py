"""Fab-level planners: what they do when there is no plan, and what a run tells of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.engine import planners, simulate
from fabsim.plan.release import ReleasePlan, ReleaseSnapshot
from fabsim.trace import Recorder, Totals
from tests.conftest import write

FAB = """
    toolsets:
      F: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 100}}
    routes: {r: [{step: S, toolset: F}]}
    products: {P: {route: r}}
"""
STARTS = """
    horizon: 100 h
    starts: {P: {wafers_per_month: 7300, lot_size: 25, hot: {share: 25 %, priority: 1}}}
"""
RELEASE = "policy: {release: {every: 20 h, horizon: 60 h, products: {P: {demand: 7300}}}}"
FURNACES = "policy: {furnaces: {toolsets: [F], every: 10 h}}"


def ran(folder: Path, policy: str, floor: str) -> tuple[list[tuple[int, str]], Totals]:
    """Give instant and stream of each release, and the totals of a run."""
    scenario = write(folder, FAB, STARTS + "    " + policy)
    recorder = Recorder(scenario, None)
    totals = simulate(scenario, 0, floor=floor, recorder=recorder)
    lots = recorder.close().lots.sort("lot")
    return list(zip(lots["release_ms"].to_list(), map(str, lots["stream"].to_list()), strict=True)), totals


def test_without_a_plan_starts_are_those_of_the_scenario(tmp_path: Path, floor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(snapshot: ReleaseSnapshot) -> ReleasePlan:
        return ReleasePlan("no solution", float("nan"), np.zeros(snapshot.owed.shape))

    monkeypatch.setattr(planners, "plan_releases", none)
    found, totals = ran(tmp_path, RELEASE, floor)
    assert found == ran(tmp_path, "", floor)[0]
    assert len(found) == 40
    assert totals.plans == {"release": {"solves": 5, "optimal": 0}}


def test_planned_starts_keep_the_share_of_hot_lots(tmp_path: Path, floor: str) -> None:
    found, totals = ran(tmp_path, RELEASE, floor)
    assert totals.plans == {"release": {"solves": 5, "optimal": 5}}
    hot = sum(stream == "P.hot" for _, stream in found)
    assert abs(hot - len(found) / 4) <= 1
    assert len(found) > 30


def test_a_run_tells_how_schedules_were_answered_and_is_the_same_twice(tmp_path: Path, floor: str) -> None:
    _, totals = ran(tmp_path, FURNACES, floor)
    plans = totals.plans["furnaces"]
    assert plans["schedules"] == plans["trivial"] + plans["optimal"] + plans["feasible"] + plans["rule"] > 0
    again = ran(tmp_path, FURNACES, floor)[1]
    assert (again.digest, again.state_digest, again.plans) == (totals.digest, totals.state_digest, totals.plans)
