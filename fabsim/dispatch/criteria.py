"""The criteria of a rank chain and the number a chain is packed into."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

LONGEST_CHAIN = 5
"""Criteria that a rank chain may have."""

_BITS = 4


class Criterion(IntEnum):
    """A link of a rank chain: of two lots the one with the lesser key goes first; equal keys are decided by the next link.

    Times are in ms: now; the lot's release, its arrival at the queue and its due date; work = expected load + process +
    unload of a step, weighted by its sampling; remaining = work from this step to the end of the route.  Without a due
    date a lot comes after all that have one.
    """

    PRIORITY = 1
    """- priority: the more urgent lot first."""
    QUEUE_TIME = 2
    """Earliest end of an open queue-time window; lots without one come last."""
    SETUP = 3
    """Setup time that the tool would need: 0 for a lot of the setup it has."""
    FIFO = 4
    """Arrival at the queue: first in, first out."""
    EDD = 5
    """Due date: earliest due date (Jackson 1955)."""
    ODD = 6
    """Operation due date: release + (due - release) x share of the route's work that is done after this step (Rose 2003)."""
    CRITICAL_RATIO = 7
    """(due - now) / max(remaining, 1 ms): least time per work left first."""
    SPT = 8
    """Work of this step: shortest process first."""
    SRPT = 9
    """Remaining: least work left first."""
    SLACK = 10
    """due - now - remaining: least time to spare first."""
    RANDOM = 11
    """A number drawn for the visit."""


def pack(chain: Iterable[Criterion]) -> int:
    """Return a chain as a number: four bits a criterion, the first in the lowest bits, 0 ends it."""
    criteria = tuple(chain)
    if len(criteria) > LONGEST_CHAIN:
        raise ValueError(f"found {len(criteria)} criteria, expected at most {LONGEST_CHAIN}")
    return sum(criterion << (_BITS * k) for k, criterion in enumerate(criteria))


def unpack(packed: int) -> tuple[Criterion, ...]:
    """Return the criteria of a packed chain; raise ``ValueError`` for a number that is none."""
    criteria = []
    while packed:
        criteria.append(Criterion(packed & ((1 << _BITS) - 1)))
        packed >>= _BITS
    return tuple(criteria)
