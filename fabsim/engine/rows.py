"""The rows of a run's arrays as they are before anything has happened."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import stable_hash
from fabsim.engine.chambers import chamber_calendars, chamber_counts
from fabsim.engine.lasts import is_endless
from fabsim.kernels import reasons
from fabsim.kernels.philox import mix64
from fabsim.kernels.rank import CRITICAL_RATIO
from fabsim.kernels.records import LATE_REWORK, LATE_SCRAP, PLANNED, SCHEDULE, TRIGGER_PROCESS_TIME, TRIGGER_WAFERS
from fabsim.kernels.state import CAUSE, COUNTS_WAFERS, COUNTS_WORK, LINE, NEVER, NODE, NONE, SET, STREAM, TOOL
from fabsim.model import Fab, Scenario, Stream


def _copy(source: NDArray[Any], target: NDArray[Any]) -> None:
    for name in source.dtype.names or ():
        if name in (target.dtype.names or ()):
            target[name] = source[name]


def sets_of(fab: Fab) -> NDArray[Any]:
    """Return the toolsets, `SET`, shape ``(toolsets,)``."""
    sets = np.zeros(len(fab.toolsets), SET)
    _copy(fab.toolsets, sets)
    sets["uniform"] = (sets["setup_keys"] == 0) & (sets["dedicated_lines"] == 0)
    sets["uniform"][fab.line_keys[(fab.line_keys[:, 3:] >= 0).any(axis=1), 0]] = 0
    for trigger, counts in ((TRIGGER_WAFERS, COUNTS_WAFERS), (TRIGGER_PROCESS_TIME, COUNTS_WORK)):
        sets["counts"][fab.calendars["toolset"][fab.calendars["trigger"] == trigger]] = counts
    chain = fab.toolsets["chain"].copy()
    for _ in range(5):
        sets["timed"] |= (chain & 15) == CRITICAL_RATIO
        chain >>= 4
    refusing = (fab.windows["if_late"] == LATE_REWORK) | (fab.windows["if_late"] == LATE_SCRAP)
    sets["refuses"][fab.steps["toolset"][fab.windows["to_step"][refusing]]] = 1
    sets["open_first"] = NONE
    sets["open_last"] = NONE
    sets["open_ready"] = NONE
    sets["opens_ms"] = NONE
    sets["newcomer"] = NONE
    sets["expected"] = NONE
    return sets


def tools_of(fab: Fab) -> NDArray[Any]:
    """Return the tools, toolset after toolset, `TOOL`, shape ``(tools,)``."""
    tools = np.zeros(len(fab.tool_names), TOOL)
    tools["name_hash"] = fab.tool_hash
    tools["cause"] = NONE
    tools["kept_for"] = NONE
    node = cause = chamber = 0
    for toolset, (row, chambers) in enumerate(zip(fab.toolsets, chamber_counts(fab).tolist(), strict=True)):
        span = slice(row["first_tool"], row["first_tool"] + row["tools"])
        tools["toolset"][span] = toolset
        tools["local"][span] = np.arange(row["tools"])
        tools["first_node"][span] = node + np.arange(row["tools"]) * row["slots"]
        tools["causes"][span] = row["calendars"]
        tools["chamber_causes"][span] = row["chamber_calendars"]
        causes = row["calendars"] + row["chamber_calendars"]
        tools["first_cause"][span] = cause + np.arange(row["tools"]) * causes
        tools["first_chamber"][span] = chamber + np.arange(row["tools"]) * chambers
        node += row["tools"] * row["slots"]
        cause += row["tools"] * causes
        chamber += row["tools"] * chambers
    return tools


def nodes_of(fab: Fab) -> NDArray[Any]:
    """Return the slots of each tool, tool after tool, `NODE`, shape ``(slots,)``."""
    nodes = np.zeros(int((fab.toolsets["tools"] * fab.toolsets["slots"]).sum()), NODE)
    nodes["tool"] = np.repeat(np.arange(len(fab.tool_names)), np.repeat(fab.toolsets["slots"], fab.toolsets["tools"]))
    nodes["previous"] = NONE
    nodes["next"] = NONE
    return nodes


def causes_of(fab: Fab, tools: NDArray[Any]) -> NDArray[Any]:
    """Return the calendars of each tool, tool after tool, its own before those of its chambers, `CAUSE`, shape ``(calendars,)``."""
    count = tools["causes"] + tools["chamber_causes"]
    owner = np.repeat(np.arange(len(tools)), count)
    k = np.arange(len(owner)) - tools["first_cause"][owner]
    calendar = fab.toolsets["first_calendar"][tools["toolset"][owner]] + k
    causes = np.zeros(len(owner), CAUSE)
    causes["chamber"], causes["of"] = NONE, 1
    for toolset in np.flatnonzero(fab.toolsets["chamber_calendars"]):
        mine = np.flatnonzero((tools["toolset"][owner] == toolset) & (k >= tools["causes"][owner]))
        found = np.array(chamber_calendars(fab, int(toolset))).T[:, k[mine] - tools["causes"][owner[mine]]]
        calendar[mine], causes["number"][mine], causes["of"][mine] = found[0], found[2], found[3]
        causes["chamber"][mine] = tools["first_chamber"][owner[mine]] + found[1]
    _copy(fab.calendars[calendar], causes)
    causes["tool"] = owner
    names = tools["name_hash"][owner] ^ fab.calendars["name_hash"][calendar]
    causes["subject"] = [mix64(np.uint64(name)) for name in names]
    for row in np.flatnonzero(causes["chamber"] != NONE):
        causes["subject"][row] = mix64(causes["subject"][row] ^ np.uint64(causes["number"][row] + 1))
    return causes


def streams_of(scenario: Scenario, at: int) -> NDArray[Any]:
    """Return the streams, whose plans stand one after the other from ``at``, `STREAM`, shape ``(streams,)``."""
    streams = np.zeros(len(scenario.streams), STREAM)
    fab = scenario.fab
    for row, stream in zip(streams, scenario.streams, strict=True):
        row["name_hash"] = stable_hash(stream.name)
        row["first_step"] = fab.route_first[fab.product_route[stream.product]]
        row["wafers"], row["priority"], row["pattern"] = stream.lot_size, stream.priority, stream.pattern
        row["due_ms"] = NONE if stream.due_ms < 0 else stream.due_ms
        row["limit"], row["uses"] = stream.limit, stream.uses
        row["endless"] = is_endless(scenario, stream)
        row["plan_at"], row["points"] = at, len(plan_of(scenario, stream)[0])
        at += 2 * int(row["points"])
    return streams


def plan_of(scenario: Scenario, stream: Stream) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the instants [ms] and the accumulated lots of a stream's plan, of a schedule what its lots are due after [ms].

    A stream that is planned in the run begins with no lots.
    """
    policy = scenario.releases
    if stream.pattern == SCHEDULE:
        return stream.times_ms, np.full(len(stream.times_ms), float(stream.due_ms)) if stream.dues_ms is None else stream.dues_ms
    if policy is None or stream.pattern not in PLANNED:
        return stream.times_ms, stream.lots
    ends = policy.every_ms * np.arange(-(-scenario.horizon_ms // policy.every_ms) + 1, dtype=float)
    return ends, np.zeros(len(ends))


def lines_of(fab: Fab, qualified_at: int) -> NDArray[Any]:
    """Return the queue lines, `LINE`, shape ``(lines,)``; ``qualified_at``: where the table of qualified tools stands in the ``ints``."""
    lines = np.zeros(len(fab.line_keys), LINE)
    lines["toolset"], lines["batch_key"], lines["setup_key"], qualified, reticle = fab.line_keys.T
    lines["qualified"] = np.where(qualified >= 0, qualified_at + qualified, NONE)
    needs = reticle >= 0
    lines["reticle"] = NONE
    lines["reticle"][needs] = (np.cumsum(fab.reticles) - fab.reticles)[reticle[needs]]
    lines["reticles"][needs] = fab.reticles[reticle[needs]]
    lines["position"] = NONE
    lines["plan_ms"] = NEVER
    alone = np.where(lines["qualified"] == NONE, reasons.SETUP, reasons.QUALIFICATION)
    alone = np.where(lines["reticle"] == NONE, alone, reasons.RETICLE)
    lines["why"] = np.where(lines["batch_key"] == NONE, alone, reasons.BATCH)
    return lines
