"""What a scenario file must say beyond its keys, and how it fits its fab."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fabsim.dispatch import LONGEST_CHAIN
from fabsim.layout.documents import Document
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.nodes import Names, Node, Problems, dotted, value_mark
from fabsim.layout.optimiser_checks import check_optimisers
from fabsim.layout.scenario_file import Chain, ScenarioFile, WipLots, WipTable
from fabsim.layout.schedules import with_tables
from fabsim.layout.stream_file import Conwip, Schedule, Stream
from fabsim.layout.tables import Tables
from fabsim.layout.validate import validate, validate_part
from fabsim.layout.work import batch_of

MOST_PERIODS = 100_000
"""Every period is a row of each tool and toolset: more than anybody reads, and in the end more than memory holds."""


@dataclass(frozen=True)
class CheckedScenario:
    """A scenario file as it was understood; complete if no problem was noted."""

    document: Document
    file: ScenarioFile
    wip: tuple[WipLots, ...]
    """Initial WIP that is given lot by lot, from the file or from its table."""


def check_scenario(document: Document, fab: CheckedFab | None, tables: Tables, problems: Problems) -> CheckedScenario | None:
    """Return the checked scenario, all its mistakes noted; ``None`` if too little of it could be understood.

    Without its ``fab`` only what stands in the scenario itself is checked.
    """
    file = validate(ScenarioFile, document.root, problems, {"kind": "scenario", "horizon": "1 d", "starts": {}})
    if file is None:
        return None
    checks = _ScenarioChecks(document, file, fab, problems)
    checks.all()
    file = file.model_copy(update={"starts": with_tables(file.starts, document, tables, problems)})
    return CheckedScenario(document, file, checks.wip(tables))


def product_of(name: str, stream: Stream) -> str:
    """Return the product of a stream."""
    return stream.product or name


def hot_name(name: str) -> str:
    """Return the name of the stream that a stream's hot lots become."""
    return f"{name}.hot"


class _ScenarioChecks:
    """The checks of one scenario against its fab."""

    def __init__(self, document: Document, file: ScenarioFile, fab: CheckedFab | None, problems: Problems) -> None:
        self._root = document.root
        self._document = document
        self._file = file
        self._fab = fab
        self._problems = problems
        fab_root = fab.document.root if fab is not None else Node({}, document.root.mark)
        self._toolsets = Names("a toolset", fab_root.entries("toolsets"))
        self._products = Names("a product", fab_root.entries("products"))
        self._areas = Names("an area", fab.areas if fab is not None else ())
        names = self._root.entries("starts")
        self._streams = Names("a stream", [*names, *(hot_name(name) for name, stream in names.items() if stream.get("hot"))])
        self._step_names: dict[str, Names] = {}

    def all(self) -> None:
        """Make every check but that of the initial WIP."""
        if "starts" in self._root.value and not self._root.entries("starts"):
            self._at(("starts",), "found nothing, expected at least one stream")
        if self._file.horizon / self._file.period > MOST_PERIODS:
            self._at(("period",), f"found more than {MOST_PERIODS:,} periods in the horizon, expected a longer period")
        for name, stream in self._file.starts.items():
            self._stream(name, stream)
        self._policy()
        if self._fab is not None:
            self._changes(self._fab)

    def wip(self, tables: Tables) -> tuple[WipLots, ...]:
        """Return the lots of the initial WIP that are given one by one, checked."""
        wip = self._file.initial_wip
        rows: list[tuple[WipLots, Node, str]] = []
        if isinstance(wip, WipTable):
            nodes = tables.lots(self._document, self._root.value["initial_wip"].value["table"])
            given = [(validate_part(WipLots, node, (), self._problems), node) for node in nodes]
            rows = [(lots, node, "") for lots, node in given if lots is not None]
        elif isinstance(wip, tuple):
            listed = self._root.value["initial_wip"].value
            rows = [(lots, node, f"initial_wip.{k}") for k, (lots, node) in enumerate(zip(wip, listed, strict=True))]
        for lots, node, where in rows:
            self._lots(lots, node, where)
        return tuple(lots for lots, _, _ in rows)

    def _at(self, path: tuple[str | int, ...], message: str) -> None:
        self._problems.at(self._root, path, message)

    def _stream(self, name: str, stream: Stream) -> None:
        path = ("starts", name)
        self._rate(path, stream)
        if stream.hot is not None and hot_name(name) in self._file.starts:
            self._at((*path, "hot"), f"found a stream {hot_name(name)!r} too, expected that name to be free for the hot lots")
        if "uses" in stream.model_fields_set and stream.kind != "monitor":
            self._at((*path, "uses"), f"found it with kind: {stream.kind}, expected it with kind: monitor only")
        if self._fab is None:
            return
        product = product_of(name, stream)
        if product not in self._products:
            self._at((*path, "product") if stream.product else path, self._products.unknown(product))
        elif product in self._fab.file.products:
            self._lot_size(path, stream, self._fab.file.products[product].route)

    def _rate(self, path: tuple[str | int, ...], stream: Stream) -> None:
        """Check that exactly one of a rate, an interval, a schedule and CONWIP says when lots start."""
        instead = {"Schedule": "a schedule", "Conwip": "conwip"}.get(type(stream.pattern).__name__)
        if instead and stream.wafers_per_month is not None:
            self._at((*path, "wafers_per_month"), f"found a rate beside {instead}, expected one of them")
        if stream.every is not None and (instead or stream.wafers_per_month is not None):
            self._at((*path, "every"), f"found an interval beside {instead or 'a rate'}, expected one of them")
        if stream.first is not None and (stream.every is None or stream.pattern != "constant"):
            self._at((*path, "first"), "found a first lot, expected it beside 'every' and a constant pattern only")
        if isinstance(stream.pattern, Schedule) and stream.pattern.schedule == ():
            self._at((*path, "pattern", "schedule"), "found an empty list, expected at least one instant")
        if instead and stream.hot is not None:
            self._at((*path, "hot"), f"found hot lots beside {instead}, expected a stream of their own")
        if isinstance(stream.pattern, Conwip) and stream.wip_limit is not None:
            self._at((*path, "wip_limit"), "found a limit beside conwip, which is one, expected one of them")
        if not instead and stream.wafers_per_month is None and stream.every is None:
            self._at((*path, "wafers_per_month"), "missing, expected the key 'wafers_per_month' or 'every'")

    def _lot_size(self, path: tuple[str | int, ...], stream: Stream, route: str) -> None:
        assert self._fab is not None
        for entry in self._fab.routes[route].steps if route in self._fab.routes else ():
            toolset = self._fab.file.toolsets.get(entry.step.toolset) if entry.step is not None else None
            batch = batch_of(entry.step, toolset) if entry.step is not None and toolset is not None else None
            if batch is not None and batch.max is not None and stream.lot_size > batch.max:
                message = f"found a lot of {stream.lot_size} wafers, expected at most {batch.max}, the largest batch of step {entry.name!r}"
                self._at((*path, "lot_size"), message)
                return

    def _policy(self) -> None:
        policy = self._file.policy
        self._chain(policy.fab, ("policy", "fab"))
        for key, chains, names in (("areas", policy.areas, self._areas), ("toolsets", policy.toolsets, self._toolsets)):
            for name, chain in chains.items():
                if self._fab is not None and name not in names:
                    self._problems.add(self._root.value["policy"].value[key].keys[name], f"policy.{key}.{name}", names.unknown(name))
                self._chain(chain, ("policy", key, name))
        starts = self._file.starts
        check_optimisers(
            self._root, self._file, self._products, self._toolsets, lambda name: product_of(name, starts[name]), self._problems
        )

    def _chain(self, chain: Chain, path: tuple[str | int, ...]) -> None:
        if not 1 <= len(chain) <= LONGEST_CHAIN:
            self._at(path, f"found {len(chain)} criteria, expected 1 to {LONGEST_CHAIN}")
        for criterion, count in Counter(chain).items():
            if count > 1:
                self._at(path, f"found {criterion!r} {count} times, expected each criterion once")

    def _changes(self, fab: CheckedFab) -> None:
        counts = {name: toolset.tools for name, toolset in fab.file.toolsets.items()}
        order = sorted(range(len(self._file.changes)), key=lambda k: self._file.changes[k].at)
        for k in order:
            change = self._file.changes[k]
            if change.toolset not in self._toolsets:
                self._at(("changes", k, "toolset"), self._toolsets.unknown(change.toolset))
            if change.tools == 0:
                self._at(("changes", k, "tools"), "found 0, expected more or fewer tools")
            count = counts.get(change.toolset)
            if isinstance(count, int):
                if count + change.tools < 0:
                    self._at(("changes", k, "tools"), f"found {change.tools}, expected at least {-count}: {count} tools are left by then")
                counts[change.toolset] = max(0, count + change.tools)

    def _lots(self, lots: WipLots, node: Node, where: str) -> None:
        if lots.stream not in self._streams:
            self._problems.add(value_mark(node, ("stream",)), dotted(filter(None, (where, "stream"))), self._streams.unknown(lots.stream))
            return
        steps = self._steps_of(lots.stream)
        if steps is not None and lots.step not in steps:
            self._problems.add(value_mark(node, ("step",)), dotted(filter(None, (where, "step"))), steps.unknown(lots.step))

    def _steps_of(self, stream: str) -> Names | None:
        """Return the steps of a stream's route; ``None`` if they are not known."""
        name = stream if stream in self._file.starts else stream.removesuffix(".hot")
        if self._fab is None or name not in self._file.starts:
            return None
        product = self._fab.file.products.get(product_of(name, self._file.starts[name]))
        route = self._fab.routes.get(product.route) if product is not None else None
        if product is None or route is None or not route.complete:
            return None
        if product.route not in self._step_names:
            self._step_names[product.route] = Names(f"a step of route {product.route!r}", [entry.name for entry in route.steps])
        return self._step_names[product.route]
