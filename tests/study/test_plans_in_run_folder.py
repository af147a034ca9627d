"""A run's folder tells what its optimisers were asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim.study import RunOptions, run
from fabsim.study.store import read_about, read_totals
from tests.conftest import write

FAB = """
    toolsets: {F: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 25, max: 100}}}
    routes: {r: [{step: S, toolset: F}]}
    products: {P: {route: r}}
"""
SCENARIO = """
    horizon: 50 h
    starts: {P: {wafers_per_month: 7300}}
    policy: {furnaces: {toolsets: [F], every: 10 h}}
"""


def test_plans_are_kept_in_run_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, FAB, SCENARIO)
    folder = run(tmp_path / "scenario.yaml", RunOptions()).folder
    about = read_about(folder)
    assert about is not None
    assert set(about["totals"][0]["plans"]) == {"furnaces"}
    assert read_totals(folder)[0].plans == about["totals"][0]["plans"]
