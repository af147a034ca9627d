"""The queues of ``layouts/queues`` have their known answers, inside 99.9 % intervals narrower than 3 % on either side.

Each answer is the closed form or the Markov chain's (see the scenario's own comment); seeds were fixed beforehand,
lengths chosen for the width alone.  With 99.9 % each, one of these intervals in a thousand may miss by chance.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from scipy.stats import t as student

from fabsim import layout
from fabsim.engine import simulate
from fabsim.kernels.rows import STATUS_DONE
from fabsim.model import Scenario
from fabsim.terms import HOUR
from fabsim.trace import Recorder, Trace

QUEUES = Path(__file__).parents[2] / "layouts" / "queues"
CONFIDENCE = 0.999
HALF_WIDTH = 0.03

QUEUE: list[Any] = [
    # scenario, changes to it, replications, days of each, mean wait by stream [h]
    ("scenario", [], 24, 6_000, {"customers": 4.0}),
    ("mm1_50", [], 24, 3_500, {"customers": 1.0}),
    ("mm2_80", [], 24, 5_000, {"customers": 1.777778}),
    ("mm3_80", [], 24, 3_000, {"customers": 1.078652}),
    ("mm5_80", [], 24, 3_000, {"customers": 0.554113}),
    ("md1_50", [], 24, 2_500, {"customers": 0.5}),
    ("mu1_50", [], 24, 2_500, {"customers": 0.500417}),
    ("md1_80", [], 24, 3_000, {"customers": 2.0}),
    ("mg1_quarter_50", [], 24, 3_300, {"customers": 0.625}),
    ("mg1_four_50", [], 24, 4_200, {"customers": 2.5}),
    ("priority_mm1", [], 60, 4_200, {"customers": 0.888889, "middle": 1.481481, "low": 6.666667}),
    ("priority_mm5", [], 24, 6_000, {"customers": 0.126056, "middle": 0.196962, "low": 0.943343}),
    ("bulk_1_4", [], 24, 2_200, {"customers": 2.552499}),
    ("bulk_3_4", [], 24, 2_600, {"customers": 2.267303}),
    ("bulk_3_4_slow", [], 24, 1_000, {"customers": 1.148825}),
    ("bulk_4_4", [], 24, 2_700, {"customers": 2.147639}),
    ("bulk_5_6", [], 24, 3_000, {"customers": 2.121232}),
    ("batch_5_5", [], 24, 1_900, {"customers": 7.8906}),
    ("batch_3_5", [], 24, 2_400, {"customers": 7.6861}),
    ("batch_1_5", [], 24, 2_100, {"customers": 7.8684}),
    # lambda 0.5 instead of 0.8, so that the load is below 0.8: Wq = 0.5 x 3.21 / (2 x 0.45) and 0.5 x 4.42 / (2 x 0.45)
    ("worn_constant", ["starts.customers.wafers_per_month=365"], 60, 13_000, {"customers": 1.783333}),
    ("worn_exponential", ["starts.customers.wafers_per_month=365"], 60, 10_000, {"customers": 2.455556}),
]
SOJOURN: list[Any] = [
    # the same, with the mean cycle time [h]
    ("down_rare", [], 80, 3_300, {"customers": 5.909091}),
    ("down_often", [], 24, 4_300, {"customers": 4.666667}),
    ("conwip_5", [], 24, 1_500, {"customers": 10.654675}),
]


def replicate(
    name: str, changes: list[str], replications: int, days: int, answers: dict[str, float], time: pl.Expr
) -> dict[str, list[float]]:
    """Give each stream's mean of ``time`` [h] in each replication."""
    scenario = layout.read(QUEUES / f"{name}.yaml", [*changes, f"horizon={days} d", f"period={days} d"])
    means: dict[str, list[float]] = {stream: [] for stream in answers}
    for number in range(replications):
        recorder = Recorder(scenario, None)
        simulate(scenario, number, recorder=recorder)
        trace = recorder.close()
        for stream, values in means.items():
            values.append(mean_hours(scenario, trace, stream, time))
    return means


def mean_hours(scenario: Scenario, trace: Trace, stream: str, time: pl.Expr) -> float:
    counted = trace.lots.filter(
        (pl.col("stream") == stream) & (pl.col("release_ms") >= scenario.warmup_ms) & (pl.col("status") == STATUS_DONE)
    )
    total, lots = counted.select(time.sum(), pl.len().alias("lots")).row(0)
    return float(total / lots / HOUR)


def assert_interval_holds(values: list[float], answer: float) -> None:
    n = len(values)
    mean = sum(values) / n
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    half = student.ppf((1 + CONFIDENCE) / 2, n - 1) * deviation / math.sqrt(n)
    assert half < HALF_WIDTH * answer, f"{mean:.4f} +- {half:.4f} is too wide for {answer}"
    assert abs(mean - answer) <= half, f"{mean:.4f} +- {half:.4f} misses {answer}"


def names(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("name", "changes", "replications", "days", "answers"), QUEUE, ids=names(QUEUE))
def test_the_mean_wait_is_known(name: str, changes: list[str], replications: int, days: int, answers: dict[str, float]) -> None:
    means = replicate(name, changes, replications, days, answers, pl.col("wait_ms"))
    for stream, answer in answers.items():
        assert_interval_holds(means[stream], answer)


@pytest.mark.parametrize(("name", "changes", "replications", "days", "answers"), SOJOURN, ids=names(SOJOURN))
def test_the_mean_cycle_time_is_known(name: str, changes: list[str], replications: int, days: int, answers: dict[str, float]) -> None:
    means = replicate(name, changes, replications, days, answers, pl.col("done_ms") - pl.col("release_ms"))
    for stream, answer in answers.items():
        assert_interval_holds(means[stream], answer)
