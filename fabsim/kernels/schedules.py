"""Area schedules: when the next batch of a queue line is planned to start."""

from __future__ import annotations

from fabsim.kernels.jit import kernel
from fabsim.kernels.reasons import see_batch
from fabsim.kernels.slots import offer
from fabsim.kernels.state import World
from fabsim.kernels.views import lines

MOST_WAFERS = 2**31 - 1
"""No line ever has as many: a batch planned with more starts at its instant."""


@kernel
def plan_batch(w: World, line: int, time_ms: int, wafers: int) -> None:
    """Let the line's next batch start at ``time_ms``, whatever its size, or before that with ``wafers``; `NEVER`: by the rule.

    Who plans it calls this again at ``time_ms``: nothing else wakes the toolset.
    """
    q = lines(w)[line]
    q.plan_ms = time_ms
    q.plan_wafers = min(wafers, MOST_WAFERS)
    if q.count > 0:
        see_batch(w, line)
    offer(w, q.toolset)
