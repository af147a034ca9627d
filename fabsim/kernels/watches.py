"""Watched events: the floor tells at once when something happens that a fab-level process waits for."""

from __future__ import annotations

from fabsim.kernels.jit import kernel, seldom
from fabsim.kernels.state import NONE, World
from fabsim.kernels.views import sets, streams, tools, watches

LOT_DONE, QUEUE_REACHES, TOOL_EMPTY, TOOL_WAFERS = range(4)
"""Kinds: a lot of a stream leaves the fab; a toolset's queue reaches ``limit`` lots; a tool of a toolset has done its last job inside; a
tool has begun ``limit`` wafers more."""


@kernel
def saw_done(w: World, stream: int) -> None:
    """A lot of the stream has left."""
    seldom()
    row = streams(w)[stream].watch
    while row != NONE:
        _tell(w, row)
        row = watches(w)[row].following


@kernel
def saw_arrival(w: World, toolset: int) -> None:
    """A lot has joined a queue of the toolset."""
    seldom()
    row = sets(w)[toolset].watch
    while row != NONE:
        if watches(w)[row].kind == QUEUE_REACHES and sets(w)[toolset].waiting == watches(w)[row].limit:
            _tell(w, row)
        row = watches(w)[row].following


@kernel
def saw_empty(w: World, toolset: int) -> None:
    """A tool of the toolset has nothing inside any more."""
    seldom()
    row = sets(w)[toolset].watch
    while row != NONE:
        if watches(w)[row].kind == TOOL_EMPTY:
            _tell(w, row)
        row = watches(w)[row].following


@kernel
def saw_wafers(w: World, tool: int, wafers: int) -> None:
    """The tool has begun a job of so many wafers."""
    seldom()
    row = tools(w)[tool].watch
    while row != NONE:
        watches(w)[row].count += wafers
        if watches(w)[row].count >= watches(w)[row].limit:
            watches(w)[row].count -= watches(w)[row].limit
            _tell(w, row)
        row = watches(w)[row].following


@kernel
def _tell(w: World, row: int) -> None:
    watches(w)[row].fired += 1
    w[0].fired += 1
