"""Where a floor writes what it did, whatever becomes of it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Sink(Protocol):
    """Takes the rows of a run in chunks of any length, in the order in which the floor writes them; it copies what it keeps."""

    def lots(self, rows: NDArray[np.void]) -> None:
        """Take ``rows``, `fabsim.kernels.rows.LOT_ROW`, shape ``(lots,)``."""

    def moves(self, rows: NDArray[np.void]) -> None:
        """Take ``rows``, `fabsim.kernels.rows.MOVE_ROW`, shape ``(moves,)``; none comes from a scenario with ``trace: lots``."""

    def tools(self, rows: NDArray[np.void]) -> None:
        """Take ``rows``, `fabsim.kernels.rows.TOOL_ROW`, shape ``(tools,)``."""

    def wip(self, rows: NDArray[np.void]) -> None:
        """Take ``rows``, `fabsim.kernels.rows.WIP_ROW`, shape ``(toolsets,)``."""
