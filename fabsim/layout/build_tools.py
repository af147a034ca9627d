"""Tools that come and go: those at the start, changes, and toolsets sized from the starts."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from fabsim import theory
from fabsim.kernels.records import PLANNED
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.nodes import Problems
from fabsim.layout.scenario_checks import CheckedScenario
from fabsim.layout.scenario_file import LONGEST_HORIZON_D, WipFactor
from fabsim.layout.toolset_file import MOST_TOOLS
from fabsim.layout.work import to_ms
from fabsim.model import Change, Scenario, Stream
from fabsim.terms import DAY, MONTH

Counts = list[tuple[int, int]]
"""Instants [ms] and the number of tools from then on, in order of time, the first at 0."""


@dataclass(frozen=True)
class Sizing:
    """How toolsets with ``tools: auto`` were sized."""

    months: dict[str, list[int]]
    """Tools in each month, by toolset."""
    rows: tuple[dict[str, Any], ...]
    """``Scenario.plan``: month, building, toolset, tools needed in it, tools installed, month of the order of those that are new."""


def size_tools(
    fab: CheckedFab, scenario: CheckedScenario, bare: Scenario, problems: Problems, *, wanted: Collection[str], building: int
) -> Sizing:
    """Return the tools that the starts need of the ``wanted`` toolsets, month by month; a toolset never shrinks.

    ``bare``: the scenario, or the part of one ``building``, with any number of tools.  A tool needed in a month is usable from its
    beginning.  A building has a tool of each toolset from the month in which it has any work, the first one from the start.
    """
    toolsets = {name: k for k, name in enumerate(fab.file.toolsets) if name in wanted}
    if not toolsets:
        return Sizing({}, ())
    default = scenario.file.auto_tools.target_utilization
    target = np.array([default if t.target_utilization is None else t.target_utilization for t in fab.file.toolsets.values()])
    capacities = theory.capacity_by_month(_with_past(scenario, bare), scenario.file.auto_tools.x_factor)
    needed = np.array([capacity.needed(target)[list(toolsets.values())] for capacity in capacities])
    for name, most in zip(toolsets, needed.max(axis=0).tolist(), strict=True):
        if not most <= MOST_TOOLS:
            needs = f"found a need for {most:.0f} tools, expected at most {MOST_TOOLS:,}"
            never = "found calendars that leave no time for production, expected some"
            problems.at(fab.document.root, ("toolsets", name, "tools"), needs if math.isfinite(most) else never)
    if len(problems):
        return Sizing({}, ())
    there = np.maximum.accumulate(needed, axis=0)
    begun = np.maximum.accumulate([bool(building == 0 or capacity.hours_per_month.any()) for capacity in capacities])
    installed = np.maximum(begun[:, None], there).astype(int).tolist()
    months = {name: [month[k] for month in installed] for k, name in enumerate(toolsets)}
    rows = [row for month in range(len(needed)) for row in _plan_rows(fab, month, building, needed[month].astype(int).tolist(), months)]
    return Sizing(months, tuple(rows))


def _with_past(scenario: CheckedScenario, bare: Scenario) -> Scenario:
    """Return the scenario with starts that have gone on since long ago, in place of initial WIP by X-factor.

    Taken lot by lot, those that wait for a step would all come to the next one at once.
    """
    if not isinstance(scenario.file.initial_wip, WipFactor):
        return bare
    past = -float(LONGEST_HORIZON_D * DAY)

    def gone_on(stream: Stream) -> Stream:
        if stream.pattern not in PLANNED:
            return stream
        before = stream.lots[0] + past * (stream.lots[1] - stream.lots[0]) / stream.times_ms[1]
        return replace(stream, times_ms=np.append(past, stream.times_ms), lots=np.append(before, stream.lots))

    return replace(bare, streams=tuple(map(gone_on, bare.streams)), initial=())


def _plan_rows(fab: CheckedFab, month: int, building: int, needed: list[int], months: Mapping[str, list[int]]) -> Iterator[dict[str, Any]]:
    for need, (name, tools) in zip(needed, months.items(), strict=True):
        install = fab.file.toolsets[name].install
        order = round(month - (install.lead_time + install.qualification) / MONTH, 3)
        yield {
            "month": month,
            "building": building + 1,
            "toolset": name,
            "needed": need,
            "tools": tools[month],
            "order_month": order if month == 0 or tools[month] > tools[month - 1] else None,
        }


def tool_counts(
    fab: CheckedFab, scenario: CheckedScenario, sizing: Sizing, problems: Problems, *, building: int, scale: float
) -> dict[str, Counts]:
    """Return the number of tools of each toolset of a ``building`` over time; changes to a sized toolset count from what was sized.

    ``scale`` multiplies numbers that the fab gives.  A toolset that all buildings share stands in the first.
    """
    counts = {}
    for name, toolset in fab.file.toolsets.items():
        if building and toolset.shared:
            counts[name] = [(0, 0)]
            continue
        scaled = isinstance(toolset.tools, int)
        base = {0: toolset.tools} if isinstance(toolset.tools, int) else {m * MONTH: tools for m, tools in enumerate(sizing.months[name])}
        mine = [one for one in scenario.file.changes if one.toolset == name and one.building == building + 1]
        counts[name] = _counts(base, [(to_ms(change.at), change.tools) for change in mine], scale if scaled else 1.0)
        if any(tools < 0 for _, tools in counts[name]):
            problems.at(scenario.document.root, ("changes",), f"found more tools of {name!r} taken away than there are")
    return counts


def _counts(base: Mapping[int, int], changes: list[tuple[int, int]], scale: float) -> Counts:
    """Return the tools over time: the latest of ``base`` plus all changes so far, scaled and rounded up."""
    more: dict[int, int] = {}
    for at, tools in changes:
        more[at] = more.get(at, 0) + tools
    counts: Counts = []
    there = changed = 0
    for at in sorted({*base, *more}):
        there = base.get(at, there)
        changed += more.get(at, 0)
        total = there + changed
        # a toolset that has any tool keeps one, however small the scale
        tools = max(1, math.ceil(total * scale - 1e-9)) if total > 0 else total
        if not counts or counts[-1][1] != tools:
            counts.append((at, tools))
    return counts


def tools_ever(counts: Counts) -> int:
    """Return how many tools are ever installed: one that comes after another has gone is a new one."""
    before = [0, *(tools for _, tools in counts)]
    return sum(max(0, now - then) for then, now in pairwise(before))


def build_changes(counts: Sequence[Counts]) -> tuple[Change, ...]:
    """Return every installation and removal of toolsets with these ``counts``; the tool that came last goes first."""
    changes = []
    first = 0
    for history in counts:
        there: list[int] = []
        new = first
        for at, tools in history:
            while len(there) < tools:
                there.append(new)
                changes.append(Change(at, new, installed=True))
                new += 1
            while len(there) > tools:
                changes.append(Change(at, there.pop(), installed=False))
        first = new
    return tuple(sorted(changes, key=lambda change: (change.at_ms, change.tool)))
