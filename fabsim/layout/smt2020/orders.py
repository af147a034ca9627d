"""Starts and initial WIP: tables of orders, whose rows are streams that repeat, single lots, or lots that wait for a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from fabsim.layout.nodes import Names, found
from fabsim.layout.smt2020.amounts import plain, unit
from fabsim.layout.smt2020.dates import NEVER, date, span
from fabsim.layout.smt2020.listed import Listed, Lots, grouped
from fabsim.layout.smt2020.options import Options
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

    def __init__(self, orders: Iterable[Row], products: Mapping[str, Any], options: Options) -> None:
        rows = list(orders)
        self._products = Names("a product of the table 'part'", products)
        self._engineering = {name for name, product in products.items() if product.get("facts", {}).get("group") == ENGINEERING}
        self._zero = options.start or min((date(row, "START") for row in rows if not row.text("CURSTEP")), default=NEVER)
        self._waiting = [row for row in rows if row.text("CURSTEP")]
        self.streams: dict[str, Stream] = {}
        """The streams of the layout by name."""
        self.lots: list[dict[str, str]] = []
        """The rows of the layout's table of starts."""
        self.reserved_from = _reserved_from(rows)
        """The priority from which on a tool is kept for a lot on its way, None if it is for none."""
        self._by_lots: dict[Lots, str] = {}
        single = []
        for row in rows:
            if row.text("CURSTEP"):
                continue
            if row.text("REPEAT"):
                self._repeating(row)
            else:
                single.append(self._single(row))
        for name, lots, group in grouped(single):
            self._listed(name, lots, [(span(one.at), one.due) for one in group])

    def wip(self, steps: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
        """Return the rows of the layout's initial WIP; ``steps``: the steps' names by number, for each product.

        Lots of a kind that no order starts become a stream without starts.  A due date before time 0 becomes time 0.
        """
        numbers = {product: Names(f"the number of a step of product {product!r}", names) for product, names in steps.items()}
        rows = []
        for row in self._waiting:
            _refuse_filled(row, ("REPEAT", "RPT#", "LOTSPERRPT"), "CURSTEP")
            lots = self._lots(row)
            if not lots[0]:
                continue
            step = row.known("CURSTEP", numbers[lots[0]])
            released, due = date(row, "START"), date(row, "DUE") if row.text("DUE") else None
            if released > self._zero:
                row.refuse("START", f"{found(row.text('START'))}, expected at most the start of the model: the lot is there then")
            rows.append(
                {
                    "stream": self._stream_of(lots),
                    "step": steps[lots[0]].get(step, ""),
                    "age": span(self._zero - released),
                    "due": "" if due is None else span(max(due, self._zero) - self._zero),
                }
            )
        return rows

    def _lots(self, row: Row) -> Lots:
        product = row.known("PART", self._products)
        return Lots(product, row.whole("PRIOR", "0", least=0), row.whole("PIECES"))

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

    def _from_start(self, row: Row) -> tuple[timedelta, timedelta | None]:
        """Return when the (first) lot of a row is released, from the start of the model, and its due date after that, if it has one."""
        start = date(row, "START")
        if start < self._zero:
            row.refuse("START", f"{found(row.text('START'))}, expected at least the start of the model")
        due = date(row, "DUE") - start if row.text("DUE") else None
        if due is not None and due < timedelta():
            row.refuse("DUE", f"{found(row.text('DUE'))}, expected at least START, {row.text('START')}")
        return start - self._zero, due

    def _single(self, row: Row) -> Listed:
        _refuse_filled(row, ("RDIST", "RUNITS", "RPT#", "LOTSPERRPT"), "REPEAT", absent=True)
        return Listed(row.text("LOT"), row.text("ORDER"), self._lots(row), *self._from_start(row))

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

    def _repeating(self, row: Row) -> None:
        """Add the stream of a row whose lots follow each other, for ever or until they end before the horizon."""
        name, lots = row.name("LOT"), self._lots(row)
        first, due = self._from_start(row)
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


def _reserved_from(rows: Iterable[Row]) -> int | None:
    """Return the least priority of the rows with HOTLOT ``yes``, which all orders of that priority or above must then have.

    Lots that wait for a step may leave it open.
    """
    asked = [(row, row.one_of("HOTLOT", "no", "yes", "") == "yes", row.whole("PRIOR", "0", least=0)) for row in rows]
    least = min((priority for _, hot, priority in asked if hot), default=None)
    for row, hot, priority in asked:
        if least is not None and not hot and priority >= least and (row.text("HOTLOT") or not row.text("CURSTEP")):
            row.refuse(
                "HOTLOT",
                f"{found(row.text('HOTLOT') or None)}, expected yes, as for other lots of PRIOR {least}: tools are reserved by priority",
            )
    return least


def _refuse_filled(row: Row, columns: Iterable[str], beside: str, *, absent: bool = False) -> None:
    for column in columns:
        if row.text(column):
            row.refuse(column, f"found it in a row with{'out' if absent else ''} {beside}, expected an empty cell")
