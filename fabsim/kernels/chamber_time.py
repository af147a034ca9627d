"""The time of a cluster tool's chambers: every millisecond of each is booked once, as up or on what keeps it down."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.jit import kernel
from fabsim.kernels.state import CHAMBER_STATES, World
from fabsim.kernels.views import causes, chambers, sets, stages, tools


@kernel
def _count(w: World, toolset: int) -> int:
    """Return how many chambers a tool of the toolset has."""
    s = sets(w)[toolset]
    count = 0
    for row in range(s.first_stage, s.first_stage + s.stages):
        count += stages(w)[row].chambers
    return count


@kernel
def _state(w: World, tool: int, chamber: int) -> int:
    """Return 0 for a chamber that is up, else 1 + the least kind of the calendars that keep it down."""
    if chambers(w)[chamber] == 0:
        return 0
    t = tools(w)[tool]
    state = CHAMBER_STATES
    first = t.first_cause + t.causes
    for cause in range(first, first + t.chamber_causes):
        if causes(w)[cause].chamber == chamber and causes(w)[cause].lasts:
            state = min(state, 1 + causes(w)[cause].kind)
    return state


@kernel
def book_chambers(w: World, tool: int, until_ms: int) -> None:
    """Book the time of the tool's chambers up to ``until_ms``, since when none of them has changed."""
    t = tools(w)[tool]
    passed = until_ms - t.chambers_ms
    t.chambers_ms = until_ms
    for chamber in range(t.first_chamber, t.first_chamber + _count(w, t.toolset)):
        t.chamber_booked[_state(w, tool, chamber)] += passed


@kernel
def close_chambers(w: World, tool: int, row: Any) -> None:
    """Fill ``row`` (a record `rows.TOOL_ROW`) with what the tool's chambers did in its period, as far as the tool's own time is booked."""
    t = tools(w)[tool]
    row.chambers = _count(w, t.toolset)
    if row.chambers > 0:
        book_chambers(w, tool, t.booked_ms)
    row.chamber_up_ms = t.chamber_booked[0]
    row.chamber_down_ms = t.chamber_booked[1]
    row.chamber_maintenance_ms = t.chamber_booked[2]
    row.chamber_engineering_ms = t.chamber_booked[3]
    for state in range(CHAMBER_STATES):
        t.chamber_booked[state] = 0
