"""A fab: names and frozen arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Fab:
    """Everything a floor needs to know that no run changes."""

    name: str
    areas: tuple[str, ...]
    toolset_names: tuple[str, ...]
    calendar_names: tuple[str, ...]
    route_names: tuple[str, ...]
    step_names: tuple[str, ...]
    """Name of each row of ``steps``."""
    product_names: tuple[str, ...]
    toolsets: NDArray[np.void]
    """`fabsim.kernels.records.TOOLSET`, shape ``(toolsets,)``."""
    calendars: NDArray[np.void]
    """`fabsim.kernels.records.CALENDAR`, shape ``(calendars,)``."""
    steps: NDArray[np.void]
    """`fabsim.kernels.records.STEP`, shape ``(steps,)``, route after route."""
    windows: NDArray[np.void]
    """`fabsim.kernels.records.WINDOW`, shape ``(windows,)``, sorted by ``to_step``."""
    opens: NDArray[np.int32]
    """Rows of ``windows`` sorted by ``from_step``, shape ``(windows,)``."""
    route_first: NDArray[np.int32]
    """First row of each route and, last, the number of steps; shape ``(routes + 1,)``."""
    product_route: NDArray[np.int32]
    """Route of each product, shape ``(products,)``."""
    dies: NDArray[np.void]
    """`fabsim.kernels.records.DIE`, shape ``(products,)``."""
    line_keys: NDArray[np.int32]
    """Toolset, batch key, setup key, first entry in ``qualified`` and row of ``reticles`` (each -1 for none) of each queue line.

    Shape ``(lines, 5)``; dedicated lines included."""
    setup_ms: NDArray[np.int64]
    """Setup tables [ms] of the toolsets, one after the other, each ``(from, to)`` row by row."""
    transport: NDArray[np.float64]
    """Kind and parameters a, b, c [ms] of the transport time, shape ``(areas + 1, areas, 4)``, from x to.

    The last row is from release to the first step."""
    tables: NDArray[np.float64]
    """Values of empirical distributions [ms]: parameter a of a draw is the first, b their number."""
    tool_names: tuple[str, ...]
    """``<toolset>#<k>``, k from 1, of every tool that is ever installed."""
    tool_hash: NDArray[np.uint64]
    """Stable hash of each tool's name, shape ``(tools,)``."""
    memory_slots: int
    """Slots of a lot's memory (open windows, dedicated tools)."""
    stages: NDArray[np.void]
    """`fabsim.kernels.records.STAGE`, shape ``(stages,)``: those of all cluster tools, toolset after toolset.

    Buildings have them in common."""
    qualified: NDArray[np.int8]
    """For steps that not every tool may do: 1 for each tool of the toolset that may, else 0; table after table."""
    reticles: NDArray[np.int32]
    """How many reticles there are of each mask of a route at a toolset that counts them."""
