"""The wafer: how many whole dies it holds."""

from __future__ import annotations

import numpy as np

RADIUS_MM = 150.0
"""Of the 300 mm wafer."""

OFFSETS = 20
"""Places of the grid that are tried along each side of a die; the edge of the wafer moves between two of them by a twentieth of it."""


def gross_dies(width_mm: float, height_mm: float, scribe_mm: float = 0.08, edge_mm: float = 3.0) -> int:
    """Return how many whole dies a 300 mm wafer holds [-].

    Dies lie on a grid of pitch side + ``scribe_mm``; one counts if its four corners are within 150 mm - ``edge_mm`` of the centre.  The
    grid is moved against the wafer in steps of a twentieth of its pitch, in both directions, and the best place counts.
    """
    radius = RADIUS_MM - edge_mm
    across, along = (_farthest(side, side + scribe_mm, radius) for side in (width_mm, height_mm))
    return int(max(np.searchsorted(x, radius * radius - y, side="right").sum() for x in across for y in along))


def _farthest(side: float, pitch: float, radius: float) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return, for each place of the grid, how far the edges of the dies are from the wafer's axis at most, squared [mm2], in rising order.

    The other half of the places mirrors these.
    """
    most = int(radius // pitch) + 1
    centres = np.arange(-most, most + 1) * pitch
    return [np.sort((np.abs(centres + pitch * place / OFFSETS) + side / 2) ** 2) for place in range(OFFSETS // 2 + 1)]
