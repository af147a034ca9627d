"""The comparison with published results: what is asked of each figure, and the whole way from tables to rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabsim.layout import import_smt2020, read, read_reference
from fabsim.metrics.intervals import interval, interval_of
from fabsim.model import Scenario
from fabsim.study.testbed import OVERRIDES, Row, rows
from fabsim.terms import InputError
from tests.layout.smt2020_example import write_model

LOTS = "name th act on_time\nLot_A 1000 10.0 90\nHot_A 100 5 80\n"
TOOLSETS = "name avail util br pm setup\nOVEN 90 80 4 6 0\nBEAM 80 60 10 10 5\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = write_model(tmp_path / "model")
    (folder / "reference_lots.txt").write_text(LOTS)
    (folder / "reference_toolsets.txt").write_text(TOOLSETS)
    return folder


@pytest.fixture
def scenario(model: Path, tmp_path: Path) -> Scenario:
    return read(import_smt2020(model, tmp_path / "made").folder / "scenario.yaml", OVERRIDES)


def summary(days: float, utilization: float) -> dict[str, Any]:
    """Give what a replication says: every stream and every toolset alike."""
    toolset = {"utilization": utilization, "setup": 0.05, "down": 0.1, "maintenance": 0.1}
    return {
        "streams": {name: {"cycle_time_days": {"mean": days}, "on_time": 0.86} for name in ("Lot_A", "Hot_A", "Few_B", "Some_B")},
        "toolsets": dict.fromkeys(("OVEN", "BEAM", "SCAN", "REST"), toolset),
    }


def compared(model: Path, scenario: Scenario) -> dict[tuple[str, str], Row]:
    known = read_reference(model, [stream.name for stream in scenario.streams], scenario.fab.toolset_names)
    counts = [{"Lot_A": 999, "Hot_A": 90, "Some_B": 7}, {"Lot_A": 1003, "Hot_A": 90}]
    return {(row.figure, row.subject): row for row in rows(scenario, known, [summary(10.1, 0.79), summary(10.15, 0.81)], counts)}


def test_hot_lots_may_be_further_off_and_their_completions_are_only_shown(model: Path, scenario: Scenario) -> None:
    found = compared(model, scenario)
    # Lot_A: (10.1 + 10.15) / 2 = 10.125 of 10 days, 1.25 % off; Hot_A the same of 5 days
    assert found["cycle time", "Lot_A"].off == pytest.approx(0.0125)
    assert (found["cycle time", "Lot_A"].holds, found["cycle time", "Lot_A"].most) == (True, 0.015)
    assert (found["cycle time", "Hot_A"].holds, found["cycle time", "Hot_A"].most) == (False, 0.02)
    # 1,001 of 1,000 lots is just near enough; 90 of 100 is not, and nobody asks
    assert found["completed", "Lot_A"].off == pytest.approx(0.001)
    assert found["completed", "Hot_A"].holds is None
    assert found["on time", "Lot_A"].holds
    assert found["on time", "Lot_A"].off == pytest.approx(-0.04)


def test_a_stream_that_was_not_published_is_shown_and_asked_nothing(model: Path, scenario: Scenario) -> None:
    row = compared(model, scenario)["cycle time", "Some_B"]
    assert row.found["mean"] == pytest.approx(10.125)
    assert (row.reference, row.off, row.holds) == (None, None, None)


def test_errors_of_toolsets_are_of_the_mean_over_replications(model: Path, scenario: Scenario) -> None:
    found = compared(model, scenario)
    # mean utilization 0.80: OVEN 0.80 published, BEAM 0.60
    assert found["utilization, mean error", ""].off == pytest.approx(0.1)
    assert found["utilization, furthest off", "BEAM"].off == pytest.approx(0.2)
    assert found["setup, furthest off", "OVEN"].off == pytest.approx(0.05)
    assert found["down, furthest off", "OVEN"].off == pytest.approx(0.06)
    assert found["maintenance, furthest off", "OVEN"].off == pytest.approx(0.04)
    assert not any(row.holds for (figure, _), row in found.items() if "error" in figure or "furthest" in figure)


def test_without_published_results_nothing_is_asked(scenario: Scenario) -> None:
    found = list(rows(scenario, None, [summary(1.0, 0.5)], [{"Lot_A": 7}]))
    assert {row.subject for row in found} == {"Lot_A"}
    assert {row.figure for row in found} == {"cycle time", "completed", "on time"}
    assert all(row.holds is None for row in found)


def test_a_mistake_in_published_results_is_told_with_its_line(model: Path) -> None:
    (model / "reference_lots.txt").write_text("name th act on_time\nLot_B 1 2 3\nLot_A 1 x 3\nHot_A 1 2\n")
    with pytest.raises(InputError) as error:
        read_reference(model, ["Lot_A", "Hot_A"], ["OVEN", "BEAM"])
    assert [(one.line, one.message.partition(",")[0]) for one in error.value.problems] == [
        (2, "found 'Lot_B'"),
        (3, "found 'x'"),
        (4, "found 2 numbers"),
    ]


def test_one_file_of_two_is_a_mistake_and_none_is_not(model: Path) -> None:
    (model / "reference_lots.txt").unlink()
    with pytest.raises(InputError, match=r"reference_lots\.txt: cannot be read"):
        read_reference(model, ["Lot_A"], ["OVEN", "BEAM"])
    (model / "reference_toolsets.txt").unlink()
    assert read_reference(model, ["Lot_A"], ["OVEN"]) is None


def test_the_jackknife_of_a_mean_is_the_usual_interval() -> None:
    samples = np.array([[1.0], [2.0], [4.0], [8.0]])
    assert interval_of(lambda means: float(means[0]), samples) == pytest.approx(interval([1.0, 2.0, 4.0, 8.0]))
    assert interval_of(lambda means: float(means[0]), samples[:1]) == {"mean": 1.0, "ci95": None, "n": 1}
