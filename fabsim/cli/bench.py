"""``fabsim bench``: how fast fabsim is on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from fabsim.cli.options import JSON

if TYPE_CHECKING:
    from rich.table import Table

    from fabsim.study.bench import Row


@click.command("bench")
@click.argument("cases", metavar="[CASE]...", nargs=-1)
@click.option("--jobs", metavar="J", type=click.IntRange(min=1), default=1, help="Processors for the buildings of a case; default: one.")
@JSON
def command(cases: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Time the compiled floor on CASEs, beside a bare event loop. Without CASE: all that take seconds, which leaves out terafab-ramp."""
    from fabsim.study.bench import bench

    rows = list(bench(cases, partial(click.echo, err=True), jobs))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2, allow_nan=False))
        return
    from fabsim.cli.tables import console

    console().print(_table(rows))


def _table(rows: list[Row]) -> Table:
    from fabsim.cli.tables import number, table

    columns = ("case", "moves", "events", "simulate s", "moves/s", "bare moves/s", "ratio", "peak MiB", "threads")
    cells = (
        (
            row.case,
            *(number(figure) for figure in (row.moves, row.events)),
            number(row.simulate_s, 2),
            *(number(figure) for figure in (row.moves_per_s, row.bare_moves_per_s)),
            number(row.ratio, 3),
            number(row.peak_memory_mib),
            number(row.threads),
        )
        for row in rows
    )
    return table(None, columns, cells)
