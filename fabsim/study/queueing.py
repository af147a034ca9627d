"""A queue with a known answer, and runs of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabsim.engine import simulate
from fabsim.layout import read
from fabsim.model import Scenario
from fabsim.study.tally import Tally
from fabsim.terms import DAY, HOUR, MONTH
from fabsim.theory.means import Floats

WARMUP_SHARE = 20
"""A run's warm-up is the horizon divided by this: some tens of the queue's relaxation times, at the lengths that are run."""


@dataclass(frozen=True)
class Answer:
    """A figure that theory gives."""

    subject: str
    """A stream, `fabsim.study.tally.ALL` of them, or a toolset."""
    figure: str
    """One of `fabsim.study.tally`."""
    value: float

    def __str__(self) -> str:
        return f"{self.subject}: {self.figure}"


@dataclass(frozen=True)
class Queue:
    """A queue, or a network of them, and all that is known of it."""

    name: str
    scenario: str
    """Stem of a file in ``layouts/queues``."""
    changes: tuple[str, ...]
    """As after ``--set``."""
    answers: tuple[Answer, ...]
    heavy: bool = False
    """Its load is above 0.8: an interval takes too long for a test."""

    def read(self, days: int) -> Scenario:
        """Return the scenario with this horizon [d] and the warm-up that belongs to it."""
        warmup = f"warmup={days * DAY // WARMUP_SHARE // HOUR} h"
        return read(f"queues/{self.scenario}.yaml", [*self.changes, f"horizon={days} d", f"period={days} d", warmup])


def starts(rate: float, stream: str = "customers") -> str:
    """Return the change that starts ``rate`` lots an hour of one wafer."""
    return f"starts.{stream}.wafers_per_month={rate * MONTH / HOUR:.9g}"


def figures(queue: Queue, days: int, replications: range) -> Floats:
    """Return what runs of a queue give: a row a replication, a column an answer, the last one the number of lots."""
    scenario = queue.read(days)
    rows = []
    for replication in replications:
        tally = Tally(scenario)
        simulate(scenario, replication, recorder=tally)
        rows.append([*(tally.figure(answer.subject, answer.figure) for answer in queue.answers), float(tally.customers)])
    return np.array(rows)
