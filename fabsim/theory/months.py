"""Capacity of a scenario: of its mean starts, and month by month as its starts and its tools change."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import PLANNED
from fabsim.model import Fab, Scenario, Stream
from fabsim.terms import HOUR, MONTH
from fabsim.theory.downtime import calendars
from fabsim.theory.means import Floats
from fabsim.theory.passage import Passage, passage
from fabsim.theory.static import Capacity, capacity, capacity_of, finite


def scenario_capacity(scenario: Scenario, *, batch_fill: float = 1.0) -> Capacity:
    """Return the capacity for the mean starts over the horizon, each round of a monitor counted, and the mean of the tools installed."""
    end = scenario.horizon_ms
    rates = [(s.product, s.lot_size, _started(s, 0, end) * _turns(scenario.fab, s) * HOUR / end) for s in scenario.streams]
    return capacity(scenario.fab, rates, tools_installed(scenario, 0, end), batch_fill=batch_fill)


def capacity_by_month(scenario: Scenario, x_factor: float = 2.5, *, batch_fill: float = 1.0) -> tuple[Capacity, ...]:
    """Return the capacity in each month of 730 h of the horizon, the last one perhaps shorter.

    The load of a step follows the starts by ``x_factor`` x the raw process time up to it; initial WIP comes to the
    steps before it in the same way.  ``Capacity.needed`` does not depend on the tools, so it sizes a fab that has none.
    """
    ways = [passage(scenario.fab, s.product, s.lot_size, batch_fill) for s in scenario.streams]
    taken = calendars(scenario.fab)
    arrivals = [_arrivals(scenario, k, way, x_factor) for k, way in enumerate(ways)]
    return tuple(
        capacity_of(
            scenario.fab,
            taken,
            [(way, lots[m] * HOUR / (end - start)) for way, lots in zip(ways, arrivals, strict=True)],
            tools_installed(scenario, start, end),
        )
        for m, (start, end) in enumerate(_months(scenario))
    )


def by_month(scenario: Scenario, x_factor: float = 2.5, *, batch_fill: float = 1.0) -> list[dict[str, Any]]:
    """Return a row a month: starts by stream [wafers per 730 h], the bottleneck, its load [-], tools, overloaded toolsets."""
    names = scenario.fab.toolset_names
    rows = []
    for m, ((start, end), found) in enumerate(
        zip(_months(scenario), capacity_by_month(scenario, x_factor, batch_fill=batch_fill), strict=True)
    ):
        order = found.bottlenecks()
        rows.append(
            {
                "month": m,
                "starts": {s.name: s.lot_size * _started(s, start, end) * MONTH / (end - start) for s in scenario.streams},
                "bottleneck": names[order[0]] if len(order) else None,
                "load": finite(found.load[order[0]]) if len(order) else 0.0,
                "tools": float(found.tools.sum()),
                "overloaded": [names[k] for k in found.overloaded()],
            }
        )
    return rows


def overloads(scenario: Scenario, x_factor: float = 2.5, *, batch_fill: float = 1.0) -> list[str]:
    """Return a sentence for each toolset that cannot do what is asked of it, heaviest first.

    Where starts and tools never change it takes the load they lead to, however short the horizon; otherwise each
    toolset's heaviest month.
    """
    if _is_steady(scenario):
        cases = [("", scenario_capacity(scenario, batch_fill=batch_fill))]
    else:
        months = capacity_by_month(scenario, x_factor, batch_fill=batch_fill)
        cases = [(f" in month {m}", found) for m, found in enumerate(months)]
    loads = np.array([found.load for _, found in cases])
    worst = loads.argmax(axis=0)
    heaviest = loads.max(axis=0)
    order = np.argsort(-heaviest, kind="stable")
    sentences = []
    for k in order[heaviest[order] > 1.0 + 1e-9]:
        when, found = cases[worst[k]]
        text = _sentence(scenario.fab.toolset_names[k] + when, found.load[k], found.tools[k], found.needed()[k])
        guess = " (setups counted as if lots came in random order)" if scenario.fab.toolsets["setup_keys"][k] else ""
        sentences.append(text + guess)
    return sentences


def tools_installed(scenario: Scenario, start_ms: int, end_ms: int) -> Floats:
    """Return the tools installed between two instants, on average [tools], shape ``(toolsets,)``."""
    tools = np.zeros(len(scenario.fab.toolsets))
    at, tool, sign = np.array([(c.at_ms, c.tool, 1 if c.installed else -1) for c in scenario.changes], np.int64).reshape(-1, 3).T
    there = np.clip((end_ms - at) / (end_ms - start_ms), 0.0, 1.0)
    np.add.at(tools, _toolset_of_tool(scenario.fab)[tool], sign * there)
    return tools


def _is_steady(scenario: Scenario) -> bool:
    """Return whether every stream keeps one rate and every tool is there from the start to the end."""
    end = scenario.horizon_ms
    return all(_is_straight(s, end) for s in scenario.streams) and all(c.at_ms <= 0 or c.at_ms >= end for c in scenario.changes)


def _is_straight(stream: Stream, end_ms: int) -> bool:
    """Return whether the planned starts grow at one rate up to the end; other patterns have no rate to change."""
    times = np.append(stream.times_ms[stream.times_ms < end_ms], end_ms)
    lots = _lots_started(stream, times)
    started = lots - _lots_started(stream, np.zeros(1))
    return stream.pattern not in PLANNED or bool(np.allclose(started * end_ms, started[-1] * times))


def _sentence(subject: str, load: float, tools: float, needed: float) -> str:
    if not np.isfinite(needed):
        return f"{subject}: its calendars leave no time for production"
    loaded = f"loaded to {load:.1%} of its time for production" if np.isfinite(load) else "has work and no tools"
    return f"{subject}: {loaded}; tools installed {tools:.4g}, needed {needed:.0f}"


def _toolset_of_tool(fab: Fab) -> NDArray[np.int64]:
    """Return the toolset of each tool, shape ``(tools,)``."""
    owner = np.zeros(len(fab.tool_names), np.int64)
    for toolset, row in enumerate(fab.toolsets):
        owner[row["first_tool"] : row["first_tool"] + row["tools"]] = toolset
    return owner


def _months(scenario: Scenario) -> list[tuple[int, int]]:
    """Return the first instant of each month and the one after its last."""
    return [(start, min(start + MONTH, scenario.horizon_ms)) for start in range(0, scenario.horizon_ms, MONTH)]


def _lots_started(stream: Stream, until_ms: Floats) -> Floats:
    """Return the planned starts before each instant [lots], the same shape as ``until_ms``; CONWIP plans none."""
    if stream.pattern not in PLANNED:
        return np.searchsorted(stream.times_ms, until_ms, side="left").astype(float)
    return np.interp(until_ms, stream.times_ms, stream.lots)


def _started(stream: Stream, start_ms: int, end_ms: int) -> float:
    before = _lots_started(stream, np.array([start_ms, end_ms], dtype=float))
    return float(before[1] - before[0])


def _turns(fab: Fab, stream: Stream) -> float:
    """Return how often a started lot of the stream begins its route [-]: its uses, as far as scrap spares it."""
    if stream.uses == 1:
        return 1.0
    return float((passage(fab, stream.product, stream.lot_size).done ** np.arange(stream.uses)).sum())


def _arrivals(scenario: Scenario, stream: int, way: Passage, x_factor: float) -> Floats:
    """Return the lots due to reach each step for the first time in each of its uses, by month, scrapped ones included.

    Shape ``(months, steps)``.  A lot of the initial WIP stands for as many started ones as it takes for one to get there.
    """
    edges = np.array([0, *(end for _, end in _months(scenario))], dtype=float)
    uses = np.arange(scenario.streams[stream].uses)[:, None]
    lag = (x_factor * (way.elapsed_ms + uses * way.raw_ms)).ravel()
    arrivals = np.diff(_lots_started(scenario.streams[stream], edges[:, None] - lag), axis=0)
    first = int(scenario.fab.route_first[scenario.fab.product_route[way.product]])
    for group in scenario.initial:
        if group.stream == stream:
            at = group.step - first
            month = np.searchsorted(edges, lag[at:] - lag[at], side="right") - 1
            inside = month < len(arrivals)
            arrivals[month[inside], at + np.flatnonzero(inside)] += group.lots / way.reach[at]
    each: Floats = arrivals.reshape(len(arrivals), len(uses), -1) * way.done**uses
    return np.asarray(each.sum(axis=1))
