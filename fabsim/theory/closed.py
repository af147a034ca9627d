"""Closed lines: a constant number of lots (CONWIP) goes round."""

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


class Limited(NamedTuple):
    """What M/M/1/K does, where a lot that finds K lots there does not come in."""

    refused: float
    """Share of lots [-]."""
    lots: float
    """Lots there, mean over time."""


def limited(load: float, room: int) -> Limited:
    """Return what M/M/1/K does with this offered ``load`` (arrival rate x process time) and ``room`` for K lots: P(n) ~ load^n.

    It is the second of two stations in a closed line of K lots: the first one, which makes its arrivals, is idle while all K are there.
    """
    weights = [load**n for n in range(room + 1)]
    return Limited(weights[-1] / sum(weights), sum(n * weight for n, weight in enumerate(weights)) / sum(weights))


class Repair(NamedTuple):
    """What machines do that share repairers; any one time unit."""

    all_up: float
    """Share of time in which nothing is down [-]."""
    down: float
    """Machines that are down or in repair, mean over time."""
    throughput: float
    """Repairs per time unit."""
    downtime: float
    """From a failure to the end of its repair."""


def machine_repair(machines: int, repairers: int, *, failure_rate: float, repair_rate: float) -> Repair:
    """Return what M/M/R/K/K does, the machine-repair model: P(n down) by the balance of n and n + 1.

    As a closed line: the machines are its lots, which pass a station with a server for each of them, and one with the repairers.
    """
    weights = [1.0]
    for n in range(machines):
        weights.append(weights[-1] * (machines - n) * failure_rate / (min(n + 1, repairers) * repair_rate))
    total = sum(weights)
    down = sum(n * weight for n, weight in enumerate(weights)) / total
    throughput = (machines - down) * failure_rate
    return Repair(1.0 / total, down, throughput, down / throughput)
