"""What a transition waits for, in lists: events in ``out``, dispatches in ``touched``; each form of the floor waits for them in its way."""

from __future__ import annotations

from fabsim.kernels.jit import inlined
from fabsim.kernels.state import World
from fabsim.kernels.views import out, sets, touched
from fabsim.terms.events import EventClass

JOB_DONE = int(EventClass.JOB_DONE)
SLOT_FREE = int(EventClass.SLOT_FREE)
TOOL_UP = int(EventClass.TOOL_UP)
TOOL_DOWN = int(EventClass.TOOL_DOWN)
LOT_ARRIVES = int(EventClass.LOT_ARRIVES)
TIMER = int(EventClass.TIMER)
RELEASE = int(EventClass.RELEASE)
DISPATCH = int(EventClass.DISPATCH)

CLASS_BITS = 48
"""An event's key is ``class << CLASS_BITS | subject``."""


@inlined
def wait_for(w: World, time_ms: int, event_class: int, subject: int, row: int) -> None:
    """Ask for an event at ``time_ms``; ``row`` is what the transition that answers it takes."""
    event = out(w)[w[0].out_count]
    event.time_ms = time_ms
    event.key = (event_class << CLASS_BITS) | int(subject)
    event.row = row
    w[0].out_count += 1


@inlined
def touch(w: World, toolset: int) -> None:
    """Let the toolset dispatch at the end of this instant: list it among those that do, the least id last."""
    s = sets(w)[toolset]
    if not s.touched:
        s.touched = 1
        t = touched(w)
        i = w[0].touched_count
        w[0].touched_count += 1
        while i > 0 and t[i - 1] < toolset:
            t[i] = t[i - 1]
            i -= 1
        t[i] = toolset
