"""Starts and initial WIP: the tables ``order`` and ``WIP``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from fabsim.layout.nodes import Names, found
from fabsim.layout.smt2020.amounts import plain, unit
from fabsim.layout.smt2020.rows import Row, Table
from fabsim.terms import DAY, HOUR, MINUTE, SECOND

HORIZON_D, WARMUP_D = 730, 365
"""Length of the runs and of their warm-up in the reference results [d]."""

MOST_SINGLE = 1000
"""Releases that a stream which ends may have: they are listed one by one."""

DATES = ("%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%y", "%m/%d/%Y")

_SECONDS = {"s": 1, "min": MINUTE // SECOND, "h": HOUR // SECOND, "d": DAY // SECOND, "weeks": 7 * DAY // SECOND}

Lots = tuple[str, int, int]
"""Product, priority and wafers: what tells the streams of initial WIP apart."""


class Starts:
    """The release streams of a model; time 0 is the first START of the orders."""

    def __init__(self, orders: Table, products: Mapping[str, Any]) -> None:
        self._products = Names("a product of the table 'part'", products)
        starts = [_date(row, "START") for row in orders.rows]
        self._zero = min(starts, default=datetime.min.replace(tzinfo=UTC))
        self.streams: dict[str, dict[str, Any]] = {}
        """The streams of the layout by name."""
        self._by_lots: dict[Lots, str] = {}
        for row, start in zip(orders.rows, starts, strict=True):
            self._stream(row, start)

    def wip(self, table: Table, steps: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
        """Return the rows of the layout's initial WIP; ``steps``: the steps' names by number, for each product.

        Lots of a kind that no order starts become a stream without starts.  A due date before time 0 becomes time 0.
        """
        numbers = {product: Names(f"the number of a step of product {product!r}", names) for product, names in steps.items()}
        rows = []
        for row in table.rows:
            lots = self._lots(row)
            if not lots[0]:
                continue
            step = row.known("CURSTEP", numbers[lots[0]])
            released, due = _date(row, "START"), _date(row, "DUE")
            if released > self._zero:
                row.refuse("START", f"{found(row.text('START'))}, expected at most the first START of the orders: the lot is there then")
            rows.append(
                {
                    "stream": self._stream_of(lots),
                    "step": steps[lots[0]].get(step, ""),
                    "age": _span(self._zero - released),
                    "due": _span(max(due, self._zero) - self._zero),
                }
            )
        return rows

    def _lots(self, row: Row) -> Lots:
        product = row.known("PART", self._products)
        return product, row.whole("PRIOR", "0", least=0), row.whole("PIECES")

    def _stream_of(self, lots: Lots) -> str:
        if lots not in self._by_lots:
            product, priority, wafers = lots
            name = self._by_lots[lots] = f"WIP.{product}.{priority}.{wafers}"
            self.streams[name] = {"product": product, "wafers_per_month": 0, "lot_size": wafers, "priority": priority}
        return self._by_lots[lots]

    def _stream(self, row: Row, start: datetime) -> None:
        name = row.name("LOT")
        if name in self.streams:
            row.refuse("LOT", f"found the stream {name!r} twice")
        lots = self._lots(row)
        row.one_of("HOTLOT", "no", "")
        due = _date(row, "DUE") - start
        if due < timedelta():
            row.refuse("DUE", f"{found(row.text('DUE'))}, expected at least START, {row.text('START')}")
        self._by_lots.setdefault(lots, name)
        self.streams[name] = {
            "product": lots[0],
            **self._pattern(row, start),
            "lot_size": lots[2],
            "priority": lots[1],
            "due": _span(due),
        }

    def _pattern(self, row: Row, start: datetime) -> dict[str, Any]:
        """Return how the lots of an order follow each other: for ever, or one by one if they end before the horizon."""
        kind = row.one_of("RDIST", "constant", "exponential", "")
        first = (start - self._zero) // timedelta(seconds=1)
        every, unit_of_every = row.number("REPEAT", "0"), unit(row, "RUNITS") if row.text("REPEAT") else "min"
        seconds = every * _SECONDS[unit_of_every]
        repeats, together = row.whole("RPT#", "1"), row.whole("LOTSPERRPT", "1")
        if seconds > 0 and first + seconds * (repeats - 1) >= HORIZON_D * DAY // SECOND:
            if together > 1:
                row.refuse("LOTSPERRPT", f"found {together}, expected 1 for a stream that does not end within {HORIZON_D} days")
            interval = f"{plain(every)} {unit_of_every}"
            if kind == "exponential":
                if first > 0:
                    row.refuse("START", f"{found(row.text('START'))}, expected the first START of all with RDIST exponential")
                return {"every": interval, "pattern": "poisson"}
            return {"every": interval, "first": _span(start - self._zero)}
        if kind == "exponential" or repeats * together > MOST_SINGLE:
            message = f"found {repeats} repeats, expected as many as last {HORIZON_D} days, or constant ones of at most {MOST_SINGLE} lots"
            row.refuse("RPT#", message)
            return {"wafers_per_month": 0}
        instants = [f"{plain(first + k * seconds)} s" for k in range(repeats) for _ in range(together)]
        return {"pattern": {"schedule": instants}}


def _date(row: Row, column: str) -> datetime:
    text = row.text(column)
    for form in DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    row.refuse(column, f"{found(text or None)}, expected a date as 01/31/18 07:29:20 (month, day, year)")
    return datetime.min.replace(tzinfo=UTC)


def _span(span: timedelta) -> str:
    """Return a whole number of the longest unit that leaves no rest."""
    seconds = int(span.total_seconds())
    for name in ("d", "h", "min"):
        if seconds and seconds % _SECONDS[name] == 0:
            return f"{seconds // _SECONDS[name]} {name}"
    return f"{seconds} s"
