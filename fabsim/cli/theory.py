"""``fabsim bench theory``: queues beside their known answers."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from fabsim.study.theory_bench import Row


FAILED = 4
"""Exit code of a check that failed."""


def compare(*, as_json: bool) -> int:
    """Print the table and return the exit code, `FAILED` if an interval misses its answer."""
    from fabsim.study.theory_bench import theory_bench

    with click.progressbar(length=0, file=sys.stderr, show_pos=True, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        rows = theory_bench(partial(click.echo, err=True), progress)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2, allow_nan=False))
    else:
        from fabsim.cli.tables import console

        console().print(_table(rows))
    missed = sum(not row.inside for row in rows)
    how = f"{missed} of {len(rows)} intervals miss the known answer" if missed else f"all {len(rows)} intervals hold the known answer"
    click.echo(f"{how} (99 % that none misses by chance)", err=True)
    return FAILED if missed else 0


def _table(rows: list[Row]) -> Table:
    from fabsim.cli.tables import number, table

    columns = ("case", "figure", "known", "measured", "+-", "+- %", "inside", "reps", "customers")
    cells = (
        (
            row.case,
            row.figure,
            *(f"{value:.6f}" for value in (row.answer, row.mean, row.half_width)),
            number(100 * row.half_width / row.answer, 2),
            "yes" if row.inside else "NO",
            *(number(count) for count in (row.replications, row.customers)),
        )
        for row in rows
    )
    return table(None, columns, cells)
