"""Visits, raw process times and first arrivals, by hand, by linear algebra and by playing lots."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from theory_fabs import build, minutes

from fabsim.chance import empirical, exponential, lognormal, uniform
from fabsim.kernels.records import PER_BATCH, PER_LOT, PER_WAFER
from fabsim.model import Fab
from fabsim.terms import MINUTE
from fabsim.theory import raw_process_time_ms
from fabsim.theory.passage import expected_arrivals, passage

NO_SCRAP = np.zeros(4)


def test_a_single_loop_repeats_all_its_steps() -> None:
    arrivals = expected_arrivals(np.array([0.0, 0.0, 0.2, 0.0]), NO_SCRAP, np.array([0, 0, 1, 0], np.int32))
    assert arrivals == pytest.approx([1, 1.25, 1.25, 1])


def test_a_loop_around_a_loop_multiplies_it() -> None:
    # step 2 sends 20 % back to step 1: 1.25 visits a pass; step 3 sends half back to the start: two passes
    arrivals = expected_arrivals(np.array([0.0, 0.0, 0.2, 0.5]), NO_SCRAP, np.array([0, 0, 1, 0], np.int32))
    assert arrivals == pytest.approx([2, 2.5, 2.5, 2])


def test_overlapping_loops_feed_each_other() -> None:
    # a3 = 1 / 0.5; a2 = (1 + 1) / 0.5, the 1 coming back from step 3; a1 = a0 + 1; a0 = 1 + a2 / 2
    arrivals = expected_arrivals(np.array([0.0, 0.0, 0.5, 0.5]), NO_SCRAP, np.array([0, 0, 0, 1], np.int32))
    assert arrivals == pytest.approx([3, 4, 4, 2])


def test_a_step_may_repeat_itself() -> None:
    assert expected_arrivals(np.array([0.0, 0.75]), NO_SCRAP[:2], np.array([0, 1], np.int32)) == pytest.approx([1, 4])


def test_scrapped_lots_visit_no_later_step() -> None:
    # a tenth is lost at step 0; of the others half go back from step 1, a quarter is lost there: a1 = 0.9 + 0.5 x 0.9 x a1
    lost, back = np.array([0.1, 0.25, 0.0]), np.array([0, 0, 2], np.int32)
    arrivals = expected_arrivals(np.array([0.0, 0.5, 0.0]), lost, back)
    second = 0.9 / (1 - 0.5 * 0.9)
    assert arrivals == pytest.approx([1 + 0.5 * second, second, 0.25 * second])


@st.composite
def loops(draw: st.DrawFn) -> tuple[list[float], list[float], list[int], list[float]]:
    """Give sampling, rework, where it goes back to, and scrap, for each step of a route."""
    steps = draw(st.integers(1, 12))
    share = st.one_of(st.just(0.0), st.floats(0.01, 0.6))
    sampling = draw(st.lists(st.one_of(st.just(1.0), st.floats(0.05, 1.0)), min_size=steps, max_size=steps))
    rework = draw(st.lists(share, min_size=steps, max_size=steps))
    scrap = draw(st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 0.3)), min_size=steps, max_size=steps))
    return sampling, rework, [draw(st.integers(0, i)) for i in range(steps)], scrap


@given(loops())
def test_visits_and_times_solve_the_linear_equations(route: tuple[list[float], list[float], list[int], list[float]]) -> None:
    sampling, rework, back, scrap = (np.array(column) for column in route)
    n = len(sampling)
    work = np.arange(1, n + 1) * MINUTE
    rows = [
        {"process": minutes(i + 1), "sampling": s, "rework": q, "rework_to": r, "scrap": x}
        for i, (s, q, r, x) in enumerate(zip(sampling.tolist(), rework.tolist(), back.tolist(), scrap.tolist(), strict=True))
    ]
    found = passage(build(rows, toolsets=[{}]), 0, 25)
    # the chance to go from step i to step j next; what is missing leaves the route
    spared = np.zeros((n, n + 1))
    for i in range(n):
        spared[i, i + 1] += 1 - sampling[i] * rework[i]
        spared[i, back[i]] += sampling[i] * rework[i]
    go = spared.copy()
    go[range(n), range(1, n + 1)] -= sampling * scrap
    arrivals = np.linalg.solve(np.eye(n) - go[:, :n].T, np.eye(n)[0])
    assert found.visits == pytest.approx(sampling * arrivals)
    # a lot that starts gets to step j if it does not leave the walk among the steps before it
    assert found.reach[1:] == pytest.approx([np.linalg.solve(np.eye(j) - go[:j, :j], go[:j, j])[0] for j in range(1, n)])
    # scrap changes no time
    for j in range(1, n + 1):
        # time to step j: the walk among the steps before it, none of which can go past it
        ahead = np.linalg.solve(np.eye(j) - spared[:j, :j], sampling[:j] * work[:j])
        assert [*found.elapsed_ms, found.raw_ms][j] == pytest.approx(ahead[0])


def test_transport_goes_to_the_next_step_that_is_not_sampled_out() -> None:
    # areas 0, 1, 0; half of the lots skip the middle: 1+60+10+30+20+15 = 136 or 1+60+5+15 = 81 min, mean 108.5
    steps: list[dict[str, Any]] = [
        {"toolset": 0, "process": minutes(60)},
        {"toolset": 1, "process": minutes(30), "sampling": 0.5},
        {"toolset": 0, "process": minutes(15)},
    ]
    transport = [[5 * MINUTE, 10 * MINUTE], [20 * MINUTE, 0], [MINUTE, 0]]
    fab = build(steps, toolsets=[{"area": 0}, {"area": 1}], transport=transport)
    assert raw_process_time_ms(fab, 0, 25) == pytest.approx(108.5 * MINUTE)
    # to the second step 1 + 60 and a transport of 10 or 5; to the third half of 30 + 20 more
    assert passage(fab, 0, 25).elapsed_ms == pytest.approx([1 * MINUTE, 68.5 * MINUTE, 93.5 * MINUTE])


def played(fab: Fab, lots: int) -> tuple[np.ndarray[Any, np.dtype[np.float64]], float, float]:
    """Play lots through the route as the floor does; give visits, mean time and its standard error [ms]."""
    random = np.random.default_rng(20_26)
    area = fab.toolsets["area"][fab.steps["toolset"]]
    visits = np.zeros(len(fab.steps))
    times = np.zeros(lots)
    for lot in range(lots):
        step, at = 0, -1
        while step < len(fab.steps):
            row = fab.steps[step]
            if random.random() < row["sampling"]:
                times[lot] += fab.transport[at, area[step], 1] + row["process_a"]
                visits[step] += 1
                at = area[step]
                if random.random() < row["rework"]:
                    step = row["rework_to"]
                    continue
            step += 1
    return visits / lots, float(times.mean()), float(times.std() / np.sqrt(lots))


def test_lots_played_step_by_step_agree() -> None:
    steps: list[dict[str, Any]] = [
        {"toolset": 0, "process": minutes(10)},
        {"toolset": 1, "process": minutes(7), "sampling": 0.4, "rework": 0.3, "rework_to": 0},
        {"toolset": 2, "process": minutes(20), "rework": 0.2, "rework_to": 1},
        {"toolset": 1, "process": minutes(3), "sampling": 0.7},
        {"toolset": 0, "process": minutes(12), "rework": 0.25, "rework_to": 2},
    ]
    transport = np.array([[2, 9, 5], [8, 1, 3], [4, 6, 2], [7, 0, 0]]) * MINUTE
    fab = build(steps, toolsets=[{"area": 0}, {"area": 1}, {"area": 2}], transport=transport.tolist())
    visits, mean, error = played(fab, 20_000)
    found = passage(fab, 0, 1)
    assert found.visits == pytest.approx(visits, rel=0.02)
    assert abs(found.raw_ms - mean) < 3.5 * error


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"process": minutes(60), "per": PER_LOT}, (60, 0)),
        ({"process": minutes(2), "per": PER_WAFER}, (50, 0)),
        ({"process": minutes(2), "per": PER_WAFER, "wafers": 3}, (6, 0)),
        ({"process": minutes(2), "per": PER_WAFER, "wafers": 30}, (50, 0)),
        ({"process": minutes(2), "per": PER_WAFER, "latency_ms": 9 * MINUTE}, (50, 9)),
        # a cascade: 25 intervals at the entry, process - interval behind it, the latency of the toolset unused
        ({"process": minutes(5), "per": PER_WAFER, "interval_ms": 0.75 * MINUTE, "latency_ms": MINUTE}, (18.75, 4.25)),
        ({"process": minutes(40), "per": PER_LOT, "interval_ms": 15.0 * MINUTE}, (15, 25)),
        # batches of five lots: one process for all of them, or one for each wafer of theirs
        ({"process": minutes(390), "per": PER_BATCH, "batch_key": 0, "batch_max": 149}, (390, 0)),
        ({"process": minutes(2), "per": PER_WAFER, "batch_key": 0, "batch_max": 149}, (250, 0)),
    ],
)
def test_a_job_holds_the_entry_and_stays_behind_it(step: dict[str, Any], expected: tuple[float, float]) -> None:
    found = passage(build([step], toolsets=[{}]), 0, 25)
    assert (found.hold_ms[0] / MINUTE, found.after_ms[0] / MINUTE) == pytest.approx(expected)


def test_a_lone_lot_in_a_cascade_takes_p_and_n_minus_1_intervals() -> None:
    step = {"process": minutes(1), "per": PER_WAFER, "interval_ms": 0.75 * MINUTE}
    fab = build([step], toolsets=[{"load_ms": 2 * MINUTE, "unload_ms": 3 * MINUTE, "slots": 2}])
    assert raw_process_time_ms(fab, 0, 25) == pytest.approx((2 + 1 + 24 * 0.75 + 3) * MINUTE)


def test_the_raw_process_time_in_a_furnace_is_that_of_a_lot_alone() -> None:
    step = {"process": minutes(2), "per": PER_WAFER, "batch_key": 0, "batch_max": 100}
    assert raw_process_time_ms(build([step], toolsets=[{}]), 0, 25) == pytest.approx(50 * MINUTE)


@pytest.mark.parametrize(("max_wafers", "fill", "lots"), [(125, 1.0, 5), (149, 1.0, 5), (125, 0.6, 3), (125, 0.1, 1), (20, 1.0, 1)])
def test_a_batch_takes_whole_lots_as_far_as_it_is_filled(max_wafers: int, fill: float, lots: float) -> None:
    step = {"process": minutes(390), "per": PER_BATCH, "batch_key": 0, "batch_max": max_wafers}
    assert passage(build([step], toolsets=[{}]), 0, 25, fill).lots_per_job == pytest.approx([lots])


def test_means_are_those_of_the_distributions() -> None:
    draws = [uniform(60_000, 3_000), exponential(60_000), lognormal(60_000, 0.5), empirical(1, [50_000, 70_000])]
    fab = build([{"process": draw} for draw in draws], toolsets=[{}], tables=[9e9, 50_000, 70_000])
    assert passage(fab, 0, 1).hold_ms == pytest.approx([60_000] * 4)
