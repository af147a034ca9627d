"""How figures and tables are printed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

WIDE = 132
"""Characters of a line where the output is not a terminal and COLUMNS says nothing."""

Figure = float | dict[str, Any] | None
"""A number; over replications its mean, half-width and count; None where there is none."""


def console() -> Console:
    """Return where results are printed: standard output, as wide as the terminal or COLUMNS says, else `WIDE`."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=shutil.get_terminal_size().columns if known else WIDE, highlight=False)


def mean(figure: Figure) -> float | None:
    """Return the number, or the mean over replications."""
    return figure["mean"] if isinstance(figure, dict) else figure


def number(figure: Figure, digits: int = 0, *, percent: bool = False) -> str:
    """Return a figure as text, with its interval if it has one; "-" where it does not exist."""
    value = mean(figure)
    if value is None:
        return "-"
    scale = 100 if percent else 1
    unit = " %" if percent else ""
    half = figure["ci95"] if isinstance(figure, dict) else None
    interval = "" if half is None else f" ±{half * scale:,.{digits}f}"
    return f"{value * scale:,.{digits}f}{interval}{unit}"


def days(figure: Figure) -> str:
    """Return days, the shorter the more digits: hours still show, and a year has no decimals that nobody reads."""
    value = abs(mean(figure) or 0.0)
    return number(figure, 1 if value >= 100 else 2 if value >= 1 else 3)


def share(figure: Figure) -> str:
    """Return a share in percent."""
    return number(figure, 1, percent=True)


def table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of texts, the first column to the left and the others to the right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(columns):
        made.add_column(name, justify="right" if place else "left", no_wrap=not place)
    for row in rows:
        made.add_row(*row)
    return made
