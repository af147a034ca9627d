"""The release plan: a linear programme with fixed lags that splits starts over products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LATE_STARTS = 1e-6
"""Cost of a start, as a share of the least value: between plans that serve as well, the one that starts less and later is taken."""


@dataclass(frozen=True)
class ReleaseSnapshot:
    """What a release plan is made from; periods count from now."""

    hours: Floats
    """Tool hours that a wafer asks of a toolset so many periods after its start, shape ``(products, toolsets, lags)``."""
    left: Floats
    """Tool hours that the lots in process leave of what may be planned, below 0 where they ask for more, shape ``(toolsets, periods)``."""
    room: Floats
    """Tool hours of work that may wait at the end of each period, what lots in process bring about included, shape as ``left``."""
    outs: Floats
    """Share of a period's starts that is out by the end of the period so many later [-], shape ``(products, lags)``."""
    owed: Floats
    """Wafers wanted by the end of each period that lots in process will not give, shape ``(products, periods)``."""
    value: Floats
    """What a wafer is worth, shape ``(products,)``."""


@dataclass(frozen=True)
class ReleasePlan:
    """How many wafers to start."""

    status: str
    """``optimal``, or why there is no plan."""
    objective: float
    """Value owed, summed over the ends of periods; also its bound when optimal."""
    wafers: Floats
    """Starts, shape ``(products, periods)``; 0 where there is no plan."""


def plan_releases(snapshot: ReleaseSnapshot) -> ReleasePlan:
    """Return the starts that owe least.

        min sum of value[g] B[g, t]
        B[g, t] >= owed[g, t] - sum over s <= t of outs[g, t - s] R[g, s]
        Q[k, t] >= Q[k, t - 1] + sum over g, s <= t of hours[g, k, t - s] R[g, s] - left[k, t]
        R, B >= 0, 0 <= Q[k, t] <= room[k, t]

    the input-driven programme of Hackman and Leachman (Management Science 35(4), 1989) with fixed lags; Q is the work that waits, so that
    a peak of a week does not stop all starts.  GLOP is deterministic.
    """
    from ortools.linear_solver import pywraplp

    products, periods = snapshot.owed.shape
    solver = pywraplp.Solver.CreateSolver("GLOP")
    infinity = solver.infinity()
    starts = [[solver.NumVar(0.0, infinity, "") for _ in range(periods)] for _ in range(products)]
    small = LATE_STARTS * float(snapshot.value.min(initial=1.0))
    for g in range(products):
        for t in range(periods):
            late = solver.NumVar(0.0, infinity, "")
            row = solver.Constraint(float(snapshot.owed[g, t]), infinity)
            row.SetCoefficient(late, 1.0)
            _add(row, starts[g], snapshot.outs[g], t)
            solver.Objective().SetCoefficient(late, float(snapshot.value[g]))
            solver.Objective().SetCoefficient(starts[g][t], small * (2.0 - t / periods))
    for k in np.flatnonzero(snapshot.hours.any(axis=(0, 2))):
        waits = None
        for t in range(periods):
            row = solver.Constraint(-infinity, float(snapshot.left[k, t]))
            for g in range(products):
                _add(row, starts[g], snapshot.hours[g, k], t)
            if waits is not None:
                row.SetCoefficient(waits, 1.0)
            waits = solver.NumVar(0.0, float(snapshot.room[k, t]), "")
            row.SetCoefficient(waits, -1.0)
    solver.Objective().SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return ReleasePlan("no solution", float("nan"), np.zeros((products, periods)))
    wafers = np.array([[max(0.0, variable.solution_value()) for variable in row] for row in starts]).reshape(products, periods)
    return ReleasePlan("optimal", solver.Objective().Value(), wafers)


def _add(row: Any, starts: list[Any], by_lag: Floats, period: int) -> None:
    """Add to a row what the starts up to ``period`` bring about in it."""
    for lag in range(min(period + 1, len(by_lag))):
        if by_lag[lag]:
            row.SetCoefficient(starts[period - lag], float(by_lag[lag]))
