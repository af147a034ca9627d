"""A checked distribution knows its moments, agrees with the compiled draws and can be scaled."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fabsim.chance import (
    Draw,
    Kind,
    constant,
    empirical,
    erlang,
    exponential,
    gamma,
    lognormal,
    normal,
    triangular,
    uniform,
    weibull,
)
from fabsim.kernels import draws

VALUES = np.array([40.0, 41.0, 55.0])
CASES: dict[str, tuple[Draw, Any]] = {
    "uniform": (uniform(45.0, 5.0), stats.uniform(40.0, 10.0)),
    "exponential": (exponential(20.0), stats.expon(scale=20.0)),
    "normal": (normal(45.0, 4.0), stats.truncnorm(-45.0 / 4.0, np.inf, 45.0, 4.0)),
    "normal, cut": (normal(2.0, 3.0), stats.truncnorm(-2.0 / 3.0, np.inf, 2.0, 3.0)),
    "normal, half": (normal(0.0, 3.0), stats.halfnorm(scale=3.0)),
    "lognormal": (lognormal(45.0, 0.5), stats.lognorm(math.sqrt(math.log(1.25)), scale=45.0 / math.sqrt(1.25))),
    "gamma": (gamma(45.0, 0.5), stats.gamma(4.0, scale=11.25)),
    "erlang": (erlang(45.0, 3), stats.gamma(3.0, scale=15.0)),
    "weibull": (weibull(45.0, 1.5), stats.weibull_min(1.5, scale=45.0 / math.gamma(1 + 1 / 1.5))),
    "triangular": (triangular(40.0, 45.0, 60.0), stats.triang(0.25, 40.0, 20.0)),
    "empirical": (empirical(0, VALUES), stats.rv_discrete(values=(VALUES, [1 / 3] * 3))),
}
EACH = pytest.mark.parametrize(("draw", "known"), CASES.values(), ids=CASES)


@EACH
def test_mean_and_sd_are_exact(draw: Draw, known: Any) -> None:
    assert draw.mean() == pytest.approx(float(known.mean()), rel=1e-12)
    assert draw.sd() == pytest.approx(float(known.std()), rel=1e-9)


def test_a_constant_has_no_spread() -> None:
    assert (constant(7.0).mean(), constant(7.0).sd()) == (7.0, 0.0)


@EACH
def test_the_compiled_mean_is_the_same(draw: Draw, known: Any) -> None:
    assert draws.mean(int(draw.kind), draw.a, draw.b, draw.c, VALUES) == pytest.approx(float(known.mean()), rel=1e-12)


@EACH
def test_the_compiled_draw_takes_the_same_parameters(draw: Draw, known: Any) -> None:
    for u in (0.01, 0.3, 0.6, 0.99):
        assert draws.draw(int(draw.kind), draw.a, draw.b, draw.c, VALUES, u) == pytest.approx(float(known.ppf(u)), rel=1e-9)


@pytest.mark.parametrize("draw", [constant(7.0), *(draw for draw, _ in CASES.values())])
def test_scaling_scales_every_quantile(draw: Draw) -> None:
    scaled = draw.scaled(1.3)
    assert scaled.mean() == pytest.approx(1.3 * draw.mean(), rel=1e-12)
    assert scaled.sd() == pytest.approx(1.3 * draw.sd(), rel=1e-9)
    tables = [np.array(one.values) for one in (draw, scaled)]
    for u in (0.01, 0.5, 0.99):
        once, more = (draws.draw(int(one.kind), one.a, one.b, one.c, table, u) for one, table in zip((draw, scaled), tables, strict=True))
        assert more == pytest.approx(1.3 * once, rel=1e-12)


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf])
def test_scaling_by_what_is_no_factor_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="finite factor above 0, found"):
        exponential(1.0).scaled(factor)


def test_an_empirical_draw_is_placed_where_its_values_stand() -> None:
    draw = empirical(0, [5.0, 6.0]).placed(4)
    assert (draw.kind, draw.a, draw.b, draw.values) == (Kind.EMPIRICAL, 4.0, 2.0, (5.0, 6.0))


def test_kinds_are_the_ones_the_kernels_know() -> None:
    assert {kind.name: int(kind) for kind in Kind} == {kind.name: getattr(draws, kind.name) for kind in Kind}


def test_a_draw_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        exponential(1.0).a = 2.0  # type: ignore[misc]
