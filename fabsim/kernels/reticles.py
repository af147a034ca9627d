"""Reticles: what a lot that exposes a mask needs at the tool.

A job uses a reticle from when it begins to when it ends; jobs in the same tool may share one.  A reticle that no job uses stays
where it is until a job elsewhere needs it.  It travels while the tool is set up, and the load waits for it.
"""

from __future__ import annotations

from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.slots import offer
from fabsim.kernels.state import NONE, World
from fabsim.kernels.views import lines, lots, reticles, sets, steps, tools


@kernel
def _reticle_for(w: World, tool: int, line: int) -> int:
    """Return the reticle that a lot of the line would use at the tool: the one there, else the first free one, `NONE` if there is none."""
    q = lines(w)[line]
    free = NONE
    for row in range(q.reticle, q.reticle + q.reticles):
        reticle = reticles(w)[row]
        if reticle.tool == tool:
            return row
        if free == NONE and reticle.users == 0:
            free = row
    return free


@kernel
def has_reticle(w: World, tool: int, line: int) -> bool:
    """Return whether lots of the line need no reticle or could have one at the tool."""
    return lines(w)[line].reticle == NONE or _reticle_for(w, tool, line) != NONE


@kernel
def travel_time(w: World, tool: int, line: int) -> int:
    """Return how long it takes until a reticle for the line's lots is at the tool [ms], which could have one."""
    row = _reticle_for(w, tool, line)
    return 0 if row != NONE and reticles(w)[row].tool == tool else sets(w)[tools(w)[tool].toolset].travel_ms


@inlined
def take_reticle(w: World, tool: int, lead: int) -> None:
    """Let the job that begins on the tool use the reticle it needs, if any."""
    job = lots(w)[lead]
    step = steps(w)[job.step]
    job.reticle = NONE
    if step.reticle != NONE:
        job.reticle = _reticle_for(w, tool, step.line)
        reticles(w)[job.reticle].tool = tool
        reticles(w)[job.reticle].users += 1


@inlined
def leave_reticle(w: World, tool: int, lead: int) -> None:
    """Let go of the reticle of the job that ends on the tool; others may have waited for it."""
    row = lots(w)[lead].reticle
    if row != NONE:
        _leave(w, tool, row)


@kernel
def _leave(w: World, tool: int, row: int) -> None:
    reticles(w)[row].users -= 1
    offer(w, tools(w)[tool].toolset)
