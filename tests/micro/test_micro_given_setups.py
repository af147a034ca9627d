"""Hand-solved fabs: setups whose time the step gives, drawn or not, at a change or for every job. Times in minutes."""

from __future__ import annotations

import numpy as np
import pytest

from fabsim.chance import replication_key, stable_hash
from fabsim.kernels.philox import uniforms
from fabsim.kernels.rank import visit_counter
from fabsim.kernels.setups import PURPOSE
from fabsim.kernels.starts import subject_of
from fabsim.metrics import check_laws
from tests.conftest import Run
from tests.micro.test_micro_setups import lots

FAB = """
    setups: {gas: {default: 30 min%s}}
    toolsets: {I: {area: a, tools: %d, process: 10 min, setup: gas}}
    routes:
      ra: [{step: SA, toolset: I, setup: A}]
      rb: [{step: SB, toolset: I, setup: B}]
      re: [{step: SE, toolset: I, setup: A, setup_time: %s}]
    products: {A: {route: ra}, B: {route: rb}, E: {route: re}}
"""
ALWAYS = "8 min, setup_when: always"
DRAWN = "{empirical: [6 min, 10 min]}, setup_when: always"


def test_a_tool_may_be_set_up_for_every_job(run: Run) -> None:
    # E takes its 8 min on the fresh tool, 0-18, and again on the same setup, 18-36; A finds it right, 36-46; B changes it, 46-86, and E
    # changes it back with its own time, 86-104
    ran = run(FAB % ("", 1, ALWAYS), lots(A="2 min", B="3 min", E="0 min, 1 min, 4 min"))
    assert [(start, finish) for _, _, start, finish in ran.spans()] == [(0, 18), (18, 36), (36, 46), (46, 86), (86, 104)]
    assert ran.moves("setup_ms") == [(0,), (1_800_000,), *[(480_000,)] * 3]
    # all but A's
    assert int(ran.trace.tools["setups"].sum()) == 4
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_a_minimum_run_goes_on_where_the_same_setup_is_done_again(run: Run) -> None:
    # min_run 2: the E of minute 0 changes the setup and the E of minute 2 ends the run at 18-36; B, which came at 1, goes before the E of 3
    ran = run(FAB % (", min_run: 2", 1, ALWAYS), lots(A="10 h", B="1 min", E="0 min, 2 min, 3 min", horizon="5 h"))
    assert [(start, finish) for _, _, start, finish in ran.spans()] == [(0, 18), (18, 36), (36, 76), (76, 94)]
    assert [lot for lot, *_ in ran.spans()] == [2, 5, 1, 8]


@pytest.mark.parametrize(
    ("rank_by", "spans"),
    [
        # at 10 E (lot 2), which came first, needs its 8 min on a tool that is set up for A, and the second A (3) needs nothing
        ("all", [(0, 0, 10), (3, 10, 20), (2, 20, 38)]),
        # the time of a step does not rank: first come, first served
        ("table", [(0, 0, 10), (2, 10, 28), (3, 28, 38)]),
    ],
)
def test_a_setup_for_every_job_ranks_by_its_time(run: Run, rank_by: str, spans: list[object]) -> None:
    ran = run(FAB % (f", rank_by: {rank_by}", 1, ALWAYS), lots("setup, fifo", A="0 min, 2 min", B="10 h", E="1 min", horizon="5 h"))
    assert [(lot, start, finish) for lot, _, start, finish in ran.spans()] == spans


def test_lots_of_one_setup_rank_by_the_times_of_their_steps(run: Run) -> None:
    # B is on the tool 0-10; for setup A lot 2, which came first, then needs the 9 min of its step, lot 3 the 7 of its own and lot 0 the 30
    # of the table: lot 3 goes, 10-27; after it the setup is right for the others, in the order they came
    fab = FAB % ("", 1, "9 min")
    fab = fab.replace("products: {", "  rf: [{step: SF, toolset: I, setup: A, setup_time: 7 min}]\n    products: {F: {route: rf}, ")
    ran = run(fab, lots("setup, fifo", A="4 min", B="0 min", E="1 min", F="2 min"))
    assert [(lot, start, finish) for lot, _, start, finish in ran.spans()] == [(1, 0, 10), (3, 10, 27), (2, 27, 37), (0, 37, 47)]


def test_a_drawn_time_belongs_to_the_lot_and_its_step(run: Run) -> None:
    # a uniform below 1/2 gives 6 min, another one 10
    many = ", ".join(f"{k} min" for k in range(0, 400, 20))
    scenario = lots(A="10 h", E=many)
    ran = run(FAB % ("", 1, DRAWN), scenario)
    steps = ran.scenario.fab.steps.view(np.recarray)
    (step,) = steps[steps["setup_always"] == 1]
    key, stream = np.uint64(replication_key(ran.scenario.seed, 0)), np.uint64(stable_hash("E"))
    found = [(start, finish - start) for _, _, start, finish in ran.spans()]
    subjects = [np.uint64(subject_of(stream, k)) for k in range(20)]
    drawn = [uniforms(key, subject, PURPOSE ^ np.uint64(visit_counter(step, 0)))[0] for subject in subjects]
    assert found == [(20 * k, 16 if u < 0.5 else 20) for k, u in enumerate(drawn)]
    assert {takes for _, takes in found} == {16, 20}


def test_a_drawn_time_ranks_by_its_mean(run: Run) -> None:
    # at 10 the mean of 100 min that E needs (it will be 200 or none) is more than the 30 of B
    fab = (FAB % ("", 1, "{empirical: [0 min, 200 min]}")).replace("setup: A, setup_time", "setup: C, setup_time")
    ran = run(fab, lots("setup, fifo", A="0 min", B="2 min", E="1 min"))
    assert [(lot, start) for lot, _, start, _ in ran.spans()] == [(0, 0), (1, 10), (2, 50)]
    assert ran.spans()[2][3] in {60, 260}


def test_a_batch_is_set_up_once_as_drawn_by_its_lead(run: Run) -> None:
    # two lots of one batch, whose least has the id 0: set up for 7 min whatever is drawn, 0-17, and the next two 17-34
    fab = """
        toolsets: {F: {area: a, tools: 1, process: 10 min, per: batch, batch: {min: 50, max: 50}}}
        routes: {r: [{step: S, toolset: F, setup: x, setup_time: {empirical: [7 min]}, setup_when: always}]}
        products: {P: {route: r}}
    """
    ran = run(fab, lots(P="0 min, 0 min, 1 min, 1 min"))
    assert [(start, finish) for _, _, start, finish in ran.spans()] == [(0, 17), (0, 17), (17, 34), (17, 34)]
    assert int(ran.trace.tools["setups"].sum()) == 2


@pytest.mark.parametrize("time", ["5 min", "{empirical: [5 min]}"])
def test_a_reticle_travels_beside_the_setup_of_every_job(run: Run, time: str) -> None:
    # its reticle is there by 8: loaded then, not at 5, done at 18; it stays, so the next one is loaded after 5 min, at 23
    fab = f"""
        toolsets: {{L: {{area: a, tools: 1, process: 10 min, reticles: {{travel: 8 min}}}}}}
        routes: {{r: [{{step: S, toolset: L, mask: M, setup: M, setup_time: {time}, setup_when: always}}]}}
        products: {{P: {{route: r}}}}
    """
    assert run(fab, lots(P="0 min, 0 min")).spans() == [(0, "L#1", 0, 18), (1, "L#1", 18, 33)]
