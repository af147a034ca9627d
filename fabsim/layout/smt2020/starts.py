"""Starts and initial WIP: the streams that orders make, and the lots that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from fabsim.layout.nodes import Names, found
from fabsim.layout.smt2020.amounts import plain, unit
from fabsim.layout.smt2020.dates import NEVER, span
from fabsim.layout.smt2020.listed import Listed, Lots, grouped
from fabsim.layout.smt2020.options import Options
from fabsim.layout.smt2020.orders import Order, read_orders, reserved_from
from fabsim.layout.smt2020.rows import Row
from fabsim.terms import DAY, HOUR, MINUTE, MONTH, SECOND

HORIZON_D, WARMUP_D = 730, 365
"""Length of the runs and of their warm-up in the reference results [d]."""

MOST_LISTED = 1_000_000
"""Releases that a stream which ends may have: they are listed one by one."""

MOST_INLINE = 20
"""Releases that stand in the scenario itself, not in a table."""

ENGINEERING = "Engineering"
"""The group of parts (PARTGRP) whose lots are no production."""

_SECONDS = {"s": 1, "min": MINUTE // SECOND, "h": HOUR // SECOND, "d": DAY // SECOND, "weeks": 7 * DAY // SECOND}

Stream = dict[str, Any]


class Starts:
    """The release streams of a model; time 0 is the start that its options name, else the first START of the orders."""

    def __init__(self, rows: Iterable[Row], products: Mapping[str, Any], options: Options) -> None:
        orders = read_orders(rows, Names("a product of the table 'part'", products))
        self._engineering = {name for name, product in products.items() if product.get("facts", {}).get("group") == ENGINEERING}
        self._waiting = [order for order in orders if order.waits]
        started = [order for order in orders if not order.waits]
        self._zero = options.start or min((order.start for order in started), default=NEVER)
        self.streams: dict[str, Stream] = {}
        """The streams of the layout by name."""
        self.lots: list[dict[str, str]] = []
        """The rows of the layout's table of starts."""
        self.reserved_from = reserved_from(orders)
        """The priority from which on a tool is kept for a lot on its way, None if it is for none."""
        self._by_lots: dict[Lots, str] = {}
        single = []
        for order in started:
            if order.repeats:
                self._repeating(order)
            else:
                single.append(self._single(order))
        for name, lots, group in grouped(single):
            self._listed(name, lots, [(span(one.at), one.due) for one in group])

    def wip(self, steps: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
        """Return the rows of the layout's initial WIP; ``steps``: the steps' names by number, for each product.

        Lots of a kind that no order starts become a stream without starts.  A due date before time 0 becomes time 0.
        """
        numbers = {product: Names(f"the number of a step of product {product!r}", names) for product, names in steps.items()}
        rows = []
        for order in self._waiting:
            product = order.lots.product
            step = order.row.known("CURSTEP", numbers[product])
            if order.start > self._zero:
                expected = "expected at most the start of the model: the lot is there then"
                order.row.refuse("START", f"{found(order.row.text('START'))}, {expected}")
            rows.append(
                {
                    "stream": self._stream_of(order.lots),
                    "step": steps[product].get(step, ""),
                    "age": span(self._zero - order.start),
                    "due": "" if order.due is None else span(max(order.due, self._zero) - self._zero),
                }
            )
        return rows

    def _stream_of(self, lots: Lots) -> str:
        if lots not in self._by_lots:
            self._add(f"WIP.{lots.name}", lots, {"wafers_per_month": 0}, None)
        return self._by_lots[lots]

    def _add(self, name: str, lots: Lots, pattern: Stream, due: timedelta | None) -> str:
        """Add a stream and return its name, with a number behind it where an earlier stream has that name."""
        free = next(one for one in chain([name], (f"{name}.{k}" for k in range(2, 10**9))) if one not in self.streams)
        self._by_lots.setdefault(lots, free)
        self.streams[free] = {
            "product": lots.product,
            **pattern,
            **({"kind": "engineering"} if lots.product in self._engineering else {}),
            "lot_size": lots.wafers,
            "priority": lots.priority,
            **({} if due is None else {"due": span(due)}),
        }
        return free

    def _from_start(self, order: Order) -> tuple[timedelta, timedelta | None]:
        """Return when the (first) lot of an order is released, from the start of the model, and its due date after that, if any."""
        row = order.row
        if order.start < self._zero:
            row.refuse("START", f"{found(row.text('START'))}, expected at least the start of the model")
        due = None if order.due is None else order.due - order.start
        if due is not None and due < timedelta():
            row.refuse("DUE", f"{found(row.text('DUE'))}, expected at least START, {row.text('START')}")
        return order.start - self._zero, due

    def _single(self, order: Order) -> Listed:
        return Listed(order.row.text("LOT"), order.row.text("ORDER"), order.lots, *self._from_start(order))

    def _listed(self, name: str, lots: Lots, releases: Sequence[tuple[str, timedelta | None]]) -> None:
        """Add a stream of lots at given instants, in a table if they are many or their due dates differ."""
        dues = {due for _, due in releases}
        alike = len(dues) == 1
        if alike and len(releases) <= MOST_INLINE:
            self._add(name, lots, {"pattern": {"schedule": [at for at, _ in releases]}}, dues.pop())
            return
        stream = self._add(name, lots, {"pattern": {"schedule": {"table": "starts.csv"}}}, dues.pop() if alike else None)
        for at, due in releases:
            self.lots.append({"stream": stream, "at": at, "due": "" if alike or due is None else span(due)})

    def _repeating(self, order: Order) -> None:
        """Add the stream of lots that follow each other, for ever or until they end before the horizon."""
        row, lots = order.row, order.lots
        name = row.name("LOT")
        first, due = self._from_start(order)
        kind = row.one_of("RDIST", "constant", "exponential", "")
        every, unit_of_every = row.number("REPEAT"), unit(row, "RUNITS")
        seconds = every * _SECONDS[unit_of_every]
        repeats, together = row.whole("RPT#"), row.whole("LOTSPERRPT", "1")
        begin = first // timedelta(seconds=1)
        if seconds <= 0 or begin + seconds * (repeats - 1) < HORIZON_D * DAY // SECOND:
            if kind == "exponential" or repeats * together > MOST_LISTED:
                expected = f"as many as last {HORIZON_D} days, or constant ones of at most {MOST_LISTED:,} lots"
                row.refuse("RPT#", f"found {repeats} repeats, expected {expected}")
                return
            self._listed(name, lots, [(f"{plain(begin + k * seconds)} s", due) for k in range(repeats) for _ in range(together)])
        elif kind != "exponential":
            for _ in range(together):
                self._add(name, lots, {"every": f"{plain(every)} {unit_of_every}", "first": span(first)}, due)
        elif together > 1:
            row.refuse("LOTSPERRPT", f"found {together}, expected 1 with RDIST exponential")
        elif begin == 0:
            self._add(name, lots, {"every": f"{plain(every)} {unit_of_every}", "pattern": "poisson"}, due)
        else:
            month = Decimal(MONTH // SECOND)
            rate = {round(begin / month, 9): round(lots.wafers * month / seconds, 6)}
            self._add(name, lots, {"wafers_per_month": rate, "pattern": "poisson"}, due)
