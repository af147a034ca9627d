"""Durations, counts and distributions of the format as layouts write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fabsim.layout.smt2020.rows import Row

UNITS = {"sec": "s", "min": "min", "hr": "h", "day": "d", "week": "weeks"}
"""Units of time, as the format and as layouts write them."""

WAFERS = "wafers"
"""The unit of counts; the format writes ``pieces`` or nothing."""


def plain(value: Decimal | int) -> str:
    """Return a number as people write it: no exponent, no zeros at its end."""
    return format(Decimal(value).normalize(), "f")


def unit(row: Row, column: str) -> str:
    """Return the unit of time that a cell names."""
    return UNITS[row.one_of(column, *UNITS)]


def duration(row: Row, column: str, units: str) -> str:
    """Return a cell as a duration in the unit of the cell ``units``; 0 for an empty cell."""
    if not row.text(column):
        return "0 min"
    return f"{plain(row.number(column))} {unit(row, units)}"


def distribution(row: Row, family: str, value: str, written_in: str) -> Any:
    """Return the distribution of the cells ``family``, ``value`` and, for its spread, ``<value>2``; an empty family is constant.

    ``uniform a b`` lies between a - b and a + b, ``normal a b`` has the mean a and the standard deviation b, ``triangular a b c`` is
    between a and c, most likely b.
    """
    first = row.number(value)
    amount = f"{plain(first)} {written_in}"
    kind = row.one_of(family, "constant", "uniform", "normal", "exponential", "triangular", "")
    if kind == "triangular":
        return {"triangular": [f"{plain(one)} {written_in}" for one in _corners(row, value)]}
    if row.text(f"{value}3"):
        row.refuse(f"{value}3", f"found a third value beside a distribution {kind or 'constant'!r}, expected an empty cell")
    if kind in {"uniform", "normal"}:
        spread = row.number(f"{value}2")
        if kind == "uniform" and spread > first:
            row.refuse(f"{value}2", f"found {plain(spread)}, expected a half-width of at most the mean, {plain(first)}")
        return {kind: amount, "half_width" if kind == "uniform" else "sd": f"{plain(spread)} {written_in}"}
    if row.text(f"{value}2"):
        row.refuse(f"{value}2", f"found a second value beside a distribution {kind or 'constant'!r}, expected an empty cell")
    if kind == "exponential":
        return {"exponential": amount}
    return amount


def _corners(row: Row, value: str) -> list[Decimal]:
    """Return the least, the most likely and the greatest value of a triangular distribution."""
    columns = (value, f"{value}2", f"{value}3")
    corners = [row.number(column) for column in columns]
    for column, before, after in zip(columns[1:], corners, corners[1:], strict=False):
        if after < before:
            row.refuse(column, f"found {plain(after)}, expected at least the value before it, {plain(before)}")
    return corners
