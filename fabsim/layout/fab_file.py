"""The keys of a file of ``kind: fab``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from fabsim.layout import quantities
from fabsim.layout.vocabulary import (
    MAP,
    SCALAR,
    Distribution,
    Duration,
    Facts,
    FileModel,
    Flag,
    Interval,
    Name,
    Per,
    PositiveDuration,
    PositiveShare,
    Reader,
    Share,
    Text,
    Wafers,
    by_shape,
    number,
    one_of,
    whole,
)

AREA = "fab"
"""The area of toolsets that name none."""

MOST_TOOLS = 100_000
"""Tools that one toolset may have."""


class Batch(FileModel):
    """What may be processed together [wafers]; a step's keys override the toolset's."""

    min: Wafers | None = None
    """Wafers below which a batch waits for more; 1 if left out."""
    max: Wafers | None = None
    """Wafers that fit."""
    longest_wait: Duration | None = None
    """After so long a batch starts below its minimum; never if left out."""


class Calendar(FileModel):
    """What takes the tools of a toolset down, again and again."""

    name: Name | None = None
    """Its name, for a calendar written in place; its kind if left out."""
    kind: Annotated[
        Literal["breakdown", "maintenance", "engineering"], one_of("the kind of a calendar", "breakdown", "maintenance", "engineering")
    ]
    """What the time is booked as."""
    every: Interval
    """From one to the next: a time, or wafers with `counts: wafers`."""
    takes: Distribution
    """How long the tool is down."""
    counts: Annotated[Literal["time", "wafers", "process"], one_of("what a calendar counts", "time", "wafers", "process")] = "time"
    """What `every` counts: calendar time, wafers, or time spent processing."""
    from_: Annotated[Literal["end", "start"], one_of("where the interval begins", "end", "start")] | None = Field(None, alias="from")
    """Whether `every` runs from the end or the start of the last one; end for breakdowns, start otherwise."""
    first: Interval | None = None
    """The first one; as `every` if left out."""
    stagger: Flag | None = None
    """Whether tool k of N has its first at first * k/N; true but for breakdowns."""
    preempts: Flag | None = None
    """Whether it stops the job at once; true for breakdowns, otherwise it waits for the job."""


class SetupTime(FileModel):
    """The time of one change of setup."""

    from_: Name | None = Field(None, alias="from")
    """The setup the tool has; any other if left out."""
    to: Name
    """The setup it gets."""
    time: Duration
    """How long the change takes."""


class SetupTable(FileModel):
    """Times of changing the setup; the first setup of a tool is free."""

    default: Duration | None = None
    """Time of a change that `times` does not name; without it, `times` has to name every setup."""
    min_run: Annotated[int, whole(0, 1_000_000)] = 0
    """Least number of lots of one setup after a change before the next."""
    times: tuple[SetupTime, ...] = ()
    """Times of single changes."""


class Part(FileModel):
    """A part of a cell."""

    process: Distribution
    """Its process time; the cell's is that of the slowest part."""
    calendars: tuple[CalendarOrName, ...] = ()
    """What takes it, and so the cell, down."""


class Install(FileModel):
    """How long a new tool takes to come."""

    lead_time: Duration = 0.0
    """From the order to the delivery."""
    qualification: Duration = 0.0
    """From the delivery to the first lot."""


CalendarOrName = Annotated[
    Annotated[Name, SCALAR] | Annotated[Calendar, MAP],
    by_shape("the name of a calendar, or a calendar as a map"),
]
SetupOrName = Annotated[
    Annotated[Name, SCALAR] | Annotated[SetupTable, MAP],
    by_shape("the name of a setup table, or a setup table as a map"),
]


def _tools(value: object) -> int | str:
    return "auto" if value == "auto" else quantities.whole(value, 1, MOST_TOOLS)


Tools = Annotated[
    int | Literal["auto"],
    Reader(_tools, {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_TOOLS}, {"const": "auto"}]}),
]


class Toolset(FileModel):
    """A group of interchangeable tools."""

    area: Name = AREA
    """Where it stands."""
    tools: Tools
    """How many there are, or `auto`: sized from the starts."""
    process: Distribution | None = None
    """Process time of its steps unless they say otherwise."""
    per: Per = "lot"
    """What one process time is for."""
    latency: Duration | None = None
    """Time after the process that delays the lot but not the next one."""
    interval: PositiveDuration | None = None
    """Cascade: time between two wafers (or lots) that enter."""
    load: Duration = 0.0
    """Time to load a job."""
    unload: Duration = 0.0
    """Time to unload a job."""
    slots: Annotated[int, whole(1, 1000)] = 1
    """How many lots (or batches) may be inside at once."""
    load_ahead: Flag = False
    """Whether the next lot is set up and loaded while the entry is still taken."""
    batch: Batch | None = None
    """Sizes of batches, for a toolset that processes lots together."""
    setup: SetupOrName | None = None
    """The table of its setup times, or its name."""
    calendars: tuple[CalendarOrName, ...] = ()
    """What takes its tools down."""
    cell: dict[Name, Part] | None = None
    """Linked machines as one tool: the pace of the slower, the calendars of all."""
    choose_tool: Annotated[
        Literal["longest_idle", "least_setup", "lowest_number"],
        one_of("a way to choose the tool", "longest_idle", "least_setup", "lowest_number"),
    ] = "longest_idle"
    """Which of several open tools a lot takes."""
    target_utilization: PositiveShare | None = None
    """With `tools: auto`: the share of its available time that a tool may be used."""
    install: Install = Install()
    """With `tools: auto`: how long before its use a tool is ordered."""
    facts: Facts = Field({})
    """Free key: value pairs: price, power, footprint, source ..."""
    notes: Text | None = None
    """Free text."""


class Rework(FileModel):
    """Repetition of steps."""

    share: Share
    """Probability, below 1."""
    to: Name
    """The step to go back to: this one or an earlier one."""


class QueueTime(FileModel):
    """A queue-time window."""

    from_: Name = Field(alias="from")
    """The earlier step at whose end it opens."""
    limit: Duration
    """The longest time until work starts here."""


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
    setup: Name | None = None
    """Setup the tool needs."""
    setup_time: Duration | None = None
    """Time of the setup; from the toolset's table if left out."""
    recipe: Name | None = None
    """Lots of one recipe share a batch; if left out, lots at the same step of the same route do."""
    mask: Name | None = None
    """The mask that is exposed."""
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


class Product(FileModel):
    """What is made."""

    route: Name
    """The route of its lots."""
    facts: Facts = Field({})
    """Free key: value pairs."""
    notes: Text | None = None
    """Free text."""


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
    facts: Facts = Field({})
    """Free key: value pairs."""
    notes: Text | None = None
    """Free text."""
