"""How the compiled floor compares with queueing theory: every known queue, at every load, inside one family of intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fabsim.metrics.intervals import half_width
from fabsim.study.bench import prepare
from fabsim.study.known import DAYS, queues
from fabsim.study.queueing import Answer, Queue, figures
from fabsim.study.workers import in_processes, processors
from fabsim.theory.means import Floats

CONFIDENCE = 0.99
"""That all intervals hold their answers at once."""

REPLICATIONS, TOGETHER = 64, 8
"""Of each queue, and how many of them a process works on at a time."""


@dataclass(frozen=True)
class Row:
    """A known answer, and what was measured."""

    case: str
    figure: str
    answer: float
    mean: float
    half_width: float
    """Of the interval around the mean: with `CONFIDENCE` all of the table's hold their answers."""
    inside: bool
    replications: int
    customers: int
    """Lots that were counted, in all replications."""
    scenario: str
    changes: tuple[str, ...]
    """As after ``--set``: what ``fabsim run`` makes the same queue of."""


@dataclass(frozen=True)
class Share:
    """Some replications of a queue: what a process works on at a time."""

    queue: str
    days: int
    first: int
    folder: Path

    def __str__(self) -> str:
        return f"{self.queue}, replications from {self.first} on"

    @property
    def file(self) -> Path:
        """Where its figures go."""
        return self.folder / f"{list(DAYS).index(self.queue)}-{self.first}.npy"

    def do(self) -> None:
        """Run it."""
        np.save(self.file, figures(queues()[self.queue], self.days, range(self.first, self.first + TOGETHER)))


def theory_bench(tell: Callable[[str], None], progress: Callable[[int, int], None]) -> list[Row]:
    """Return the whole table, from runs on all processors.

    ``tell`` hears what comes next; ``progress`` is called several times a second with how many shares of the work are done, of how many.
    """
    prepare(tell)
    with TemporaryDirectory() as folder:
        shares = [Share(name, days, first, Path(folder)) for name, days in DAYS.items() for first in range(0, REPLICATIONS, TOGETHER)]
        shares.sort(key=lambda share: -share.days)
        tell(f"running {len(DAYS)} queues, {REPLICATIONS} replications of each")
        in_processes(Share.do, shares, processors(), lambda: progress(sum(share.file.exists() for share in shares), len(shares)))
        found = {name: np.concatenate([np.load(one.file) for one in shares if one.queue == name]) for name in DAYS}
    return rows_of(list(queues().values()), found)


def rows_of(known: list[Queue], found: dict[str, Floats]) -> list[Row]:
    """Return a row for each answer of the ``known`` queues, given their `figures` by name.

    With m answers each interval has the confidence 1 - (1 - 0.99) / m, so that all of them hold with at least 99 % (Bonferroni).
    """
    confidence = 1.0 - (1.0 - CONFIDENCE) / sum(len(queue.answers) for queue in known)
    return [
        _row(queue, answer, found[queue.name][:, column], found[queue.name][:, -1], confidence)
        for queue in known
        for column, answer in enumerate(queue.answers)
    ]


def _row(queue: Queue, answer: Answer, values: Floats, customers: Floats, confidence: float) -> Row:
    mean, half = float(values.mean()), half_width(values.tolist(), confidence)
    inside = abs(mean - answer.value) <= half
    counts = len(values), int(customers.sum())
    return Row(queue.name, str(answer), answer.value, mean, half, inside, *counts, f"queues/{queue.scenario}", queue.changes)
