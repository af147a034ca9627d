"""The fleet: tools are installed and leave while the fab runs."""

from __future__ import annotations

from fabsim.kernels.books import book_tool
from fabsim.kernels.downs import start_calendars, try_down
from fabsim.kernels.jit import kernel
from fabsim.kernels.queues import own_lines, push, remove
from fabsim.kernels.reasons import join_line, leave_line, see_batch, turn, went
from fabsim.kernels.slots import close_nodes, note_opening, offer, open_nodes
from fabsim.kernels.state import INSTALLED, LEAVING, NONE, World
from fabsim.kernels.views import entries, lines, lots, sets, steps, tools


@kernel
def install(w: World, tool: int) -> None:
    """Add the tool to the floor, idle, with its calendars started and its toolset free to use it."""
    t = tools(w)[tool]
    t.installed = INSTALLED
    t.booked_ms = w[0].now_ms
    t.chambers_ms = w[0].now_ms
    t.period_ms = w[0].now_ms
    t.entry_free_ms = w[0].now_ms
    note_opening(w, tool)
    sets(w)[t.toolset].installed += 1
    went(w, tool, 1)
    start_calendars(w, tool)
    open_nodes(w, tool)


@kernel
def retire(w: World, tool: int) -> None:
    """Let the tool leave: it takes no new job, is gone when it is empty, and what was dedicated to it is freed."""
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    book_tool(w, tool, w[0].now_ms)
    t.installed = LEAVING
    s.installed -= 1
    close_nodes(w, tool)
    s.up -= 1 if t.cause == NONE and t.halted == 0 else 0
    turn(w, tool)
    first = own_lines(w, t)
    for line in range(first, first + s.dedicated_lines):
        while lines(w)[line].count > 0:
            lot = entries(w)[lines(w)[line].first].lot
            mark = lots(w)[lot].marked
            remove(w, line, lines(w)[line].first)
            leave_line(w, line, lot)
            to = steps(w)[lots(w)[lot].step].line
            push(w, to, lot)
            join_line(w, to, lot)
            if mark:
                lots(w)[lot].marked = mark
                lines(w)[to].marked += 1
                see_batch(w, to)
    offer(w, t.toolset)
    try_down(w, tool)
