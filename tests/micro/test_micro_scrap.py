"""Hand-solved fabs: lots that are scrapped at the end of a step."""

from __future__ import annotations

import polars as pl

from fabsim.kernels.rows import STATUS_SCRAPPED
from fabsim.metrics import check_laws
from fabsim.metrics.dies import good_dies
from fabsim.theory import lot_load
from tests.conftest import Ran, Run
from tests.micro.test_micro_work import starts

LINE = """
    scrap: {scrap}
    toolsets: {{T: {{area: a, tools: 1, process: 10 min}}}}
    routes: {{r: [{{step: S1, toolset: T, scrap: 0}}, {{step: S2, toolset: T}}, {{step: S3, toolset: T, scrap: 0}}]}}
    products:
      P:
        route: r
        die: {{width_mm: 25.5, height_mm: 16.2}}
        yield: {{model: seeds, defects_per_cm2: 0.3, learning: {{mature_per_cm2: 0.1, wafers: 1000, exponent: 0.4}}}}
"""


def scrapped(ran: Ran) -> set[int]:
    """Give the lots that were scrapped, by their name."""
    return set(ran.trace.lots.filter(pl.col("status") == STATUS_SCRAPPED)["subject"].to_list())


def test_a_scrapped_lot_leaves_at_the_end_of_its_step(run: Run) -> None:
    # both lots do S1, then both S2, where they are as good as certain to be scrapped: at 30 and at 40 min; nobody does S3
    ran = run(LINE.format(scrap=0.999999), starts("0 h, 0 h"))
    assert ran.moves("lot", "step", "finish_ms") == [(0, "S1", 600_000), (0, "S2", 1_800_000), (1, "S1", 1_200_000), (1, "S2", 2_400_000)]
    lots = ran.trace.lots.sort("lot")
    assert lots.select("status", "done_ms", "wait_ms", "tool_ms").rows() == [
        (STATUS_SCRAPPED, 1_800_000, 600_000, 1_200_000),
        (STATUS_SCRAPPED, 2_400_000, 1_200_000, 1_200_000),
    ]
    assert (ran.totals.released, ran.totals.completed, ran.totals.scrapped, ran.totals.in_process) == (2, 0, 2, 0)
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_scrap_takes_its_share_and_rework_its_own(run: Run) -> None:
    fab = """
        toolsets: {T: {area: a, tools: 1, process: 1 min}}
        routes: {r: [{step: S1, toolset: T, scrap: 10 %, rework: {share: 30 %, to: S1}}]}
        products: {P: {route: r}}
    """
    ran = run(fab, "horizon: 20 d\nstarts: {P: {wafers_per_month: 30000}}\npolicy: {fab: [fifo]}\n")
    # 0.3 goes back; of what leaves, 0.1 / 0.7 is scrapped
    left = ran.totals.completed + ran.totals.scrapped
    assert abs(ran.totals.scrapped / left - 1 / 7) < 4 * (1 / 7 * 6 / 7 / left) ** 0.5
    assert abs(ran.totals.moves / left - 1 / 0.7) < 4 * (0.3 / 0.7**2 / left) ** 0.5


def test_steps_are_visited_as_often_as_static_capacity_says(run: Run) -> None:
    ran = run(LINE.format(scrap=0.2), "horizon: 30 d\nstarts: {P: {wafers_per_month: 30000}}\npolicy: {fab: [fifo]}\n")
    assert lot_load(ran.scenario.fab, 0, 25).visits.tolist() == [1, 1, 0.8]
    steps = [step for (step,) in ran.moves("step")]
    assert abs(steps.count("S3") / steps.count("S2") - 0.8) < 4 * (0.2 * 0.8 / steps.count("S2")) ** 0.5


def test_the_same_lots_are_scrapped_and_the_same_dies_are_good_under_every_policy(run: Run) -> None:
    plan = "horizon: 8 d\nstarts: {{P: {{wafers_per_month: 30000, pattern: poisson}}}}\npolicy: {{fab: [{rule}]}}\n"
    fifo, srpt = (run(LINE.format(scrap=0.2), plan.format(rule=rule)) for rule in ("fifo", "srpt"))
    assert fifo.moves("lot", "start_ms") != srpt.moves("lot", "start_ms")
    both = set.intersection(*(set(ran.trace.lots.filter(pl.col("status") != 2)["subject"].to_list()) for ran in (fifo, srpt)))
    assert len(both) > 300
    assert scrapped(fifo) & both == scrapped(srpt) & both
    good = [ran.trace.lots.join(good_dies(ran.scenario, ran.trace, 0), on="lot") for ran in (fifo, srpt)]
    per_lot = [dict(frame.select("subject", "good_dies").rows()) for frame in good]
    shared = per_lot[0].keys() & per_lot[1].keys()
    assert len(shared) > 200
    assert {name: per_lot[0][name] for name in shared} == {name: per_lot[1][name] for name in shared}
