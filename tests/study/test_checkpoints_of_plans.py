"""A fork may change what optimisers are told, but not how many points the plans in its state have."""

from __future__ import annotations

from pathlib import Path

from fabsim import layout
from fabsim.study.checkpoints import _hashes
from tests.conftest import write

FAB = """
    toolsets: {T: {area: a, tools: 1, process: 60 min, per: batch, batch: {min: 25, max: 50}}}
    routes: {r: [{step: S, toolset: T}]}
    products: {P: {route: r}}
"""
SCENARIO = "horizon: 10 d\nstarts: {P: {wafers_per_month: 100}}\n"
RELEASE = "policy.release={horizon: 30 d, products: {P: {demand: 100}}}"


def test_a_fork_may_change_demand_and_schedules_but_not_the_periods(tmp_path: Path) -> None:
    write(tmp_path, FAB, SCENARIO)

    def hashes(*overrides: str) -> dict[str, str]:
        return _hashes(layout.read(tmp_path / "scenario.yaml", overrides))

    assert hashes(RELEASE) != hashes()
    assert hashes(RELEASE, "policy.release.every=3 d") != hashes(RELEASE)
    assert hashes(RELEASE, "policy.release.products.P.demand=200") == hashes(RELEASE)
    assert hashes("policy.furnaces={toolsets: [T]}") == hashes()
