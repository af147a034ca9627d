"""Dates of the format, and the spans between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fabsim.layout.nodes import found
from fabsim.layout.smt2020.rows import Row
from fabsim.terms import DAY, HOUR, MINUTE, SECOND

FORMS = ("%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%y", "%m/%d/%Y")

A_DATE = "a date as 01/31/18 07:29:20 (month, day, year)"
"""What is expected in place of something else."""

NEVER = datetime.min.replace(tzinfo=UTC)
"""Stands for a date that is missing."""

_UNITS = {"d": DAY // SECOND, "h": HOUR // SECOND, "min": MINUTE // SECOND}


def parsed(text: str) -> datetime | None:
    """Return a date, None if it is none."""
    for form in FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def date(row: Row, column: str) -> datetime:
    """Return the date in a cell."""
    text = row.text(column)
    when = parsed(text)
    if when is None:
        row.refuse(column, f"{found(text or None)}, expected {A_DATE}")
    return when or NEVER


def span(between: timedelta) -> str:
    """Return a whole number of the longest unit that leaves no rest."""
    seconds = int(between.total_seconds())
    for name, length in _UNITS.items():
        if seconds and seconds % length == 0:
            return f"{seconds // length} {name}"
    return f"{seconds} s"
