"""The keys of a toolset: its tools, times, batches, setups and calendars."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fabsim.layout import quantities
from fabsim.layout.nodes import found
from fabsim.layout.vocabulary import (
    MAP,
    SCALAR,
    SHARE_SCHEMA,
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
    Stagger,
    Text,
    Wafers,
    by_shape,
    one_of,
    positive_share,
    whole,
)

AREA = "fab"
"""The area of toolsets that name none."""

MOST_TOOLS = 100_000
"""Tools that one toolset may have."""

MOST_CHAMBERS = 100
"""Chambers that a tool may have in one stage."""


WAIVES = ("never", "arrival", "free")
"""Values of `Batch.waive`, in the order of their numbers."""


class Batch(FileModel):
    """What may be processed together [wafers]; a step's keys override the toolset's."""

    min: Wafers | None = None
    """Wafers below which a batch waits for more; 1 if left out."""
    max: Wafers | None = None
    """Wafers that fit."""
    longest_wait: Duration | None = None
    """After so long a batch starts below its minimum; never if left out."""
    waive: Annotated[Literal["never", "arrival", "free"], one_of("a waiver of the least size", *WAIVES)] | None = None
    """When a batch with a hot lot may start below its minimum: never, which is the default, if a tool is idle when that lot arrives,
    or whenever a tool is free."""
    waive_from: Annotated[int, whole(-1_000_000, 1_000_000)] | None = None
    """Priority from which lots are hot for `waive`; 1 if left out."""
    when_last: Annotated[Literal["wait", "start"], one_of("what becomes of the last lots", "wait", "start")] | None = None
    """What a batch below its minimum does when no lot can come to it any more: wait, which is the default, or start."""


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
    stagger: Stagger | None = None
    """Whether tool k of N has its first at first * k/N, or at first + every * (k - 1)/N; true but for breakdowns."""
    preempts: Flag | None = None
    """Whether it stops the job at once; true for breakdowns, otherwise it waits for the job."""
    carry_over: Flag = False
    """With `counts: wafers`, whether those counted beyond `every` count towards the next one; otherwise counting begins anew."""


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
    when_empty: Flag = False
    """Whether a tool with several slots changes its setup only when no lot is inside."""
    rank_by: Annotated[Literal["all", "table"], one_of("what the criterion 'setup' counts", "all", "table")] = "all"
    """What the criterion `setup` of a rank chain counts: `all` setup times, or those of the `table` only, a `setup_time` of a step as 0."""
    times: tuple[SetupTime, ...] = ()
    """Times of single changes."""


class Part(FileModel):
    """A part of a cell."""

    process: Distribution
    """Its process time; the cell's is that of the slowest part."""
    calendars: tuple[CalendarOrName, ...] = ()
    """What takes it, and so the cell, down."""


class Stage(FileModel):
    """Chambers of a cluster tool that can stand in for each other; a wafer passes one of each stage."""

    name: Name
    """What the stage is called."""
    process: PositiveDuration
    """How long one of its chambers works on a wafer."""
    count: Annotated[int, whole(1, MOST_CHAMBERS)] = 1
    """How many chambers it has."""
    calendars: tuple[CalendarOrName, ...] = ()
    """What takes each of its chambers down."""


class Chambers(FileModel):
    """The chambers of a cluster tool: equal ones side by side, or stages that every wafer passes in order."""

    parallel: Annotated[int, whole(1, MOST_CHAMBERS)] | None = None
    """How many equal chambers a lot's wafers are spread over; each works on a wafer for the process time."""
    sequence: tuple[Stage, ...] | None = None
    """The stages, in order."""
    calendars: tuple[CalendarOrName, ...] = ()
    """What takes each chamber down; the others go on."""


class Reticles(FileModel):
    """Reticles: a lot that exposes a mask needs one of its route's at the tool."""

    per_mask: Annotated[int, whole(1, 1000)] = 1
    """How many there are of each mask of a route."""
    masks: dict[Name, Annotated[int, whole(1, 1000)]] = Field({})
    """Masks of which there are more or fewer, and how many."""
    travel: Duration = 0.0
    """Time from one tool to another, or from where it is kept to its first one."""


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


def _qualified(value: object) -> float | tuple[int, ...]:
    """Read which tools are qualified: a share of them, or their numbers."""
    if isinstance(value, list) and value:
        numbers = tuple(quantities.whole(number, 1, MOST_TOOLS) for number in value)
        if len(set(numbers)) < len(numbers):
            raise ValueError("found a tool twice, expected different numbers")
        return numbers
    if isinstance(value, int | list | dict):
        raise ValueError(f"{found(value)}, expected a share of the tools, as '50 %', or a list of their numbers, as [1, 2]")
    return positive_share(value)


Qualified = Annotated[
    float | tuple[int, ...],
    Reader(_qualified, {"anyOf": [SHARE_SCHEMA, {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1}]}),
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
    spaced: Flag = False
    """Whether lots are taken their time at the entry apart, whatever setups and loads take in between."""
    maintenance_in_gaps: Flag = False
    """Whether maintenance that is due waits until the tool is empty of itself, and lots may follow those inside until then."""
    batch: Batch | None = None
    """Sizes of batches, for a toolset that processes lots together."""
    setup: SetupOrName | None = None
    """The table of its setup times, or its name."""
    calendars: tuple[CalendarOrName, ...] = ()
    """What takes its tools down."""
    cell: dict[Name, Part] | None = None
    """Linked machines as one tool: the pace of the slower, the calendars of all."""
    chambers: Chambers | None = None
    """The chambers of a cluster tool: those that are up give its pace."""
    choose_tool: Annotated[
        Literal["longest_idle", "least_setup", "lowest_number"],
        one_of("a way to choose the tool", "longest_idle", "least_setup", "lowest_number"),
    ] = "longest_idle"
    """Which of several open tools a lot takes."""
    qualified: Qualified | None = None
    """For each recipe the tools that may do it: a share of them, dealt recipe by recipe, or their numbers; all if left out."""
    reticles: Reticles | None = None
    """How many reticles there are of the masks that its steps expose; any number if left out."""
    shared: Flag = False
    """With `buildings`: whether its tools serve all of them; else each building has its own."""
    target_utilization: PositiveShare | None = None
    """With `tools: auto`: the share of its available time that a tool may be used."""
    install: Install = Install()
    """With `tools: auto`: how long before its use a tool is ordered."""
    facts: Facts = Field({})
    """Free key: value pairs: price, power, footprint, source ..."""
    notes: Text | None = None
    """Free text."""
