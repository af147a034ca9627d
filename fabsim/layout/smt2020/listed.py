"""Lists of orders, a row a lot: which lots make a stream together, and what it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from fabsim.layout.smt2020.rows import word


class Lots(NamedTuple):
    """A kind of lots: what all lots of a stream have in common."""

    product: str
    priority: int
    wafers: int

    @property
    def name(self) -> str:
        """What a stream is called that has no name of its own."""
        return f"{self.product}.{self.priority}.{self.wafers}"


class Listed(NamedTuple):
    """A lot that is released once."""

    lot: str
    order: str
    lots: Lots
    at: timedelta
    """From the start of the model."""
    due: timedelta | None
    """Due date - release; None for none."""


def grouped(listed: Sequence[Listed]) -> Iterator[tuple[str, Lots, list[Listed]]]:
    """Yield name, kind and lots of each stream.

    Lots of one kind are a stream together if they have one name, LOT or else ORDER, which several rows have; a name that stands for
    several kinds gets behind it what they differ in.  Other lots are a stream by their kind; a single one goes by its own name.
    """
    named = Counter(one.lot for one in listed)
    ordered = Counter(one.order for one in listed)
    groups: dict[tuple[str, Lots], list[Listed]] = {}
    for one in listed:
        label = one.lot if one.lot and named[one.lot] > 1 else one.order if one.order and ordered[one.order] > 1 else ""
        groups.setdefault((word(label), one.lots), []).append(one)
    kinds: dict[str, list[Lots]] = {}
    for label, lots in groups:
        kinds.setdefault(label, []).append(lots)
    for (label, lots), group in groups.items():
        own = word(group[0].lot or group[0].order) if len(group) == 1 else ""
        yield _named(label, lots, kinds[label]) if label else own or lots.name, lots, group


def _named(label: str, lots: Lots, kinds: Sequence[Lots]) -> str:
    """Return a label with what its kinds of lots differ in: product, priority and wafers."""
    differs = [str(mine) for mine, others in zip(lots, zip(*kinds, strict=True), strict=True) if len(set(others)) > 1]
    return ".".join([label, *differs])
