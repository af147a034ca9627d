"""Closed lines against numbers worked out by hand or by solving the Markov chain."""

from __future__ import annotations

import pytest

from fabsim.theory.closed import conwip, practical_worst_case

DEMANDS = (2.0, 1.25, 0.8)


@pytest.mark.parametrize(
    ("lots", "throughput", "cycle_time"),
    [(1, 0.246914, 4.05), (3, 0.416757, 7.198441), (5, 0.469278, 10.654675), (10, 0.497152, 20.114577), (20, 0.499974, 40.002068)],
)
def test_a_line_with_so_many_lots_does_what_mean_value_analysis_says(lots: int, throughput: float, cycle_time: float) -> None:
    # X(n) = G(n - 1) / G(n), G(n) the sum of the products D1^a D2^b D3^c over a + b + c = n (Buzen 1973); 1 / 4.05 for one lot
    assert conwip(lots, DEMANDS) == pytest.approx((throughput, cycle_time), abs=6e-7)


@pytest.mark.parametrize(("lots", "throughput"), [(3, 0.372671), (5, 0.414938), (10, 0.453515)])
def test_the_practical_worst_case_lies_below(lots: int, throughput: float) -> None:
    # rb 0.5 an hour, W0 = 0.5 x 4.05 = 2.025 lots: 0.5 n / (n + 1.025)
    assert practical_worst_case(lots, DEMANDS).throughput == pytest.approx(throughput, abs=6e-7)
    assert conwip(lots, DEMANDS).throughput > throughput
