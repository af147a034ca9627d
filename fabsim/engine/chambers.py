"""Chambers of cluster tools as a run keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.model import Fab


def chamber_counts(fab: Fab) -> NDArray[np.int64]:
    """Return the chambers of one tool of each toolset, shape ``(toolsets,)``."""
    ends = np.append(0, np.cumsum(fab.stages["chambers"]))
    first = fab.toolsets["first_stage"]
    return np.asarray(ends[first + fab.toolsets["stages"]] - ends[first], np.int64)


def chamber_calendars(fab: Fab, toolset: int) -> list[tuple[int, int, int, int]]:
    """Return, for each calendar of each chamber of a tool: its row, the chamber in the tool, in its stage, how many the stage has."""
    row = fab.toolsets[toolset]
    after = int(row["first_calendar"] + row["calendars"])
    rows = [k for k in range(after, len(fab.calendars)) if fab.calendars[k]["toolset"] == toolset] if row["chamber_calendars"] else []
    found = []
    first = 0
    for stage, count in enumerate(_counts(fab, row), 1):
        mine = [k for k in rows if fab.calendars[k]["stage"] == stage]
        found += [(k, first + number, number, count) for number in range(count) for k in mine]
        first += count
    return found


def _counts(fab: Fab, toolset: Any) -> list[int]:
    first = int(toolset["first_stage"])
    counts: list[int] = fab.stages["chambers"][first : first + int(toolset["stages"])].tolist()
    return counts
