"""From a schedule to what the floor is told: when each family's next batch may start."""

from __future__ import annotations

from dataclasses import dataclass

from fabsim.plan.bay import Bay
from fabsim.plan.furnaces import Schedule

HELD = 1 << 62
"""More wafers than there will ever be: the batch starts at its instant and not before."""


@dataclass(frozen=True)
class Order:
    """The next batch of a family starts at ``start_ms`` whatever its size, or before that with ``wafers``."""

    family: int
    start_ms: int
    wafers: int


def orders(bay: Bay, plan: Schedule, next_ms: int) -> tuple[Order, ...]:
    """Return an order for each family that has lots in the schedule; ``next_ms``: when the next schedule is made.

    A batch that waits for a lot starts as soon as it is complete.  Should the lot be late it is not given up before the next
    schedule, which knows more.  A family whose lots the schedule leaves out is held up to its horizon.
    """
    found: dict[int, Order] = {}
    for batch in plan.batches:
        lots = [bay.lots[k] for k in batch.lots]
        if batch.family in found:
            continue
        if batch.start_ms > bay.now_ms and max(lot.ready_ms for lot in lots) == batch.start_ms:
            found[batch.family] = Order(batch.family, max(batch.start_ms, next_ms), sum(lot.wafers for lot in lots))
        else:
            found[batch.family] = Order(batch.family, batch.start_ms, HELD)
    if plan.batches:
        for lot in bay.lots:
            found.setdefault(lot.family, Order(lot.family, bay.horizon_ms, HELD))
    return tuple(found.values())
