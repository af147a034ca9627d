"""Routes made flat: modules with their parameters, repetitions and tables become one list of steps a route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fabsim.layout.documents import Document
from fabsim.layout.fab_file import ModuleCall, Step, TableCall
from fabsim.layout.nodes import Mark, Names, Node, Problems, found
from fabsim.layout.tables import Tables
from fabsim.layout.validate import validate_part

MOST_STEPS = 200_000
"""Steps, and uses of modules, that the routes of a fab may have in all."""

_PARAMETER = re.compile(r"\$(?:\{(\w+)\}|(\w+))")

Values = dict[str, Node]
"""What a module's parameters stand for."""


@dataclass(frozen=True)
class RouteStep:
    """A step of a flat route."""

    node: Node
    where: str
    """The place in the file that it comes from; all repetitions of a module's step have the same."""
    step: Step | None
    """``None`` if it holds mistakes."""

    @property
    def name(self) -> str:
        """Its name, as far as it has one."""
        named = self.node.get("step")
        return named.value if named is not None and isinstance(named.value, str) else ""


@dataclass(frozen=True)
class Route:
    """A flat route."""

    steps: list[RouteStep]
    complete: bool
    """Whether no step is missing for a mistake in a module or table."""


class Flattener:
    """Makes the routes of one fab flat."""

    def __init__(self, document: Document, tables: Tables, problems: Problems) -> None:
        self._document = document
        self._tables = tables
        self._problems = problems
        self._modules = document.root.entries("modules")
        self._names = Names("a module", self._modules)
        self._called: set[str] = set()
        self._left = MOST_STEPS
        self._mistakes = 0

    def routes(self) -> dict[str, Route]:
        """Return the steps of every route."""
        routes = {}
        for name, items in self._document.root.entries("routes").items():
            before = self._mistakes
            steps = list(self._items(items, f"routes.{name}", None, ()))
            routes[name] = Route(steps, complete=self._mistakes == before)
            if isinstance(items.value, list) and not items.value:
                self._problems.add(items.mark, f"routes.{name}", "found an empty list, expected at least one step")
        if self._left <= 0:
            mark = self._document.root.value["routes"].mark
            self._problems.add(mark, "routes", f"found more than {MOST_STEPS:,} steps, expected at most so many")
        return routes

    def uncalled(self) -> Iterator[tuple[str, Node]]:
        """Yield the modules that no route uses, not even through another module."""
        return ((name, module) for name, module in self._modules.items() if name not in self._called)

    def _note(self, mark: Mark, where: str, message: str) -> None:
        self._mistakes += 1
        self._problems.add(mark, where, message)

    def _items(self, items: Node, where: str, values: Values | None, calls: tuple[str, ...]) -> Iterator[RouteStep]:
        """Yield the steps of a list of steps, modules and tables."""
        for k, item in enumerate(items.value if isinstance(items.value, list) else ()):
            here = f"{where}.{k}"
            if not isinstance(item.value, dict) or self._left <= 0:
                self._mistakes += 1  # noted elsewhere
                continue
            if "module" in item.value:
                yield from self._call(item, here, values, calls)
            elif "table" in item.value:
                for node in self._table(item, here, values):
                    yield self._step(node, "", values)
            else:
                yield self._step(item, here, values)

    def _step(self, node: Node, where: str, values: Values | None) -> RouteStep:
        self._left -= 1
        before = self._mistakes
        name = node.get("step")
        if name is not None and name.text:
            where = f"{where.rpartition('.')[0]}.{name.text}".lstrip(".")
        if values is not None:
            node = self._substitute(node, values, where)
        return RouteStep(node, where, validate_part(Step, node, (where,), self._problems) if self._mistakes == before else None)

    def _table(self, item: Node, where: str, values: Values | None) -> list[Node]:
        item = item if values is None else self._substitute(item, values, where)
        call = validate_part(TableCall, item, (where,), self._problems)
        rows = self._tables.steps(self._document, item.value["table"]) if call is not None else None
        self._mistakes += rows is None
        return rows or []

    def _call(self, item: Node, where: str, values: Values | None, calls: tuple[str, ...]) -> Iterator[RouteStep]:
        """Yield the steps of a module, for each turn of ``for_each`` once."""
        item = item if values is None else self._substitute(item, values, where)
        call = validate_part(ModuleCall, item, (where,), self._problems)
        if call is None:
            self._mistakes += 1
            return
        name, mark = call.module, item.value["module"].mark
        if name not in self._names:
            self._note(mark, f"{where}.module", self._names.unknown(name))
        elif name in calls:
            self._note(mark, f"{where}.module", f"found a circle, expected an end: {' -> '.join([*calls, name])}")
        else:
            self._called.add(name)
            module = self._modules[name]
            for turn in self._turns(item, module, name, where):
                self._left -= 1  # turns count as well: modules may call each other without ever giving a step
                if self._left <= 0:
                    return
                yield from self._items(module.get("steps") or Node([], module.mark), f"modules.{name}.steps", turn, (*calls, name))

    def _turns(self, item: Node, module: Node, name: str, where: str) -> Iterator[Values]:
        """Yield the values of a module's parameters in each turn of a call."""
        parameters = module.entries("parameters")
        given, loops = item.entries("with"), item.entries("for_each")
        known = Names(f"a parameter of module {name!r}", parameters)
        for key in ("with", "for_each"):
            for parameter in item.entries(key):
                if parameter not in known:
                    self._note(item.value[key].keys[parameter], f"{where}.{key}.{parameter}", known.unknown(parameter))
        for parameter in given.keys() & loops.keys():
            at = item.value["for_each"].keys[parameter]
            self._note(at, f"{where}.for_each.{parameter}", "found it in 'with' too, expected it in one of them")
        lengths = {parameter: len(values.value) for parameter, values in loops.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{length} for {parameter!r}" for parameter, length in lengths.items())
            self._note(item.value["for_each"].mark, f"{where}.for_each", f"found {told}, expected lists of one length")
        values = {**parameters, **given}
        for parameter, value in values.items():
            if value.value is None and parameter not in loops:
                self._note(item.mark, f"{where}.with.{parameter}", f"missing, module {name!r} needs a value for {parameter!r}")
        for k in range(min(lengths.values(), default=1)):
            yield {**values, **{parameter: values.value[k] for parameter, values in loops.items()}}

    def _substitute(self, node: Node, values: Values, where: str) -> Node:
        """Return a node with parameters replaced; a value that is only ``$name`` becomes the very value, with its place."""
        value = node.value
        if isinstance(value, str):
            return self._replace(node, value, values, where) if "$" in value else node
        if isinstance(value, dict):
            new: dict[str, Any] = {key: self._substitute(child, values, where) for key, child in value.items()}
            return Node(new, node.mark, keys=node.keys)
        if isinstance(value, list):
            return Node([self._substitute(child, values, where) for child in value], node.mark)
        return node

    def _replace(self, node: Node, text: str, values: Values, where: str) -> Node:
        whole = _PARAMETER.fullmatch(text)
        if whole:
            return self._value(node, whole, values, where) or node

        def as_text(match: re.Match[str]) -> str:
            value = self._value(node, match, values, where)
            if value is not None and isinstance(value.value, dict | list):
                self._note(node.mark, where, f"{found(value.value)} in {match[0]!r}, expected text or a number")
            return value.text if value is not None else ""

        replaced = _PARAMETER.sub(as_text, text)
        return Node(replaced, node.mark, replaced)

    def _value(self, node: Node, match: re.Match[str], values: Values, where: str) -> Node | None:
        name = match[1] or match[2]
        if name not in values:
            self._note(node.mark, where, Names("a parameter of the module", values).unknown(name))
        return values.get(name)
