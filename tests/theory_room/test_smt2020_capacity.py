"""Static capacity of SMT2020 HV/LM against the results its authors published (means of 20 AutoSched runs of 730 days)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from fabsim import layout
from fabsim.kernels.records import PER_BATCH
from fabsim.model import Fab, Scenario
from fabsim.theory import Capacity, scenario_capacity

TABLES = os.environ.get("FABSIM_SMT2020", "")
pytestmark = pytest.mark.skipif(not TABLES, reason="FABSIM_SMT2020 does not name a folder with the tables of SMT2020")

DELAY = "Delay_32"
"""The station of the model that is no tool; the published results leave it out."""

POINTS = 0.4
"""What availability and utilisation may differ by [percent]."""


class Published(NamedTuple):
    """A toolset's row of the published results [percent]."""

    availability: float
    utilization: float


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("smt2020") / "hvlm"
    layout.import_smt2020(Path(TABLES), folder)
    return layout.read(folder)


@pytest.fixture(scope="module")
def published() -> dict[str, Published]:
    lines = (Path(TABLES) / "reference_toolsets.txt").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split() for line in lines if line.strip()]
    return {row[0]: Published(float(row[1]), float(row[2])) for row in rows}


def compared(scenario: Scenario, published: dict[str, Published]) -> Iterator[tuple[int, str, Published]]:
    """Yield row, name and published figures of every toolset but the delay."""
    for row, name in enumerate(scenario.fab.toolset_names):
        if name != DELAY:
            yield row, name, published[name]


def plain(fab: Fab) -> NDArray[np.bool_]:
    """Return which toolsets have neither batches nor cascades nor setups, shape ``(toolsets,)``."""
    steps = fab.steps
    not_plain = (steps["batch_key"] >= 0) | (steps["interval_ms"] >= 0) | (steps["setup_key"] > 0)
    found = np.ones(len(fab.toolsets), bool)
    found[steps["toolset"][not_plain]] = False
    return found


def least_load(scenario: Scenario) -> Capacity:
    """Return the capacity if tools work as densely as they can: full batches, no setups, lots one behind the other."""
    steps = scenario.fab.steps.copy()
    steps["setup_key"] = 0
    return scenario_capacity(replace(scenario, fab=replace(scenario.fab, steps=steps)))


def most_load(scenario: Scenario) -> Capacity:
    """Return the capacity if nothing overlaps: the smallest batches, setups as in random order, each lot alone in its tool."""
    steps, toolsets = scenario.fab.steps.copy(), scenario.fab.toolsets.copy()
    steps["batch_max"] = steps["batch_min"]
    toolsets["slots"] = 1
    toolsets["load_ahead"] = 0
    return scenario_capacity(replace(scenario, fab=replace(scenario.fab, steps=steps, toolsets=toolsets)))


def test_the_model_is_whole(scenario: Scenario) -> None:
    fab = scenario.fab
    assert np.diff(fab.route_first).tolist() == [583, 343]
    tools = dict(zip(fab.toolset_names, fab.toolsets["tools"].tolist(), strict=True))
    assert (len(tools), sum(tools.values()), tools[DELAY]) == (106, 1043 + 400, 400)
    assert sum(np.bincount(fab.steps["per"]).tolist()) == 926
    assert np.sum(fab.steps["per"] == PER_BATCH) == 28
    assert np.sum(fab.steps["dedicated_slot"] >= 0) == 18
    assert len(fab.windows) == 66
    assert np.sum(fab.steps["rework"] > 0) == 14
    assert np.sum(fab.steps["setup_key"] > 0) == 93 + 20  # those and the steps without setup beside setups whose times steps give
    assert np.sum(fab.toolsets["slots"] == 2) == 45
    assert [stream.name for stream in scenario.streams] == ["Lot_3", "Lot_4", "HotLot_3", "HotLot_4", "SuperHotLot_3"]
    assert sum(lots.lots for lots in scenario.initial) == 2255


def test_availability_is_the_published_one_on_all_toolsets(scenario: Scenario, published: dict[str, Published]) -> None:
    found = 100 * scenario_capacity(scenario).availability
    off = {name: round(found[row] - one.availability, 3) for row, name, one in compared(scenario, published)}
    assert len(off) == 105
    assert {name: points for name, points in off.items() if abs(points) > POINTS} == {}


def test_utilization_of_plain_toolsets_is_the_published_one(scenario: Scenario, published: dict[str, Published]) -> None:
    found, simple = 100 * scenario_capacity(scenario).utilization, plain(scenario.fab)
    off = {name: round(found[row] - one.utilization, 3) for row, name, one in compared(scenario, published) if simple[row]}
    assert len(off) == 46
    assert {name: points for name, points in off.items() if abs(points) > POINTS} == {}


def test_utilization_of_the_others_is_between_densest_and_loosest_work(scenario: Scenario, published: dict[str, Published]) -> None:
    least, most, simple = 100 * least_load(scenario).utilization, 100 * most_load(scenario).utilization, plain(scenario.fab)
    others = [(row, name, one.utilization) for row, name, one in compared(scenario, published) if not simple[row]]
    assert len(others) == 59
    assert [(name, least[row], busy, most[row]) for row, name, busy in others if not least[row] <= busy <= most[row]] == []


@pytest.mark.parametrize(("product", "days"), [("part_3", 27.18), ("part_4", 15.96)])
def test_raw_process_time_is_the_published_one(scenario: Scenario, product: str, days: float) -> None:
    found = {scenario.fab.product_names[one.product]: one.raw_process_time_days for one in scenario_capacity(scenario).products}
    assert found[product] == pytest.approx(days, rel=0.003)
