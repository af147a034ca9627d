"""Open slots: each toolset lists the slots that could take a job, the longest open first."""

from __future__ import annotations

from fabsim.kernels.jit import kernel
from fabsim.kernels.state import INSTALLED, NONE, World
from fabsim.kernels.views import nodes, sets, tools
from fabsim.kernels.waking import SLOT_FREE, touch, wait_for


@kernel
def _append(w: World, node: int, toolset: int) -> None:
    s = sets(w)[toolset]
    n = nodes(w)[node]
    n.open = 1
    n.previous = s.open_last
    n.next = NONE
    if s.open_last == NONE:
        s.open_first = node
    else:
        nodes(w)[s.open_last].next = node
    s.open_last = node
    s.open += 1


@kernel
def close_node(w: World, node: int) -> None:
    """Take the node off its toolset's list."""
    n = nodes(w)[node]
    s = sets(w)[tools(w)[n.tool].toolset]
    n.open = 0
    if n.previous == NONE:
        s.open_first = n.next
    else:
        nodes(w)[n.previous].next = n.next
    if n.next == NONE:
        s.open_last = n.previous
    else:
        nodes(w)[n.next].previous = n.previous
    s.open -= 1


@kernel
def close_nodes(w: World, tool: int) -> None:
    """Take all slots of the tool off the list: it takes no new job."""
    t = tools(w)[tool]
    for node in range(t.first_node, t.first_node + sets(w)[t.toolset].slots):
        if nodes(w)[node].open:
            close_node(w, node)


@kernel
def open_nodes(w: World, tool: int) -> None:
    """List as many slots of the tool as can take a job now, and let its toolset dispatch when lots wait.

    With ``load_ahead`` every free slot is open.  Otherwise one is, when a slot and the entry are free; while only the
    entry is taken the tool waits for it.
    """
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    if t.installed != INSTALLED or t.cause != NONE or t.pending:
        return
    free = s.slots - t.inside
    if not s.load_ahead and free > 0:
        free = 1
        if t.entry_free_ms > w[0].now_ms:
            free = 0
            if not t.waking:
                t.waking = 1
                wait_for(w, t.entry_free_ms, SLOT_FREE, tool, tool)
    for node in range(t.first_node, t.first_node + s.slots):
        if nodes(w)[node].open:
            free -= 1
    node = t.first_node
    while free > 0:
        if not nodes(w)[node].open:
            _append(w, node, t.toolset)
            free -= 1
        node += 1
    if s.waiting > 0 and s.open > 0:
        touch(w, t.toolset)


@kernel
def slot_free(w: World, tool: int) -> None:
    """Answer SLOT_FREE: the entry is free, or, when a breakdown has moved that, will be."""
    tools(w)[tool].waking = 0
    open_nodes(w, tool)
