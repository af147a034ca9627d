"""The furnace schedule: a time-indexed CP-SAT model with look-ahead to expected lots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fabsim.plan.bay import MINUTE, Batch, Bay, by_rule, cost, fill, wait_cost

GRID = 40
"""Most instants at which a model lets batches start, those of the rule's schedule apart."""

SPACING_MS = 15 * MINUTE
"""Least distance of instants that are not the rule's or a tool's."""

MOST_LOTS = 80
"""Lots that a model should have at most: those that are ready first."""


@dataclass(frozen=True)
class Schedule:
    """Batches in the order of their start, and how sure they are."""

    status: str
    """``trivial`` (the rule leaves no wait to save), ``optimal``, ``feasible`` or ``rule`` (the solver has no better answer)."""
    value: int
    """What the schedule costs [min of one lot]."""
    bound: int
    """What any schedule of the model costs at the least [min of one lot]."""
    rule_value: int
    """What the rule's schedule costs [min of one lot]."""
    batches: tuple[Batch, ...]
    """Empty when the rule is left to decide."""


def schedule(bay: Bay, effort: float) -> Schedule:
    """Return the schedule of a bay that costs least, if it costs less than the rule's.

    ``z[f, g]`` batches of family f start at instant g, ``u[j, g]`` says that lot j is in one:

        sum over g of u[j, g] <= 1
        sum over j in f of wafers[j] u[j, g] <= most[f] z[f, g]
        sum over f, g <= q < g + takes[f] of z[f, g] <= tools free by q        at every instant q
        min sum of cost[j, g] u[j, g] + batch cost x sum of z

    Tools are interchangeable, so counting them is enough: intervals that never overlap more often than there are tools can be coloured.
    One worker, a fixed seed and a limit in deterministic time give the same answer every time.
    """
    rule = by_rule(bay)
    rule_value = cost(bay, rule)
    least = sum(wait_cost(bay, lot, max(lot.ready_ms, bay.now_ms)) for lot in bay.lots)
    if rule_value - bay.batch_cost_min * len(rule) <= least:
        return Schedule("trivial", rule_value, least, rule_value, ())
    model = _Model(bay, _grid(bay, rule))
    model.hint(rule)
    status, value, bound, batches = model.solve(effort)
    if value is None or value >= rule_value:
        return Schedule("rule", rule_value, bound, rule_value, ())
    return Schedule(status, value, bound, rule_value, batches)


def _grid(bay: Bay, rule: tuple[Batch, ...]) -> list[int]:
    """Return the instants at which batches may start: the rule's, then free tools', arrivals' and ends' as far as they fit."""
    exact = {batch.start_ms for batch in rule} | {bay.now_ms} | {max(t, bay.now_ms) for t in bay.free_ms}
    takes = {family.takes_ms for family in bay.families}
    arrivals = {lot.ready_ms for lot in bay.lots if lot.ready_ms > bay.now_ms}
    ends = {t + takes_ms for t in exact | arrivals for takes_ms in takes}
    grid = {t for t in exact if t < bay.horizon_ms}
    for t in [*sorted(arrivals), *sorted(ends)]:
        if len(grid) < GRID and t < bay.horizon_ms and all(abs(t - other) >= SPACING_MS for other in grid):
            grid.add(t)
    return sorted(grid)


class _Model:
    """The CP-SAT model of one bay."""

    def __init__(self, bay: Bay, grid: list[int]) -> None:
        from ortools.sat.python import cp_model

        self._cp: Any = cp_model
        self._bay = bay
        self._grid = grid
        self._model = model = cp_model.CpModel()
        self._starts: dict[tuple[int, int], Any] = {}
        self._lots: dict[tuple[int, int], Any] = {}
        tools = len(bay.free_ms)
        for k, lot in enumerate(bay.lots):
            mine = [g for g in grid if g >= lot.ready_ms]
            self._lots |= {(k, g): model.new_bool_var("") for g in mine}
            model.add_at_most_one(self._lots[k, g] for g in mine)
        for f, family in enumerate(bay.families):
            members = [k for k, lot in enumerate(bay.lots) if lot.family == f]
            for g in grid:
                ready = [k for k in members if (k, g) in self._lots]
                if ready:
                    sizes = {bay.lots[k].wafers for k in members}
                    # lots of several sizes may not divide into two batches as their sum does: one batch an instant then
                    z = self._starts[f, g] = model.new_int_var(0, min(tools, len(ready)) if len(sizes) == 1 else 1, "")
                    most = family.most - (family.most % min(sizes) if len(sizes) == 1 else 0)
                    model.add(sum(bay.lots[k].wafers * self._lots[k, g] for k in ready) <= most * z)
                    for k in ready:
                        model.add(self._lots[k, g] <= z)
        self._add_tools()
        self._add_costs()

    def _add_tools(self) -> None:
        for q in self._grid:
            running = [z for (f, g), z in self._starts.items() if g <= q < g + self._bay.families[f].takes_ms]
            self._model.add(sum(running) <= sum(t <= q for t in self._bay.free_ms))

    def _add_costs(self) -> None:
        bay = self._bay
        never = [wait_cost(bay, lot, None) for lot in bay.lots]
        saved = sum((wait_cost(bay, bay.lots[k], g) - never[k]) * u for (k, g), u in self._lots.items())
        self._model.minimize(sum(never) + saved + bay.batch_cost_min * sum(self._starts.values()))

    def hint(self, batches: tuple[Batch, ...]) -> None:
        """Offer a schedule whose starts are on the grid."""
        there = {(k, batch.start_ms) for batch in batches for k in batch.lots}
        for key, u in self._lots.items():
            self._model.add_hint(u, key in there)
        for (f, g), z in self._starts.items():
            self._model.add_hint(z, sum(batch.family == f and batch.start_ms == g for batch in batches))

    def solve(self, effort: float) -> tuple[str, int | None, int, tuple[Batch, ...]]:
        """Return status, value (``None`` without a solution), bound and batches."""
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.linearization_level = 2
        # on models as small as these, probing and the search for symmetries cost more than they save
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self._model)
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return "unknown", None, 0, ()
        bound = round(solver.best_objective_bound)
        name = "optimal" if status == self._cp.OPTIMAL else "feasible"
        return name, round(solver.objective_value), bound, self._batches(solver)

    def _batches(self, solver: Any) -> tuple[Batch, ...]:
        found = []
        for f, g in self._starts:
            lots = [k for k in range(len(self._bay.lots)) if (k, g) in self._lots and self._bay.lots[k].family == f]
            taken = [k for k in lots if solver.value(self._lots[k, g])]
            while taken:
                batch = fill(self._bay, taken)
                found.append(Batch(f, g, batch))
                taken = taken[len(batch) :]
        return tuple(sorted(found, key=lambda batch: (batch.start_ms, batch.family)))
