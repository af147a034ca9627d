"""The keys of a file of ``kind: scenario``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from fabsim.layout.nodes import found
from fabsim.layout.optimiser_file import Furnaces, Release
from fabsim.layout.rates import Plan
from fabsim.layout.vocabulary import (
    DURATION_SCHEMA,
    LIST,
    MAP,
    SCALAR,
    CriterionName,
    Duration,
    FileModel,
    Name,
    PositiveDuration,
    PositiveShare,
    Reader,
    Share,
    Text,
    XFactor,
    by_shape,
    number,
    one_of,
    positive_duration,
    shape,
    whole,
)
from fabsim.terms import DAY, MONTH

LONGEST_HORIZON_D = 36_500
"""The longest run [d]."""


def _horizon(value: object) -> float:
    milliseconds = positive_duration(value)
    if milliseconds > LONGEST_HORIZON_D * DAY:
        raise ValueError(f"{found(value)}, expected at most {LONGEST_HORIZON_D:,} d")
    return milliseconds


Horizon = Annotated[float, Reader(_horizon, DURATION_SCHEMA)]
Priority = Annotated[int, whole(-1_000_000, 1_000_000)]


class DueFactor(FileModel):
    """A due date by X-factor."""

    x_factor: XFactor
    """Times the raw process time."""


Due = Annotated[Annotated[Duration, SCALAR] | Annotated[DueFactor, MAP], by_shape("a duration or {x_factor: 2.5}")]


class ScheduledLot(FileModel):
    """A lot of a schedule."""

    at: Duration
    """When it is released."""
    due: Duration | None = None
    """Its due date after its release; as the stream's if left out."""


class ScheduleRow(ScheduledLot):
    """A lot of a table of schedules."""

    stream: Name | None = None
    """Its stream; every stream that names the table if left out."""


class ScheduleTable(FileModel):
    """A schedule from a CSV table."""

    table: Text
    """The file, relative to this one; its columns are stream, at and due."""


Instant = Annotated[Annotated[Duration, SCALAR] | Annotated[ScheduledLot, MAP], by_shape("a duration or {at: 5 h, due: 3 d}")]


class Schedule(FileModel):
    """Releases at given instants."""

    schedule: Annotated[
        Annotated[tuple[Instant, ...], LIST] | Annotated[ScheduleTable, MAP], by_shape("a list of instants or {table: starts.csv}")
    ]
    """One lot at each of these instants."""


class Conwip(FileModel):
    """A constant number of lots in process: one is released whenever one leaves."""

    conwip: Annotated[int, whole(1, 1_000_000)]
    """How many lots; all are released at the start."""


Pattern = Annotated[
    Annotated[Literal["constant", "poisson"], one_of("a pattern", "constant", "poisson"), SCALAR]
    | Annotated[Schedule, MAP]
    | Annotated[Conwip, Tag("<conwip>")],
    Discriminator(
        lambda value: "<conwip>" if isinstance(value, dict) and "conwip" in value else shape(value),
        custom_error_type="shape",
        custom_error_message="expected constant, poisson, {schedule: [0 h, 5 h]} or {conwip: 40}",
    ),
]


class Hot(FileModel):
    """The hot lots of a stream: they become a stream of their own, `<name>.hot`."""

    share: Share
    """Share of the wafers."""
    priority: Priority
    """Higher is more urgent."""
    due: Due | None = None
    """Due date; as the stream's if left out."""


KINDS = ("production", "engineering", "monitor")


class Stream(FileModel):
    """Lots of one product that are started."""

    product: Name | None = None
    """The product; the one with the stream's name if left out."""
    wafers_per_month: Plan | None = None
    """Rate of starts; or a map from month to the rate from then on."""
    every: PositiveDuration | None = None
    """Time from one lot to the next, instead of a rate."""
    first: Duration | None = None
    """With `every` and a constant pattern: the first lot; half of `every` if left out."""
    ramp: Annotated[Literal["steps", "linear"], one_of("a kind of ramp", "steps", "linear")] = "steps"
    """Whether the rate jumps to the next entry of the plan or runs straight to it."""
    pattern: Pattern = "constant"
    """How starts follow each other."""
    wip_limit: Annotated[int, whole(1, 1_000_000)] | None = None
    """Most of its lots in process at a time, in each building; starts that fall due meanwhile are held. Any number if left out."""
    kind: Annotated[Literal["production", "engineering", "monitor"], one_of("a kind of lots", *KINDS)] = "production"
    """What its lots are for; figures of products are of production lots."""
    uses: Annotated[int, whole(1, 1000)] = 1
    """How often a lot does its route before it leaves; with `kind: monitor`."""
    lot_size: Annotated[int, whole(1, 10_000)] = 25
    """Wafers in a lot."""
    priority: Priority = 0
    """Higher is more urgent."""
    due: Due | None = None
    """Due date of a lot after its start; none if left out."""
    hot: Hot | None = None
    """Hot lots."""


class WipFactor(FileModel):
    """Initial WIP as if the starts had gone on before."""

    x_factor: XFactor
    """Cycle time before the run over raw process time."""


class WipLots(FileModel):
    """Lots that wait for a step at the start of the run."""

    stream: Name
    """Their stream."""
    step: Name
    """The step they queue for."""
    lots: Annotated[int, whole(1, 1_000_000)] = 1
    """How many."""
    age: Duration = 0.0
    """Time since their release."""
    due: Duration | None = None
    """When they are due, from the start of the run; as other lots of the stream if left out."""


class WipTable(FileModel):
    """Initial WIP from a CSV table."""

    table: Text
    """The file, relative to this one; its columns are stream, step, lots, age and due."""


def _no_wip(value: object) -> None:
    if value != "none" and value is not False:
        raise ValueError(f"{found(value)}, expected none or false, a list of lots, {{x_factor: 2.5}} or {{table: wip.csv}}")


Wip = Annotated[
    Annotated[None, Reader(_no_wip, {"enum": ["none", False]}), SCALAR]
    | Annotated[tuple[WipLots, ...], LIST]
    | Annotated[WipFactor, MAP]
    | Annotated[WipTable, Tag("<table>")],
    Discriminator(lambda value: "<table>" if isinstance(value, dict) and "table" in value else shape(value)),
]


class AutoTools(FileModel):
    """How toolsets with `tools: auto` are sized."""

    target_utilization: PositiveShare = 0.85
    """Share of its available time that a tool may be used; a toolset may have its own."""
    x_factor: XFactor = 2.5
    """Cycle time over raw process time: says when the load of a start reaches a step."""


Chain = tuple[CriterionName, ...]


class Reserve(FileModel):
    """Tools kept for the most urgent lots."""

    priority: Priority
    """Priority from which a tool is kept for a lot on its way."""
    from_: Annotated[Literal["departure", "start"], one_of("where a reservation begins", "departure", "start")] = Field(
        "departure", alias="from"
    )
    """Whether it is kept from when the lot leaves for the step, or from when it starts work at the step before."""


class Policy(FileModel):
    """Who decides: rank chains, which waiting lot goes first, optimisers, and tools kept for urgent lots."""

    fab: Chain = ("priority", "fifo")
    """The chain where nothing else is said."""
    areas: dict[Name, Chain] = Field({})
    """Chains of areas."""
    toolsets: dict[Name, Chain] = Field({})
    """Chains of toolsets."""
    release: Release | None = None
    """Starts planned by a linear programme; as in `starts` if left out."""
    furnaces: Furnaces | None = None
    """Schedules of batches; by the rank chains if left out."""
    reserve: Reserve | None = None
    """Tools kept for lots of high priority; none if left out."""


class Change(FileModel):
    """Tools that come or go."""

    toolset: Name
    """Whose tools."""
    tools: Annotated[int, whole(-100_000, 100_000)]
    """How many more; fewer if negative."""
    at: Duration
    """When, from the start of the run."""
    building: Annotated[int, whole(1, 1000)] = 1
    """In which building."""


class ScenarioFile(FileModel):
    """A scenario: what to start in a fab, when, under which policy."""

    kind: Literal["scenario"]
    """What the file is."""
    extends: Text | None = None
    """A scenario file from which everything is taken that is not said here."""
    fab: Text = "fab.yaml"
    """The fab's file, relative to this one."""
    name: Name | None = None
    """The scenario's name; that of its file if left out."""
    horizon: Horizon
    """Length of the run."""
    warmup: Duration = 0.0
    """Lots released before are left out of the figures."""
    period: PositiveDuration = float(MONTH)
    """Length of the periods of tools.parquet and wip.parquet."""
    seed: Annotated[int, whole(0, 2**63 - 1)] = 1
    """Decides every draw."""
    replications: Annotated[int, whole(1, 1_000_000)] = 1
    """Runs with other draws."""
    trace: Annotated[Literal["lots", "sample", "all"], one_of("what is traced", "lots", "sample", "all")] = "sample"
    """Whose moves are recorded: nobody's, every n-th lot's, all."""
    sample_every: Annotated[int, whole(1, 1_000_000_000)] = 100
    """With `trace: sample`: the n."""
    scale: Annotated[float, number(0, 1000, positive=True)] = 1.0
    """Shrinks starts and toolsets in proportion."""
    starts: dict[Name, Stream]
    """Streams of lots."""
    initial_wip: Wip | None = None
    """Lots in the fab at the start; none if left out."""
    policy: Policy = Policy()
    """Which waiting lot goes first."""
    auto_tools: AutoTools = AutoTools()
    """How toolsets with `tools: auto` are sized."""
    changes: tuple[Change, ...] = ()
    """Tools that come or go."""
    notes: Text | None = None
    """Free text."""
