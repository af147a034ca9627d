"""What the steps of flat routes must say beyond their keys."""

from __future__ import annotations

from collections.abc import Mapping

from fabsim.kernels.records import PER_BATCH
from fabsim.layout.documents import Document
from fabsim.layout.fab_file import FabFile, QueueTime, Step
from fabsim.layout.nodes import Names, Problems, dotted, value_mark
from fabsim.layout.routes import Route, RouteStep
from fabsim.layout.toolset_file import Batch, SetupTable, Toolset
from fabsim.layout.work import Work, work_of


def batch_problem(batch: Batch) -> str:
    """Return what is wrong with the sizes of a batch, nothing if they are right."""
    if batch.max is None:
        return "missing, expected the key 'max'"
    if (batch.min or 1) > batch.max:
        return f"found at least {batch.min} and at most {batch.max} wafers, expected min to be at most max"
    return ""


def check_routes(document: Document, file: FabFile, routes: Mapping[str, Route], problems: Problems) -> None:
    """Note the mistakes of all routes."""
    toolsets = Names("a toolset", document.root.entries("toolsets"))
    checks = _StepChecks(file, toolsets, problems)
    for name, route in routes.items():
        checks.route(name, route)


class _StepChecks:
    """The checks of steps; what they may name is collected route by route."""

    def __init__(self, file: FabFile, toolsets: Names, problems: Problems) -> None:
        self._file = file
        self._toolsets = toolsets
        self._problems = problems
        self._recipes: dict[tuple[str, str], tuple[object, str]] = {}
        """For each toolset and recipe: what its first step says, and where that is."""
        self._setup_keys: dict[str, Names | None] = {name: _setup_keys(toolset, file) for name, toolset in file.toolsets.items()}
        self._rows: dict[str, int] = {}
        self._names = Names("a step of the route", ())
        self._complete = True

    def route(self, name: str, route: Route) -> None:
        """Check the steps of one route."""
        steps = route.steps
        self._rows = {}
        self._complete = route.complete
        for row, entry in enumerate(steps):
            if entry.name and self._rows.setdefault(entry.name, row) != row:
                first = steps[self._rows[entry.name]].node.mark.line
                self._at(entry, ("step",), f"found a second step {entry.name!r} in route {name!r}, first in line {first}")
        self._names = Names(f"a step of route {name!r}", self._rows)
        for row, entry in enumerate(steps):
            if entry.step is not None:
                self._step(name, row, entry, entry.step, steps)

    def _at(self, entry: RouteStep, path: tuple[str | int, ...], message: str) -> None:
        self._problems.add(value_mark(entry.node, path), dotted(filter(None, (entry.where, *path))), message)

    def _step(self, route: str, row: int, entry: RouteStep, step: Step, steps: list[RouteStep]) -> None:
        if step.toolset not in self._toolsets:
            self._at(entry, ("toolset",), self._toolsets.unknown(step.toolset))
        toolset = self._file.toolsets.get(step.toolset)
        if toolset is not None:
            self._process(route, entry, step, toolset)
            self._setup(entry, step)
        if step.rework is not None:
            self._earlier(entry, row, ("rework", "to"), step.rework.to, or_here=True)
            if step.rework.share >= 1:
                self._at(entry, ("rework", "share"), f"found {step.rework.share:g}, expected below 1: the lot would never go on")
        if step.wafer_scrap is not None and step.wafer_scrap >= 1:
            self._at(entry, ("wafer_scrap",), f"found {step.wafer_scrap:g}, expected below 1: no wafer would ever go on")
        scrap = self._file.scrap if step.scrap is None else step.scrap
        rework = step.rework.share if step.rework else 0.0
        if scrap + rework >= 1 > max(rework, self._file.scrap):
            path = ("scrap",) if step.scrap is not None else ("rework", "share")
            self._at(entry, path, f"found {scrap:g} scrap and {rework:g} rework, expected less than 1 together: no lot would ever go on")
        for k, window in enumerate(step.queue_time):
            several = isinstance(entry.node.value["queue_time"].value, list)
            self._window(entry, row, ("queue_time", k) if several else ("queue_time",), window)
        if step.dedicated_to is not None and self._earlier(entry, row, ("dedicated_to",), step.dedicated_to, or_here=False):
            other = steps[self._rows[step.dedicated_to]].step
            if step.qualified is not None:
                self._at(entry, ("qualified",), "found it with dedicated_to, expected it at the earlier step, whose tool is the only one")
            if other is not None and other.toolset != step.toolset:
                self._at(entry, ("dedicated_to",), f"found a step at {other.toolset!r}, expected one at the same toolset {step.toolset!r}")

    def _window(self, entry: RouteStep, row: int, path: tuple[str | int, ...], window: QueueTime) -> None:
        opens = self._earlier(entry, row, (*path, "from"), window.from_, or_here=False)
        for key, value, needed in (("to", window.to, "rework"), ("loss", window.loss, "yield_loss")):
            if value is not None and window.if_late != needed:
                self._at(entry, (*path, key), f"found it with if_late: {window.if_late}, expected it with {needed} only")
        if window.if_late == "yield_loss" and window.loss is None:
            self._at(entry, path, "missing, expected the key 'loss' with if_late: yield_loss")
        back = window.to is None or self._earlier(entry, row, (*path, "to"), window.to, or_here=False)
        if opens and back and self._rows[window.to or window.from_] > self._rows[window.from_]:
            expected = f"expected {window.from_!r}, where the window opens, or a step before it"
            self._at(entry, (*path, "to"), f"found {window.to!r}, {expected}")

    def _earlier(self, entry: RouteStep, row: int, path: tuple[str | int, ...], name: str, *, or_here: bool) -> bool:
        """Return whether ``name`` is an earlier step (or this one); note it if not."""
        if name not in self._names:
            if self._complete:
                self._at(entry, path, self._names.unknown(name))
            return False
        target = self._rows[name]
        if target > row or (target == row and not or_here):
            place = "the same step" if target == row else "a later step"
            self._at(entry, path, f"found {place} {name!r}, expected {'this step or ' if or_here else ''}an earlier one")
            return False
        return True

    def _process(self, route: str, entry: RouteStep, step: Step, toolset: Toolset) -> None:
        work = work_of(step, toolset)
        if work is None:
            self._at(entry, (), f"missing, neither the step nor toolset {step.toolset!r} has a process time")
            return
        if step.latency is not None and step.interval is not None:
            self._at(entry, ("latency",), "found latency and interval, expected one of them")
        if work.stages and step.interval is not None:
            self._at(entry, ("interval",), f"found an interval at toolset {step.toolset!r}, whose chambers give the pace, expected none")
        if work.stages and step.per not in (None, "wafer"):
            self._at(entry, ("per",), f"found per: {step.per} at toolset {step.toolset!r}, which has chambers, expected per: wafer")
        if work.interval_ms > work.process.mean():
            self._at(entry, ("interval",), "found an interval above the process time, expected at most that")
        batch = work.batch
        if batch is None:
            if work.per == PER_BATCH:
                self._at(entry, ("per",), f"found per: batch, expected batch: {{max: ...}} here or at toolset {step.toolset!r}")
        elif step.batch is not None and (problem := batch_problem(batch)):
            self._at(entry, ("batch",), problem)
        elif step.recipe is not None:
            self._recipe(route, entry, step, work)

    def _recipe(self, route: str, entry: RouteStep, step: Step, work: Work) -> None:
        says = (work, step.wafers, step.setup, step.setup_time, step.setup_when, step.qualified)
        first, place = self._recipes.setdefault((step.toolset, step.recipe or ""), (says, f"step {step.step!r} of route {route!r}"))
        if first != says:
            self._at(entry, ("recipe",), f"found other times, sizes, setups or tools than at {place}, expected the same")

    def _setup(self, entry: RouteStep, step: Step) -> None:
        if step.setup is None:
            if step.setup_time is not None:
                self._at(entry, ("setup_time",), "found a setup time without a setup, expected the key 'setup' too")
            elif step.setup_when == "always":
                self._at(entry, ("setup_when",), "found always without a setup, expected the keys 'setup' and 'setup_time' too")
        elif step.setup_time is None and step.setup_when == "always":
            self._at(entry, ("setup_when",), "found always without a setup time, expected the key 'setup_time' too")
        elif step.setup_time is None and step.toolset in self._setup_keys:
            keys = self._setup_keys[step.toolset]
            if keys is None:
                message = f"found a setup at toolset {step.toolset!r}, which has no setup table, expected setup_time too"
                self._at(entry, ("setup",), message)
            elif keys.names and step.setup not in keys:
                self._at(entry, ("setup",), keys.unknown(step.setup))


def _setup_keys(toolset: Toolset, file: FabFile) -> Names | None:
    """Return the setups that a toolset's table names, none if it takes any; ``None`` if there is no table."""
    table = toolset.setup if isinstance(toolset.setup, SetupTable) else file.setups.get(toolset.setup or "")
    if table is None:
        return None if toolset.setup is None else Names("any", ())
    if table.default is not None:
        return Names("any", ())
    return Names("a setup in the toolset's table", [key for time in table.times for key in (time.to, time.from_) if key])
