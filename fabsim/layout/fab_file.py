"""The keys of a file of ``kind: fab``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from fabsim.layout.product_file import Product
from fabsim.layout.toolset_file import Batch, Calendar, Qualified, SetupTable, Toolset
from fabsim.layout.vocabulary import (
    Distribution,
    Duration,
    Facts,
    FileModel,
    Name,
    Per,
    PositiveDuration,
    Share,
    Text,
    Wafers,
    number,
    one_of,
)


class Rework(FileModel):
    """Repetition of steps."""

    share: Share
    """Probability, below 1."""
    to: Name
    """The step to go back to: this one or an earlier one."""


class Hold(FileModel):
    """Lots that stand aside."""

    share: Share
    """Probability that a lot does after the step."""
    time: Distribution
    """How long."""


SETUP_WHEN = ("change", "always")

IF_LATE = ("measure", "rework", "scrap", "yield_loss")


class QueueTime(FileModel):
    """A queue-time window."""

    from_: Name = Field(alias="from")
    """The earlier step at whose end it opens."""
    limit: Duration
    """The longest time until work starts here."""
    if_late: Annotated[Literal["measure", "rework", "scrap", "yield_loss"], one_of("a consequence", *IF_LATE)] = "measure"
    """What becomes of a lot that would start work too late: it is counted, and may also go back, be scrapped or lose dies."""
    to: Name | None = None
    """With `if_late: rework`, the step it goes back to: `from`, if left out, or one before it."""
    loss: Share | None = None
    """With `if_late: yield_loss`, the share of its good dies that it loses."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


QueueTimes = Annotated[tuple[QueueTime, ...], BeforeValidator(_as_list, json_schema_input_type=QueueTime | tuple[QueueTime, ...])]


class Step(FileModel):
    """One step of a route."""

    step: Name
    """Its name, unique in the route."""
    toolset: Name
    """Where it is done."""
    process: Distribution | None = None
    """Process time; the toolset's if left out."""
    per: Per | None = None
    """What one process time is for; the toolset's if left out."""
    latency: Duration | None = None
    """Time after the process that delays the lot but not the next one; the toolset's if left out."""
    interval: PositiveDuration | None = None
    """Cascade: time between two wafers (or lots) that enter; the toolset's if left out."""
    batch: Batch | None = None
    """Sizes of batches; what is left out is the toolset's."""
    factor: Annotated[float, number(0, 1e6, positive=True)] = 1.0
    """Multiplies the process time."""
    wafers: Wafers | None = None
    """At most so many wafers of the lot are processed; all if left out."""
    sampling: Share = 1.0
    """Probability that a lot does this step."""
    rework: Rework | None = None
    """Repetition of steps."""
    scrap: Share | None = None
    """Probability that a lot is scrapped at the end of the step; the fab's if left out."""
    wafer_scrap: Share | None = None
    """Probability that a wafer is scrapped at the end of the step, the lot going on without it; the fab's if left out."""
    hold: Hold | None = None
    """Lots that stand aside after the step before they travel on."""
    setup: Name | None = None
    """Setup the tool needs."""
    setup_time: Distribution | None = None
    """Time of the setup; from the toolset's table if left out."""
    setup_when: Annotated[Literal["change", "always"], one_of("when a tool is set up", *SETUP_WHEN)] = "change"
    """Whether the time is spent where a tool has another setup, or on every job."""
    recipe: Name | None = None
    """Lots of one recipe share a batch; if left out, lots at the same step of the same route do."""
    mask: Name | None = None
    """The mask that is exposed."""
    qualified: Qualified | None = None
    """The tools that may do it: a share of them, or their numbers; the toolset's if left out."""
    dedicated_to: Name | None = None
    """The earlier step whose tool is the only one allowed."""
    queue_time: QueueTimes = ()
    """Queue-time windows that end here: one, or a list."""
    notes: Text | None = None
    """Free text."""


class ModuleCall(FileModel):
    """The steps of a module at this place."""

    module: Name
    """The module's name."""
    with_: dict[str, Any] = Field({}, alias="with")
    """Values of its parameters."""
    for_each: dict[str, list[Any]] = Field({})
    """Parameters and the values they take in turn; several run in parallel."""


class TableCall(FileModel):
    """The steps of a CSV table at this place."""

    table: Text
    """The file, relative to this one; its columns are the keys of a step."""


Items = Annotated[
    list[dict[str, Any]],
    WithJsonSchema({"type": "array", "items": {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("Step", "ModuleCall", "TableCall")]}}),
]


class Module(FileModel):
    """A piece of a route that may be used again, with other values of its parameters."""

    parameters: dict[str, Any] = Field({})
    """Names and defaults; one with nothing after it has to be given."""
    steps: Items
    """Steps, modules and tables; `$name` or `${name}` stands for a parameter."""


class Between(FileModel):
    """Transport from one area to another."""

    from_: Name = Field(alias="from")
    """The area left."""
    to: Name
    """The area reached."""
    time: Distribution
    """How long it takes."""


class Transport(FileModel):
    """Time from the end of a step to the queue of the next."""

    default: Distribution | None = None
    """Between any two toolsets; 0 if left out."""
    first: Distribution | None = None
    """From release to the first queue; 0 if left out."""
    between: tuple[Between, ...] = ()
    """Between two areas, one way."""


class Buildings(FileModel):
    """Blocks of the fab, each with tools of its own; one is filled before the next one is begun."""

    wafers_per_month: Annotated[float, number(0, 1e9, positive=True)]
    """Starts that one building takes."""


class FabFile(FileModel):
    """A fab: its toolsets, routes and products."""

    kind: Literal["fab"]
    """What the file is."""
    extends: Text | None = None
    """A fab file from which everything is taken that is not said here."""
    name: Text | None = None
    """The fab's name; that of its folder if left out."""
    areas: tuple[Name, ...] | None = None
    """All areas; if left out, those that toolsets name."""
    buildings: Buildings | None = None
    """How large a building is; if left out, the fab is one."""
    transport: Transport = Transport()
    """Times of transport."""
    calendars: dict[Name, Calendar] = Field({})
    """Calendars that toolsets use by name."""
    setups: dict[Name, SetupTable] = Field({})
    """Setup tables that toolsets use by name."""
    toolsets: dict[Name, Toolset]
    """Groups of interchangeable tools."""
    modules: dict[Name, Module] = Field({})
    """Pieces of routes."""
    routes: dict[Name, Items]
    """Steps in order."""
    products: dict[Name, Product]
    """What is made."""
    scrap: Share = 0.0
    """Probability that a lot is scrapped at the end of a step."""
    wafer_scrap: Share = 0.0
    """Probability that a wafer is scrapped at the end of a step, its lot going on without it."""
    facts: Facts = Field({})
    """Free key: value pairs."""
    notes: Text | None = None
    """Free text."""
