"""Intervals over replications: Student's t, and figures that some replications lack."""

from __future__ import annotations

import math

import pytest
import scipy.stats

from fabsim.metrics.intervals import combine, interval, t_quantile


@pytest.mark.parametrize("freedom", [*range(1, 41), 99, 100, 999, 1000])
def test_t_quantile_is_that_of_scipy(freedom: int) -> None:
    assert t_quantile(freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), rel=1e-12)


@pytest.mark.parametrize("confidence", [0.5, 0.99, 0.999, 1 - 0.01 / 143])
def test_t_quantile_is_that_of_scipy_at_any_confidence(confidence: float) -> None:
    for freedom in (1, 2, 23, 63):
        assert t_quantile(freedom, confidence) == pytest.approx(scipy.stats.t.ppf((1 + confidence) / 2, freedom), rel=1e-8)


def test_interval_is_the_textbook_one() -> None:
    # Mean 4, sample variance (4 + 0 + 4) / 2 = 4, t(2) = 4.302653, half-width 4.302653 * 2 / sqrt(3).
    found = interval([2, 4, 6])
    assert found["mean"] == 4
    assert found["n"] == 3
    assert found["ci95"] == pytest.approx(4.302653 * 2 / math.sqrt(3), rel=1e-6)


def test_equal_values_have_no_width() -> None:
    assert interval([3, 3]) == {"mean": 3, "ci95": 0, "n": 2}


def test_missing_values_are_left_out_and_counted() -> None:
    assert interval([None, None]) == {"mean": None, "ci95": None, "n": 0}
    assert interval([None, 5]) == {"mean": 5, "ci95": None, "n": 1}
    assert interval([2, None, 4]) == interval([2, 4])


def test_trees_are_combined_leaf_by_leaf() -> None:
    assert combine([{"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": None}}]) == {
        "a": {"mean": 1, "ci95": 0, "n": 2},
        "b": {"c": {"mean": 2, "ci95": None, "n": 1}},
    }
