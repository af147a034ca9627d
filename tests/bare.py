"""A fab built from arrays, without a layout, for tests of rooms that read nothing else of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabsim.kernels.records import STAGE
from fabsim.model import CALENDAR, DIE, TOOLSET, WINDOW, Fab


def bare_fab(*, toolset_names: tuple[str, ...], product_names: tuple[str, ...], tool_names: tuple[str, ...], **said: Any) -> Fab:
    """Return a fab of one area that has what is ``said`` and, of all that may be left out, nothing."""
    nothing: dict[str, Any] = {
        "name": "tiny",
        "areas": ("all",),
        "calendar_names": (),
        "toolsets": np.zeros(len(toolset_names), TOOLSET),
        "calendars": np.zeros(0, CALENDAR),
        "windows": np.zeros(0, WINDOW),
        "opens": np.zeros(0, np.int32),
        "dies": np.zeros(len(product_names), DIE),
        "line_keys": np.zeros((len(toolset_names), 5), np.int32),
        "setup_ms": np.zeros(0, np.int64),
        "transport": np.zeros((1, 1, 4)),
        "tables": np.zeros(0),
        "tool_hash": np.zeros(len(tool_names), np.uint64),
        "memory_slots": 0,
        "stages": np.zeros(0, STAGE),
        "qualified": np.zeros(0, np.int8),
        "reticles": np.zeros(0, np.int32),
    }
    return Fab(toolset_names=toolset_names, product_names=product_names, tool_names=tool_names, **(nothing | said))
