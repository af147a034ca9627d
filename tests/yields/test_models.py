"""Yield models against published figures, against the mixtures they stand for, and against many drawn wafers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from fabsim.chance import Kind, stable_hash
from fabsim.kernels.dies import LOT_DIES, PURPOSE, defect_density, draw_dies
from fabsim.kernels.records import DIE
from fabsim.terms import DAY
from fabsim.yields import Model, spread
from fabsim.yields.closed_forms import die_yield

CASES = [
    (Model.POISSON, 1.0, 0.538),
    (Model.MURPHY, 1.0, 0.556),
    (Model.SEEDS, 1.0, 0.617),
    (Model.NEGATIVE_BINOMIAL, 2.0, 0.583),
    (Model.NEGATIVE_BINOMIAL, 3.0, 0.569),
    (Model.BOSE_EINSTEIN, 22.0, 0.543),
]
"""Model, parameter, and its yield for 4.13 cm2 at 0.15 defects per cm2 (fact base, section 4)."""

KNOWN = pytest.mark.parametrize(("model", "parameter", "known"), CASES)
EACH = pytest.mark.parametrize(("model", "parameter"), [case[:2] for case in CASES])
Z_999 = 3.2905
"""Two-sided 99.9 % quantile of the normal distribution."""


def chip(model: Model, parameter: float, density: float, **more: float) -> NDArray[Any]:
    """Give a product of 139 dies of 4.131 cm2 whose density does not fall."""
    dies = np.zeros(1, DIE).view(np.recarray)
    wafer = spread(model, parameter)
    fixed = {"gross": 139, "area_cm2": 4.131, "systematic": 1.0, "density": density, "mature": density, "falls_ms": math.inf, "wafers": 1}
    mixture = {"spread_kind": wafer.kind, "spread_a": wafer.a, "spread_b": wafer.b, "spread_c": wafer.c}
    for name, value in (fixed | mixture | more).items():
        dies[name] = value
    return dies


def lots(numbers: Sequence[int], wafers: int = 25, **more: int) -> NDArray[Any]:
    rows = np.zeros(len(numbers), LOT_DIES).view(np.recarray)
    rows["spared"] = 1.0
    rows["subject"], rows["wafers"] = [stable_hash(f"chip {number}") for number in numbers], wafers
    for name, value in more.items():
        rows[name] = value
    return rows


def drawn(dies: NDArray[Any], rows: NDArray[Any], key: int = 1) -> NDArray[Any]:
    draw_dies(np.uint64(key), dies, rows)
    return rows


@KNOWN
def test_a_model_gives_the_published_yield(model: Model, parameter: float, known: float) -> None:
    assert die_yield(model, 4.13 * 0.15, parameter) == pytest.approx(known, abs=0.0005)


def test_the_good_dies_of_a_half_reticle_chip_are_those_of_the_fact_base() -> None:
    good = [139 * die_yield(Model.NEGATIVE_BINOMIAL, 4.131 * density, 2.0) for density in (0.25, 0.15, 0.10, 0.07)]
    assert [round(dies) for dies in good] == [60, 81, 95, 106]


@EACH
def test_a_models_yield_is_the_mean_of_exp_over_its_spread(model: Model, parameter: float) -> None:
    wafer = spread(model, parameter)
    assert wafer.mean() == pytest.approx(1)
    density: Any = {
        Kind.TRIANGULAR: stats.triang(0.5, 0, 2),
        Kind.GAMMA: stats.gamma(wafer.b, scale=wafer.a),
    }.get(wafer.kind)
    for defects in (1e-7, 0.3, 2.0):
        kills = math.exp(-defects)
        if density is not None:
            kills, _ = integrate.quad(lambda x, d=defects: density.pdf(x) * math.exp(-d * x), 0, 60, points=[1, 2])
        assert die_yield(model, defects, parameter) == pytest.approx(kills, rel=1e-7)


@EACH
def test_the_mean_over_many_wafers_is_the_models_yield(model: Model, parameter: float) -> None:
    dies = chip(model, parameter, 0.15, systematic=0.9)
    rows = drawn(dies, lots(range(20_000), wafers=1))
    good = rows["good_dies"]
    assert good.min() >= 0
    assert good.max() <= 139
    expected = 139 * 0.9 * die_yield(model, 4.131 * 0.15, parameter)
    assert abs(good.mean() - expected) < Z_999 * good.std() / math.sqrt(len(good))


def test_a_wafers_good_dies_belong_to_its_name() -> None:
    dies = chip(Model.MURPHY, 1.0, 0.15)
    forward, backward = drawn(dies, lots([0, 1, 2, -1])), drawn(dies, lots([-1, 2, 1, 0]))
    assert forward["good_dies"].tolist() == backward["good_dies"][::-1].tolist()
    assert len(set(forward["good_dies"].tolist())) == 4
    # the first wafers of a lot do not know how many follow
    shorter = drawn(dies, lots([0], wafers=24))["good_dies"][0]
    assert 0 <= forward["good_dies"][0] - shorter <= 139
    assert forward["good_dies"][0] != drawn(dies, lots([0]), key=2)["good_dies"][0]


def test_no_step_can_draw_what_wafers_draw() -> None:
    assert stable_hash("good dies") == PURPOSE


def test_without_defects_only_systematic_losses_are_left() -> None:
    assert drawn(chip(Model.POISSON, 1.0, 0.0), lots([0]))["good_dies"].tolist() == [25 * 139]
    assert drawn(chip(Model.POISSON, 1.0, 1e6), lots([0]))["good_dies"].tolist() == [0]


def test_density_falls_with_time_and_with_wafers_made() -> None:
    curve = {"mature": 0.1, "falls_ms": 100 * DAY, "wafers": 1000, "exponent": 0.5, "age_ms": 50 * DAY, "made": 500}
    die = chip(Model.POISSON, 1.0, 0.5, **curve)[0]
    # 0.1 + 0.4 exp(-(50 + t) / 100) max(1, (500 + W) / 1000)^-0.5
    assert defect_density(die, 0, 0) == pytest.approx(0.1 + 0.4 * math.exp(-0.5))
    assert defect_density(die, 50 * DAY, 500) == pytest.approx(0.1 + 0.4 * math.exp(-1))
    assert defect_density(die, 50 * DAY, 3500) == pytest.approx(0.1 + 0.4 * math.exp(-1) / 2)
    later = drawn(chip(Model.POISSON, 1.0, 0.5, **curve), lots([0], age_ms=50 * DAY, made=3500))
    assert later["density"] == defect_density(die, 50 * DAY, 3500)
