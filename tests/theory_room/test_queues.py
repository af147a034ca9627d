"""Formulas against numbers worked out from the closed forms or by solving the Markov chain."""

from __future__ import annotations

import math

import pytest

from fabsim.theory.queues import (
    breakdown_sojourn,
    erlang_c,
    pollaczek_khinchine,
    priority_waits,
    vut,
    wait_mmc,
    wait_to_batch,
    with_breakdowns,
    with_setups,
)


@pytest.mark.parametrize(
    ("tools", "utilization", "waits", "wait"),
    [
        (1, 0.8, 0.800000, 4.000000),
        (1, 0.9, 0.900000, 9.000000),
        (1, 0.95, 0.950000, 19.000000),
        (2, 0.8, 0.711111, 1.777778),
        (2, 0.9, 0.852632, 4.263158),
        (3, 0.8, 0.647191, 1.078652),
        (5, 0.8, 0.554113, 0.554113),
        (5, 0.9, 0.762493, 1.524986),
        (10, 0.9, 0.668732, 0.668732),
        (10, 0.95, 0.825586, 1.651171),
        (28, 0.975, 0.849494, 1.213562),
    ],
)
def test_mmc_has_erlangs_waits(tools: int, utilization: float, waits: float, wait: float) -> None:
    assert erlang_c(tools, tools * utilization) == pytest.approx(waits, abs=5e-7)
    assert wait_mmc(tools, tools * utilization, 1.0) == pytest.approx(wait, abs=5e-7)


def test_erlang_c_of_thousands_of_tools_does_not_overflow() -> None:
    # heavy traffic (Halfin & Whitt): c = a + b sqrt(a) gives 1 / (1 + b Phi(b) / phi(b)), 0.2234 for b = 1
    assert erlang_c(10_100, 10_000.0) == pytest.approx(0.2234, abs=0.002)


def test_wait_scales_with_the_time_unit() -> None:
    assert wait_mmc(3, 2.4 / 60, 60.0) == pytest.approx(60 * wait_mmc(3, 2.4, 1.0))


@pytest.mark.parametrize(
    ("utilization", "waits"),
    [
        (0.5, (0.5, 0.500417, 0.625, 1.0, 2.5)),
        (0.8, (2.0, 2.001667, 2.5, 4.0, 10.0)),
        (0.9, (4.5, 4.50375, 5.625, 9.0, 22.5)),
    ],
)
def test_mg1_waits_grow_with_variability(utilization: float, waits: tuple[float, ...]) -> None:
    found = [pollaczek_khinchine(utilization, scv) for scv in (0.0, 1 / 1200, 0.25, 1.0, 4.0)]
    assert found == pytest.approx(waits, abs=5e-7)


@pytest.mark.parametrize(
    ("arrival_scv", "scv", "utilization", "tools", "wait"),
    [(1, 1, 0.8, 1, 4.0), (1, 1, 0.9, 5, 1.542691), (1, 0.25, 0.95, 10, 1.034429), (0.5, 1.5, 0.9, 3, 2.749252)],
)
def test_vut_is_sakasegawas_approximation(arrival_scv: float, scv: float, utilization: float, tools: int, wait: float) -> None:
    assert vut(utilization, 1.0, tools, arrival_scv=arrival_scv, scv=scv) == pytest.approx(wait, abs=5e-7)


def test_vut_is_exact_for_one_tool_with_poisson_arrivals() -> None:
    assert vut(0.85, 3.0, scv=0.4) == pytest.approx(pollaczek_khinchine(0.85, 0.4, 3.0))


@pytest.mark.parametrize("utilization", [1.0, 1.2])
def test_an_overloaded_queue_waits_for_ever(utilization: float) -> None:
    assert pollaczek_khinchine(utilization, 1.0) == math.inf
    assert vut(utilization, 1.0, 2) == math.inf
    assert wait_mmc(2, 2 * utilization, 1.0) == math.inf
    assert erlang_c(2, 2 * utilization) == 1.0
    assert breakdown_sojourn(utilization, 1.0, failure_rate=0.01, repair_rate=0.1) == math.inf


def test_priority_classes_of_mm1_wait_as_cobham_says() -> None:
    assert priority_waits([0.1, 0.3, 0.4]) == pytest.approx([0.888889, 1.481481, 6.666667], abs=5e-7)


def test_priority_classes_of_mm5_wait_as_cobham_says() -> None:
    assert priority_waits([0.45, 1.35, 2.25], tools=5) == pytest.approx([0.126056, 0.196962, 0.943343], abs=5e-7)


def test_priorities_only_move_waiting_from_class_to_class() -> None:
    rates = [0.1, 0.3, 0.4]
    moved = sum(rate * wait for rate, wait in zip(rates, priority_waits(rates), strict=True))
    assert moved == pytest.approx(0.8 * wait_mmc(1, 0.8, 1.0))


def test_only_the_classes_above_the_overload_are_served() -> None:
    # loads 0.5, 0.9 and 1.3; under overload an arrival always waits, so W0 is the process time
    assert priority_waits([0.5, 0.4, 0.4]) == pytest.approx([1 / 0.5, 1 / (0.5 * 0.1), math.inf])


@pytest.mark.parametrize(("arrival", "fail", "repair", "sojourn"), [(0.6, 0.01, 0.1, 5.909091), (0.5, 0.05, 0.25, 4.666667)])
def test_mm1_with_breakdowns_is_white_and_christies(arrival: float, fail: float, repair: float, sojourn: float) -> None:
    assert breakdown_sojourn(arrival, 1.0, failure_rate=fail, repair_rate=repair) == pytest.approx(sojourn, abs=5e-7)


def test_a_tool_that_never_fails_is_mm1() -> None:
    assert breakdown_sojourn(0.8, 1.0, failure_rate=0.0, repair_rate=1.0) == pytest.approx(5.0)


def test_breakdowns_stretch_the_process_time_and_its_spread() -> None:
    te, scv = with_breakdowns(1.0, 0.0, mttf=100, mttr=10)
    assert (te, scv) == pytest.approx((1.1, 1.652893), abs=5e-7)
    # the same as breakdowns that count process time: E[C] = 1.1, E[C^2] = 3.21
    assert pollaczek_khinchine(0.8 * te, scv, te) == pytest.approx(10.7)


def test_fabtimes_curve_follows_from_effective_process_time() -> None:
    # process 2 h, 10 % down, MTBF 10 h: MTTF 9, MTTR 1, exponential repairs
    te, scv = with_breakdowns(2.0, 0.0, mttf=9, mttr=1, repair_scv=1.0)
    assert (te, scv) == pytest.approx((2.2222, 0.09), abs=5e-5)
    found = [te + vut(u, te, scv=scv) for u in (0.5, 0.55, 0.6, 0.65)]
    assert found == pytest.approx([3.433, 3.702, 4.039, 4.471], abs=6e-4)


def test_setups_stretch_the_process_time() -> None:
    found = with_setups(1.0, 0.0, run=10, setup=2.0, setup_scv=0.25)
    assert found == pytest.approx((1.2, 0.319444), abs=5e-7)


def test_the_first_lot_of_a_batch_waits_for_all_the_others() -> None:
    # five lots, 0.4 an hour: 10, 7.5, 5, 2.5 and 0 h
    assert wait_to_batch(0.4, 5) == pytest.approx((10 + 7.5 + 5 + 2.5 + 0) / 5)
