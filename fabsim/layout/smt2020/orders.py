"""Tables of orders: rows are streams that repeat, single lots, or lots that wait for a step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fabsim.layout.nodes import Names, found
from fabsim.layout.smt2020.dates import date
from fabsim.layout.smt2020.listed import Lots
from fabsim.layout.smt2020.rows import Row

_REPEATING = ("RDIST", "RUNITS", "RPT#", "LOTSPERRPT")
"""Columns of rows that repeat, beside REPEAT."""


@dataclass(frozen=True)
class Order:
    """A row, and what every kind of row says."""

    row: Row
    lots: Lots
    start: datetime
    """When the (first) lot is released."""
    due: datetime | None
    """When it is due; None for never."""
    hot: bool
    """Whether tools are reserved for its lots."""
    waits: bool
    """Whether it is a lot that waits for a step at the start."""
    repeats: bool
    """Whether lots follow each other."""


def read_orders(rows: Iterable[Row], products: Names) -> list[Order]:
    """Return the orders; cells of another kind of order are refused."""
    return [_order(row, products) for row in rows]


def _order(row: Row, products: Names) -> Order:
    waits, repeats = bool(row.text("CURSTEP")), bool(row.text("REPEAT"))
    if waits:
        _refuse_filled(row, ("REPEAT", "RPT#", "LOTSPERRPT"), "with CURSTEP")
    elif not repeats:
        _refuse_filled(row, _REPEATING, "without REPEAT")
    return Order(
        row=row,
        lots=Lots(row.known("PART", products), row.whole("PRIOR", "0", least=0), row.whole("PIECES")),
        start=date(row, "START"),
        due=date(row, "DUE") if row.text("DUE") else None,
        hot=row.one_of("HOTLOT", "no", "yes", "") == "yes",
        waits=waits,
        repeats=repeats,
    )


def reserved_from(orders: Iterable[Order]) -> int | None:
    """Return the least priority of hot orders, None without any; all orders of that priority or above must be hot.

    Lots that wait for a step may leave it open.
    """
    asked = list(orders)
    least = min((order.lots.priority for order in asked if order.hot), default=None)
    for order in asked:
        said = order.row.text("HOTLOT")
        if least is not None and not order.hot and order.lots.priority >= least and (said or not order.waits):
            expected = f"expected yes, as for other lots of PRIOR {least}: tools are reserved by priority"
            order.row.refuse("HOTLOT", f"{found(said or None)}, {expected}")
    return least


def _refuse_filled(row: Row, columns: Iterable[str], kind: str) -> None:
    for column in columns:
        if row.text(column):
            row.refuse(column, f"found it in a row {kind}, expected an empty cell")
