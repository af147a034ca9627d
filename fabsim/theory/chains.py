"""Queues without a short formula, solved as Markov chains; any one time unit, rates per that unit.

Queues are cut where the chain hardly ever gets to.  Matrices are dense: an answer takes some tenths of a second.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np

from fabsim.theory.means import Floats

CUT = 600
"""Most lots in the chain of one queue."""

GROUP_CUT = 120
"""Most lots that wait for several tools, whose own states come on top."""


class Bulk(NamedTuple):
    """What a tool does that takes lots in batches."""

    wait: float
    """Mean wait in queue."""
    queue: float
    """Lots that wait, mean over time."""
    busy: float
    """Share of time it works [-]."""


def stationary(flows: Floats) -> Floats:
    """Return the probabilities of a chain's states in the long run, shape ``(states,)``.

    ``flows``: rates (or probabilities) from state to state, shape ``(states, states)``, whatever stands on the diagonal.
    """
    balance = flows - np.diag(flows.sum(axis=1))
    balance[:, 0] = 1.0
    one = np.zeros(len(flows))
    one[0] = 1.0
    return np.array(np.linalg.solve(balance.T, one), np.float64)


def bulk_exponential(rate: float, least: int, most: int, process_rate: float = 1.0) -> Bulk:
    """Return what M/M(a,b)/1 does: a batch starts with ``least`` lots or more and takes up to ``most`` (Bailey 1954, Neuts 1967).

    States: 0 .. a - 1 lots wait for an idle tool, then n = 0, 1, .. wait for a busy one.
    """
    flows = np.zeros((least + CUT, least + CUT))
    for n in range(least):
        flows[n, min(least, n + 1)] = rate
    for n in range(CUT):
        if n + 1 < CUT:
            flows[least + n, least + n + 1] = rate
        flows[least + n, n if n < least else least + n - min(n, most)] += process_rate
    shares = stationary(flows)
    queue = float(np.concatenate([np.arange(least), np.arange(CUT)]) @ shares)
    return Bulk(queue / rate, queue, float(shares[least:].sum()))


def bulk_constant(rate: float, process_time: float, least: int, most: int) -> Bulk:
    """Return what M/D(a,b)/1 does, from the chain of the lots left behind at the end of each batch.

    A cycle: with n < a lots left the tool waits for a - n more, which takes 1 / rate each; then it works for D, while the r lots it did
    not take wait and the m that come wait D / 2 each on average.  Queue = lots waiting, summed over a cycle / length of a cycle.
    """
    come = _poisson(rate * process_time, CUT)
    flows = np.zeros((CUT, CUT))
    waited, lasts = np.zeros(CUT), np.zeros(CUT)
    for n in range(CUT):
        rest = n - min(n, most) if n >= least else 0
        flows[n, rest:] = come[: CUT - rest]
        flows[n, -1] += 1.0 - flows[n].sum()
        waited[n] = sum(range(n, least)) / rate + (rest + rate * process_time / 2) * process_time
        lasts[n] = max(least - n, 0) / rate + process_time
    shares = stationary(flows)
    cycle = float(shares @ lasts)
    queue = float(shares @ waited) / cycle
    return Bulk(queue / rate, queue, process_time / cycle)


def wait_mdc(tools: int, arrival_rate: float, process_time: float) -> float:
    """Return the mean wait in queue of M/D/c (Crommelin 1932).

    Whoever is in a tool now has left it a process time D later, so the lots there obey X(t + D) = max(X(t) - c, 0) + those that come in D.
    """
    if arrival_rate * process_time >= tools:
        return math.inf
    come = _poisson(arrival_rate * process_time, CUT)
    flows = np.zeros((CUT, CUT))
    for n in range(CUT):
        rest = max(n - tools, 0)
        flows[n, rest:] = come[: CUT - rest]
        flows[n, -1] += 1.0 - flows[n].sum()
    waiting = np.maximum(np.arange(CUT) - tools, 0)
    return float(stationary(flows) @ waiting) / arrival_rate


class _Tools(NamedTuple):
    """How many of several equal tools are in each state; all are up and idle, or with a job, or down in one of these."""

    idle: int
    busy: int
    down_idle: int
    down_busy: int

    def moved(self, **by: int) -> _Tools:
        """Return the tools with some more or fewer in some states."""
        return self._replace(**{name: getattr(self, name) + more for name, more in by.items()})


def breakdown_group_sojourn(tools: int, arrival_rate: float, process_rate: float, *, failure_rate: float, repair_rate: float) -> float:
    """Return the mean time in M/M/c whose tools fail each on its own, working or not; a job stays in its tool and is resumed there.

    A tool is up or down, idle or with a job; lots wait while no tool is up and idle.  The tools are equal, so it is enough to count them.
    """
    counts = [_Tools(*four) for four in product(range(tools + 1), repeat=4) if sum(four) == tools]
    states = [(one, n) for one in counts for n in range(GROUP_CUT) if n == 0 or not one.idle]
    place = {state: number for number, state in enumerate(states)}
    flows = np.zeros((len(states), len(states)))

    def flow(here: int, now: _Tools, waiting: int, rate: float) -> None:
        """Enter a flow to the state that follows once a tool that is up and idle has taken a lot that waits."""
        if waiting and now.idle:
            now, waiting = now.moved(idle=-1, busy=1), waiting - 1
        if rate and waiting < GROUP_CUT:
            flows[here, place[now, waiting]] += rate

    for here, (now, waiting) in enumerate(states):
        flow(here, now, waiting + 1, arrival_rate)
        if now.idle:
            flow(here, now.moved(idle=-1, down_idle=1), waiting, now.idle * failure_rate)
        if now.busy:
            flow(here, now.moved(busy=-1, down_busy=1), waiting, now.busy * failure_rate)
            flow(here, now.moved(busy=-1, idle=1), waiting, now.busy * process_rate)
        if now.down_idle:
            flow(here, now.moved(down_idle=-1, idle=1), waiting, now.down_idle * repair_rate)
        if now.down_busy:
            flow(here, now.moved(down_busy=-1, busy=1), waiting, now.down_busy * repair_rate)
    lots = np.array([now.busy + now.down_busy + waiting for now, waiting in states], float)
    return float(stationary(flows) @ lots) / arrival_rate


def _poisson(mean: float, count: int) -> Floats:
    """Return the probabilities of 0 .. ``count`` - 1 of a Poisson number [-], shape ``(count,)``."""
    numbers = np.arange(count)
    logs = numbers * math.log(mean) - mean - np.array([math.lgamma(n + 1.0) for n in numbers])
    return np.array(np.exp(logs), float)
