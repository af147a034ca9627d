"""From a fab and its lots in process to the snapshot of a release plan, by planned lags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import PLANNED
from fabsim.model import Scenario
from fabsim.model.policy import ReleasePolicy
from fabsim.plan.release import Floats, ReleaseSnapshot
from fabsim.terms import HOUR
from fabsim.theory.load import load_of
from fabsim.theory.months import tools_installed
from fabsim.theory.passage import passage
from fabsim.theory.setups import setup_mix
from fabsim.theory.static import capacity


class Lags:
    """When the work of a start falls due: ``x_factor`` x its raw process time after it."""

    def __init__(self, scenario: Scenario, policy: ReleasePolicy) -> None:
        self._scenario = scenario
        self._policy = policy
        self._periods = -(-policy.horizon_ms // policy.every_ms)
        fab, streams = scenario.fab, scenario.streams
        end = scenario.horizon_ms
        rates = [(s.product, s.lot_size, planned_wafers(scenario, k, 0, end) / s.lot_size * HOUR / end) for k, s in enumerate(streams)]
        mix = setup_mix(fab, [(passage(fab, product, size), rate) for product, size, rate in rates])
        self._ways = [passage(fab, s.product, s.lot_size) for s in streams]
        """By stream."""
        self._hours = [load_of(fab, way, mix).occupancy_ms / HOUR for way in self._ways]
        """Tool hours of a lot at each step, by stream."""
        static = capacity(fab, rates, tools_installed(scenario, 0, end))
        self._share = policy.utilization * np.maximum(0.0, static.availability - static.engineering)
        self.streams_of = [planned_streams(scenario, demand.product) for demand in policy.demands]
        """Streams of each product with a demand."""
        self.shares = [_shares(scenario, of) for of in self.streams_of]
        """Share of the product's wafers that each of them starts [-]."""
        self._by_lag = self._hours_by_lag()

    def snapshot(self, now_ms: int, lots: NDArray[np.int64], wafers_out: NDArray[np.int64]) -> ReleaseSnapshot:
        """Return what a plan at ``now_ms`` is made from.

        ``lots``: lots in process by the step they travel to, wait for or are at, shape ``(streams, steps)``; ``wafers_out``: wafers that
        left so far, shape ``(streams,)``.
        """
        periods, every = self._periods, self._policy.every_ms
        ends = now_ms + every * np.arange(1, periods + 1)
        load = np.zeros((len(self._share), periods))
        coming = np.zeros((len(self._ways), periods))
        for stream, way in enumerate(self._ways):
            first = int(self._scenario.fab.route_first[self._scenario.fab.product_route[way.product]])
            waiting = lots[stream, first : first + len(way.steps)]
            for at in np.flatnonzero(waiting):
                lag = self._policy.x_factor * (way.elapsed_ms[at:] - way.elapsed_ms[at])
                period = (lag // every).astype(np.int64)
                near = period < periods
                np.add.at(load, (way.steps["toolset"][at:][near], period[near]), waiting[at] * self._hours[stream][at:][near])
                out = self._policy.x_factor * (way.raw_ms - way.elapsed_ms[at])
                coming[stream, np.arange(periods) >= out // every] += waiting[at] * way.lot_size
        owed = np.array([np.interp(ends, demand.times_ms, demand.wafers) for demand in self._policy.demands])
        for g, of in enumerate(self.streams_of):
            owed[g] -= wafers_out[of].sum() + coming[of].sum(axis=0)
        time = self._time(now_ms)
        return ReleaseSnapshot(
            hours=self._by_lag,
            left=time * (every / HOUR) - load,
            room=np.maximum(time * (self._policy.queue_ms / HOUR), _waits(load - time * (every / HOUR))),
            outs=np.array([self._outs(of, shares) for of, shares in zip(self.streams_of, self.shares, strict=True)]),
            owed=owed,
            value=np.array([demand.value for demand in self._policy.demands]),
        )

    def _time(self, now_ms: int) -> Floats:
        """Return the tools of each toolset that may be planned in each period, on average, shape ``(toolsets, periods)``."""
        starts = [now_ms + t * self._policy.every_ms for t in range(self._periods)]
        tools = [tools_installed(self._scenario, start, start + self._policy.every_ms) for start in starts]
        return np.stack(tools, axis=1) * self._share[:, None]

    def _hours_by_lag(self) -> Floats:
        """Return the tool hours of a wafer by product, toolset and lag [periods]; starts are spread over their period."""
        hours = np.zeros((len(self.streams_of), len(self._share), self._periods + 1))
        for g, (of, shares) in enumerate(zip(self.streams_of, self.shares, strict=True)):
            for stream, share in zip(of, shares, strict=True):
                way = self._ways[stream]
                lag = self._policy.x_factor * way.elapsed_ms / self._policy.every_ms
                whole = np.minimum(lag.astype(np.int64), self._periods)
                work = share * self._hours[stream] / way.lot_size
                np.add.at(hours[g], (way.steps["toolset"], whole), work * (1.0 - lag % 1.0))
                np.add.at(hours[g], (way.steps["toolset"], np.minimum(whole + 1, self._periods)), work * (lag % 1.0))
        return hours[:, :, : self._periods]

    def _outs(self, of: list[int], shares: Floats) -> Floats:
        """Return the share of a period's starts that is out by the end of the period so many later [-], shape ``(lags,)``."""
        lags = np.arange(1, self._periods + 1)
        planned = [self._policy.x_factor * self._ways[stream].raw_ms / self._policy.every_ms for stream in of]
        out = np.zeros(self._periods)
        for share, lag in zip(shares, planned, strict=True):
            out += share * np.clip(lags - lag, 0.0, 1.0)
        return out


def _waits(excess: Floats) -> Floats:
    """Return the work that waits at the end of each period, where each brings ``excess`` more than can be done in it."""
    waits = np.zeros_like(excess)
    before = np.zeros(len(excess))
    for t in range(excess.shape[1]):
        waits[:, t] = before = np.maximum(0.0, before + excess[:, t])
    return waits


def planned_streams(scenario: Scenario, product: int) -> list[int]:
    """Return the streams of a product whose starts can be planned: a schedule stays as it is."""
    return [k for k, s in enumerate(scenario.streams) if s.product == product and s.pattern in PLANNED]


def building_shares(scenario: Scenario, product: int) -> dict[int, float]:
    """Return the streams of all buildings (of ``scenario.site``) that start a product, and their shares of its wafers [-]."""
    products = len(scenario.fab.product_names)
    streams = [k for b in range(scenario.buildings) for k in planned_streams(scenario.site, product + b * products)]
    return dict(zip(streams, _shares(scenario.site, streams).tolist(), strict=True))


def planned_wafers(scenario: Scenario, stream: int, start_ms: float, end_ms: float) -> float:
    """Return the wafers that the scenario's own plan starts in a stream between two instants, 0 where it has none."""
    s = scenario.streams[stream]
    if s.pattern not in PLANNED:
        return 0.0
    before, after = np.interp([start_ms, end_ms], s.times_ms, s.lots)
    return float(after - before) * s.lot_size


def _shares(scenario: Scenario, streams: list[int]) -> Floats:
    planned = np.array([planned_wafers(scenario, stream, 0, scenario.horizon_ms) for stream in streams])
    shares: Floats = planned / planned.sum()
    return shares
