"""Dies of lots and months worked out by hand: chips have ten a wafer, coupons none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from metrics_builders import FAB, SCRAPPED, lot, trace
from metrics_builders import scenario as plain

from fabsim.chance import Kind
from fabsim.metrics import yields_by_month
from fabsim.metrics.dies import good_dies
from fabsim.model import DIE, Scenario
from fabsim.terms import DAY, MONTH
from fabsim.trace import Trace

MONTH_DAYS = MONTH / DAY
CHIP = 1
COUPON = 2
"""Its stream."""


def scenario(**chip: float) -> Scenario:
    """Give a scenario of three and a half months; a chip's density halves with twice the wafers from 50 on and falls with the month."""
    dies = np.zeros(3, DIE)
    curve = {"density": 0.5, "mature": 0.1, "falls_ms": MONTH, "wafers": 50, "exponent": 1}
    always = {"gross": 10, "area_cm2": 2, "spread_kind": Kind.CONSTANT, "spread_a": 1, "systematic": 0.9}
    for name, value in (always | curve | chip).items():
        dies[name][CHIP] = value
    return replace(plain(3.5 * MONTH_DAYS, 0), fab=replace(FAB, dies=dies))


@pytest.fixture
def ran() -> Trace:
    """Give four chip lots, one of them scrapped, and a coupon lot."""
    return trace(
        [
            lot(0, -1 * MONTH_DAYS, 0.5 * MONTH_DAYS, initial=1) | {"subject": 9},
            lot(1, 0, 1.5 * MONTH_DAYS) | {"subject": 0},
            lot(2, 1 * MONTH_DAYS, 1.75 * MONTH_DAYS) | {"subject": 1},
            lot(3, 1.25 * MONTH_DAYS, 1.5 * MONTH_DAYS, status=SCRAPPED) | {"subject": 2},
            lot(4, 1.5 * MONTH_DAYS, 3 * MONTH_DAYS, wafers=5) | {"subject": 3},
            lot(5, 1.5 * MONTH_DAYS, 3 * MONTH_DAYS, stream=COUPON),
        ]
    )


def test_a_lots_density_is_that_of_its_release(ran: Trace) -> None:
    found = good_dies(scenario(), ran, 0)
    # by then 0, 25, 50 and 100 wafers were released; time counts from 0, since there was initial WIP
    known = {0: 0.5, 1: 0.5, 2: 0.1 + 0.4 * math.exp(-1), 4: 0.1 + 0.4 * math.exp(-1.5) / 2}
    assert dict(zip(found["lot"], (found["density_nano"] / 1e9).to_list(), strict=True)) == pytest.approx(known, abs=1e-9)
    assert dict(found.select("lot", "dies").rows()) == {0: 250, 1: 250, 2: 250, 4: 50}


def test_time_counts_from_a_products_first_release() -> None:
    late = trace([lot(1, 2 * MONTH_DAYS, 3 * MONTH_DAYS), lot(2, 2.5 * MONTH_DAYS, 3 * MONTH_DAYS) | {"subject": 1}])
    densities = (good_dies(scenario(exponent=0, age_ms=MONTH), late, 0)["density_nano"] / 1e9).to_list()
    assert densities == pytest.approx([0.1 + 0.4 * math.exp(-1), 0.1 + 0.4 * math.exp(-1.5)], abs=1e-9)


def test_months_add_up_their_wafers(ran: Trace) -> None:
    perfect = scenario(density=0, mature=0, systematic=1)
    found = yields_by_month(perfect, ran, good_dies(perfect, ran, 0))
    columns = ["month", "wafers_out", "wafers_scrapped", "dies", "good_dies", "die_yield", "expected_die_yield", "line_yield"]
    of = {name: found.filter(found["product"].cast(pl.String) == name).select(columns).rows() for name in ("chip", "coupon")}
    assert found["product"].to_list() == ["coupon", "chip"] * 4
    assert of["chip"] == [
        (0, 25, 0, 250, 250, 1, 1, 1),
        (1, 50, 25, 500, 500, 1, 1, 2 / 3),
        (2, 0, 0, 0, 0, None, None, None),
        (3, 5, 0, 50, 50, 1, 1, 1),
    ]
    assert of["coupon"] == [(month, 0, 0, None, None, None, None, None) for month in range(3)] + [(3, 25, 0, None, None, None, None, 1)]


def test_a_months_density_is_the_mean_over_its_wafers_and_gives_the_yield_expected(ran: Trace) -> None:
    found = yields_by_month(scenario(), ran, good_dies(scenario(), ran, 0)).rows(named=True)
    second = next(row for row in found if row["month"] == 1 and row["product"] == "chip")
    density = (0.5 + 0.1 + 0.4 * math.exp(-1)) / 2
    assert second["defects_per_cm2"] == pytest.approx(density, abs=1e-9)
    assert second["expected_die_yield"] == pytest.approx(0.9 * math.exp(-2 * density))
    # 500 dies, each good by itself
    assert abs(second["die_yield"] - second["expected_die_yield"]) < 4 * math.sqrt(0.4 * 0.6 / 500)


def test_other_replications_and_seeds_draw_other_wafers(ran: Trace) -> None:
    first, again, other = (good_dies(scenario(), ran, replication)["good_dies"].to_list() for replication in (0, 0, 1))
    assert first == again != other
    assert good_dies(replace(scenario(), seed=8), ran, 0)["good_dies"].to_list() != first


def test_a_fab_without_dies_has_no_rows(ran: Trace) -> None:
    assert good_dies(plain(), ran, 0).is_empty()
    found = yields_by_month(plain(), ran, good_dies(plain(), ran, 0))
    assert found.select("good_dies", "die_yield", "defects_per_cm2").null_count().row(0) == (found.height,) * 3
