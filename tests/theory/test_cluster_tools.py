"""A saturated cluster tool does what static capacity says: the mean rate over the chambers that are up.

99.9 % intervals over replications, narrower than 3 % on either side; seeds and lengths were fixed beforehand.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest
from scipy.stats import t as student

from fabsim.engine import simulate
from fabsim.terms import HOUR
from fabsim.theory import capacity
from fabsim.trace import Recorder
from tests.conftest import write
from tests.micro.test_micro_work import ONE

FAILS = "calendars: [{kind: breakdown, every: {exponential: 9 h}, takes: {exponential: 1 h}}]"
CASES = {
    # parallel: 2 chambers, 30 s a lot on both: 0.81 x 120 + 0.18 x 60 lots an hour of the time
    "parallel": (f"process: 5 s, chambers: {{parallel: 2, {FAILS}}}", 0.81 * 120 + 0.18 * 60),
    # A takes 5 s in up to 2 chambers, B 4 s in 1: B's pace, 48 s a lot, while both A are up, else 60 s
    "sequence": (
        f"chambers: {{sequence: [{{name: A, process: 5 s, count: 2, {FAILS}}}, {{name: B, process: 4 s, {FAILS}}}]}}",
        0.9 * (0.81 * 75 + 0.18 * 60),
    ),
}

SCENARIO = """
    horizon: 40 d
    starts: {P: {lot_size: 12, pattern: {conwip: 3}}}
"""


@pytest.mark.parametrize("case", CASES)
def test_a_saturated_tool_works_at_the_mean_rate(tmp_path: Path, case: str) -> None:
    tool, per_hour = CASES[case]
    read = write(tmp_path, ONE % (f"per: wafer, slots: 2, {tool}", "sampling: 1"), SCENARIO)
    read = replace(read, trace="lots")
    assert capacity(read.fab, [(0, 12, 1.0)], np.array([1])).load == pytest.approx([1 / per_hour])
    done = []
    for number in range(16):
        totals = simulate(read, number, recorder=Recorder(read, None))
        done.append(totals.completed * HOUR / read.horizon_ms)
    n = len(done)
    half = student.ppf(0.9995, n - 1) * stdev(done) / math.sqrt(n)
    assert half < 0.03 * per_hour
    assert abs(mean(done) - per_hour) <= half
