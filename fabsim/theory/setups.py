"""Setups a lot can expect, from the mix of setups that all lots of a toolset need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabsim.model import Fab
from fabsim.theory.means import Floats
from fabsim.theory.passage import Passage

Flow = tuple[Passage, float | Floats]
"""Lots of a kind and how many of them an hour reach each step on their first way, one number or shape ``(steps,)``."""


@dataclass(frozen=True)
class SetupMix:
    """The setups that the jobs of a fab need; arrays over the setups of all toolsets, one toolset after the other."""

    first: NDArray[np.int64]
    """Where each toolset begins, shape ``(toolsets,)``; its key 0, which needs no setup, stands there."""
    share: Floats
    """Share of the toolset's jobs with a setup that need this one [-]."""
    change_ms: Floats
    """Expected setup time by the toolset's table for a job that needs this one [ms]."""


def setup_mix(fab: Fab, flows: Sequence[Flow]) -> SetupMix:
    """Return the mix of setups that these lots need."""
    sizes = fab.toolsets["setup_keys"].astype(np.int64) + 1
    first = np.cumsum(sizes) - sizes
    jobs = np.zeros(int(sizes.sum()))
    for way, rate in flows:
        rows = first[way.steps["toolset"]] + way.steps["setup_key"]
        jobs += np.bincount(rows, weights=rate * way.visits / way.lots_per_job, minlength=len(jobs))
    jobs[first] = 0.0
    total = np.repeat(np.add.reduceat(jobs, first), sizes)
    share = jobs / np.where(total > 0.0, total, 1.0)
    change = np.zeros(len(jobs))
    for toolset in np.flatnonzero(sizes > 1):
        span = slice(first[toolset], first[toolset] + sizes[toolset])
        table = setup_table(fab, int(toolset))
        change[span] = share[span] @ table - share[span] * table.diagonal()
    return SetupMix(first, share, change)


def expected_setup_ms(way: Passage, change_ms: Floats) -> Floats:
    """Return the expected setup time of a job at each step [ms], shape ``(steps,)``.

    ``change_ms``: what of it are changes (`expected_change_ms`); a step whose tool is always set up has its setup time in every job.
    """
    steps = way.steps
    return np.where((steps["setup_always"] > 0) & (steps["setup_key"] > 0), steps["setup_ms"], change_ms)


def expected_change_ms(fab: Fab, way: Passage, mix: SetupMix) -> Floats:
    """Return the expected time of changes of the setup, for a job at each step [ms], shape ``(steps,)``.

    The job before it on the tool needed setup j with its share p[j], so a job of setup k changes the tool with
    probability 1 - p[k], in the mean time from j != k weighted by p[j].  A minimum run of m lots lets no more than
    one job in m / (lots a job) change it:

        setups a lot = (1 - sum of p[k]^2) / max(lots a job, m)

    A floor that ranks by setup, or has tools enough to keep one for each setup, needs fewer.
    """
    steps = way.steps
    rows = mix.first[steps["toolset"]] + steps["setup_key"]
    expected = np.where(steps["setup_ms"] >= 0, steps["setup_ms"] * (1.0 - mix.share[rows]), mix.change_ms[rows])
    jobs_in_run = np.maximum(1.0, fab.toolsets["min_run"][steps["toolset"]] / way.lots_per_job)
    return np.where(steps["setup_key"] > 0, expected / jobs_in_run, 0.0)


def setup_table(fab: Fab, toolset: int) -> NDArray[np.int64]:
    """Return the toolset's setup times [ms], shape ``(setups + 1, setups + 1)``, from x to."""
    row = fab.toolsets[toolset]
    size = int(row["setup_keys"]) + 1
    first = int(row["setup_table"])
    return fab.setup_ms[first : first + size * size].reshape(size, size)
