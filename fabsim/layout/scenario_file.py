"""The keys of a file of ``kind: scenario``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from fabsim.layout.nodes import found
from fabsim.layout.optimiser_file import Furnaces, Release
from fabsim.layout.stream_file import Priority, Stream
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
    Text,
    XFactor,
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
