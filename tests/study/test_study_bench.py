"""Benchmark rows: what they count, not how fast it goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fabsim import layout
from fabsim.engine import simulate
from fabsim.study import bench
from fabsim.terms import DAY, InputError
from fabsim.trace import Recorder
from tests.tiny import fab, write_tiny

FAB = fab(
    wet=", calendars: [fails]",
    dry=", calendars: [fails, weekly]",
    more="""\
calendars:
  fails: {kind: breakdown, every: {exponential: 500 h}, takes: 1 h}
  weekly: {kind: maintenance, every: 168 h, takes: 2 h}
""",
)

SCENARIO = """
kind: scenario
fab: fab.yaml
horizon: 30 d
seed: 1
starts:
  P: {wafers_per_month: 16000}
initial_wip:
  - {stream: P, step: ETCH, lots: 3}
changes:
  - {at: 10 d, toolset: DRY, tools: 3}
  - {at: 20 d, toolset: DRY, tools: -1}
"""


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bench.Case:
    """Give a case of a few hundred moves; the bare loop is timed as briefly."""
    monkeypatch.setattr(bench, "BARE_MOVES", 1000)
    return bench.Case("tiny", str(write_tiny(tmp_path, FAB, SCENARIO)), ("horizon=25 d",))


def test_a_row_counts_what_the_same_run_counts(case: bench.Case) -> None:
    scenario = layout.read(case.scenario, case.overrides)
    totals = simulate(scenario, 0, recorder=Recorder(scenario, None))
    row = bench.measure(case)
    assert (row.case, row.moves, row.events) == ("tiny", totals.moves, totals.events)
    assert row.moves_per_s == pytest.approx(row.moves / row.simulate_s)
    assert row.ratio == pytest.approx(row.moves_per_s / row.bare_moves_per_s)


@pytest.mark.parametrize(("day", "calendars"), [(0, 1 + 2 * 2), (9, 1 + 2 * 2), (10, 1 + 5 * 2), (25, 1 + 4 * 2)])
def test_lots_and_calendars_of_installed_tools_are_pending(case: bench.Case, day: int, calendars: int) -> None:
    assert bench.pending_events(layout.read(case.scenario), 3, day * DAY) == 3 + calendars


def test_an_empty_floor_still_has_a_loop_to_compare_with(case: bench.Case) -> None:
    scenario = layout.read(case.scenario, ("fab.toolsets.WET.calendars=[]", "fab.toolsets.DRY.calendars=[]"))
    assert bench.pending_events(scenario, 0, 0) == 1


@pytest.mark.parametrize("case", bench.CASES, ids=lambda case: case.name)
def test_a_shipped_case_can_be_read_and_names_itself_once(case: bench.Case) -> None:
    assert [other.name for other in bench.CASES].count(case.name) == 1
    assert layout.read(case.scenario, case.overrides).trace == "sample"


def test_the_whole_ramp_is_run_only_when_named() -> None:
    assert "terafab-ramp" not in {case.name for case in bench.chosen(())}
    assert [case.name for case in bench.chosen(("terafab-ramp", "minifab"))] == ["terafab-ramp", "minifab"]


def test_an_unknown_case_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match=re.escape("found case 'terafab-1M'") + ".*did you mean terafab-1m"):
        bench.chosen(("minifab", "terafab-1M"))
