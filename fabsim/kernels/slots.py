"""Open slots: each toolset lists the slots that could take a job, the longest open first; of a spaced tool one, as long as it has any.

A slot whose tool has an entry that is still taken stands in the list already, behind those that are open, with the instant from which it
is.  So a cascading tool asks for an event only when lots wait for it; most entries are free long before the next lot comes.  A *spaced*
tool keeps its place from when it could first take a lot until all its slots are at work at once, and is passed over while it may not
take the next one yet.  A lot that is set up, loaded or unloaded is inside but not at work.
"""

from __future__ import annotations

from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.state import INSTALLED, NEVER, NONE, World
from fabsim.kernels.views import lots, nodes, sets, tools
from fabsim.kernels.waking import SLOT_FREE, touch, wait_for


@inlined
def _last_ready(w: World, toolset: int) -> int:
    """Return the last of the listed slots that are ready by now, `NONE` if there is none; it looks only at those that were not before."""
    s = sets(w)[toolset]
    n = nodes(w)
    last = s.open_ready
    following = s.open_first if last == NONE else n[last].next
    while following != NONE and n[following].ready_ms <= w[0].now_ms:
        last = following
        following = n[last].next
    return last


@inlined
def _insert(w: World, node: int, toolset: int, ready_ms: int) -> None:
    """List the node by the instant from which it can take a job; of equals the one listed first, or the lower tool if that is to come."""
    s = sets(w)[toolset]
    n = nodes(w)
    tools(w)[n[node].tool].listed += 1
    _see_opening(w, toolset, node)
    if ready_ms <= w[0].now_ms:
        after = _last_ready(w, toolset)
        s.open_ready = node
    else:
        after = s.open_last
        while after != NONE and (n[after].ready_ms > ready_ms or (n[after].ready_ms == ready_ms and n[after].tool > n[node].tool)):
            after = n[after].previous
    n[node].open = 1
    n[node].ready_ms = ready_ms
    n[node].previous = after
    n[node].next = s.open_first if after == NONE else n[after].next
    if after == NONE:
        s.open_first = node
    else:
        n[after].next = node
    if n[node].next == NONE:
        s.open_last = node
    else:
        n[n[node].next].previous = node


@inlined
def close_node(w: World, node: int) -> None:
    """Take the node off its toolset's list."""
    n = nodes(w)[node]
    t = tools(w)[n.tool]
    s = sets(w)[t.toolset]
    t.listed -= 1
    if node == s.opens_node:
        s.opens_ms = NONE
    n.open = 0
    if s.open_ready == node:
        s.open_ready = n.previous
    if n.previous == NONE:
        s.open_first = n.next
    else:
        nodes(w)[n.previous].next = n.next
    if n.next == NONE:
        s.open_last = n.previous
    else:
        nodes(w)[n.next].previous = n.previous


@kernel
def close_nodes(w: World, tool: int) -> None:
    """Take all slots of the tool off the list: it takes no new job, and is not kept for a lot any more."""
    t = tools(w)[tool]
    if t.kept_for != NONE:
        lots(w)[t.kept_for].kept_tool = NONE
        t.kept_for = NONE
    for node in range(t.first_node, t.first_node + sets(w)[t.toolset].slots):
        if nodes(w)[node].open:
            close_node(w, node)


@inlined
def is_open(w: World, toolset: int, node: int) -> bool:
    """Return whether the listed slot can take a job now."""
    if sets(w)[toolset].spaced:
        return nodes(w)[node].opens_ms <= w[0].now_ms
    return nodes(w)[node].ready_ms <= w[0].now_ms


@inlined
def first_open(w: World, toolset: int) -> int:
    """Return the slot that has been open longest of those that can take a job now, `NONE` if there is none."""
    s = sets(w)[toolset]
    if s.spaced:
        if s.opens_ms > w[0].now_ms:
            return NONE
        return s.opens_node if s.opens_ms == w[0].now_ms else _first_spaced(w, toolset)
    return s.open_first if s.open_first != NONE and nodes(w)[s.open_first].ready_ms <= w[0].now_ms else NONE


@kernel
def _first_spaced(w: World, toolset: int) -> int:
    """Return `first_open` of spaced tools, and know it for the rest of the instant or, if none is open, until the first one is."""
    s = sets(w)[toolset]
    first, first_ms = NONE, NEVER
    node = int(s.open_first)
    while node != NONE:
        opens_ms = max(nodes(w)[node].opens_ms, w[0].now_ms)
        if opens_ms < first_ms:
            first, first_ms = node, opens_ms
            if opens_ms == w[0].now_ms:
                break
        node = int(nodes(w)[node].next)
    s.opens_node = first
    s.opens_ms = first_ms
    return first if first_ms == w[0].now_ms else NONE


@inlined
def _see_opening(w: World, toolset: int, node: int) -> None:
    """Forget what `first_open` knows of a toolset if a slot that is listed may be before what it knows."""
    s = sets(w)[toolset]
    if node == s.opens_node or nodes(w)[node].opens_ms <= s.opens_ms:
        s.opens_ms = NONE


@inlined
def note_opening(w: World, tool: int) -> None:
    """Note from when a spaced tool can take a job, which a job that has come or gone, or a breakdown, has changed."""
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    if s.spaced:
        node = int(t.first_node)
        nodes(w)[node].opens_ms = t.entry_free_ms if t.inside < s.slots else NEVER
        if nodes(w)[node].open:
            _see_opening(w, t.toolset, node)


@inlined
def next_open(w: World, toolset: int, node: int) -> int:
    """Return the slot that comes after ``node`` of those that can take a job now, `NONE` if there is none."""
    following = nodes(w)[node].next
    if sets(w)[toolset].spaced:
        return _next_spaced(w, toolset, following)
    return following if following != NONE and nodes(w)[following].ready_ms <= w[0].now_ms else NONE


@kernel
def _next_spaced(w: World, toolset: int, node: int) -> int:
    """Return the first slot of the list of spaced tools, from ``node`` on, that can take a job now, `NONE` if there is none."""
    while node != NONE and nodes(w)[node].opens_ms > w[0].now_ms:
        node = nodes(w)[node].next
    return node


@inlined
def has_open(w: World, toolset: int) -> bool:
    """Return whether a slot of the toolset can take a job now."""
    return first_open(w, toolset) != NONE


@inlined
def keeps_out(w: World, tool: int) -> bool:
    """Return whether the tool takes no lot while a cause that is due waits for the jobs inside."""
    t = tools(w)[tool]
    return t.inside == 0 or not sets(w)[t.toolset].in_gaps


@inlined
def open_nodes(w: World, tool: int) -> None:
    """List as many slots of the tool as can take a job, now or once its entry is free; see that lots that wait get them."""
    if list_nodes(w, tool):
        offer(w, tools(w)[tool].toolset)


@inlined
def list_nodes(w: World, tool: int) -> bool:
    """List as many slots of the tool as can take a job, now or once its entry is free; return whether it takes any.

    With ``load_ahead`` every free slot is open.  Otherwise one is, from when a slot and the entry are free; where jobs are spaced, it is
    listed at once, if the tool has not kept its place.
    """
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    if t.installed != INSTALLED or t.cause != NONE or t.halted or t.kept_for != NONE:
        return False
    if t.pending and keeps_out(w, tool):
        return False
    free = s.slots - t.inside
    if free > 1 and not s.load_ahead:
        free = 1
    if free > t.listed:
        _list_nodes(w, tool, free)
    return True


@kernel
def _list_nodes(w: World, tool: int, free: int) -> None:
    """List slots of the tool until ``free`` of them are."""
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    ready_ms = w[0].now_ms
    if not s.load_ahead and not s.spaced:
        ready_ms = max(ready_ms, t.entry_free_ms)
    node = int(t.first_node)
    while t.listed < free:
        if not nodes(w)[node].open:
            _insert(w, node, t.toolset, ready_ms)
        node += 1


@inlined
def relist(w: World, tool: int, ready_ms: int) -> None:
    """Give the listed slot of a spaced tool the place of one that is open from ``ready_ms``."""
    t = tools(w)[tool]
    node = int(t.first_node)
    close_node(w, node)
    _insert(w, node, t.toolset, ready_ms)


@inlined
def offer(w: World, toolset: int) -> None:
    """Let the toolset dispatch if lots wait and a slot is open, or one that is kept may be, or wake it when the next one will be."""
    s = sets(w)[toolset]
    if s.waiting == 0:
        return
    if has_open(w, toolset) or s.expected != NONE:
        touch(w, toolset)
    elif s.open_first != NONE:
        wake_next(w, toolset)


@kernel
def wake_next(w: World, toolset: int) -> None:
    """Wait for the first slot of the toolset that is not ready yet: lots wait, and the entry of its tool is all that it lacks."""
    s = sets(w)[toolset]
    if s.spaced:
        node, opens_ms = _next_to_open(w, toolset)
    else:
        node = int(s.open_first)
        while node != NONE and nodes(w)[node].ready_ms <= w[0].now_ms:
            node = nodes(w)[node].next
        opens_ms = nodes(w)[node].ready_ms if node != NONE else NEVER
    # an event that is pending for an earlier instant offers the toolset then, and comes back here
    if node != NONE and not w[0].now_ms < s.wakes_ms <= opens_ms:
        tool = nodes(w)[node].tool
        if not tools(w)[tool].waking:
            tools(w)[tool].waking = 1
            s.wakes_ms = opens_ms
            wait_for(w, opens_ms, SLOT_FREE, tool, tool)


@inlined
def _next_to_open(w: World, toolset: int) -> tuple[int, int]:
    """Return (slot of a spaced tool that opens next, when), (`NONE`, `NEVER`) if none does."""
    s = sets(w)[toolset]
    if s.opens_ms > w[0].now_ms:
        return int(s.opens_node), int(s.opens_ms)
    first, first_ms = NONE, NEVER
    node = int(s.open_first)
    while node != NONE:
        opens_ms = nodes(w)[node].opens_ms
        if w[0].now_ms < opens_ms < first_ms:
            first, first_ms = node, opens_ms
        node = int(nodes(w)[node].next)
    return first, first_ms


@kernel
def slot_free(w: World, tool: int) -> None:
    """Answer SLOT_FREE: the entry is free, or, when a breakdown has moved that, will be."""
    tools(w)[tool].waking = 0
    offer(w, tools(w)[tool].toolset)
