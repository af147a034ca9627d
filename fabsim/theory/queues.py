"""Waits of queues with a known answer or a good approximation; any one time unit, rates per that unit.

Sources: Gross & Harris, "Fundamentals of Queueing Theory"; Hopp & Spearman, "Factory Physics", chapters 8 and 9 (FP);
White & Christie, "Queuing with preemptive priorities or with breakdown", Operations Research 6 (1958).
An utilization of 1 or more has an infinite wait.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Effective(NamedTuple):
    """Process time as lots feel it, what else holds the tool included."""

    mean: float
    scv: float
    """Squared coefficient of variation, variance / mean^2 [-]."""


def erlang_c(tools: int, offered: float) -> float:
    """Return the probability that an arrival waits in M/M/c [-].

    ``offered``: arrival rate x mean process time [-].  By the recursion of Erlang's loss formula,
    B(c) = a B(c-1) / (c + a B(c-1)), and C = B / (1 - (a/c)(1 - B)), which does not overflow.
    """
    if offered >= tools:
        return 1.0
    blocked = 1.0
    for c in range(1, tools + 1):
        blocked = offered * blocked / (c + offered * blocked)
    return blocked / (1.0 - offered / tools * (1.0 - blocked))


def wait_mmc(tools: int, arrival_rate: float, process_time: float) -> float:
    """Return the mean wait in queue of M/M/c: C(c, a) / (c / process_time - arrival_rate)."""
    spare = tools / process_time - arrival_rate
    return erlang_c(tools, arrival_rate * process_time) / spare if spare > 0 else math.inf


def pollaczek_khinchine(utilization: float, scv: float, process_time: float = 1.0) -> float:
    """Return the mean wait in queue of M/G/1: u (1 + cs^2) / (2 (1 - u)) x process time."""
    if utilization >= 1:
        return math.inf
    return utilization * (1 + scv) / (2 * (1 - utilization)) * process_time


def vut(utilization: float, process_time: float, tools: int = 1, *, arrival_scv: float = 1.0, scv: float = 1.0) -> float:
    """Return the mean wait in queue of G/G/m: variability x utilization x time (FP; Kingman, Sakasegawa).

    (ca^2 + ce^2) / 2 x u^(sqrt(2 (m + 1)) - 1) / (m (1 - u)) x te.  Exact for M/M/1 and M/G/1; within about 2 % for M/M/m under heavy load.
    """
    if utilization >= 1:
        return math.inf
    crowding = math.pow(utilization, math.sqrt(2 * (tools + 1)) - 1) / (tools * (1 - utilization))
    return (arrival_scv + scv) / 2 * crowding * process_time


def with_breakdowns(process_time: float, scv: float, *, mttf: float, mttr: float, repair_scv: float = 1.0) -> Effective:
    """Return the effective process time under breakdowns that pre-empt (FP 8.4).

    A = mttf / (mttf + mttr), te = t0 / A, ce^2 = c0^2 + (1 + cr^2) A (1 - A) mttr / t0.
    """
    up = mttf / (mttf + mttr)
    return Effective(process_time / up, scv + (1 + repair_scv) * up * (1 - up) * mttr / process_time)


def with_setups(process_time: float, scv: float, *, run: float, setup: float, setup_scv: float = 0.0) -> Effective:
    """Return the effective process time where each job changes the setup with probability 1 / ``run`` (FP 8.4).

    te = t0 + ts / N, variance = s0^2 + ss^2 / N + (N - 1) / N^2 x ts^2.
    """
    mean = process_time + setup / run
    variance = scv * process_time**2 + setup_scv * setup**2 / run + (run - 1) / run**2 * setup**2
    return Effective(mean, variance / mean**2)


def wait_to_batch(arrival_rate: float, lots: int) -> float:
    """Return the mean wait of a lot until its batch of ``lots`` is complete: (k - 1) / (2 ra)."""
    return (lots - 1) / (2 * arrival_rate)


def priority_waits(arrival_rates: Sequence[float], process_time: float = 1.0, tools: int = 1) -> list[float]:
    """Return the mean wait of each class of non-preemptive M/M/c, the most urgent class first.

    Wq[k] = W0 / ((1 - s[k-1]) (1 - s[k])) with W0 = C(c, a) process_time / c and s[k] the load of the classes up to k.
    """
    shortest = erlang_c(tools, sum(arrival_rates) * process_time) * process_time / tools
    waits = []
    urgent = 0.0
    for rate in arrival_rates:
        upto = urgent + rate * process_time / tools
        waits.append(shortest / ((1 - urgent) * (1 - upto)) if upto < 1 else math.inf)
        urgent = upto
    return waits


def breakdown_sojourn(arrival_rate: float, process_rate: float, *, failure_rate: float, repair_rate: float) -> float:
    """Return the mean time in M/M/1 whose tool fails whether it works or not, work resumed (White & Christie).

    E[T] = (1 + mu f / (f + r)^2) / (mu r / (f + r) - lambda).
    """
    cycle = failure_rate + repair_rate
    spare = process_rate * repair_rate / cycle - arrival_rate
    return (1 + process_rate * failure_rate / cycle**2) / spare if spare > 0 else math.inf
