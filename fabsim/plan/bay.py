"""A furnace bay as a schedule sees it, what a schedule costs, and what the rule would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MINUTE = 60_000

LATE_MIN = 600
"""What starting after a queue-time window has run out costs beside the wait [min of one lot]."""

AGING_MIN = 240
"""Wait after which one more minute counts twice [min]: without it a lot that is alone of its family could be put off for ever."""


@dataclass(frozen=True)
class Family:
    """Lots that may share a batch."""

    takes_ms: int
    """How long a batch keeps a tool, expected setup included [ms]."""
    least: int
    """Wafers with which the rule starts a batch."""
    most: int
    """Wafers that fit into one."""
    longest_wait_ms: int
    """Wait after which the rule starts a smaller one [ms]; -1 for never."""


@dataclass(frozen=True)
class BayLot:
    """A lot that waits or is expected."""

    family: int
    ready_ms: int
    """When it came to the queue or is expected there."""
    wafers: int
    weight: int = 1
    """How many times its wait counts."""
    deadline_ms: int | None = None
    """When its queue-time window runs out."""
    alone_until_ms: int = -1
    """Instant up to which the rule starts a smaller batch with it: the least size is waived."""


@dataclass(frozen=True)
class Bay:
    """Tools that can stand in for each other and the lots they will work on."""

    now_ms: int
    horizon_ms: int
    """Instant up to which the schedule looks."""
    free_ms: tuple[int, ...]
    """When each tool is free, now or later."""
    families: tuple[Family, ...]
    lots: tuple[BayLot, ...]
    batch_cost_min: int = 0
    """Wait of one lot that is as bad as one more batch [min]."""


@dataclass(frozen=True)
class Batch:
    """Lots (positions in ``Bay.lots``) of a family that start together."""

    family: int
    start_ms: int
    lots: tuple[int, ...]


def wait_cost(bay: Bay, lot: BayLot, start_ms: int | None) -> int:
    """Return what a start of the lot costs [min of one lot]; ``None``: not before the horizon, then for as long as a batch takes."""
    begins = bay.horizon_ms + bay.families[lot.family].takes_ms if start_ms is None else start_ms
    late = LATE_MIN if lot.deadline_ms is not None and begins > lot.deadline_ms else 0
    return lot.weight * (_aged(begins - lot.ready_ms) - _aged(max(0, bay.now_ms - lot.ready_ms)) + late)


def _aged(wait_ms: int) -> int:
    """Return what a wait counts: w + w^2 / (2 x `AGING_MIN`) [min]."""
    wait = -(-wait_ms // MINUTE)
    return wait + wait * wait // (2 * AGING_MIN)


def cost(bay: Bay, batches: Iterable[Batch]) -> int:
    """Return what a schedule costs [min of one lot]: weighted waits from now on, late starts, batches."""
    starts = {lot: batch.start_ms for batch in batches for lot in batch.lots}
    waits = sum(wait_cost(bay, lot, starts.get(k)) for k, lot in enumerate(bay.lots))
    return waits + bay.batch_cost_min * len({(batch.family, batch.start_ms, batch.lots) for batch in batches})


def by_rule(bay: Bay) -> tuple[Batch, ...]:
    """Return the batches that the rule starts before the horizon if all comes as expected.

    A free tool takes the family of the most urgent lot (weight, then arrival) that has its least batch, or a lot that is overdue or for
    which that is waived, and fills the batch in that order.
    """
    free = sorted(bay.free_ms)
    left = list(range(len(bay.lots)))
    batches: list[Batch] = []
    moments = sorted({bay.now_ms, *free, *(t for k in left for t in _moments(bay, bay.lots[k]))})
    while moments and moments[0] < bay.horizon_ms:
        now = moments.pop(0)
        while free and free[0] <= now and (chosen := _next(bay, left, now)):
            family = bay.lots[chosen[0]].family
            batches.append(Batch(family, now, chosen))
            left = [k for k in left if k not in chosen]
            free[0] = now + bay.families[family].takes_ms
            free.sort()
            moments = sorted({*moments, now + bay.families[family].takes_ms})
    return tuple(batches)


def _moments(bay: Bay, lot: BayLot) -> list[int]:
    wait = bay.families[lot.family].longest_wait_ms
    return [t for t in (lot.ready_ms, lot.ready_ms + wait if wait >= 0 else bay.now_ms) if t >= bay.now_ms]


def _next(bay: Bay, left: list[int], now: int) -> tuple[int, ...]:
    """Return the lots of the batch that the rule starts now, none if it waits."""
    here = sorted((k for k in left if bay.lots[k].ready_ms <= now), key=lambda k: (-bay.lots[k].weight, bay.lots[k].ready_ms, k))
    for family in dict.fromkeys(bay.lots[k].family for k in here):
        terms = bay.families[family]
        batch = fill(bay, [k for k in here if bay.lots[k].family == family])
        overdue = terms.longest_wait_ms >= 0 and any(bay.lots[k].ready_ms + terms.longest_wait_ms <= now for k in batch)
        waived = any(bay.lots[k].alone_until_ms >= now for k in batch)
        if overdue or waived or sum(bay.lots[k].wafers for k in batch) >= terms.least:
            return batch
    return ()


def fill(bay: Bay, lots: list[int]) -> tuple[int, ...]:
    """Return the first of ``lots``, all of one family, that fit into a batch: the first that does not ends it."""
    batch: list[int] = []
    room = bay.families[bay.lots[lots[0]].family].most if lots else 0
    for k in lots:
        room -= bay.lots[k].wafers
        if room < 0:
            break
        batch.append(k)
    return tuple(batch)
