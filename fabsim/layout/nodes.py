"""What a file says, as a tree of values that know where they stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple

from fabsim.terms import InputError, Problem


class Mark(NamedTuple):
    """A place in a file, counted from 1."""

    file: str
    line: int
    column: int


_NO_KEYS: Mapping[str, Mark] = MappingProxyType({})


class Node:
    """A value of a file: a scalar, a list of nodes or a map of nodes."""

    __slots__ = ("keys", "mark", "text", "value")

    def __init__(self, value: Any, mark: Mark, text: str = "", keys: Mapping[str, Mark] | None = None) -> None:
        self.value = value
        """A scalar, a list of nodes, or a dict of nodes."""
        self.mark = mark
        self.text = text
        """A scalar as it is written."""
        self.keys: Mapping[str, Mark] = _NO_KEYS if keys is None else keys
        """Where the keys of a map stand."""

    def get(self, key: str) -> Node | None:
        """Return the value of a map's key; ``None`` if this is no map or has no such key."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def entries(self, key: str) -> dict[str, Node]:
        """Return the map that stands at a key; an empty one if there is none."""
        found = self.get(key)
        return found.value if found is not None and isinstance(found.value, dict) else {}


def plain(node: Node) -> Any:
    """Return a node's content as plain dicts, lists and scalars."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


class Problems:
    """Every mistake found so far; one place is told one thing."""

    def __init__(self) -> None:
        self._found: dict[tuple[Mark, str], Problem] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, mark: Mark, where: str, message: str) -> None:
        """Note a mistake, unless this place has one already."""
        self._found.setdefault((mark, where), Problem(*mark, where, message))

    def at(self, node: Node, path: Iterable[str | int], message: str) -> None:
        """Note a mistake in the value at ``path`` under the root ``node``; the path is what is told as *where*."""
        path = tuple(path)
        self.add(value_mark(node, path), dotted(path), message)

    def add_all(self, others: Problems) -> None:
        """Note what was found elsewhere."""
        self._found.update(others._found)

    def all(self) -> set[Problem]:
        """Return all that was found."""
        return set(self._found.values())

    def error(self) -> InputError:
        """Return all that was found as one error."""
        return InputError(self._found.values())

    def raise_any(self) -> None:
        """Raise all that was found, if anything was."""
        if self._found:
            raise self.error()


def dotted(path: Iterable[str | int]) -> str:
    """Return a path as it is written: ``toolsets.LITHO.batch``."""
    return ".".join(map(str, path))


def value_mark(node: Node, path: Iterable[str | int]) -> Mark:
    """Return where the value at ``path`` stands; where the last part that exists does, if it does not."""
    for part in path:
        value: Any = node.value
        if not (part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int) and part < len(value)):
            break
        node = value[part]
    return node.mark


def found(value: object) -> str:
    """Return how a value is shown in a message."""
    if isinstance(value, str):
        return f"found {_cut(value)!r}"
    if isinstance(value, Mapping):
        return "found a map"
    if isinstance(value, list):
        return "found a list"
    if value is None:
        return "found nothing"
    if isinstance(value, bool):
        return f"found {str(value).lower()}"
    if isinstance(value, float) and not math.isfinite(value):
        return "found not a number" if math.isnan(value) else "found an infinite number"
    return f"found {_cut(str(value))}"


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


class Names:
    """The names of one kind of thing, and what to say of a name that is not among them."""

    def __init__(self, kind: str, names: Iterable[str]) -> None:
        self.kind = kind
        """What they are, with its article: ``a toolset``."""
        self.names = dict.fromkeys(names)
        self._told: dict[str, str] = {}

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def unknown(self, name: str) -> str:
        """Return the message for a name that is not known."""
        if name not in self._told:
            self._told[name] = f"found {name!r}, expected {self.kind}{self._hint(name)}"
        return self._told[name]

    def _hint(self, name: str) -> str:
        # a search through many names is slow: a thousand different mistakes get no hint each
        close = get_close_matches(name, self.names, n=1, cutoff=0.6) if len(self._told) < 50 else []
        if close:
            return f", did you mean {close[0]!r}?"
        return f" ({', '.join(self.names)})" if 0 < len(self.names) <= 12 else ""
