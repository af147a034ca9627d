"""The words that fields of files are typed with: what a value may be, how it is read, how editors are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, GetJsonSchemaHandler, Tag, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from fabsim.chance import Draw
from fabsim.dispatch import Criterion
from fabsim.layout import quantities
from fabsim.layout.nodes import Names, found

DURATION_SCHEMA = {"type": "string", "pattern": r"^[0-9.]+([eE][-+]?[0-9]+)?\s*(ms|s|min|h|d|weeks?|months?)$", "examples": ["45 min"]}
"""JSON Schema of a duration."""

_WAFERS = {"type": "string", "pattern": r"^[0-9.]+([eE][-+]?[0-9]+)?\s*wafers?$", "examples": ["5000 wafers"]}
SHARE_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": r"^[0-9.]+\s*%$", "examples": ["2 %"]},
    ]
}
"""JSON Schema of a share."""


@dataclass(frozen=True)
class Reader:
    """Metadata of a field: the function that reads its value and the JSON Schema of what it takes."""

    read: Callable[[Any], Any]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Let pydantic call the function and nothing else."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema."""
        return dict(self.schema)

    __hash__ = object.__hash__


def whole(least: int, most: int) -> Reader:
    """Return the reader of whole numbers."""
    read = partial(quantities.whole, least=least, most=most)
    return Reader(read, {"type": "integer", "minimum": least, "maximum": most})


def number(least: float, most: float, *, positive: bool = False) -> Reader:
    """Return the reader of numbers."""
    read = partial(quantities.number, least=least, most=most, positive=positive)
    return Reader(read, {"type": "number", "exclusiveMinimum" if positive else "minimum": least, "maximum": most})


def one_of(kind: str, *words: str) -> Reader:
    """Return the reader of one of a few words; ``kind`` says what they are."""
    names = Names(kind, words)

    def read(value: object) -> str:
        if isinstance(value, str) and value in names:
            return value
        raise ValueError(names.unknown(value) if isinstance(value, str) else f"{found(value)}, expected {kind} ({', '.join(words)})")

    return Reader(read, {"enum": list(words)})


def positive_duration(value: object) -> float:
    """Read a duration above 0."""
    milliseconds = quantities.duration(value)
    if milliseconds <= 0:
        raise ValueError(f"{found(value)}, expected a duration above 0")
    return milliseconds


def positive_share(value: object) -> float:
    """Read a share above 0."""
    part = quantities.share(value)
    if part <= 0:
        raise ValueError(f"{found(value)}, expected a share above 0")
    return part


def _distribution_schema(amount: dict[str, Any]) -> dict[str, Any]:
    several = {"type": "array", "items": amount, "minItems": 1}
    width = {"anyOf": [amount, SHARE_SCHEMA]}
    beside = {"k": {"type": "integer", "minimum": 1}, "half_width": width, "sd": width}
    maps = [
        {
            "type": "object",
            "properties": {
                family: several if family in {"triangular", "empirical"} else amount,
                **{key: beside.get(key, {"type": "number", "minimum": 0}) for key in keys},
            },
            "required": [family, *keys],
            "additionalProperties": False,
        }
        for family, keys in quantities.FAMILIES.items()
    ]
    return {"anyOf": [amount, *maps]}


DISTRIBUTION_SCHEMA = _distribution_schema(DURATION_SCHEMA)
"""JSON Schema of a distribution of durations."""

INTERVAL_SCHEMA = {"anyOf": [*DISTRIBUTION_SCHEMA["anyOf"], *_distribution_schema(_WAFERS)["anyOf"]]}
"""JSON Schema of a distribution of durations or of counts of wafers."""

Name = Annotated[str, Reader(quantities.name, {"type": "string", "pattern": "^[A-Za-z0-9_.#-]+$"})]
Text = Annotated[str, Reader(quantities.text, {"type": "string", "minLength": 1})]
Flag = Annotated[bool, Reader(quantities.flag, {"type": "boolean"})]
Stagger = Annotated[bool | Literal["every"], Reader(quantities.stagger, {"enum": [True, False, "every"]})]
Share = Annotated[float, Reader(quantities.share, SHARE_SCHEMA)]
PositiveShare = Annotated[float, Reader(positive_share, SHARE_SCHEMA)]
Duration = Annotated[float, Reader(quantities.duration, DURATION_SCHEMA)]
PositiveDuration = Annotated[float, Reader(positive_duration, DURATION_SCHEMA)]
Distribution = Annotated[Draw, Reader(quantities.distribution, DISTRIBUTION_SCHEMA)]
Interval = Annotated[quantities.Interval, Reader(quantities.interval, INTERVAL_SCHEMA)]
XFactor = Annotated[float, number(0, 1000, positive=True)]
Wafers = Annotated[int, whole(1, 1_000_000)]
Per = Annotated[Literal["lot", "wafer", "batch"], one_of("what a process time is for", "lot", "wafer", "batch")]
CriterionName = Annotated[str, one_of("a criterion", *(c.name.lower() for c in Criterion))]


def shape(value: object) -> str:
    """Return the tag of a value: whether it is a map, a list or a scalar."""
    return "<map>" if isinstance(value, dict) else "<list>" if isinstance(value, list) else "<scalar>"


def by_shape(expected: str) -> Discriminator:
    """Return what tells maps, lists and scalars of a union apart; ``expected`` says what the union takes."""
    return Discriminator(shape, custom_error_type="shape", custom_error_message=f"expected {expected}")


MAP, LIST, SCALAR = Tag("<map>"), Tag("<list>"), Tag("<scalar>")
"""The members of a union that is told apart by `by_shape`."""


def _fact(value: object) -> str | float | bool:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return quantities.number(value, -1e300, 1e300)
    raise ValueError(f"{found(value)}, expected a number, a text, true or false")


Facts = Annotated[
    dict[str, Annotated[str | float | bool, Reader(_fact, {"type": ["string", "number", "boolean"]})]],
    BeforeValidator(lambda value: {} if value is None else value),
]


class FileModel(BaseModel):
    """A map in a file: its keys are the fields, others are mistakes, a key with nothing after it is as if left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nothing(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            known = {field.alias or key for key, field in cls.model_fields.items()}
            return {key: value for key, value in data.items() if value is not None or key not in known}
        return data
