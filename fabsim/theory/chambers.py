"""Cluster tools: how long a job takes on the chambers that are up, and how often how many are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import comb

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import TRIGGER_AFTER_END
from fabsim.model import Fab
from fabsim.theory.means import Floats, field_means


def chamber_times(wafers: Floats | int, up: NDArray[np.int64], shares: Floats) -> tuple[Floats, Floats]:
    """Return (time at the entry, time after it) of a job, in process times of a wafer [-].

    With k[s] chambers ``up`` of a stage that works on a wafer for the share f[s] of its process time, shape
    ``(stages,)``, n ``wafers`` (a number or any shape) hold the entry for n max(f[s] / k[s]) and are done after

        sum of f[s] + max((ceil(n / k[s]) - 1) f[s])

    What the floor does (`fabsim.kernels.chambers.stay`): throughput is that of the slowest stage (Perkinson et al., IEEE
    Trans. Semiconductor Manufacturing 7(3), 1994: a tool bound by its chambers turns out k wafers a process time), a lot's
    time is linear in its wafers (Wood, ibid. 9(3), 1996), in whole rounds where chambers stand in parallel.
    """
    n = np.asarray(wafers, float)[..., None]
    hold = (n * shares / up).max(axis=-1)
    whole = shares.sum() + ((np.ceil(n / up) - 1.0) * shares).max(axis=-1)
    return hold, np.maximum(0.0, whole - hold)


@dataclass(frozen=True)
class Cluster:
    """The chambers of one tool of a toolset, in the states in which it can work: a chamber of each stage is up."""

    toolset: int
    shares: Floats
    """Share of the process time of each stage [-], shape ``(stages,)``."""
    up: NDArray[np.int64]
    """Chambers up, shape ``(states, stages)``; the last state has all of them."""
    probability: Floats
    """Of each state [-], shape ``(states,)``; what is missing to 1 is the share of time with no chamber up in some stage."""

    def mean_ms(self, times_ms: Floats) -> Floats:
        """Return the time [ms] whose rate is the mean rate of jobs that take ``times_ms``, shape ``(states, ...)``, in each state.

            time = sum of probability / sum of probability / time

        It holds for a busy tool whose chambers change rarely within a job.
        """
        with np.errstate(divide="ignore"):
            rate = np.tensordot(self.probability, 1.0 / times_ms, axes=1)
            return np.asarray(self.probability.sum() / rate)


def clusters(fab: Fab) -> list[Cluster]:
    """Return the chambers of every toolset that has some.

    Chambers are independent, each up with the product of its calendars' shares of time, which all run on: 1 - d / (e + d)
    counted from the end, 1 - d / e from the start, with mean intervals e and durations d.  So the number up of each stage is
    binomial.
    """
    lost = _lost(fab)
    found = []
    for toolset in np.flatnonzero(fab.toolsets["stages"] > 0).tolist():
        first = int(fab.toolsets["first_stage"][toolset])
        rows = fab.stages[first : first + int(fab.toolsets["stages"][toolset])]
        mine = fab.calendars["toolset"] == toolset
        alive = [float(np.prod(1.0 - lost[mine & (fab.calendars["stage"] == k)])) for k in range(1, len(rows) + 1)]
        counts = rows["chambers"].tolist()
        up = np.array(list(product(*(range(1, count + 1) for count in counts))), np.int64)
        ways = [[comb(n, k) * a**k * (1.0 - a) ** (n - k) for k in range(1, n + 1)] for n, a in zip(counts, alive, strict=True)]
        probability = np.array([float(np.prod(one)) for one in product(*ways)])
        found.append(Cluster(toolset, rows["share"].copy(), up, probability))
    return found


def halted(fab: Fab) -> Floats:
    """Return the share of time for which some stage has no chamber up [-], by kind of calendar, shape ``(kinds, toolsets)``.

    Split over the kinds as the chambers' own time is.
    """
    lost = _lost(fab)
    shares = np.zeros((3, len(fab.toolsets)))
    for cluster in clusters(fab):
        of = np.bincount(fab.calendars["kind"], weights=lost * (fab.calendars["toolset"] == cluster.toolset), minlength=3)
        if of.any():
            shares[:, cluster.toolset] = (1.0 - cluster.probability.sum()) * of / of.sum()
    return shares


def _lost(fab: Fab) -> Floats:
    """Return the share of its chamber's time that each calendar of a chamber takes [-], shape ``(calendars,)``; 0 for one of a tool."""
    every, takes = field_means(fab, fab.calendars, "every"), field_means(fab, fab.calendars, "takes")
    cycle = every + np.where(fab.calendars["trigger"] == TRIGGER_AFTER_END, takes, 0.0)
    return np.where(fab.calendars["stage"] > 0, takes / cycle, 0.0)
