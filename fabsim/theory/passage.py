"""A lot's way through its route: how often it is at each step, for how long, and when it first gets there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import PER_WAFER
from fabsim.model import Fab
from fabsim.theory.chambers import chamber_times, clusters
from fabsim.theory.means import Floats, field_means, transport_means


@dataclass(frozen=True)
class ChamberTimes:
    """A job's times at steps of one cluster toolset where it has as many wafers, by which chambers are up."""

    at: NDArray[np.int64]
    """The steps of the route, shape ``(n,)``."""
    probability: Floats
    """Of each state of the chambers in which the tool can work [-], shape ``(states,)``."""
    hold_ms: Floats
    """Time at the entry [ms], shape ``(states, n)``."""
    after_ms: Floats
    """Time after it [ms], shape ``(states, n)``."""


@dataclass(frozen=True)
class Passage:
    """What lots of one product and size do on their route, whatever else the fab makes; arrays have shape ``(steps,)``."""

    product: int
    lot_size: int
    """Wafers in a lot."""
    steps: NDArray[np.void]
    """The route's rows of ``Fab.steps``."""
    visits: Floats
    """Expected number of times a started lot is worked on at the step, until it is done or scrapped [-]."""
    reach: Floats
    """Probability that a started lot ever gets to the step [-]."""
    done: float
    """The same of the end of the route [-]."""
    wafers: Floats
    """Wafers left in the lot, on average over its visits [wafers]."""
    lots_per_job: Floats
    """Lots in a batch, 1 where there is no batching [lots]."""
    hold_ms: Floats
    """Time a job takes at the tool's entry: process time, or n intervals of a cascade [ms]."""
    after_ms: Floats
    """Time it then stays beside the next job: latency, or what is left of a cascade's process time [ms]."""
    elapsed_ms: Floats
    """Expected time from release to the first arrival at the step with no waiting, no setup and no scrap [ms]."""
    raw_ms: float
    """The same to the end of the route: the raw process time [ms]."""
    chambers: tuple[ChamberTimes, ...]
    """For each cluster toolset on the route and number of wafers; ``hold_ms`` and ``after_ms`` above are those with all chambers up."""


def passage(fab: Fab, product: int, lot_size: int, batch_fill: float = 1.0) -> Passage:
    """Return the way of a lot of ``lot_size`` wafers; a batch holds ``batch_fill`` of the whole lots that fit into it."""
    route = int(fab.product_route[product])
    first = int(fab.route_first[route])
    steps = fab.steps[first : int(fab.route_first[route + 1])]
    back = steps["rework_to"] - first
    repeat, lost = steps["sampling"] * steps["rework"], steps["sampling"] * steps["scrap"]
    arrivals, reached, wafers = _shrinking(steps, lot_size, back, expected_arrivals(repeat, lost, back), reach(repeat, lost, back))
    fitting = np.maximum(1, steps["batch_max"] // wafers)
    lots_per_job = np.where(steps["batch_key"] >= 0, np.maximum(1.0, fitting * batch_fill), 1.0)
    hold, after, chambers = _job_times(fab, steps, wafers, lots_per_job)
    alone, rest, _ = _job_times(fab, steps, np.full(len(steps), float(lot_size)), np.ones(len(steps)))
    toolsets = fab.toolsets[steps["toolset"]]
    elapsed = _elapsed(fab, steps, back, alone + rest + toolsets["load_ms"] + toolsets["unload_ms"])
    return Passage(
        product=product,
        lot_size=lot_size,
        steps=steps,
        visits=steps["sampling"] * arrivals,
        reach=reached[:-1],
        done=float(reached[-1]),
        wafers=wafers,
        lots_per_job=lots_per_job,
        hold_ms=hold,
        after_ms=after,
        elapsed_ms=elapsed[:-1],
        raw_ms=float(elapsed[-1]),
        chambers=chambers,
    )


def raw_process_time_ms(fab: Fab, product: int, lot_size: int) -> float:
    """Return the expected time from release to done of a lot that never waits and needs no setup, transport included [ms].

    It is that of a fab without scrap.

    Load + process + latency + unload of every visit, weighted by sampling and rework, and the transport between visits.
    """
    return passage(fab, product, lot_size).raw_ms


def expected_arrivals(repeat: Floats, lost: Floats, back: NDArray[np.int32]) -> Floats:
    """Return how often a started lot reaches each step of a route with rework loops and scrap [-], shape ``(steps,)``.

    ``repeat``, ``lost``: probabilities that a lot which reaches step i goes from there back to step ``back[i]`` <= i, or is
    scrapped there, shape ``(steps,)``.  For each lot that is done, 1 + (the lots scrapped after step j) more go forward from step j
    to the next than come back, so from the last step on

        a[j] (1 - repeat[j] - lost[j]) = 1 + sum of a[i] lost[i] over i > j + sum of a[i] repeat[i] over i > j with back[i] <= j

    and all lots together, 1 + sum of a[i] lost[i], were started.  Exact for nested and overlapping loops; without scrap a
    single loop of probability q gives 1 / (1 - q) on all its steps.
    """
    arrivals = np.empty(len(repeat))
    ends_at = np.zeros(len(repeat))
    going_back, going_on = 0.0, 1.0
    for j in range(len(repeat) - 1, -1, -1):
        arrivals[j] = (going_on + going_back) / (1.0 - repeat[j] - lost[j])
        if repeat[j] > 0.0:
            ends_at[back[j]] += arrivals[j] * repeat[j]
            going_back += arrivals[j] * repeat[j]
        going_back -= ends_at[j]
        going_on += arrivals[j] * lost[j]
    return arrivals / going_on


def reach(repeat: Floats, lost: Floats, back: NDArray[np.int32]) -> Floats:
    """Return the probability that a started lot ever reaches each step, and the end [-], shape ``(steps + 1,)``.

    A lot at step j reaches the next with probability q[j]: it may go back, but must then reach j again,

        q[j] = (1 - repeat[j] - lost[j]) / (1 - repeat[j] q[back[j]] ... q[j-1])
    """
    reached = np.ones(len(repeat) + 1)
    for j in range(len(repeat)):
        again = reached[j] / reached[back[j]] if repeat[j] > 0.0 else 1.0
        reached[j + 1] = reached[j]
        if lost[j] > 0.0 or again < 1.0:
            reached[j + 1] *= (1.0 - repeat[j] - lost[j]) / (1.0 - repeat[j] * again)
    return reached


def _shrinking(
    steps: NDArray[np.void], lot_size: int, back: NDArray[np.int32], arrivals: Floats, reached: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return (arrivals, reach, wafers in the lot) of lots that lose wafers, from both as they are when none is lost.

    A wafer is lost at a step with probability x, its lot's fate counting only if it is not, so its own way is that of a lot which goes
    back with (1 - x) rework and is scrapped with x + (1 - x) scrap.  Of n wafers in a lot that gets there, each is left with
    s = arrivals of a wafer / arrivals of a lot, and some are with 1 - (1 - s)^n: exact without rework, where lots at a step have lost
    equally much.  The wafers of all arrivals together, n x arrivals of a wafer, are exact always.
    """
    if not steps["wafer_scrap"].any():
        return arrivals, reached, np.full(len(steps), float(lot_size))
    lost = steps["wafer_scrap"]
    repeat = steps["sampling"] * (1.0 - lost) * steps["rework"]
    gone = steps["sampling"] * (lost + (1.0 - lost) * steps["scrap"])
    left = expected_arrivals(repeat, gone, back) / arrivals
    some = 1.0 - (1.0 - left) ** lot_size
    ever = 1.0 - (1.0 - reach(repeat, gone, back) / reached) ** lot_size
    return arrivals * some, reached * ever, lot_size * left / some


def _job_times(fab: Fab, steps: NDArray[np.void], size: Floats, lots: Floats) -> tuple[Floats, Floats, tuple[ChamberTimes, ...]]:
    """Return (time at the entry, time after it) [ms] of a job at each step, and by chambers up.

    ``size``: wafers in a lot; ``lots``: lots in the job; like the times, of shape ``(steps,)``.
    """
    process = field_means(fab, steps, "process")
    interval = steps["interval_ms"]
    wafers = np.where(steps["wafers"] > 0, np.minimum(steps["wafers"], size), size)
    units = np.where(steps["per"] == PER_WAFER, wafers * lots, 1.0)
    cascade = interval >= 0.0
    hold = np.where(cascade, interval, process) * units
    after = np.where(cascade, np.maximum(0.0, process - interval), steps["latency_ms"])
    found = []
    for cluster in clusters(fab):
        here = steps["toolset"] == cluster.toolset
        for wafers in np.unique(units[here]).tolist():
            at = np.flatnonzero(here & (units == wafers))
            probability, entries, rests = cluster.times(wafers)
            latency = steps["latency_ms"][at]
            found.append(ChamberTimes(at, probability, np.outer(entries, process[at]), np.outer(rests, process[at]) + latency))
            entry, rest = chamber_times(wafers, cluster.counts, cluster.shares)
            hold[at], after[at] = entry * process[at], rest * process[at] + latency
    return hold, after, tuple(found)


def _elapsed(fab: Fab, steps: NDArray[np.void], back: NDArray[np.int32], work: Floats) -> Floats:
    """Return the expected time from release to the first arrival at each step and at the end [ms], shape ``(steps + 1,)``.

    From the first arrival at step j to the first at the next, with b[j] = sampling x rework,

        m[j] = (sampling[j] (work[j] + transport after j) + b[j] (m[back[j]] + ... + m[j-1])) / (1 - b[j])

    A transport counts with the step it leaves, also when the steps behind that one are sampled out.
    """
    areas = fab.toolsets["area"][steps["toolset"]]
    onward = _transport_onward(fab, steps, areas)
    elapsed = np.empty(len(steps) + 1)
    elapsed[0] = onward[0, -1]
    for j, (sampling, rework) in enumerate(zip(steps["sampling"].tolist(), steps["rework"].tolist(), strict=True)):
        spent = work[j] + (1.0 - rework) * onward[j + 1, areas[j]]
        if rework > 0.0:
            spent += rework * (onward[back[j], areas[j]] + elapsed[j] - elapsed[back[j]])
        elapsed[j + 1] = elapsed[j] + sampling * spent / (1.0 - sampling * rework)
    return elapsed


def _transport_onward(fab: Fab, steps: NDArray[np.void], areas: NDArray[np.int32]) -> Floats:
    """Return the expected transport time from an area to the next step from j on that is performed [ms].

    Shape ``(steps + 1, areas + 1)``: by j and by the area left, the last being the release.
    """
    to = transport_means(fab)
    onward = np.zeros((len(steps) + 1, len(to)))
    sampling = steps["sampling"]
    for j in range(len(steps) - 1, -1, -1):
        onward[j] = sampling[j] * to[:, areas[j]] + (1.0 - sampling[j]) * onward[j + 1]
    return onward
