"""What a fab file must say beyond its keys: names that exist, values that go together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fabsim.layout.chamber_checks import chamber_mistakes
from fabsim.layout.documents import Document
from fabsim.layout.fab_file import FabFile
from fabsim.layout.nodes import Names, Problems
from fabsim.layout.product_checks import product_mistakes
from fabsim.layout.routes import Flattener, Route
from fabsim.layout.step_checks import batch_problem, check_routes
from fabsim.layout.tables import Tables
from fabsim.layout.toolset_file import AREA, Calendar, SetupTable, Toolset
from fabsim.layout.validate import validate
from fabsim.layout.work import calendars_of, chamber_calendars_of, has_sizes

MOST_AREAS = 1000
"""Areas of a fab: the table of transport times has the square of it."""

_TWO_SLOTS = "expected slots: 2 or more: with one the tool is empty after each job"


@dataclass(frozen=True)
class CheckedFab:
    """A fab file as it was understood; complete if no problem was noted."""

    document: Document
    file: FabFile
    areas: tuple[str, ...]
    routes: dict[str, Route]


def check_fab(document: Document, tables: Tables, problems: Problems) -> CheckedFab | None:
    """Return the checked fab, all its mistakes noted; ``None`` if too little of it could be understood."""
    file = validate(FabFile, document.root, problems, {"kind": "fab", "toolsets": {}, "routes": {}, "products": {}})
    flattener = Flattener(document, tables, problems)
    routes = flattener.routes()
    if file is None:
        return None
    fab = CheckedFab(document, file, file.areas if file.areas is not None else _areas_named(document), routes)
    _FabChecks(fab, problems).all()
    check_routes(document, file, routes, problems)
    _check_masks(fab, problems)
    _check_uncalled(flattener, document, problems)
    return fab


def _areas_named(document: Document) -> tuple[str, ...]:
    """Return the areas that toolsets name, also those toolsets that hold mistakes."""
    named = [toolset.get("area") for toolset in document.root.entries("toolsets").values()]
    return tuple(dict.fromkeys(str(area.value) if area is not None and area.value is not None else AREA for area in named))


class _FabChecks:
    """The checks of all that is not a route."""

    def __init__(self, fab: CheckedFab, problems: Problems) -> None:
        self._fab = fab
        self._file = fab.file
        self._root = fab.document.root
        self._problems = problems
        self._area_names = Names("an area", fab.areas)
        self._calendar_names = Names("a calendar", self._root.entries("calendars"))
        self._setup_names = Names("a setup table", self._root.entries("setups"))

    def all(self) -> None:
        """Make every check."""
        for section in ("toolsets", "routes", "products"):
            if section in self._root.value and not self._root.entries(section):
                self._at((section,), "found nothing, expected at least one entry")
        self._areas()
        self._transport()
        for name, calendar in self._file.calendars.items():
            self._calendar(calendar, ("calendars", name))
        for name, table in self._file.setups.items():
            self._setup_table(table, ("setups", name))
        for name, toolset in self._file.toolsets.items():
            self._toolset(name, toolset)
        routes = Names("a route", self._root.entries("routes"))
        for name, product in self._file.products.items():
            if product.route not in routes:
                self._at(("products", name, "route"), routes.unknown(product.route))
            for path, message in product_mistakes(product):
                self._at(("products", name, *path), message)
        for key, share in (("scrap", self._file.scrap), ("wafer_scrap", self._file.wafer_scrap)):
            if share >= 1:
                self._at((key,), f"found {share:g}, expected below 1: no lot would ever be done")

    def _at(self, path: tuple[str | int, ...], message: str) -> None:
        self._problems.at(self._root, path, message)

    def _areas(self) -> None:
        if len(self._fab.areas) > MOST_AREAS:
            self._at(("areas",), f"found {len(self._fab.areas)} areas, expected at most {MOST_AREAS}")
        for area in _repeated(self._fab.areas):
            self._at(("areas",), f"found {area!r} twice")

    def _transport(self) -> None:
        pairs: set[tuple[str, str]] = set()
        for k, between in enumerate(self._file.transport.between):
            path = ("transport", "between", k)
            for key, area in (("from", between.from_), ("to", between.to)):
                if area not in self._area_names:
                    self._at((*path, key), self._area_names.unknown(area))
            if (between.from_, between.to) in pairs:
                self._at(path, f"found {between.from_!r} to {between.to!r} twice")
            pairs.add((between.from_, between.to))

    def _setup_table(self, table: SetupTable, path: tuple[str | int, ...]) -> None:
        pairs: set[tuple[str | None, str]] = set()
        for k, time in enumerate(table.times):
            if (time.from_, time.to) in pairs:
                self._at((*path, "times", k), f"found {time.from_ or 'any'!r} to {time.to!r} twice")
            pairs.add((time.from_, time.to))

    def _calendar(self, calendar: Calendar, path: tuple[str | int, ...]) -> None:
        wafers = calendar.counts == "wafers"
        for key, interval in (("every", calendar.every), ("first", calendar.first)):
            if interval is not None and interval.counts_wafers != wafers:
                expected = "a count of wafers, as '5000 wafers'" if wafers else "a duration"
                self._at((*path, key), f"found {_unit(interval.counts_wafers)}, expected {expected} with counts: {calendar.counts}")
        if calendar.carry_over and not wafers:
            self._at((*path, "carry_over"), f"found it with counts: {calendar.counts}, expected it with counts: wafers only")
        mean = calendar.every.draw.mean()
        start_to_start = calendar.counts == "time" and (calendar.from_ or ("end" if calendar.kind == "breakdown" else "start")) == "start"
        if mean <= 0:
            self._at((*path, "every"), "found a mean of 0, expected above 0")
        elif start_to_start and not calendar.every.counts_wafers and calendar.takes.mean() >= mean:
            self._at((*path, "takes"), "found at least as long as 'every', expected it to be shorter")
        if calendar.from_ is not None and calendar.counts != "time":
            self._at((*path, "from"), f"found {calendar.from_!r} with counts: {calendar.counts}, expected it with counts: time only")

    def _toolset(self, name: str, toolset: Toolset) -> None:
        path = ("toolsets", name)
        if toolset.area not in self._area_names:
            said = "area" in toolset.model_fields_set
            self._at((*path, "area"), self._area_names.unknown(toolset.area) if said else "missing, expected the key 'area'")
        if toolset.cell is not None and (toolset.process is not None or not toolset.cell):
            found = "found an empty map" if not toolset.cell else "found a cell and a process time"
            self._at((*path, "cell"), f"{found}, expected process times in the parts of the cell only")
        if isinstance(toolset.setup, SetupTable):
            self._setup_table(toolset.setup, (*path, "setup"))
            if toolset.setup.when_empty and toolset.slots == 1:
                self._at((*path, "setup", "when_empty"), f"found it with 1 slot, {_TWO_SLOTS}")
        elif toolset.setup is not None and toolset.setup not in self._setup_names:
            self._at((*path, "setup"), self._setup_names.unknown(toolset.setup))
        if toolset.spaced and toolset.load_ahead:
            self._at((*path, "spaced"), "found spaced and load_ahead, expected one of them")
        elif toolset.spaced and toolset.slots == 1:
            self._at((*path, "spaced"), "found it with 1 slot, expected slots: 2 or more: with one the next lot waits for it to be empty")
        if toolset.maintenance_in_gaps and toolset.slots == 1:
            self._at((*path, "maintenance_in_gaps"), f"found it with 1 slot, {_TWO_SLOTS}")
        if toolset.latency is not None and toolset.interval is not None:
            self._at((*path, "latency"), "found latency and interval, expected one of them")
        if toolset.batch is not None and has_sizes(toolset.batch) and (problem := batch_problem(toolset.batch)):
            self._at((*path, "batch"), problem)
        self._toolset_calendars(toolset, (*path, "calendars"), toolset.calendars)
        for part, content in (toolset.cell or {}).items():
            self._toolset_calendars(toolset, (*path, "cell", part, "calendars"), content.calendars)
        if toolset.chambers is not None:
            self._toolset_calendars(toolset, (*path, "chambers", "calendars"), toolset.chambers.calendars)
            for k, stage in enumerate(toolset.chambers.sequence or ()):
                self._toolset_calendars(toolset, (*path, "chambers", "sequence", k, "calendars"), stage.calendars)
            for place, message in chamber_mistakes(toolset, self._file):
                self._at((*path, *place), message)
        names = [name for name, _ in calendars_of(toolset, self._file)]
        names += [name for _, name, _ in chamber_calendars_of(toolset, self._file)]
        for calendar in _repeated(names):
            self._at((*path, "calendars"), f"found two calendars {calendar!r}, expected different names")

    def _toolset_calendars(self, toolset: Toolset, path: tuple[str | int, ...], calendars: tuple[str | Calendar, ...]) -> None:
        for k, entry in enumerate(calendars):
            if isinstance(entry, Calendar):
                self._calendar(entry, (*path, k))
            elif entry not in self._calendar_names:
                self._at((*path, k), self._calendar_names.unknown(entry))
            calendar = self._file.calendars.get(entry) if isinstance(entry, str) else entry
            if calendar is not None and calendar.counts == "process" and toolset.slots > 1:
                self._at((*path, k), f"found a calendar with counts: process on tools of {toolset.slots} slots, expected time or wafers")


def _check_masks(fab: CheckedFab, problems: Problems) -> None:
    """Check that reticles are of masks that are exposed at their toolset."""
    if not all(route.complete for route in fab.routes.values()):
        return
    exposed: dict[str, set[str]] = {}
    for route in fab.routes.values():
        for entry in route.steps:
            if entry.step is not None and entry.step.mask is not None:
                exposed.setdefault(entry.step.toolset, set()).add(entry.step.mask)
    for name, toolset in fab.file.toolsets.items():
        masks = Names(f"a mask exposed at toolset {name!r}", sorted(exposed.get(name, ())))
        for mask in toolset.reticles.masks if toolset.reticles else ():
            if mask not in masks:
                problems.at(fab.document.root, ("toolsets", name, "reticles", "masks", mask), masks.unknown(mask))


def _check_uncalled(flattener: Flattener, document: Document, problems: Problems) -> None:
    """Check the names in modules that no route uses, as far as they do not depend on parameters."""
    known = {
        "toolset": Names("a toolset", document.root.entries("toolsets")),
        "module": Names("a module", document.root.entries("modules")),
    }
    for name, module in flattener.uncalled():
        steps = module.get("steps")
        parameters = Names(f"a parameter of module {name!r}", module.entries("parameters"))
        for k, item in enumerate(steps.value if steps is not None and isinstance(steps.value, list) else ()):
            for key, names in known.items():
                value = item.get(key)
                if value is None or not isinstance(value.value, str):
                    continue
                used = [a or b for a, b in re.findall(r"\$(?:\{(\w+)\}|(\w+))", value.value)]
                for parameter in used:
                    if parameter not in parameters:
                        problems.add(value.mark, f"modules.{name}.steps.{k}.{key}", parameters.unknown(parameter))
                if not used and value.value not in names:
                    problems.add(value.mark, f"modules.{name}.steps.{k}.{key}", names.unknown(value.value))


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _unit(wafers: bool) -> str:
    return "a count of wafers" if wafers else "a duration"
