"""Chambers of cluster tools: those that are up when a job starts set its pace; a tool with none in some stage takes no job.

A wafer passes one chamber of each of the tool's *stages*; a tool whose chambers stand in parallel has a single stage.  A
chamber's calendars are causes too, but each runs on its own and takes only its chamber: what is in the tool goes on.
"""

from __future__ import annotations

from fabsim.kernels.books import book_tool
from fabsim.kernels.chamber_time import book_chambers
from fabsim.kernels.draws import to_ms
from fabsim.kernels.jit import kernel
from fabsim.kernels.philox import add64, hash_words
from fabsim.kernels.reasons import went
from fabsim.kernels.records import TRIGGER_AFTER_END
from fabsim.kernels.slots import close_nodes, open_nodes
from fabsim.kernels.state import World
from fabsim.kernels.views import causes, chambers, sets, stages, tools
from fabsim.kernels.waking import TOOL_DOWN, wait_for


@kernel
def _up(w: World, first: int, count: int) -> int:
    """Return how many of ``count`` chambers from row ``first`` no calendar keeps down."""
    up = 0
    for chamber in range(first, first + count):
        if chambers(w)[chamber] == 0:
            up += 1
    return up


@kernel
def stay(w: World, tool: int, process_ms: float, wafers: int, all_up: bool) -> tuple[int, int]:
    """Return (time at the entry, time after it) [ms] of a job that starts now, or would with all of the tool's chambers up.

    With k[s] chambers up of a stage that works on a wafer for p[s] = its share of ``process_ms``, n wafers leave the entry
    free after the time the slowest stage needs for them, and are done after

        n max(p[s] / k[s])    and    sum of p[s] + max((ceil(n / k[s]) - 1) p[s])

    Both are rounded once.  The second is exact for one stage (ceil(n / k) p) and for stages of one chamber each (the first
    wafer takes the sum, the others follow at the pace of the slowest); of mixed ones it is the least that is possible.
    """
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    chamber = t.first_chamber
    entry, rounds = 0.0, 0.0
    for row in range(s.first_stage, s.first_stage + s.stages):
        stage = stages(w)[row]
        up = stage.chambers if all_up else _up(w, chamber, stage.chambers)
        takes = process_ms * stage.share
        entry = max(entry, takes * wafers / up)
        rounds = max(rounds, takes * ((wafers + up - 1) // up - 1))
        chamber += stage.chambers
    hold = to_ms(entry)
    return hold, max(0, to_ms(process_ms + rounds) - hold)


@kernel
def turn_chamber(w: World, cause: int, takes_ms: int, every_ms: int) -> None:
    """Answer TOOL_DOWN of a chamber's calendar: it begins, or it ends and waits for its next time."""
    c = causes(w)[cause]
    now = w[0].now_ms
    book_tool(w, c.tool, now)
    book_chambers(w, c.tool, now)
    if not c.lasts:
        c.lasts = 1
        chambers(w)[c.chamber] += 1
        wait_for(w, now + takes_ms, TOOL_DOWN, cause, cause)
    else:
        c.lasts = 0
        chambers(w)[c.chamber] -= 1
        w[0].state_digest = add64(w[0].state_digest, hash_words(c.tool, cause, c.due_ms, now, c.count, c.kind))
        c.count += 1
        c.due_ms = max(now, (now if c.trigger == TRIGGER_AFTER_END else c.due_ms) + every_ms)
        wait_for(w, c.due_ms, TOOL_DOWN, cause, cause)
    _halt(w, c.tool, c.kind)


@kernel
def _halt(w: World, tool: int, kind: int) -> None:
    """Close the tool while some stage has no chamber up, open it when each has one again."""
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    chamber = t.first_chamber
    missing = False
    for row in range(s.first_stage, s.first_stage + s.stages):
        count = stages(w)[row].chambers
        missing = missing or _up(w, chamber, count) == 0
        chamber += count
    if missing and t.halted == 0:
        t.halted = 1 + kind
        close_nodes(w, tool)
        went(w, tool, -1)
    elif not missing and t.halted > 0:
        t.halted = 0
        went(w, tool, 1)
        open_nodes(w, tool)
