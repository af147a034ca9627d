"""Release streams in a file of ``kind: scenario``: when lots start, of which kind, and when they are due."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from fabsim.layout.rates import Plan
from fabsim.layout.vocabulary import (
    LIST,
    MAP,
    SCALAR,
    Duration,
    FileModel,
    Name,
    PositiveDuration,
    Share,
    Text,
    XFactor,
    by_shape,
    one_of,
    shape,
    whole,
)

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
