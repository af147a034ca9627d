"""A run repeats, tells how it goes, and stops where nothing can move."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fabsim import layout
from fabsim.engine import FLOORS, Progress, simulate
from fabsim.model import Scenario
from fabsim.terms import StallError
from fabsim.trace import Recorder, Totals
from tests.conftest import write

FAB = """
    toolsets:
      A:
        area: a
        tools: 2
        process: {exponential: 50 min}
        calendars: [{kind: breakdown, every: {exponential: 20 h}, takes: {exponential: 2 h}}]
      B: {area: a, tools: 1, process: {gamma: 20 min, cv: 0.5}}
    routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B, rework: {share: 5 %, to: S1}}]}
    products: {P: {route: r}}
"""
SCENARIO = "horizon: 40 d\nstarts: {P: {pattern: poisson, wafers_per_month: 25000}}\npolicy: {fab: [fifo]}\n"


def totals(scenario: Scenario, floor: str, replication: int = 0) -> Totals:
    return simulate(scenario, replication, floor=floor, recorder=Recorder(scenario, None))


def test_the_same_seed_gives_the_same_digests_twice_and_another_replication_others(tmp_path: Path, floor: str) -> None:
    scenario = write(tmp_path, FAB, SCENARIO)
    first, again, other = totals(scenario, floor), totals(scenario, floor), totals(scenario, floor, 1)
    assert (first.digest, first.state_digest) == (again.digest, again.state_digest)
    assert first.digest != other.digest


def test_another_process_gives_the_same_digests(tmp_path: Path, floor: str) -> None:
    write(tmp_path, FAB, SCENARIO)
    program = (
        "import sys; from fabsim import layout; from fabsim.engine import simulate; from fabsim.trace import Recorder\n"
        "s = layout.read(sys.argv[1]); t = simulate(s, 0, floor=sys.argv[2], recorder=Recorder(s, None)); print(t.digest, t.state_digest)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "scenario.yaml"), floor]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout
    here = totals(layout.read(tmp_path / "scenario.yaml"), floor)
    assert printed.split() == [str(here.digest), str(here.state_digest)]


def test_runs_in_one_process_do_not_touch_each_other(tmp_path: Path) -> None:
    scenario = write(tmp_path, FAB, SCENARIO)
    alone = totals(scenario, "components").digest
    totals(scenario, "compiled", 3)
    assert totals(scenario, "components").digest == alone


def test_progress_tells_time_wip_and_moves(tmp_path: Path, floor: str) -> None:
    scenario = write(tmp_path, FAB, SCENARIO)
    told: list[Progress] = []
    simulate(scenario, 0, floor=floor, recorder=Recorder(scenario, None), progress=told.append)
    assert told
    assert all(p.horizon_ms == scenario.horizon_ms and p.now_ms < p.horizon_ms for p in told)
    assert [p.moves for p in told] == sorted(p.moves for p in told)


def test_lots_before_a_toolset_without_tools_stop_the_run(tmp_path: Path, floor: str) -> None:
    more = "period: 5 d\nchanges: [{toolset: B, tools: -1, at: 2 d}]\n"
    with pytest.raises(StallError, match=r"(?s)stalled by day 5.*B: \d+ lots wait and no tool is or will be installed"):
        totals(write(tmp_path, FAB, SCENARIO + more), floor)


def test_tools_still_to_come_are_no_stall(tmp_path: Path, floor: str) -> None:
    more = "period: 5 d\nchanges: [{toolset: B, tools: -1, at: 2 d}, {toolset: B, tools: 1, at: 12 d}]\n"
    assert totals(write(tmp_path, FAB, SCENARIO + more), floor).completed > 100


def test_the_compiled_form_is_the_default() -> None:
    assert FLOORS == ("components", "compiled")
