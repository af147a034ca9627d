"""Calendars that count: wafers, or hours of work, until they are due.

What a job adds is noted once a tool (``TOOL.counted``) and taken off its calendars when the one with the fewest wafers left is due, so
that a beginning job looks at none of those that count wafers.
"""

from __future__ import annotations

import numpy as np

from fabsim.kernels.draws import to_ms
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.records import TRIGGER_PROCESS_TIME, TRIGGER_WAFERS
from fabsim.kernels.slots import close_nodes, keeps_out
from fabsim.kernels.state import COUNTS_WORK, World
from fabsim.kernels.views import causes, lots, sets, tools
from fabsim.kernels.waking import TOOL_DOWN, wait_for


@kernel
def wait_for_due(w: World, cause: int, due_ms: int) -> None:
    """Wait for the instant at which the cause is due, now at the earliest."""
    c = causes(w)[cause]
    c.due_ms = max(due_ms, w[0].now_ms)
    wait_for(w, c.due_ms, TOOL_DOWN, cause, cause)


@inlined
def after_begin(w: World, tool: int, lead: int) -> None:
    """Count the wafers and the work of a job that has just begun on the tool's calendars that count them."""
    t = tools(w)[tool]
    t.counted += lots(w)[lead].job_wafers
    if t.counted >= t.spare:
        _fall_due(w, tool)
    if sets(w)[t.toolset].counts == COUNTS_WORK:
        _count_work(w, tool, lead)


@kernel
def _fall_due(w: World, tool: int) -> None:
    """Let those of the tool's calendars that have no wafers left be pending."""
    seldom()
    count_wafers(w, tool)
    t = tools(w)[tool]
    for cause in range(t.first_cause, t.first_cause + t.causes):
        if causes(w)[cause].trigger == TRIGGER_WAFERS and causes(w)[cause].left <= 0.0:
            t.pending |= np.int64(1) << (cause - t.first_cause)
    see_spare(w, tool)
    if keeps_out(w, tool):
        close_nodes(w, tool)


@kernel
def count_wafers(w: World, tool: int) -> None:
    """Take the wafers that the tool has worked on since this was last done off its calendars."""
    t = tools(w)[tool]
    for cause in range(t.first_cause, t.first_cause + t.causes):
        if causes(w)[cause].trigger == TRIGGER_WAFERS:
            causes(w)[cause].left -= t.counted
    t.counted = 0


@kernel
def see_spare(w: World, tool: int) -> None:
    """Note how many wafers the tool can still work on before a calendar that counts them is due, once they are all counted."""
    t = tools(w)[tool]
    t.spare = np.inf
    for cause in range(t.first_cause, t.first_cause + t.causes):
        if causes(w)[cause].trigger == TRIGGER_WAFERS:
            t.spare = min(t.spare, causes(w)[cause].left)


@kernel
def _count_work(w: World, tool: int, lead: int) -> None:
    """Run the work of the job off the tool's calendars that count it."""
    seldom()
    t = tools(w)[tool]
    job = lots(w)[lead]
    for cause in range(t.first_cause, t.first_cause + t.causes):
        if causes(w)[cause].trigger == TRIGGER_PROCESS_TIME:
            count_process(w, cause, job.load_end_ms, job.process_end_ms - job.load_end_ms)


@kernel
def count_process(w: World, cause: int, start_ms: int, process_ms: int) -> None:
    """Run ``process_ms`` of work off the cause's process-time clock, or wait for the instant at which it stops the work."""
    c = causes(w)[cause]
    if c.left < process_ms:
        wait_for_due(w, cause, start_ms + to_ms(c.left))
    else:
        c.left -= process_ms
