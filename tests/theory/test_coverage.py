"""The project's 95 % intervals hold what they are meant to hold about 95 times in a hundred."""

from __future__ import annotations

import polars as pl

from fabsim import layout
from fabsim.engine import simulate
from fabsim.metrics.intervals import interval
from fabsim.terms import DAY, HOUR
from fabsim.trace import Recorder

RUNS, INTERVALS, SAMPLE = 8, 50, 10
"""Runs, intervals from each, and means that an interval is made of."""

WINDOW = 50 * DAY
"""Lots released in it make a mean: some 600.  M/M/1 at load 0.5 forgets its past in 12 h (1 / (1 - sqrt(0.5))^2 services): two windows of a
hundred times that have means that are independent but for a hundredth."""


def test_of_400_independent_intervals_for_mm1_92_to_98_in_a_hundred_hold_the_answer() -> None:
    days = WINDOW * INTERVALS * SAMPLE // DAY
    scenario = layout.read("queues/mm1_50", ["warmup=50 d", f"horizon={50 + days + 1} d", f"period={50 + days + 1} d"])
    holds = 0
    for replication in range(RUNS):
        recorder = Recorder(scenario, None)
        simulate(scenario, replication, recorder=recorder)
        window = (pl.col("release_ms") - scenario.warmup_ms) // WINDOW
        lots = recorder.close().lots.filter(pl.col("release_ms") >= scenario.warmup_ms).with_columns(window=window)
        waits = lots.group_by("window").agg(pl.col("wait_ms").mean() / HOUR).sort("window")["wait_ms"][: INTERVALS * SAMPLE].to_list()
        assert len(waits) == INTERVALS * SAMPLE
        for first in range(0, len(waits), SAMPLE):
            found = interval(waits[first : first + SAMPLE])
            assert found["mean"] is not None
            assert found["ci95"] is not None
            holds += abs(found["mean"] - 1.0) <= found["ci95"]
    assert 0.92 <= holds / (RUNS * INTERVALS) <= 0.98, holds
