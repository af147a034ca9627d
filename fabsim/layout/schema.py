"""JSON Schema of the files, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from fabsim.layout.batch_file import BatchFile
from fabsim.layout.fab_file import FabFile, ModuleCall, QueueTime, Rework, Step, TableCall
from fabsim.layout.scenario_file import ScenarioFile
from fabsim.layout.toolset_file import Batch
from fabsim.layout.vocabulary import DISTRIBUTION_SCHEMA, INTERVAL_SCHEMA

_WITH_PARAMETERS = (Step, Rework, QueueTime, Batch, ModuleCall, TableCall)
"""Maps that may stand in a module, where `$name` may be any value."""

_NAMED = {"Interval": INTERVAL_SCHEMA, "Distribution": DISTRIBUTION_SCHEMA}  # the longer one first: it begins with the other


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of files of every kind.

    A file that extends another says only what differs: nothing but its kind is required of it.
    """
    files: dict[str, type[BaseModel]] = {"fab": FabFile, "scenario": ScenarioFile, "batch": BatchFile}
    models: list[type[BaseModel]] = [*files.values(), Step, ModuleCall, TableCall]
    _, whole = models_json_schema([(model, "validation") for model in models])
    definitions: dict[str, Any] = {**_named(whole["$defs"]), **_NAMED}
    for model in _WITH_PARAMETERS:
        properties = definitions[model.__name__]["properties"]
        for key, value in properties.items():
            description = {"description": value.pop("description")} if "description" in value else {}
            properties[key] = {**description, "anyOf": [value, {"type": "string", "pattern": r"\$"}]}
    partial = {f"{name}Part": _partial(definition) for name, definition in definitions.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fabsim layout files",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(files)}},
        "allOf": [_choice(kind, model.__name__) for kind, model in files.items()],
        "$defs": {**definitions, **partial},
    }


def _named(value: Any) -> Any:
    """Return a schema with the large parts that come again and again by their names."""
    if isinstance(value, list):
        return [_named(item) for item in value]
    if not isinstance(value, dict):
        return value
    for name, part in _NAMED.items():
        length = len(part["anyOf"])
        if value.get("anyOf", [])[:length] == part["anyOf"]:
            return {**value, "anyOf": [{"$ref": f"#/$defs/{name}"}, *value["anyOf"][length:]]}
    return {key: _named(item) for key, item in value.items()}


def _choice(kind: str, name: str) -> dict[str, Any]:
    """Return: of this kind, a file has the keys of the model, all that are required unless it extends another."""
    extends = {"if": {"required": ["extends"]}, "then": {"$ref": f"#/$defs/{name}Part"}, "else": {"$ref": f"#/$defs/{name}"}}
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": extends}


def _partial(value: Any) -> Any:
    """Return a schema in which no key is required; the keys that name a distribution still are."""
    if isinstance(value, list):
        return [_partial(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _partial(item) for key, item in value.items() if key != "required" or "title" not in value}
    return {**kept, "$ref": kept["$ref"] + "Part"} if "$ref" in kept else kept
