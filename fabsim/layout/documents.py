"""Files with what they extend and what the command line sets: one tree of nodes, each value with the place it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel

from fabsim.layout.nodes import Mark, Names, Node, Problems, found
from fabsim.layout.validate import types_at
from fabsim.layout.yaml_reader import parse_yaml, read_yaml

_SET = "--set "
"""How the mark of a value from the command line begins."""


@dataclass(frozen=True)
class Document:
    """A file of some kind, complete."""

    path: Path
    root: Node
    sources: tuple[str, ...]
    """The files it was read from, itself first."""

    def beside(self, node: Node) -> Path:
        """Return the file that a value names: relative to the file the value stands in."""
        file = str(self.path) if node.mark.file.startswith(_SET) else node.mark.file
        return _beside(Path(file), str(node.value))

    @property
    def folder(self) -> str:
        """The name of the folder it is in."""
        return Path(os.path.realpath(self.path)).parent.name

    def kind(self) -> object:
        """Return what the file says it is."""
        kind = self.root.get("kind")
        return kind.value if kind else None


def load(path: Path, problems: Problems, named_at: Mark | None = None) -> Document | None:
    """Return a file with all it extends, or ``None`` after noting what is wrong.

    ``named_at``: where another file names it.
    """
    files: list[tuple[Path, Node]] = []
    while True:
        root = read_yaml(path, problems, named_at)
        if root is None:
            return None
        files.append((path, root))
        base = root.get("extends")
        if base is None or base.value is None:
            break
        if not isinstance(base.value, str) or not base.value:
            problems.add(base.mark, "extends", f"{found(base.value)}, expected the name of a file")
            return None
        path, named_at = _beside(path, base.value), base.mark
        if any(_same(path, other) for other, _ in files):
            chain = " -> ".join(str(other) for other, _ in [*files, (path, None)])
            problems.add(base.mark, "extends", f"found a circle, expected an end: {chain}")
            return None
    if not _one_kind(files, problems):
        return None
    merged = files[-1][1]
    for _, root in reversed(files[:-1]):
        merged = merge(merged, root)
    merged.value.pop("extends", None)
    return Document(files[0][0], merged, tuple(str(file) for file, _ in files))


def merge(base: Node, change: Node) -> Node:
    """Return ``base`` with what ``change`` says: maps merge by key, everything else replaces."""
    if not (isinstance(base.value, dict) and isinstance(change.value, dict)):
        return change
    value = dict(base.value)
    for key, child in change.value.items():
        value[key] = merge(value[key], child) if key in value else child
    return Node(value, change.mark, keys={**base.keys, **change.keys})


@dataclass(frozen=True)
class Override:
    """A value that takes the place of what a file says."""

    path: str
    """Dotted, as after ``--set``."""
    value: Node
    mark: Mark
    """Where the path is written."""


def override(document: Document, model: type[BaseModel], overrides: Iterable[Override], problems: Problems, prefix: str = "") -> Document:
    """Return the document with its overrides; ``prefix``: of their paths, leads to this document (``fab.`` for a fab)."""
    root = document.root
    for one in overrides:
        root = _set(root, one.path.removeprefix(prefix), one.value, _Setting(model, (), one, problems))
    return Document(document.path, root, document.sources)


def from_command_line(texts: Iterable[str], problems: Problems) -> list[Override]:
    """Return what stands after each ``--set`` as overrides; what is wrong with one is noted."""
    overrides = []
    for text in texts:
        path, equals, written = text.partition("=")
        mark = Mark(_SET + path, 1, 1)
        if not equals or not all(path.split(".")):
            problems.add(mark, "", f"{found(text)}, expected a.b=value")
            continue
        value = parse_yaml(written, mark, problems)
        if value is not None:
            overrides.append(Override(path, value, mark))
    return overrides


@dataclass(frozen=True)
class _Setting:
    """Where an override has got to on its way."""

    model: Any
    done: tuple[str, ...]
    override: Override
    problems: Problems

    @property
    def mark(self) -> Mark:
        return self.override.mark

    def deeper(self, key: str) -> _Setting:
        return _Setting(self.model, (*self.done, key), self.override, self.problems)

    def refuse(self, message: str) -> None:
        self.problems.add(self.mark, self.override.path, message)


def _set(node: Node, path: str, value: Node, setting: _Setting) -> Node:
    """Return the node with ``value`` at a dotted path; it is changed by copy, since aliases share nodes."""
    if isinstance(node.value, list):
        return _set_item(node, path, value, setting)
    if not isinstance(node.value, dict | None):
        setting.refuse(f"{found(node.value)} at {'.'.join(setting.done)!r}, expected a map")
        return node
    children = node.value or {}
    # names may hold dots: the longest that exists is meant
    fitting = [key for key in children if path == key or path.startswith(key + ".")]
    key = max(fitting, key=len) if fitting else path.partition(".")[0]
    rest = path[len(key) + 1 :]
    if not rest:
        child = merge(children[key], value) if key in children else value
    else:
        if key not in children and any(get_origin(t) is dict for t in types_at(setting.model, setting.done)):
            setting.refuse(Names(f"a name in {'.'.join(setting.done)!r}", children).unknown(key))
            return node
        child = _set(children.get(key, Node({}, setting.mark)), rest, value, setting.deeper(key))
    return Node({**children, key: child}, node.mark, keys={**node.keys, key: node.keys.get(key, setting.mark) if rest else setting.mark})


def _set_item(node: Node, path: str, value: Node, setting: _Setting) -> Node:
    index, _, rest = path.partition(".")
    if not (index.isascii() and index.isdigit() and len(index) < 9 and int(index) < len(node.value)):
        setting.refuse(f"{found(index)}, expected the position in a list, 0 to {len(node.value) - 1}")
        return node
    items = list(node.value)
    old = items[int(index)]
    items[int(index)] = _set(old, rest, value, setting.deeper(index)) if rest else merge(old, value)
    return Node(items, node.mark)


def _one_kind(files: list[tuple[Path, Node]], problems: Problems) -> bool:
    """Return whether all files of a chain are of the first one's kind."""
    kinds = [root.get("kind") for _, root in files]
    for (_, root), kind, child in zip(files[1:], kinds[1:], files, strict=False):
        if kind is not None and kinds[0] is not None and kind.value != kinds[0].value:
            at = child[1].value["extends"].mark
            problems.add(at, "extends", f"found a file of kind {kind.text!r}, expected {kinds[0].text!r}")
            return False
        if kind is None:
            problems.add(root.mark, "kind", "missing, expected the key 'kind'")
            return False
    return True


def _beside(file: Path, name: str) -> Path:
    return Path(os.path.normpath(file.parent / name))


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.realpath(one) == os.path.realpath(other)
    except ValueError:  # no file has such a name, which is told when it is read
        return False
