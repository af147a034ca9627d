"""The keys of a file of ``kind: batch``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from fabsim.layout.nodes import found
from fabsim.layout.vocabulary import LIST, MAP, FileModel, Name, Reader, Text, by_shape, whole


def _path(value: object) -> str:
    if isinstance(value, str) and all(value.split(".")):
        return value
    raise ValueError(f"{found(value)}, expected a key such as starts.AI5.lot_size or fab.transport")


def _anything(value: object) -> object:
    return value


Path = Annotated[str, Reader(_path, {"type": "string"})]
Anything = Annotated[Any, Reader(_anything, {})]
Values = Annotated[
    Annotated[tuple[Anything, ...], LIST] | Annotated[dict[Name, Anything], MAP],
    by_shape("a list of values or a map of values with their names"),
]


class VariantEntry(FileModel):
    """What is different in one variant."""

    scenario: Text | None = None
    """Its scenario's file, relative to this one; the batch's if left out."""
    set_: dict[Path, Anything] = Field({}, alias="set")
    """Keys of the scenario, or after `fab.` of the fab, with their values."""


class BatchFile(FileModel):
    """A batch: variants of scenarios, each run with the same number of replications."""

    kind: Literal["batch"]
    """What the file is."""
    extends: Text | None = None
    """A batch file from which everything is taken that is not said here."""
    scenario: Text = "scenario.yaml"
    """The file of the scenario that is varied, relative to this one."""
    replications: Annotated[int, whole(1, 1_000_000)] | None = None
    """Replications of every variant; as each scenario says if left out."""
    set_: dict[Path, Anything] = Field({}, alias="set")
    """Keys of every variant's scenario, or after `fab.` of its fab, with their values."""
    variants: dict[Name, VariantEntry] = Field({})
    """Variants by name."""
    grid: dict[Path, Values] = Field({})
    """Keys, each with the values that are tried: every variant runs with every combination."""
    notes: Text | None = None
    """Free text."""
