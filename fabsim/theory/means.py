"""Means of the distributions that a fab stores as four numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import Draw, Kind
from fabsim.kernels.records import draw_fields
from fabsim.model import Fab

Floats = NDArray[np.float64]


def field_means(fab: Fab, rows: NDArray[np.void], name: str) -> Floats:
    """Return the mean of the draw ``<name>_kind, <name>_a ...`` of each row [ms or wafers], shape ``(rows,)``."""
    return _means(fab, np.stack([rows[field].astype(float) for field in draw_fields(name)], axis=-1))


def transport_means(fab: Fab) -> Floats:
    """Return the mean transport time from x to [ms], shape ``(areas + 1, areas)``; the last row is from release."""
    return _means(fab, fab.transport.reshape(-1, 4)).reshape(fab.transport.shape[:2])


def _means(fab: Fab, draws: Floats) -> Floats:
    """Return the mean of each row (kind, a, b, c), shape ``(rows,)``; equal rows are worked out once."""
    kinds, which = np.unique(draws, axis=0, return_inverse=True)
    return np.array([_mean(fab, *row) for row in kinds.tolist()])[which.ravel()]


def _mean(fab: Fab, kind: float, a: float, b: float, c: float) -> float:
    values = fab.tables[int(a) : int(a) + int(b)].tolist() if kind == Kind.EMPIRICAL else ()
    return Draw(Kind(int(kind)), a, b, c, tuple(values)).mean()
