"""Closed lines: a constant number of lots (CONWIP) goes round stations with one server each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Closed(NamedTuple):
    """What a closed line does; any one time unit."""

    throughput: float
    """Lots that leave per time unit."""
    cycle_time: float
    """From release to leaving, which is the next lot's release."""


def conwip(lots: int, demands: Sequence[float]) -> Closed:
    """Return what a line of stations with exponential service does with so many lots, by exact mean value analysis.

    ``demands``: service time of a lot at each station, summed over its visits.  A lot that comes to a station finds what the line
    with one lot less has there on average (Reiser and Lavenberg 1980):

        W_k(n) = D_k (1 + L_k(n - 1)),   X(n) = n / sum W_k(n),   L_k(n) = X(n) W_k(n)
    """
    queues = [0.0] * len(demands)
    found = Closed(0.0, 0.0)
    for n in range(1, lots + 1):
        stays = [demand * (1.0 + queue) for demand, queue in zip(demands, queues, strict=True)]
        found = Closed(n / sum(stays), sum(stays))
        queues = [found.throughput * stay for stay in stays]
    return found


def practical_worst_case(lots: int, demands: Sequence[float]) -> Closed:
    """Return what the worst line that is still practical does: all states equally likely, balanced (Hopp and Spearman, chapter 7).

    TH = w / (W0 + w - 1) rb   with the bottleneck's rate rb and critical WIP W0 = rb x raw process time
    """
    rate = 1.0 / max(demands)
    throughput = lots / (rate * sum(demands) + lots - 1.0) * rate
    return Closed(throughput, lots / throughput)
