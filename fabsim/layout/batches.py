"""Batch files: which variants they ask for, and what each of them changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from fabsim.layout.batch_file import BatchFile
from fabsim.layout.documents import Document, Override
from fabsim.layout.nodes import Mark, Node, Problems
from fabsim.layout.validate import validate
from fabsim.layout.yaml_reader import parse_yaml
from fabsim.model import Scenario

MOST_VARIANTS = 10_000
"""Variants that a batch may have."""


@dataclass(frozen=True)
class Variant:
    """One scenario of a batch, read and checked."""

    name: str
    """Unique in the batch."""
    scenario: Scenario
    overrides: tuple[str, ...]
    """What the batch changes, as after ``--set``."""


@dataclass(frozen=True)
class Batch:
    """A batch file, read and checked."""

    name: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Asked:
    """One variant as the file asks for it."""

    name: str
    scenario: Node
    """Names the scenario's file."""
    overrides: tuple[Override, ...]
    """The later wins."""


@dataclass(frozen=True)
class _Point:
    """One value of one axis of the grid."""

    name: str
    override: Override


def asked(document: Document, problems: Problems) -> list[Asked]:
    """Return the variants of a batch file in its order, the last axis of the grid running fastest; mistakes are noted."""
    file = validate(BatchFile, document.root, problems, {"kind": "batch"})
    if len(problems) or file is None:
        return []
    root = document.root
    axes = _axes(root, problems)
    found = max(len(file.variants), 1) * prod(map(len, axes))
    if not file.variants and not file.grid:
        problems.add(root.mark, "", "found neither variants nor a grid, expected one of them or both")
    elif found > MOST_VARIANTS:
        problems.add(root.mark, "", f"found {found:,} variants, expected at most {MOST_VARIANTS:,}")
    if len(problems):
        return []
    default = root.get("scenario") or Node(file.scenario, Mark(str(document.path), 1, 1))
    shared = (*_replications(root), *_overrides(root))
    return [
        Asked(", ".join([*names, *(point.name for point in points)]), scenario, (*shared, *own, *(point.override for point in points)))
        for names, scenario, own in _listed(root, default)
        for points in product(*axes)
    ]


def written(node: Node) -> str:
    """Return a value on one line, as it may stand after ``--set a.b=``."""
    if isinstance(node.value, dict):
        items = (f"{written(Node(key, node.mark, key))}: {written(child)}" for key, child in node.value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(node.value, list):
        return "[" + ", ".join(map(written, node.value)) + "]"
    if node.value is None:
        return "null"
    if not isinstance(node.value, str):
        return node.text
    again = parse_yaml(f"[{node.value}]", node.mark, Problems())
    is_plain = again is not None and [item.value for item in again.value] == [node.value]
    return node.value if is_plain else json.dumps(node.value, ensure_ascii=False)


def _listed(root: Node, default: Node) -> Iterator[tuple[list[str], Node, list[Override]]]:
    """Yield the name, the scenario and the own overrides of each variant that is listed; one without a name if none is."""
    variants = root.entries("variants")
    if not variants:
        yield [], default, []
    for name, entry in variants.items():
        own = entry.get("scenario")
        yield [name], default if own is None or own.value is None else own, list(_overrides(entry))


def _overrides(entry: Node) -> Iterator[Override]:
    where = entry.get("set")
    for path, value in entry.entries("set").items():
        assert where is not None
        yield Override(path, value, where.keys[path])


def _replications(root: Node) -> Iterator[Override]:
    node = root.get("replications")
    if node is not None and node.value is not None:
        yield Override("replications", node, root.keys["replications"])


def _axes(root: Node, problems: Problems) -> list[list[_Point]]:
    """Return the values of each axis; one is named ``key=value``, with as much of the key as tells it from the other axes."""
    grid = root.entries("grid")
    last = [path.rpartition(".")[2] for path in grid]
    axes = []
    for (path, values), short in zip(grid.items(), last, strict=True):
        shown = short if last.count(short) == 1 else path
        axes.append(_points(path, shown, values, problems))
    return axes


def _points(path: str, shown: str, values: Node, problems: Problems) -> list[_Point]:
    named: Sequence[tuple[str, Node]]
    named = list(values.value.items()) if isinstance(values.value, dict) else [(written(value), value) for value in values.value]
    points: dict[str, _Point] = {}
    for name, value in named:
        if name in points:
            problems.add(value.mark, f"grid.{path}", f"found the value {name} twice, expected each value once")
        points[name] = _Point(f"{shown}={name}", Override(path, value, value.mark))
    if not points:
        problems.add(values.mark, f"grid.{path}", "found no value, expected at least one")
    return list(points.values())
