"""Open networks of queues: lots come, go from station to station, back too, and leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fabsim.theory.queues import wait_mmc


def jackson(starts: Sequence[float], routing: Sequence[Sequence[float]], rates: Sequence[float], servers: Sequence[int]) -> list[float]:
    """Return the mean number of lots at each station of an open network with exponential service (Jackson 1957).

    ``starts``: arrivals from outside; ``routing``: probabilities from station to station; ``rates``: of one server; all by station.  Each
    station is M/M/c with the arrivals that solve lambda = starts + lambda routing.
    """
    flow = np.linalg.solve(np.eye(len(starts)) - np.array(routing).T, np.array(starts, float))
    each = zip(flow.tolist(), rates, servers, strict=True)
    return [arrivals * (wait_mmc(count, arrivals, 1.0 / rate) + 1.0 / rate) for arrivals, rate, count in each]
