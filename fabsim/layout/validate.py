"""Nodes to file models; what pydantic finds becomes problems in our own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fabsim.layout.nodes import Mark, Names, Node, Problems, dotted, found, plain

Model = TypeVar("Model", bound=BaseModel)

NOTHING: Mapping[str, Any] = MappingProxyType({})


def validate(model: type[Model], root: Node, problems: Problems, stand_ins: Mapping[str, Any]) -> Model | None:
    """Return the model of a whole file, all its mistakes noted.

    A file with mistakes still gives a model, without the entries that hold them, so that more can be checked:
    ``stand_ins`` takes the place of keys that must not be missing.
    """
    data = plain(root)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        report(error, model, root, (), problems)
        rest = {**stand_ins, **_without(data, [_path(e) for e in error.errors(include_url=False)])}
    try:
        return model.model_validate(rest)
    except ValidationError:
        return None


def validate_part(model: type[Model], node: Node, where: Iterable[str | int], problems: Problems) -> Model | None:
    """Return the model of a part of a file; ``None`` if it holds mistakes, which are noted."""
    try:
        return model.model_validate(plain(node))
    except ValidationError as error:
        report(error, model, node, tuple(where), problems)
        return None


def report(error: ValidationError, model: type[BaseModel], node: Node, where: tuple[str | int, ...], problems: Problems) -> None:
    """Note each mistake that pydantic found in ``node``, which stands at ``where``."""
    for detail in error.errors(include_url=False):
        path = _path(detail)
        mark, shown = _place(node, path, at_key=detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",))
        problems.add(mark, dotted((*where, *shown)), _message(detail, model, path))


def types_at(annotation: Any, path: tuple[str | int, ...]) -> Iterator[Any]:
    """Yield the models, dicts and lists that may stand at a path below a type."""
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            yield annotation
        for key, field in annotation.model_fields.items():
            if path and path[0] == (field.alias or key):
                yield from types_at(field.annotation, path[1:])
    elif origin in {dict, list, tuple}:
        if not path:
            yield annotation
        else:
            yield from types_at(get_args(annotation)[1 if origin is dict else 0], path[1:])
    else:
        for argument in get_args(annotation):
            yield from types_at(argument, path)


def _path(detail: ErrorDetails) -> tuple[str | int, ...]:
    """Return where an error is, without the tags of unions and dict keys."""
    return tuple(part for part in detail["loc"] if not (isinstance(part, str) and part[:1] in {"<", "["}))


def _without(data: dict[str, Any], paths: list[tuple[str | int, ...]]) -> dict[str, Any]:
    """Return a file's content without the entries that hold mistakes: a whole key, or one entry of a map of entries."""
    rest = dict(data)
    for key, *deeper in filter(None, paths):
        section = rest.get(str(key))
        if isinstance(section, dict) and deeper and deeper[0] in section:
            rest[str(key)] = {name: value for name, value in section.items() if name != deeper[0]}
        elif not (isinstance(section, dict) and deeper and deeper[0] in data[str(key)]):
            rest.pop(str(key), None)
    return rest


def _place(node: Node, path: tuple[str | int, ...], *, at_key: bool) -> tuple[Mark, list[str | int]]:
    """Return the mark of the value (or key) at a path and the path without the parts that pydantic added."""
    mark = node.mark
    shown: list[str | int] = []
    for part in path:
        value: Any = node.value
        if isinstance(value, dict) and part in value:
            key_mark = node.keys[str(part)]
            node = value[part]
            mark = key_mark if at_key else node.mark
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            node = value[part]
            mark = node.mark
        elif isinstance(part, int):
            continue  # an index that a map got when it was made a list of one
        shown.append(part)
    return mark, shown


def _message(detail: ErrorDetails, model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "missing":
        return f"missing, expected the key {path[-1]!r}"
    if kind == "extra_forbidden":
        fields = [field.alias or key for m in types_at(model, path[:-1]) for key, field in getattr(m, "model_fields", {}).items()]
        return Names("a known key", fields).unknown(str(path[-1]))
    expected = {
        "model_type": "expected a map",
        "dict_type": "expected a map",
        "list_type": "expected a list",
        "tuple_type": "expected a list",
    }
    return f"{found(value)}, {expected.get(kind, detail['msg'])}"
