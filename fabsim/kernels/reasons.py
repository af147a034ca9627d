"""Why lots wait: every millisecond of a wait is booked on one `fabsim.terms.waits.WaitReason`.

A moment of a lot's wait is booked by the first of these that holds for the tools that may take it, which are those of its toolset or the
one it is bound to:

1. One is open, so the lot's line is what lacks something: it is below the batch's least size (``BATCH``); else, where it needs a reticle,
   that (``RETICLE``); else, where not every tool is qualified for it, a tool that is (``QUALIFICATION``); else the tool must not
   change its setup now, in a minimum run or with a job inside (``SETUP``).
2. The lot is bound to a tool, and another one of its toolset is open: ``DEDICATION``.
3. One is up: ``BUSY``.  A tool that finishes a job before it goes down is up.
4. ``DOWN``: all are down, for whatever cause, or none is installed.

What is true of a toolset or a tool changes at few instants, and none of them looks at a lot.  A toolset has clocks of how long it was
open and how long it was down, a tool that lots are bound to has its own, and a line sums them by reason in its ``waits``.  A lot notes
those when it joins the line and books the differences when it starts; the rest of its wait is ``BUSY``.  Clocks are right only while
lots wait, and only then read.

Whatever else keeps an open tool from a line's lots can be booked by another value of the line's ``why`` (see `because`).
"""

from __future__ import annotations

from fabsim.kernels.choose import lacks_lots
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.queues import tool_of
from fabsim.kernels.slots import first_open, has_open, is_open, next_open
from fabsim.kernels.state import INSTALLED, NONE, World
from fabsim.kernels.views import lines, lots, nodes, sets, tools
from fabsim.terms.waits import BOOKED, WaitReason

BUSY = int(WaitReason.BUSY)
DOWN = int(WaitReason.DOWN)
BATCH = int(WaitReason.BATCH)
SETUP = int(WaitReason.SETUP)
QUALIFICATION = int(WaitReason.QUALIFICATION)
RETICLE = int(WaitReason.RETICLE)
DEDICATION = int(WaitReason.DEDICATION)

OPEN = -1
"""State of a toolset or a tool that could take a job; otherwise its state is `BUSY` or `DOWN`."""


@kernel
def _open_ms(w: World, toolset: int) -> int:
    """Return how long a tool of the toolset has been open."""
    s = sets(w)[toolset]
    return s.open_ms + (w[0].now_ms - s.why_ms if s.why == OPEN else 0)


@kernel
def _tool_clocks(w: World, tool: int) -> tuple[int, int, int]:
    """Return how long the tool has been open, how long it was not but another one was, and how long it was down and no other open [ms]."""
    t = tools(w)[tool]
    passed = w[0].now_ms - t.why_ms
    if t.why == OPEN:
        return t.open_ms + passed, t.dedication_ms, t.down_ms
    others = _open_ms(w, t.toolset) - t.open_then_ms
    return t.open_ms, t.dedication_ms + others, t.down_ms + (passed - others if t.why == DOWN else 0)


@kernel
def turn_set(w: World, toolset: int) -> None:
    """Book the toolset's state up to now and look at what it is from now on."""
    s = sets(w)[toolset]
    passed = w[0].now_ms - s.why_ms
    if s.why == OPEN:
        s.open_ms += passed
    elif s.why == DOWN:
        s.down_ms += passed
    s.why_ms = w[0].now_ms
    if has_open(w, toolset):
        s.why = OPEN
    else:
        s.why = BUSY if s.up > 0 else DOWN


@kernel
def _turn_tool(w: World, tool: int) -> None:
    """Book the tool's state up to now and look at what it is from now on."""
    t = tools(w)[tool]
    t.open_ms, t.dedication_ms, t.down_ms = _tool_clocks(w, tool)
    t.why_ms = w[0].now_ms
    t.open_then_ms = _open_ms(w, t.toolset)
    t.why = DOWN if t.cause != NONE or t.halted else BUSY
    for node in range(t.first_node, t.first_node + sets(w)[t.toolset].slots):
        if nodes(w)[node].open and is_open(w, t.toolset, node):
            t.why = OPEN


@kernel
def turn(w: World, tool: int) -> None:
    """Note that slots of the tool have closed, or that it has come up, while lots may wait."""
    toolset = tools(w)[tool].toolset
    if sets(w)[toolset].waiting > 0:
        turn_set(w, toolset)
        if sets(w)[toolset].dedicated_lines > 0:
            _turn_tool(w, tool)


@kernel
def went(w: World, tool: int, change: int) -> None:
    """Note that the tool has come up (``change`` 1) or gone down (-1), unless a cause or missing chambers keep it down anyway."""
    t = tools(w)[tool]
    reasons = (1 if t.cause != NONE else 0) + (1 if t.halted else 0)
    if t.installed == INSTALLED and reasons == (0 if change > 0 else 1):
        sets(w)[t.toolset].up += change
    turn(w, tool)


@kernel
def leave_open(w: World, toolset: int) -> None:
    """Note what a dispatch leaves, while lots wait: tools that are open, or none of them."""
    s = sets(w)[toolset]
    turn_set(w, toolset)
    if s.dedicated_lines > 0:
        node = first_open(w, toolset)
        while node != NONE:
            if tools(w)[nodes(w)[node].tool].why != OPEN:
                _turn_tool(w, nodes(w)[node].tool)
            node = next_open(w, toolset, node)


@inlined
def _sum_up(w: World, line: int) -> None:
    """Bring the line's ``waits`` up to now."""
    q = lines(w)[line]
    s = sets(w)[q.toolset]
    if line < s.first_line + s.lines:
        passed = w[0].now_ms - s.why_ms
        opened = s.open_ms + (passed if s.why == OPEN else 0)
        q.waits[DOWN] = s.down_ms + (passed if s.why == DOWN else 0)
    else:
        opened, q.waits[DEDICATION], q.waits[DOWN] = _tool_clocks(w, tool_of(w, line))
    q.waits[q.why] += opened - q.open_ms
    q.open_ms = opened


@kernel
def because(w: World, line: int, reason: int) -> None:
    """Book from now on the time in which a tool is open for the line's lots on ``reason``."""
    if lines(w)[line].why != reason:
        _sum_up(w, line)
        lines(w)[line].why = reason


@inlined
def see_batch(w: World, line: int) -> None:
    """Note whether the batch that the line gives is large enough, where that is not all that an open tool could lack."""
    if lines(w)[line].batch_key != NONE:
        _see_batch(w, line)


@kernel
def _see_batch(w: World, line: int) -> None:
    q = lines(w)[line]
    s = sets(w)[q.toolset]
    if q.reticle != NONE or q.qualified != NONE or s.min_run > 0 or s.when_empty:
        because(w, line, BATCH if lacks_lots(w, line) else _lacks_else(w, line))


@kernel
def _lacks_else(w: World, line: int) -> int:
    """Return what a line lacks of an open tool, a batch apart."""
    q = lines(w)[line]
    if q.reticle != NONE:
        return RETICLE
    return QUALIFICATION if q.qualified != NONE else SETUP


@kernel
def join_line(w: World, line: int, lot: int) -> None:
    """Let the lot, which has waited in another line, wait on in this one."""
    see_batch(w, line)
    _sum_up(w, line)
    r = lots(w)[lot]
    q = lines(w)[line]
    for reason in range(1, BOOKED):
        r.waits[reason] -= q.waits[reason]


@kernel
def leave_line(w: World, line: int, lot: int) -> None:
    """Book what the lot has waited in the line."""
    _sum_up(w, line)
    r = lots(w)[lot]
    q = lines(w)[line]
    for reason in range(1, BOOKED):
        r.waits[reason] += q.waits[reason]


@kernel
def begin_wait(w: World, line: int, lot: int) -> None:
    """Begin the lot's wait at its step: it has joined the line."""
    q = lines(w)[line]
    s = sets(w)[q.toolset]
    if s.waiting == 1:
        turn_set(w, q.toolset)
    if line >= s.first_line + s.lines:
        _turn_tool(w, tool_of(w, line))
    see_batch(w, line)
    _sum_up(w, line)
    r = lots(w)[lot]
    for reason in range(1, BOOKED):
        r.waits[reason] = -q.waits[reason]


@inlined
def end_waits(w: World, line: int, lead: int) -> None:
    """End the waits of the lots of a job that was taken out of the line, and add them to those of the lots and the toolset."""
    summed = False
    lot = lead
    while lot != NONE:
        if lots(w)[lot].arrive_ms < w[0].now_ms:
            if not summed:
                _sum_up(w, line)
                summed = True
            _end_wait(w, line, lot)
        elif lots(w)[lot].traced:
            for reason in range(BOOKED):
                lots(w)[lot].waits[reason] = 0
        lot = lots(w)[lot].next_member
    see_batch(w, line)


@inlined
def _end_wait(w: World, line: int, lot: int) -> None:
    """Book the wait of a lot that starts, for the lot and for the toolset."""
    _book_wait(w, line, lot)
    s = sets(w)[lines(w)[line].toolset]
    for reason in range(BOOKED):
        s.waits[reason] += lots(w)[lot].waits[reason]


@inlined
def _book_wait(w: World, line: int, lot: int) -> None:
    """Book a wait that ends for the lot; what no other reason has is ``BUSY``."""
    r = lots(w)[lot]
    q = lines(w)[line]
    busy = w[0].now_ms - r.arrive_ms
    for reason in range(1, BOOKED):
        waited = r.waits[reason] + q.waits[reason]
        busy -= waited
        r.waits[reason] = waited
        r.waited[reason] += waited
    r.waits[BUSY] = busy
    r.waited[BUSY] += busy


@kernel
def give_up_wait(w: World, line: int, lot: int) -> None:
    """End the wait of a lot that was taken out of the line and does not start: the toolset's waits are those of lots that do."""
    if lots(w)[lot].arrive_ms < w[0].now_ms:
        _sum_up(w, line)
        _book_wait(w, line, lot)
    see_batch(w, line)


@inlined
def took(w: World, tool: int) -> None:
    """Note that the tool has taken a job, where lots are bound to tools."""
    if sets(w)[tools(w)[tool].toolset].dedicated_lines > 0:
        _turn_tool(w, tool)
