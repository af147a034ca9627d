"""What a lot costs a tool, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from theory_fabs import build, minutes

from fabsim.kernels.records import PER_BATCH, PER_LOT, PER_WAFER
from fabsim.model import Fab
from fabsim.terms import MINUTE
from fabsim.theory import lot_load

LITHO = {"load_ms": 2 * MINUTE, "unload_ms": 3 * MINUTE}


@pytest.mark.parametrize(
    ("toolset", "latency", "expected"),
    [
        # one slot: nothing starts before the lot is out
        ({}, 0, 2 + 25 + 3),
        ({}, 10, 2 + 25 + 10 + 3),
        # two slots: the next lot is loaded once the entry is free
        ({"slots": 2}, 10, 2 + 25),
        # it is loaded beside the entry's lot
        ({"slots": 2, "load_ahead": 1}, 10, 25),
        ({"slots": 2, "spaced": 1}, 10, 25),
        # latency so long that both slots are taken: a lot every half stay
        ({"slots": 2}, 100, (2 + 25 + 100 + 3) / 2),
        ({"slots": 5, "load_ahead": 1}, 100, (2 + 25 + 100 + 3) / 5),
    ],
)
def test_a_lot_keeps_the_next_one_out(toolset: dict[str, Any], latency: float, expected: float) -> None:
    step = {"process": minutes(1), "per": PER_WAFER, "latency_ms": latency * MINUTE}
    found = lot_load(build([step], toolsets=[{**LITHO, **toolset}]), 0, 25)
    assert found.occupancy_ms / MINUTE == pytest.approx([expected])


def test_a_saturated_cascade_takes_a_lot_every_n_intervals() -> None:
    step = {"process": minutes(5), "per": PER_WAFER, "interval_ms": 0.75 * MINUTE}
    found = lot_load(build([step], toolsets=[{**LITHO, "slots": 2, "load_ahead": 1}]), 0, 25)
    assert found.occupancy_ms / MINUTE == pytest.approx([18.75])


@pytest.mark.parametrize(("fill", "lots"), [(1.0, 5), (0.6, 3)])
def test_lots_share_a_furnace(fill: float, lots: int) -> None:
    step = {"process": minutes(390), "per": PER_BATCH, "batch_key": 0, "batch_max": 125}
    found = lot_load(build([step], toolsets=[LITHO]), 0, 25, batch_fill=fill)
    assert found.occupancy_ms / MINUTE == pytest.approx([395 / lots])
    assert found.process_ms / MINUTE == pytest.approx([390 / lots])


def test_visits_multiply_what_a_lot_costs() -> None:
    # measured on 40 % of its passes, a quarter of the lots found bad: 0.1 a pass go back, so 1 / 0.9 passes
    steps: list[dict[str, Any]] = [{"process": minutes(10)}, {"process": minutes(5), "sampling": 0.4, "rework": 0.25, "rework_to": 0}]
    found = lot_load(build(steps, toolsets=[LITHO]), 0, 25)
    assert found.visits == pytest.approx([1 / 0.9, 0.4 / 0.9])
    assert found.occupancy_ms / MINUTE == pytest.approx([15 / 0.9, 10 * 0.4 / 0.9])
    assert found.raw_ms / MINUTE == pytest.approx(15 / 0.9 + 10 * 0.4 / 0.9)
    assert found.elapsed_ms / MINUTE == pytest.approx([0, 15])


def two_setups(min_run: int = 0, more: Mapping[str, Any] | None = None, **step: Any) -> Fab:
    """Give a fab of two products with setups 1 and 2 on one toolset: 20 min from 1 to 2, 40 min from 2 to 1."""
    table = np.array([[0, 7, 7], [0, 0, 20], [0, 40, 0]]) * MINUTE
    plain = {"process": minutes(10), "per": PER_LOT, **step}
    other = {"process": minutes(10)}
    toolset = {"setup_table": 4, "setup_keys": 2, "min_run": min_run, **(more or {})}
    return build(
        [{**plain, "toolset": 1, "setup_key": 1}, {**other, "toolset": 1}],
        [{**plain, "toolset": 1, "setup_key": 2}],
        toolsets=[{}, toolset],
        setup_ms=[0, 0, 0, 0, *table.ravel().tolist()],
    )


MIX = [(0, 25, 3.0), (1, 25, 1.0)]
"""Three lots of setup 1 for each of setup 2."""


def test_a_lot_finds_another_setup_as_often_as_others_are_made() -> None:
    # setup 1 comes from 2 in 1/4 of cases: 40 / 4; setup 2 from 1 in 3/4: 20 x 3/4.  A step without setup leaves it alone.
    fab = two_setups()
    assert lot_load(fab, 0, 25, MIX).setup_ms / MINUTE == pytest.approx([10, 0])
    assert lot_load(fab, 1, 25, MIX).setup_ms / MINUTE == pytest.approx([15])
    assert lot_load(fab, 1, 25, MIX).occupancy_ms / MINUTE == pytest.approx([10 + 15])


def test_setups_a_lot_are_one_minus_the_sum_of_squared_shares() -> None:
    fab = two_setups(setup_ms=MINUTE)
    mean = 0.75 * lot_load(fab, 0, 25, MIX).setup_ms[0] + 0.25 * lot_load(fab, 1, 25, MIX).setup_ms[0]
    assert mean / MINUTE == pytest.approx(1 - 0.75**2 - 0.25**2)


def test_a_product_alone_never_changes_its_only_setup() -> None:
    assert lot_load(two_setups(), 0, 25).setup_ms == pytest.approx([0, 0])


def test_a_product_nobody_makes_always_needs_its_setup() -> None:
    assert lot_load(two_setups(), 1, 25, [(0, 25, 3.0)]).setup_ms / MINUTE == pytest.approx([20])


def test_a_time_given_by_the_step_goes_before_the_table() -> None:
    assert lot_load(two_setups(setup_ms=60 * MINUTE), 0, 25, MIX).setup_ms / MINUTE == pytest.approx([15, 0])
    assert lot_load(two_setups(setup_ms=0), 0, 25, MIX).setup_ms == pytest.approx([0, 0])


@pytest.mark.parametrize("min_run", [0, 5])
def test_a_setup_for_every_job_is_in_each_of_them(min_run: int) -> None:
    assert lot_load(two_setups(min_run, setup_ms=6 * MINUTE, setup_always=1), 0, 25, MIX).setup_ms / MINUTE == pytest.approx([6, 0])
    batch: dict[str, Any] = {"batch_key": 0, "batch_max": 100}
    assert lot_load(two_setups(min_run, setup_ms=6 * MINUTE, setup_always=1, **batch), 1, 25, MIX).setup_ms / MINUTE == pytest.approx(
        [6 / 4]
    )


@pytest.mark.parametrize(("when_empty", "change", "again"), [(0, 10, 10), (1, 10 + 10, 10 + 6 / 4)])
def test_a_change_that_needs_an_empty_tool_runs_beside_no_job(when_empty: int, change: float, again: float) -> None:
    # four jobs inside, one every 10 min: setups of 10 min a lot run beside the others, or do not.  A setup done for every job is no
    # change where the tool has it already, and only a quarter of the lots find another one
    cascade = {"slots": 4, "spaced": 1, "when_empty": when_empty}
    assert lot_load(two_setups(more=cascade), 0, 25, MIX).occupancy_ms[0] / MINUTE == pytest.approx(change)
    always = two_setups(more=cascade, setup_ms=6 * MINUTE, setup_always=1)
    assert lot_load(always, 0, 25, MIX).occupancy_ms[0] / MINUTE == pytest.approx(again)


def test_a_minimum_run_spreads_a_setup_over_its_lots() -> None:
    assert lot_load(two_setups(min_run=5), 0, 25, MIX).setup_ms / MINUTE == pytest.approx([10 / 5, 0])


@pytest.mark.parametrize(("min_run", "lots"), [(0, 4), (3, 4), (8, 8)])
def test_a_batch_is_set_up_once_for_all_its_lots(min_run: int, lots: int) -> None:
    fab = two_setups(min_run=min_run, batch_key=0, batch_max=100)
    assert lot_load(fab, 1, 25, MIX).setup_ms / MINUTE == pytest.approx([15 / lots])


def test_sampling_changes_the_mix_of_setups() -> None:
    # setup 1 is needed by a third of three lots: as often as setup 2
    fab = two_setups()
    fab.steps["sampling"][0] = 1 / 3
    assert lot_load(fab, 1, 25, MIX).setup_ms / MINUTE == pytest.approx([20 / 2])


def test_a_setup_beside_another_lot_costs_no_capacity() -> None:
    fab = two_setups()
    fab.toolsets["slots"], fab.toolsets["load_ahead"] = 2, 1
    found = lot_load(fab, 0, 25, MIX)
    # 10 min of setup and 10 of work in two slots: a lot every 10 min, as if there were no setup
    assert (found.occupancy_ms[0], found.setup_ms[0]) == pytest.approx((10 * MINUTE, 10 * MINUTE))
