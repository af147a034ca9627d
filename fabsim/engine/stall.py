"""The stall detector: lots wait and nothing that could still happen would ever move them."""

from __future__ import annotations

import numpy as np

from fabsim.engine.arrays import Arrays
from fabsim.engine.buildings import Parts
from fabsim.kernels.state import INSTALLED, LEAVING, NONE
from fabsim.model import Scenario
from fabsim.terms import DAY, StallError


def check_stall(scenario: Scenario, parts: Parts, to_come: set[int]) -> None:
    """Raise `StallError` with who waits for what if the fab has stalled.

    It has when lots wait at a toolset that has no tool and will get none, or when every lot waits, nothing is to be
    released or installed, no longest wait is running, no tool they wait for is down and no batch of theirs is scheduled.
    """
    arrays = parts.all[0]
    sets, tools = arrays["sets"], arrays["tools"]
    waiting = np.flatnonzero(sets["waiting"] > 0)
    if len(waiting) == 0:
        return
    coming = {int(tools["toolset"][tool]) for tool in to_come}
    present = set(tools["toolset"][(tools["installed"] == INSTALLED) | (tools["installed"] == LEAVING)].tolist())
    stuck = [s for s in waiting if s not in coming and s not in present]
    still = parts.total("waiting") == parts.total("in_process") and parts.total("timers") == 0
    # a schedule starts batches that the rule would never start
    furnaces = scenario.furnaces.toolsets if scenario.furnaces else ()
    planned = np.isin(waiting % (len(scenario.fab.toolsets) // scenario.buildings), furnaces).any()
    everything = still and not planned and scenario.releases is None and _none_to_come(arrays) and not to_come
    if everything and not np.isin(tools["toolset"][(tools["cause"] != NONE) | (tools["halted"] > 0)], waiting).any():
        stuck = list(waiting)
    if stuck:
        lines = "\n".join(f"  {_reason(scenario, arrays, int(s), s in present)}" for s in stuck)
        raise StallError(f"the fab has stalled by day {arrays.world[0]['now_ms'] / DAY:g}: nothing can move the lots that wait\n{lines}")


def _none_to_come(arrays: Arrays) -> bool:
    """Return whether no stream releases a lot before another one leaves."""
    streams = arrays["streams"]
    full = (streams["limit"] > 0) & (streams["inside"] >= streams["limit"])
    return bool((full | (streams["finished"] > 0)).all())


def _reason(scenario: Scenario, arrays: Arrays, toolset: int, has_tools: bool) -> str:
    name, lots = scenario.fab.toolset_names[toolset], int(arrays["sets"]["waiting"][toolset])
    if not has_tools:
        return f"{name}: {lots} lots wait and no tool is or will be installed; add tools or keep one"
    lines = arrays["lines"]
    mine = lines[(lines["toolset"] == toolset) & (lines["count"] > 0)]
    if (mine["batch_key"] != NONE).any():
        steps = scenario.fab.steps
        theirs = (steps["toolset"] == toolset) & (steps["batch_key"] != NONE) & np.isin(steps["batch_key"], mine["batch_key"])
        last = (steps["batch_last"][theirs] > 0).all()
        advice = "lower batch min or set longest_wait" if last else "lower batch min, or set longest_wait or when_last"
        return f"{name}: {lots} lots wait for batches of the least size; {advice}"
    return f"{name}: {lots} lots wait for tools that will not take them"
