"""Queues up to a load of 0.8 have their known answers, inside 99.9 % intervals narrower than 3 % on either side.

Each answer is the closed form or the Markov chain's.  Seeds were fixed beforehand (the shipped scenarios' own, replications from 0 on),
lengths chosen for the width alone, some of them after a look at it.  With 99.9 % each, one of these intervals in a thousand may miss by
chance.

Answers that the floor cannot give as they stand, and what is tested in their place:

* A server blocked by a full buffer: the floor's tools let go of a lot that is done; two servers with room for b between them are a closed
  line of b + 2 lots, which has the same states and rates (``blocking line``).
* Arrivals that are turned away, M/M/1/K: the second station of a closed line of K lots.
* Technicians that tools share, the machine-repair model: calendars know no technicians; machines are the lots of a closed line.
* A job that moves from a broken tool to another one: here it stays, for two tools and for three; the chain of that is solved.
* Priorities that pre-empt: nothing but calendars stops a job; White and Christie's breakdowns are the same queue seen from below.
* Approximations (Kingman, Sakasegawa, the VUT equation) and Factory Physics' worst cases of lines that do not exist are formulas
  (``tests/theory_room``); the practical worst case is exact for a balanced line (``balanced line``).
"""

from __future__ import annotations

import pytest

from fabsim.metrics.intervals import half_width
from fabsim.study.known import DAYS, queues
from fabsim.study.queueing import figures

CONFIDENCE = 0.999
HALF_WIDTH = 0.03
REPLICATIONS = 24
LONGER = 2.3
"""So few replications, each of which pays for a start, have to be longer than those of the whole table."""

LIGHT = [queue.name for queue in queues().values() if not queue.heavy]


@pytest.mark.parametrize("name", LIGHT)
def test_a_queue_has_its_known_answers(name: str) -> None:
    queue = queues()[name]
    found = figures(queue, round(LONGER * DAYS[name]), range(REPLICATIONS))
    for answer, values in zip(queue.answers, found.T[:-1], strict=True):
        mean, half = float(values.mean()), half_width(values.tolist(), CONFIDENCE)
        assert half < HALF_WIDTH * answer.value, f"{answer}: {mean:.4f} +- {half:.4f} is too wide for {answer.value:.4f}"
        assert abs(mean - answer.value) <= half, f"{answer}: {mean:.4f} +- {half:.4f} misses {answer.value:.4f}"
