"""The table of known queues: its shape, and what it makes of figures; the runs themselves are tested in ``tests/theory``."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from fabsim.study.known import DAYS, queues
from fabsim.study.queueing import Answer, Queue, figures
from fabsim.study.theory_bench import REPLICATIONS, TOGETHER, rows_of

LEFT, RIGHT = Answer("a", "wait h", 4.0), Answer("b", "lots", 1.0)
PAIR = Queue("pair", "scenario", (), (LEFT, RIGHT))


def test_every_queue_has_a_length_and_its_own_name() -> None:
    assert set(queues()) == set(DAYS)
    assert REPLICATIONS % TOGETHER == 0


@pytest.mark.parametrize("queue", queues().values(), ids=lambda queue: queue.name)
def test_a_queue_can_be_read_and_has_the_subjects_of_its_answers(queue: Queue) -> None:
    scenario = queue.read(100)
    assert scenario.warmup_ms * 20 == scenario.horizon_ms
    subjects = {"all", *(stream.name for stream in scenario.streams), *scenario.fab.toolset_names}
    assert {answer.subject for answer in queue.answers} <= subjects


def test_the_family_has_ninety_nine_in_a_hundred() -> None:
    # two answers: 99.5 % each; values 3 and 5 have the standard deviation sqrt(2), the mean of two the error 1
    left, right = rows_of([PAIR], {"pair": np.array([[3.0, 1.0, 10.0], [5.0, 1.5, 20.0]])})
    assert (left.case, left.figure, left.answer, left.mean, left.replications, left.customers) == ("pair", "a: wait h", 4.0, 4.0, 2, 30)
    assert left.half_width == pytest.approx(scipy.stats.t.ppf(1 - 0.005 / 2, 1))
    assert right.mean == 1.25
    assert left.inside
    assert right.inside


def test_an_interval_that_misses_is_told() -> None:
    missed, held = rows_of([PAIR], {"pair": np.array([[3.0, 1.0, 10.0], [3.001, 1.0, 20.0]])})
    assert not missed.inside
    assert held.inside


def test_figures_of_a_run_are_sums_of_its_lots_and_toolsets() -> None:
    # One lot an hour of 30 min on one tool: none waits, the tool is busy half of the time; of 20 days the first is warm-up.
    changes = ("starts.customers.pattern=constant", "starts.customers.wafers_per_month=730", "fab.toolsets.MM1.process=30 min")
    names = ("wait h", "cycle time h", "share waiting", "share over 1 h", "lots/h")
    answers = tuple(Answer("customers", name, 0.0) for name in names)
    busy = tuple(Answer("MM1", name, 0.0) for name in ("queue lots", "lots", "busy", "idle"))
    (found,) = figures(Queue("constant", "scenario", changes, (*answers, *busy)), 20, range(1))
    assert found.tolist() == pytest.approx([0, 0.5, 0, 0, 1, 0, 0.5, 0.5, 0.5, 19 * 24], abs=0.002, rel=0.003)
