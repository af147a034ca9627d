"""MSER-5 on transients whose end is known."""

from __future__ import annotations

import numpy as np
import pytest
from metrics_builders import lot, scenario, trace

from fabsim import layout
from fabsim.engine import simulate
from fabsim.metrics.warmup import INSTANTS, mser5, warmup_advice_days, wip_lots
from fabsim.trace import Recorder

SWING = np.tile([1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0, -1.0], 100)
"""A thousand observations, 200 batches of five: means 1 and -1 in turn."""


def test_what_never_was_a_transient_is_kept() -> None:
    assert mser5(SWING) == 0


@pytest.mark.parametrize("batches", [1, 7, 40, 100])
def test_a_step_is_cut_where_it_ends(batches: int) -> None:
    values = SWING.copy()
    values[: 5 * batches] += 50.0
    assert mser5(values) == 5 * batches


def test_a_decay_is_cut_where_it_no_longer_costs_more_than_it_gives() -> None:
    # Batch j is +-1 + 20 exp(-j / 10), in the tail +-1 around 0 of variance 1.  With m - d batches left MSER is about
    # (m - d)^-1 (1 + what is left of the decay, squared: sum over j >= d of 400 exp(-j / 5) = 2207 exp(-d / 5), / (m - d)).  Its logarithm
    # falls while 2 / (m - d) is less than 2207 exp(-d / 5) / 5 / (m - d): until exp(-d / 5) = 1 / 441 (its own growth 1 / (m - d) left
    # out), d = 5 ln 441 = 30.4, or a little less, as ln(441 / 2) x 5 = 27 says.
    decay = np.repeat(20.0 * np.exp(-np.arange(200) / 10.0), 5)
    cut = mser5(SWING + decay)
    assert cut is not None
    assert 24 * 5 <= cut <= 34 * 5


def test_the_level_does_not_matter() -> None:
    values = SWING.copy()
    values[:200] += 50.0
    assert mser5(values + 1e9) == mser5(values) == 200


@pytest.mark.parametrize(
    "values", [np.zeros(49), np.arange(1000.0), np.repeat([50.0, 0.0], [600, 400]) + SWING], ids=["few", "trend", "late"]
)
def test_no_steady_part_gets_no_advice(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert mser5(values) is None


def test_wip_is_a_mean_over_each_thousandth_of_the_run() -> None:
    # Ten days: a thousandth is 0.01 d.  One lot all the time, one in the middle fifth, one through half of the first thousandth.
    found = wip_lots(scenario(), trace([lot(0, -3, 12), lot(1, 4, 6), lot(2, 0, 0.005)]).lots)
    expected = np.ones(INSTANTS)
    expected[400:600] += 1
    expected[0] += 0.5
    assert found == pytest.approx(expected)


def test_a_line_that_starts_empty_is_cut_after_it_has_filled() -> None:
    # Starts at regular intervals into a route of constant times on tools enough: WIP grows until the first lot is done, then stays.
    changes = ["starts.customers={product: md1, wafers_per_month: 730, lot_size: 1, pattern: constant}", "warmup=0 h", "horizon=100 d"]
    recorder = Recorder(read := layout.read("queues/scenario", [*changes, "fab.toolsets.MD1={tools: 250, process: 240 h}"]), None)
    simulate(read, 0, recorder=recorder)
    # One lot an hour for 240 h: after 10 d there are 240; a batch of the rule is half a day
    assert warmup_advice_days(read, [recorder.close()]) == pytest.approx(10.0, abs=0.5)
