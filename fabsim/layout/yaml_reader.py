"""YAML 1.2 text to nodes.

PyYAML's own loader follows YAML 1.1: ``on`` is true, ``22:30`` is 1350, of two equal keys the last wins.  Here its parser
only splits the text; what a plain scalar means is the core schema of YAML 1.2 (section 10.3.2), and equal keys are mistakes.
Events are read with a stack of our own: PyYAML's ``compose`` recurses in C and dies on deeply nested text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from fabsim.layout.nodes import Mark, Node, Problems, found

DEEPEST = 50
"""Levels of nesting that a file may have."""

LARGEST = 1_000_000
"""Values that a file may have once its aliases are written out."""

_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + text: float(sign + "inf") for sign in ("", "+", "-") for text in (".inf", ".Inf", ".INF")},
}
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_BASED = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def scalar(text: str) -> Any:
    """Return what a plain scalar means by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def read_text(path: Path, problems: Problems, named_at: Mark | None = None) -> str | None:
    """Return a file's text, or ``None`` after noting why there is none.

    ``named_at``: where another file names it, to be told if it cannot be read.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else getattr(error, "strerror", None) or str(error)
        problems.add(named_at or Mark(str(path), 1, 1), "", f"the file {str(path)!r} cannot be read: {reason}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        mark = Mark(str(path), before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        problems.add(mark, "", f"found the byte 0x{data[error.start]:02x}, expected text in UTF-8")
        return None


def read_yaml(path: Path, problems: Problems, named_at: Mark | None = None) -> Node | None:
    """Return the map that a YAML file holds, or ``None`` after noting why there is none."""
    text = read_text(path, problems, named_at)
    if text is None:
        return None
    root = parse_yaml(text, Mark(str(path), 1, 1), problems)
    if root is None or isinstance(root.value, dict):
        return root
    is_empty = root.value is None and not root.text
    problems.add(root.mark, "", "the file is empty, expected a map" if is_empty else f"{found(root.value)}, expected a map")
    return None


def parse_yaml(text: str, start: Mark, problems: Problems) -> Node | None:
    """Return the one document of a text that stands at ``start``, or ``None`` after noting why there is none."""
    try:
        return _Composer(start, problems).compose(text)
    except _RefusedError as error:
        problems.add(error.mark, "", str(error))
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = _mark_of(at.line, at.column, text, start) if at else start
        problems.add(mark, "", f"not YAML: {' '.join(filter(None, (error.context, error.problem)))}")
    except yaml.YAMLError as error:
        before = text[: getattr(error, "position", 0)]
        mark = Mark(start.file, before.count("\n") + start.line, len(before) - before.rfind("\n"))
        problems.add(mark, "", "not YAML: found a character that YAML does not allow")
    except UnicodeEncodeError:
        problems.add(start, "", "found a character that is no text, expected UTF-8")
    return None


def _mark_of(line: int, column: int, text: str, start: Mark) -> Mark:
    """Return the place of a position, counted from 0, in a text that stands at ``start``; its end for one behind it."""
    lines = text.split("\n")
    if line >= len(lines):
        line, column = len(lines) - 1, len(lines[-1])
    return Mark(start.file, line + start.line, column + (start.column if line == 0 else 1))


class _RefusedError(Exception):
    """A part of YAML that layouts do not use."""

    def __init__(self, mark: Mark, message: str) -> None:
        super().__init__(message)
        self.mark = mark


class _Composer:
    """Builds the nodes of one text from its events."""

    def __init__(self, start: Mark, problems: Problems) -> None:
        self._start = start
        self._problems = problems
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[int, int] = {}
        """Values inside each anchored node, written out."""
        self._open: list[_Collection] = []
        self._root: Node | None = None

    def compose(self, text: str) -> Node | None:
        """Return the root of the text's document."""
        parser: Any = yaml.CBaseLoader(text)
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceStartEvent: self._begin,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._one_document,
        }
        while parser.check_event():
            event = parser.get_event()
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
        return self._root or Node(None, self._start)

    def _mark(self, event: Any) -> Mark:
        at = event.start_mark
        file, line, column = self._start
        return Mark(file, at.line + line, at.column + (column if at.line == 0 else 1))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        mark = self._mark(event)
        self._refuse_tag(event, mark)
        value = scalar(event.value) if event.implicit[0] else event.value
        self._put(Node(value, mark, event.value), mark, 1, event.anchor)

    def _begin(self, event: Any) -> None:
        mark = self._mark(event)
        self._refuse_tag(event, mark)
        if len(self._open) == DEEPEST:
            raise _RefusedError(mark, f"nested too deeply, expected at most {DEEPEST} levels")
        keys: dict[str, Mark] = {}
        node = Node({}, mark, keys=keys) if isinstance(event, yaml.MappingStartEvent) else Node([], mark)
        self._open.append(_Collection(node, keys, event.anchor))

    def _one_document(self, event: yaml.DocumentStartEvent) -> None:
        if self._root is not None:
            raise _RefusedError(self._mark(event), "found a second document, expected one")

    def _end(self, _: Any) -> None:
        collection = self._open.pop()
        self._put(collection.node, collection.node.mark, collection.size, collection.anchor)

    def _alias(self, event: yaml.AliasEvent) -> None:
        mark = self._mark(event)
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise _RefusedError(mark, f"found the alias '*{event.anchor}', expected an anchor '&{event.anchor}' before it")
        self._put(node, mark, self._sizes[id(node)], None)

    def _put(self, node: Node, mark: Mark, size: int, anchor: str | None) -> None:
        """Add a node that is complete, and stands (or is named by an alias) at ``mark``, to the collection it is in."""
        if anchor is not None:
            self._anchors[anchor] = node
            self._sizes[id(node)] = size
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        parent.size += size
        if parent.size > LARGEST:
            raise _RefusedError(mark, f"too large, expected at most {LARGEST:,} values")
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.key is None:
            if isinstance(node.value, dict | list):
                raise _RefusedError(mark, f"{found(node.value)} as a key, expected text")
            parent.key = node.text, mark
        else:
            key, at = parent.key
            parent.key = None
            self._enter(parent, key, at, node)

    def _enter(self, parent: _Collection, key: str, mark: Mark, node: Node) -> None:
        if key in parent.keys:
            where = ".".join([*(c.key[0] for c in self._open if c.key), key])
            self._problems.add(mark, where, f"found the key {key!r} twice in one map, first in line {parent.keys[key].line}")
            return
        parent.node.value[key] = node
        parent.keys[key] = mark

    @staticmethod
    def _refuse_tag(event: Any, mark: Mark) -> None:
        if event.tag not in {None, "!"}:
            raise _RefusedError(mark, f"found the tag {event.tag!r}, expected plain YAML")


class _Collection:
    """A list or map that is being read."""

    __slots__ = ("anchor", "key", "keys", "node", "size")

    def __init__(self, node: Node, keys: dict[str, Mark], anchor: str | None) -> None:
        self.node = node
        self.keys = keys
        self.anchor = anchor
        self.key: tuple[str, Mark] | None = None
        self.size = 1
