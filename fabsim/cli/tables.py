"""How figures and tables are printed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fabsim.report.figures import Figure, days, mean, number, share

__all__ = ["Figure", "console", "days", "mean", "number", "share", "table"]

WIDE = 132
"""Characters of a line where the output is not a terminal and COLUMNS says nothing."""


def console() -> Console:
    """Return where results are printed: standard output, as wide as the terminal or COLUMNS says, else `WIDE`."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=shutil.get_terminal_size().columns if known else WIDE, highlight=False)


def table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of texts, the first column to the left and the others to the right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(columns):
        made.add_column(name, justify="right" if place else "left", no_wrap=not place)
    for row in rows:
        made.add_row(*row)
    return made
