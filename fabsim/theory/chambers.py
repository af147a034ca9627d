"""Cluster tools: how long a job takes on the chambers that are up, and how often how many are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, prod

import numpy as np

from fabsim.kernels.records import TRIGGER_AFTER_END
from fabsim.model import Fab
from fabsim.theory.means import Floats, field_means


def chamber_times(wafers: float, up: Sequence[int], shares: Sequence[float]) -> tuple[float, float]:
    """Return (time at the entry, time after it) of a job, in process times of a wafer [-].

    With k[s] chambers ``up`` of a stage that works on a wafer for the share f[s] of its process time, n ``wafers`` hold the
    entry for n max(f[s] / k[s]) and are done after

        sum of f[s] + max((ceil(n / k[s]) - 1) f[s])

    What the floor does (`fabsim.kernels.chambers.stay`): a tool bound by its chambers turns out k wafers a process time
    (Perkinson et al., IEEE Trans. Semiconductor Manufacturing 7(3), 1994) and a lot's time is linear in its wafers (Wood,
    ibid. 9(3), 1996), in whole rounds where chambers stand in parallel.
    """
    hold = max(wafers * share / k for k, share in zip(up, shares, strict=True))
    rounds = max((ceil(wafers / k) - 1) * share for k, share in zip(up, shares, strict=True))
    return hold, max(0.0, sum(shares) + rounds - hold)


@dataclass(frozen=True)
class Cluster:
    """The chambers of one tool of a toolset."""

    toolset: int
    counts: Sequence[int]
    """Chambers of each stage."""
    shares: Sequence[float]
    """Share of the process time of each stage [-]."""
    alive: Sequence[float]
    """Share of time for which a chamber of each stage is up [-]."""

    @property
    def halted(self) -> float:
        """Share of time with no chamber up in some stage [-]."""
        return 1.0 - prod(1.0 - (1.0 - alive) ** count for count, alive in zip(self.counts, self.alive, strict=True))

    def times(self, wafers: float) -> tuple[Floats, Floats, Floats]:
        """Return (probability [-], time at the entry, time after it, in process times of a wafer [-]) of a job's possible times.

        Each has shape ``(states,)``; the states are those with a chamber up in each stage, so the probabilities add up to
        1 - `halted`.  Numbers of chambers up that give the same times are one state: stages are many, slowest ones few.
        """
        states = {(0.0, 0.0): 1.0}
        for count, share, alive in zip(self.counts, self.shares, self.alive, strict=True):
            following: dict[tuple[float, float], float] = {}
            for up in range(1, count + 1):
                chance = comb(count, up) * alive**up * (1.0 - alive) ** (count - up)
                hold, rounds = wafers * share / up, (ceil(wafers / up) - 1) * share
                for (longest, most), probability in states.items() if chance > 0.0 else ():
                    key = max(longest, hold), max(most, rounds)
                    following[key] = following.get(key, 0.0) + probability * chance
            states = following
        longest_hold, most_rounds = np.array(list(states)).T
        return np.array(list(states.values())), longest_hold, np.maximum(0.0, sum(self.shares) + most_rounds - longest_hold)


def mean_rate_ms(probability: Floats, times_ms: Floats) -> Floats:
    """Return the time whose rate is the mean rate of jobs that take ``times_ms`` [ms], shape ``(states, n)``; shape ``(n,)``.

        time = sum of probability / sum of probability / time

    It holds for a busy tool whose chambers change rarely within a job.
    """
    with np.errstate(divide="ignore"):
        return np.asarray(probability.sum() / (probability @ (1.0 / times_ms)))


def clusters(fab: Fab) -> list[Cluster]:
    """Return the chambers of every toolset that has some.

    Chambers are independent, each up with the product of its calendars' shares of time, which all run on: 1 - d / (e + d)
    counted from the end, 1 - d / e from the start, with mean intervals e and durations d.  So the number up of each stage is
    binomial.
    """
    toolsets = np.flatnonzero(fab.toolsets["stages"] > 0).tolist()
    lost = _lost(fab) if toolsets else np.zeros(0)
    found = []
    for toolset in toolsets:
        first = int(fab.toolsets["first_stage"][toolset])
        rows = fab.stages[first : first + int(fab.toolsets["stages"][toolset])]
        mine = fab.calendars["toolset"] == toolset
        alive = [float(np.prod(1.0 - lost[mine & (fab.calendars["stage"] == k)])) for k in range(1, len(rows) + 1)]
        found.append(Cluster(toolset, rows["chambers"].tolist(), rows["share"].tolist(), alive))
    return found


def halted(fab: Fab) -> Floats:
    """Return the share of time for which some stage has no chamber up [-], by kind of calendar, shape ``(kinds, toolsets)``.

    Split over the kinds as the chambers' own time is.
    """
    shares = np.zeros((3, len(fab.toolsets)))
    for cluster in clusters(fab):
        of = np.bincount(fab.calendars["kind"], weights=_lost(fab) * (fab.calendars["toolset"] == cluster.toolset), minlength=3)
        if of.any():
            shares[:, cluster.toolset] = cluster.halted * of / of.sum()
    return shares


def _lost(fab: Fab) -> Floats:
    """Return the share of its chamber's time that each calendar of a chamber takes [-], shape ``(calendars,)``; 0 for one of a tool."""
    every, takes = field_means(fab, fab.calendars, "every"), field_means(fab, fab.calendars, "takes")
    cycle = every + np.where(fab.calendars["trigger"] == TRIGGER_AFTER_END, takes, 0.0)
    return np.where(fab.calendars["stage"] > 0, takes / cycle, 0.0)
