"""Queue lines: waiting lots in rank order, each line a heap (or, where ranks change with time, a plain row) in one pool.

A lot in front of a line is the first of all lots of the toolset that differ from it only in rank; what differs in
setup, batch or dedication stands in another line.  So a tool looks at the heads of a few lines, not at every lot.
"""

from __future__ import annotations

from typing import Any

from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.rank import entry_before, write_keys
from fabsim.kernels.state import INSTALLED, MAX_KEYS, NONE, World
from fabsim.kernels.views import active, entries, lines, lots, memory, sets, steps, tools


@inlined
def line_of(w: World, lot: int) -> int:
    """Return the queue line of the lot at its step."""
    return line_at(w, lot, lots(w)[lot].step)


@inlined
def line_at(w: World, lot: int, row: int) -> int:
    """Return the queue line of the lot at the step ``row``: a tool's own where the lot is bound to a tool that is still there."""
    step = steps(w)[row]
    if step.dedicated_slot != NONE:
        tool = memory(w)[lot * w[0].slots + step.dedicated_slot]
        if tool != NONE and tools(w)[tool].installed == INSTALLED:
            t = tools(w)[tool]
            return step.dedicated_line + t.local * sets(w)[step.toolset].dedicated_lines
    return step.line


@inlined
def own_lines(w: World, t: Any) -> int:
    """Return the first of the lines of lots that are bound to the tool."""
    s = sets(w)[t.toolset]
    return s.first_dedicated_line + t.local * s.dedicated_lines


@kernel
def tool_of(w: World, line: int) -> int:
    """Return the tool that the lots of a line by tool are bound to."""
    s = sets(w)[lines(w)[line].toolset]
    return s.first_tool + (line - s.first_dedicated_line) // s.dedicated_lines


@kernel
def _size_class(room: int) -> int:
    """Return c with blocks of ``2 << c`` entries that hold ``room``."""
    c = 0
    while (2 << c) < room:
        c += 1
    return c


@kernel
def pool_is_short(w: World) -> bool:
    """Return whether the pool may have no block for a line that has to grow."""
    return w[0].pool_next + w[0].pool_most > len(entries(w))


@kernel
def _grow(w: World, line: int) -> None:
    """Move the line into a block of twice the size; its old block goes to the free list."""
    seldom()
    q = lines(w)[line]
    e = entries(w)
    c = _size_class(max(2, 2 * q.room))
    first = w[0].pool_free[c]
    if first >= 0:
        w[0].pool_free[c] = e[first].id
    else:
        first = w[0].pool_next
        w[0].pool_next += 2 << c
        w[0].pool_most = max(w[0].pool_most, 4 << c)
    for i in range(q.count):
        e[first + i] = e[q.first + i]
    if q.room > 0:
        old = _size_class(q.room)
        e[q.first].id = w[0].pool_free[old]
        w[0].pool_free[old] = q.first
    q.first = first
    q.room = 2 << c


@inlined
def _activate(w: World, line: int) -> None:
    """List the line, which is not empty any more, among the active lines of its toolset or, where its lots are bound, of their tool."""
    q = lines(w)[line]
    s = sets(w)[q.toolset]
    if line < s.first_line + s.lines:
        q.position = s.first_line + s.active
        s.active += 1
    else:
        _activate_bound(w, line)
    active(w)[q.position] = line


@kernel
def _activate_bound(w: World, line: int) -> None:
    t = tools(w)[tool_of(w, line)]
    lines(w)[line].position = own_lines(w, t) + t.bound
    t.bound += 1


@inlined
def _deactivate(w: World, line: int) -> None:
    q = lines(w)[line]
    s = sets(w)[q.toolset]
    if line < s.first_line + s.lines:
        s.active -= 1
        last = active(w)[s.first_line + s.active]
    else:
        last = _deactivate_bound(w, line)
    active(w)[q.position] = last
    lines(w)[last].position = q.position


@kernel
def _deactivate_bound(w: World, line: int) -> int:
    """Take the last one off the active lines of the tool that the line's lots are bound to, and return it."""
    t = tools(w)[tool_of(w, line)]
    t.bound -= 1
    return int(active(w)[own_lines(w, t) + t.bound])


@inlined
def push(w: World, line: int, lot: int) -> None:
    """Add the lot, which has arrived at its step, to the line."""
    q = lines(w)[line]
    if q.count == 0:
        _activate(w, line)
    if q.count == q.room:
        _grow(w, line)
    write_keys(w, q.first + q.count, lot)
    q.count += 1
    q.wafers += lots(w)[lot].wafers
    if q.count > 1 and not sets(w)[q.toolset].timed:
        _sift_up(entries(w), q.first, q.count - 1)


@kernel
def _swap(e: Any, i: int, j: int) -> None:
    for k in range(MAX_KEYS):
        e[i].keys[k], e[j].keys[k] = e[j].keys[k], e[i].keys[k]
    e[i].id, e[j].id = e[j].id, e[i].id
    e[i].work_ms, e[j].work_ms = e[j].work_ms, e[i].work_ms
    e[i].lot, e[j].lot = e[j].lot, e[i].lot


@kernel
def _sift_up(e: Any, first: int, i: int) -> None:
    while i > 0:
        parent = (i - 1) >> 1
        if not entry_before(e, first + i, first + parent):
            break
        _swap(e, first + i, first + parent)
        i = parent


@inlined
def _sift_down(e: Any, first: int, count: int, at: int) -> int:
    """Move the first of those below a hole at ``at`` up, and so on down the heap; return where the hole is then."""
    i = at - first
    child = 2 * i + 1
    while child + 1 < count:
        child += int(entry_before(e, first + child + 1, first + child))
        e[first + i] = e[first + child]
        i = child
        child = 2 * i + 1
    if child < count:
        e[first + i] = e[first + child]
        i = child
    return first + i


@inlined
def _take_out(e: Any, first: int, count: int, at: int) -> None:
    """Take the entry at ``at`` out of the heap that has ``count`` without it."""
    last = first + count
    if at == last:
        return
    hole = _sift_down(e, first, count, at)
    e[hole] = e[last]
    if hole > first:
        _sift_up(e, first, hole - first)


@inlined
def remove(w: World, line: int, at: int) -> int:
    """Take the entry at pool position ``at`` out of the line; return its lot."""
    q = lines(w)[line]
    e = entries(w)
    lot = e[at].lot
    q.count -= 1
    if sets(w)[q.toolset].timed:
        e[at] = e[q.first + q.count]
    else:
        _take_out(e, q.first, q.count, at)
    r = lots(w)[lot]
    q.wafers -= r.wafers
    if r.marked:
        q.marked -= 1
        r.marked = 0
    if q.count == 0:
        _deactivate(w, line)
    return lot


@kernel
def rerank(w: World) -> None:
    """Rank every waiting lot of a part anew, once the chains of its toolsets have changed."""
    q, e, s = lines(w), entries(w), sets(w)
    for line in range(len(q)):
        if w[0].first_set <= q[line].toolset < w[0].end_set:
            for i in range(q[line].count):
                write_keys(w, q[line].first + i, e[q[line].first + i].lot)
                if not s[q[line].toolset].timed:
                    _sift_up(e, q[line].first, i)
