"""Which job next: the decisions of a dispatch, none of which changes anything."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.order import before
from fabsim.kernels.queues import own_lines
from fabsim.kernels.records import CHOOSE_LEAST_SETUP, CHOOSE_LONGEST_IDLE, CHOOSE_LOWEST_NUMBER
from fabsim.kernels.reticles import has_reticle
from fabsim.kernels.setups import setup_time
from fabsim.kernels.slots import first_open, next_open
from fabsim.kernels.state import NEVER, NONE, World
from fabsim.kernels.views import active, entries, ints, lines, lots, nodes, sets, steps, tools


@inlined
def head(w: World, line: int) -> int:
    """Return the pool position of the first lot of the line."""
    q = lines(w)[line]
    return _least(w, line) if q.count > 1 and sets(w)[q.toolset].timed else int(q.first)


@kernel
def _least(w: World, line: int) -> int:
    """Return the pool position of the first lot of a line whose ranks change with time."""
    q = lines(w)[line]
    chain = sets(w)[q.toolset].chain
    best = q.first
    for at in range(q.first + 1, q.first + q.count):
        if before(w, chain, at, NONE, best, NONE):
            best = at
    return best


@inlined
def _can_start(w: World, line: int) -> bool:
    """Return whether the line could give a tool a job: one lot, or a batch of the least size or with a marked lot, or as planned."""
    q = lines(w)[line]
    return q.count > 0 and ((q.batch_key == NONE and q.plan_ms == NEVER) or _can_start_batch(w, line))


@kernel
def _can_start_batch(w: World, line: int) -> bool:
    """Return whether the line has enough wafers, or may start below: as planned or with a marked lot.

    Where lots lose wafers, a batch that the next lot does not fit into is full, whatever its least size: no other sizes may ever come.
    """
    q = lines(w)[line]
    if q.plan_ms != NEVER:
        return w[0].now_ms >= q.plan_ms or q.wafers >= q.plan_wafers
    step = steps(w)[lots(w)[entries(w)[q.first].lot].step]
    if q.wafers <= step.batch_max:
        return q.wafers >= step.batch_min or q.marked > 0
    if w[0].loses_wafers or step.batch_max - step.batch_min >= w[0].largest_lot - 1:
        return True
    wafers, marked = _fill(w, line, step.batch_max)
    return wafers >= step.batch_min or marked


@kernel
def lacks_lots(w: World, line: int) -> bool:
    """Return whether the line is below the least size of a batch."""
    return lines(w)[line].batch_key != NONE and not _can_start(w, line)


@kernel
def _fill(w: World, line: int, most: int) -> tuple[int, bool]:
    """Return the wafers of the batch that the line gives in rank order, up to the first lot that does not fit, and if one is marked."""
    seldom()
    q = lines(w)[line]
    chain = sets(w)[q.toolset].chain
    wafers, marked, last = 0, False, NONE
    while True:
        following = NONE
        for at in range(q.first, q.first + q.count):
            if (last == NONE or before(w, chain, last, NONE, at, NONE)) and (
                following == NONE or before(w, chain, at, NONE, following, NONE)
            ):
                following = at
        if following == NONE or wafers + lots(w)[entries(w)[following].lot].wafers > most:
            return wafers, marked
        r = lots(w)[entries(w)[following].lot]
        wafers += r.wafers
        marked = marked or r.marked > 0
        last = following


@inlined
def _changes_setup(w: World, t: Any, line: int) -> bool:
    """Return whether the tool has a setup and the line needs another one."""
    key = lines(w)[line].setup_key
    return key != 0 and key != t.setup_key and t.setup_key != 0


@inlined
def keeps_run(w: World, t: Any, line: int) -> bool:
    """Return whether the tool may work on the line without breaking a minimum run."""
    return t.run_left <= 0 or not _changes_setup(w, t, line)


@inlined
def keeps_setup(w: World, t: Any, line: int) -> bool:
    """Return whether the tool may work on the line without a change of setup that it must not make: in a minimum run, or beside a job."""
    may_change = t.run_left <= 0 and (t.inside == 0 or not sets(w)[t.toolset].when_empty)
    return may_change or not _changes_setup(w, t, line)


@inlined
def may_serve(w: World, t: Any, line: int) -> bool:
    """Return whether the tool may work on lots of the line."""
    qualified = lines(w)[line].qualified
    return qualified == NONE or ints(w)[qualified + t.local] != 0


@inlined
def _may_take(w: World, tool: int, line: int) -> bool:
    """Return whether the tool may work on the line, which could give it a job."""
    t = tools(w)[tool]
    return keeps_setup(w, t, line) and may_serve(w, t, line) and (lines(w)[line].reticle == NONE or has_reticle(w, tool, line))


@kernel
def _goes_first(w: World, tool: int, line: int, at: int, other_tool: int, other_line: int, other_at: int) -> bool:
    """Return whether a line's head goes before another's: what is planned, in the order planned, then the better rank."""
    q = lines(w)
    if q[line].plan_ms != q[other_line].plan_ms:
        return q[line].plan_ms < q[other_line].plan_ms
    return before(w, sets(w)[q[line].toolset].chain, at, tool, other_at, other_tool)


@inlined
def choose_job(w: World, tool: int) -> tuple[int, int]:
    """Return (line, pool position) of the job the open tool takes next, (`NONE`, `NONE`) when there is none for it."""
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    line, at = NONE, NONE
    own = own_lines(w, t)
    for k in range(s.active + t.bound):
        candidate = int(active(w)[s.first_line + k if k < s.active else own + k - s.active])
        if _can_start(w, candidate) and _may_take(w, tool, candidate):
            first = head(w, candidate)
            if at == NONE or _goes_first(w, tool, candidate, first, tool, line, at):
                line, at = candidate, first
    return line, at


@inlined
def choose_pair(w: World, toolset: int) -> tuple[int, int, int]:
    """Return (tool, line, pool position) of the next job of a toolset, (`NONE`, ...) when none can start.

    Tools are asked in the order of their open slots; ``longest_idle`` takes the first that has a job, ``lowest_number``
    the first by number.  With ``least_setup`` the best lot in rank order decides and takes the tool that needs the least
    setup for it, the longest open of equals.
    """
    s = sets(w)[toolset]
    if s.choose_tool == CHOOSE_LEAST_SETUP and s.waiting == 1 and s.active == 1:
        return _least_setup(w, toolset)
    best_tool, best_line, best_at = NONE, NONE, NONE
    best_setup = NEVER
    node = first_open(w, toolset)
    while node != NONE:
        tool = int(nodes(w)[node].tool)
        line, at = choose_job(w, tool)
        if at == NONE:
            if s.uniform:
                break
        elif s.choose_tool == CHOOSE_LONGEST_IDLE:
            return tool, line, at
        else:
            setup = setup_time(w, tool, entries(w)[at].lot)
            if best_at == NONE or _prefers(w, s, tool, line, at, setup, best_tool, best_line, best_at, best_setup):
                best_tool, best_line, best_at, best_setup = tool, line, at, setup
        node = next_open(w, toolset, node)
    return best_tool, best_line, best_at


@inlined
def _least_setup(w: World, toolset: int) -> tuple[int, int, int]:
    """Return what `choose_pair` does for the only lot that waits: the open tool that needs the least setup for it."""
    s = sets(w)[toolset]
    line = int(active(w)[s.first_line])
    best_tool, best_setup = NONE, NEVER
    if not _can_start(w, line):
        return NONE, NONE, NONE
    at = lines(w)[line].first
    lot = entries(w)[at].lot
    node = first_open(w, toolset)
    while node != NONE and best_setup > 0:
        tool = int(nodes(w)[node].tool)
        if _may_take(w, tool, line):
            setup = setup_time(w, tool, lot)
            if setup < best_setup:
                best_tool, best_setup = tool, setup
        node = next_open(w, toolset, node)
    if best_tool == NONE:
        return NONE, NONE, NONE
    return best_tool, line, at


@kernel
def _prefers(
    w: World, s: Any, tool: int, line: int, at: int, setup: int, best_tool: int, best_line: int, best_at: int, best_setup: int
) -> bool:
    """Return whether the (tool, entry) pair goes before the best one so far, by the toolset's ``choose_tool``."""
    if s.choose_tool == CHOOSE_LOWEST_NUMBER:
        return tool < best_tool
    if at == best_at:
        return setup < best_setup
    return _goes_first(w, tool, line, at, best_tool, best_line, best_at)


@kernel
def may_come(w: World, tool: int) -> bool:
    """Return whether a lot that needs the tool's present setup is on its way here.

    Lots count that travel to such a step or have one before it to start, as long as nothing lies between that might keep them
    for ever: another minimum run (two tools could wait for each other's lots) or a batch without a longest wait.  Lots that wait
    here already count only for a batch whose longest wait goes on; bound to another tool they never do.
    """
    t = tools(w)[tool]
    i = ints(w)
    at = sets(w)[t.toolset].runs_at + 2 * t.setup_key
    for stretch in range(i[at], i[at] + 2 * i[at + 1], 2):
        last = i[stretch + 1]
        if not may_serve(w, t, steps(w)[last].line):
            continue
        here = i[w[0].queued_at + last]
        if i[w[0].occupancy_at + last] > here or (here > 0 and steps(w)[last].batch_key != NONE and steps(w)[last].batch_wait_ms >= 0):
            return True
        for step in range(last - 1, i[stretch] - 1, -1):
            if i[w[0].occupancy_at + step] > 0:
                return True
    return False
