"""Hand-solved fabs: wafers that are scrapped one by one, their lots going on without them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fabsim.kernels.rows import STATUS_DONE, STATUS_SCRAPPED
from fabsim.metrics import check_laws
from fabsim.metrics.lots import cycle_times
from fabsim.theory import lot_load
from tests.conftest import Run

LINE = """
    toolsets:
      T: {{area: a, tools: 1, process: 1 min, per: wafer}}
      U: {{area: a, tools: 1, process: 1 min, per: wafer{more}}}
    routes: {{r: [{{step: S1, toolset: T, wafer_scrap: {share}}}, {{step: S2, toolset: U}}]}}
    products: {{P: {{route: r}}}}
"""
LOTS = "horizon: 2 d\nstarts: {P: {lot_size: 10, pattern: {schedule: [0 h, 2 h, 4 h]}}}\n"


def test_a_lot_goes_on_without_the_wafers_it_loses(run: Run) -> None:
    # three lots of 10 wafers do S1 for 10 min from 0, 2 and 4 h on; one that loses k there does S2 for 10 - k min
    ran = run(LINE.format(share=0.3, more=""), LOTS)
    lots = ran.trace.lots.sort("lot")
    lost = lots["wafers_lost"].to_list()
    assert len(set(lost)) > 1  # so that a constant cannot pass
    expected = [(k, "S1", 10, k * 7_200_000 + 600_000) for k in range(3)]
    expected += [(k, "S2", 10 - gone, k * 7_200_000 + 600_000 + (10 - gone) * 60_000) for k, gone in enumerate(lost)]
    assert ran.moves("lot", "step", "job_wafers", "finish_ms") == sorted(expected)
    assert lots["wafers"].to_list() == [10 - gone for gone in lost]
    figures = cycle_times(ran.scenario, ran.trace).row(0, named=True)
    assert (figures["wafers_out"], figures["wafers_scrapped"]) == (30 - sum(lost), sum(lost))
    assert figures["line_yield"] == (30 - sum(lost)) / 30
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_a_lot_whose_last_wafer_is_lost_is_scrapped(run: Run) -> None:
    # as good as certain at the end of S1: after 10 min each
    ran = run(LINE.format(share=0.99999999, more=""), LOTS)
    rows = ran.trace.lots.sort("lot").select("status", "wafers", "wafers_lost", "done_ms").rows()
    assert rows == [(STATUS_SCRAPPED, 0, 10, start * 60_000) for start in (10, 130, 250)]
    assert (ran.totals.completed, ran.totals.scrapped, ran.totals.moves) == (0, 3, 3)
    assert cycle_times(ran.scenario, ran.trace).row(0, named=True)["line_yield"] == 0
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_maintenance_counts_the_wafers_that_are_left(run: Run) -> None:
    # U is down for an hour after each 12 wafers: lot 1 is the second there, and 12 are reached with it only if few are lost
    more = ", calendars: [{kind: maintenance, counts: wafers, every: 12 wafers, takes: 1 h}]"
    ran = run(LINE.format(share=0.3, more=more), LOTS)
    left = ran.trace.lots.sort("lot")["wafers"].to_list()
    down = ran.trace.tools.filter(pl.col("toolset").cast(pl.String) == "U")["maintenance_ms"].sum()
    assert sum(left) < 30
    assert down == sum(left) // 12 * 3_600_000


def test_a_batch_that_no_other_lot_fits_into_is_full_where_wafers_are_lost(run: Run) -> None:
    # two lots of 10 make a batch of 20 and not less; at U all lots come in after 40 min, those that lost wafers among them: in rank
    # order two of them hold less than 20 and a third does not fit; they start
    fab = """
        toolsets:
          T: {area: a, tools: 3, process: 40 min}
          U: {area: a, tools: 1, process: 10 min, per: batch, batch: {min: 20, max: 20}}
        routes: {r: [{step: S1, toolset: T, wafer_scrap: 15 %}, {step: S2, toolset: U}]}
        products: {P: {route: r}}
    """
    ran = run(fab, "horizon: 20 h\nstarts: {P: {lot_size: 10, pattern: {schedule: [0 h, 0 h, 0 h]}}}\n")
    wafers = ran.trace.lots.sort("lot")["wafers"].to_list()
    assert sum(wafers) > 20 > wafers[0] + wafers[1]
    assert ran.spans("U") == [(0, "U#1", 40, 50), (1, "U#1", 40, 50)]


MANY = """
    toolsets: {T: {area: a, tools: 3, process: 1 s, per: wafer}}
    routes:
      r:
        - {step: S1, toolset: T}
        - {step: S2, toolset: T, rework: {share: 30 %, to: S1}}
        - {step: S3, toolset: T, wafer_scrap: 0, scrap: 10 %}
        - {step: S4, toolset: T, sampling: 50 %}
    products: {P: {route: r}}
    wafer_scrap: 20 %
"""


def test_lots_shrink_and_vanish_as_static_capacity_says(run: Run) -> None:
    ran = run(MANY, "horizon: 200 d\nstarts: {P: {lot_size: 3, wafers_per_month: 3000}}\npolicy: {fab: [fifo]}\n")
    assert ran.trace.moves is not None
    moves = ran.trace.moves.group_by("index").agg(visits=pl.len(), wafers=pl.col("job_wafers").sum()).sort("index").collect()
    load = lot_load(ran.scenario.fab, 0, 3)
    # one tool second a wafer: the load is the wafers; these are exact, the lots only up to how unequally rework makes them lose
    released = ran.totals.released
    found = moves["wafers"].to_numpy() / released
    assert found == pytest.approx(load.occupancy_ms / 1000, abs=4 * 3 * 2 / np.sqrt(released))
    assert moves["visits"].to_numpy() / released == pytest.approx(load.visits, rel=0.06)
    done = ran.trace.lots.filter(pl.col("status") == STATUS_DONE)
    assert done["wafers_lost"].sum() > 0
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []


def test_static_capacity_counts_the_wafers_left(run: Run) -> None:
    # S1 holds 10 wafers, S2 the 7 that are left of them on average, in the 1 - 0.3^10 of lots that are left: 7 min in all
    ran = run(LINE.format(share=0.3, more=""), LOTS)
    load = lot_load(ran.scenario.fab, 0, 10)
    assert load.visits == pytest.approx([1, 1 - 0.3**10])
    assert load.occupancy_ms == pytest.approx([600_000, 420_000])
    assert load.raw_ms == 1_200_000
