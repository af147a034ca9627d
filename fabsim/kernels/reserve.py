"""Tools kept for the most urgent lots while these are on their way.

A lot is *expected* at a step from when it leaves for it, or from when it starts work at the step before, until it joins the queue there.
Whenever a lot in the queue is about to take a tool of that toolset, one is first *kept* for each expected lot: its slots are closed, so
that to everybody else it is a busy tool.  Never is it a tool whose next job would be a lot of at least the same priority, and when such a
job turns up later it is given up, so no lot waits for one that is not more urgent.  It is open again once its lot is not expected any
more, which comes about whatever the tool does: nobody waits for it.  A tool that goes down or leaves is kept no longer, and the next one
that could take a job is kept instead.
"""

from __future__ import annotations

from fabsim.kernels.choose import choose_job, keeps_run, keeps_setup, may_serve
from fabsim.kernels.jit import kernel, seldom
from fabsim.kernels.queues import line_at, tool_of
from fabsim.kernels.reasons import turn
from fabsim.kernels.records import CHOOSE_LEAST_SETUP, CHOOSE_LONGEST_IDLE
from fabsim.kernels.setups import setup_for
from fabsim.kernels.slots import close_nodes, first_open, next_open, open_nodes
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import entries, lots, nodes, sets, steps, tools


@kernel
def announce(w: World, lot: int, step: int) -> None:
    """Expect the lot at ``step``."""
    seldom()
    r = lots(w)[lot]
    s = sets(w)[steps(w)[step].toolset]
    r.expected_at = step
    r.next_expected = s.expected
    s.expected = lot
    w[0].expected += 1


@kernel
def withdraw(w: World, lot: int) -> None:
    """Expect the lot no more; the tool kept for it is open again."""
    seldom()
    r = lots(w)[lot]
    s = sets(w)[steps(w)[r.expected_at].toolset]
    r.expected_at = NONE
    w[0].expected -= 1
    if s.expected == lot:
        s.expected = r.next_expected
    else:
        before = s.expected
        while lots(w)[before].next_expected != lot:
            before = lots(w)[before].next_expected
        lots(w)[before].next_expected = r.next_expected
    if r.kept_tool != NONE:
        _give_up(w, lot)


@kernel
def _give_up(w: World, lot: int) -> None:
    """Open the tool that is kept for the lot."""
    tool = lots(w)[lot].kept_tool
    lots(w)[lot].kept_tool = NONE
    tools(w)[tool].kept_for = NONE
    open_nodes(w, tool)


@kernel
def give_up_tools(w: World, toolset: int) -> None:
    """Open the kept tools of the toolset that are due to lots in its queue."""
    seldom()
    lot = sets(w)[toolset].expected
    while lot != NONE:
        if lots(w)[lot].kept_tool != NONE and _is_due(w, lots(w)[lot].kept_tool, lot):
            _give_up(w, lot)
        lot = lots(w)[lot].next_expected


@kernel
def _is_due(w: World, tool: int, lot: int) -> bool:
    """Return whether the tool's next job is at least as urgent as the expected lot."""
    at = choose_job(w, tool)[1]
    return at != NONE and lots(w)[entries(w)[at].lot].priority >= lots(w)[lot].priority


@kernel
def keep_tools(w: World, toolset: int) -> bool:
    """Keep an open tool for each lot expected at the toolset that has none, the most urgent first; return whether there was any."""
    seldom()
    last, kept = NONE, False
    while True:
        lot = NONE
        other = sets(w)[toolset].expected
        while other != NONE:
            r = lots(w)[other]
            if r.kept_tool == NONE and (last == NONE or _comes_first(w, last, other)) and (lot == NONE or _comes_first(w, other, lot)):
                lot = other
            other = r.next_expected
        if lot == NONE:
            return kept
        tool = _tool_for(w, toolset, lot)
        if tool != NONE:
            close_nodes(w, tool)
            turn(w, tool)
            tools(w)[tool].kept_for = lot
            lots(w)[lot].kept_tool = tool
            kept = True
        last = lot


@kernel
def _comes_first(w: World, lot: int, other: int) -> bool:
    """Return whether a tool is kept for the one lot before the other: by priority, then by id."""
    a, b = lots(w)[lot], lots(w)[other]
    return a.priority > b.priority or (a.priority == b.priority and a.id < b.id)


@kernel
def _tool_for(w: World, toolset: int, lot: int) -> int:
    """Return the open tool that is kept for the lot, by the toolset's ``choose_tool``; `NONE` if none may take it.

    One that has to get empty for the lot's setup only where there is no other.
    """
    s = sets(w)[toolset]
    step = lots(w)[lot].expected_at
    line = line_at(w, lot, step)
    best, least, best_empties = NONE, NEVER, False
    node = first_open(w, toolset)
    while node != NONE:
        tool = int(nodes(w)[node].tool)
        t = tools(w)[tool]
        bound = line >= s.first_line + s.lines and tool != tool_of(w, line)
        if not bound and may_serve(w, t, line) and keeps_run(w, t, line) and not _is_due(w, tool, lot):
            empties = not keeps_setup(w, t, line)
            value = 0 if s.choose_tool == CHOOSE_LONGEST_IDLE else tool
            if s.choose_tool == CHOOSE_LEAST_SETUP:
                value = setup_for(w, tool, step)
            if best == NONE or empties < best_empties or (empties == best_empties and value < least):
                best, least, best_empties = tool, value, empties
        node = next_open(w, toolset, node)
    return best
