"""``fabsim bench``: how fast fabsim is on this machine, and how near to published results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabsim.cli.options import JOBS, JSON, PATH
from fabsim.cli.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

    from fabsim.study.bench import Row
    from fabsim.study.testbed import Comparison, Figure
    from fabsim.study.testbed import Row as Compared

FAILED = 4
"""Exit code of a comparison that is not near enough."""


class _Bench(click.Group):
    """A group whose command ``speed`` is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command's name in front unless there is one, or help is wanted."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["speed", *args]
        return super().parse_args(ctx, args)


@click.group("bench", cls=_Bench)
def command() -> None:
    """Time fabsim, or set it beside known results."""


@command.command("speed")
@click.argument("cases", metavar="[CASE]...", nargs=-1)
@click.option("--jobs", metavar="J", type=click.IntRange(min=1), default=1, help="Processors for the buildings of a case; default: one.")
@JSON
def speed(cases: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Time the compiled floor on CASEs, beside a bare event loop. Without CASE: all that take seconds, which leaves out terafab-ramp."""
    from fabsim.study.bench import bench

    rows = list(bench(cases, partial(click.echo, err=True), jobs))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2, allow_nan=False))
        return
    from fabsim.cli.tables import console

    console().print(_table(rows))


@command.command("theory")
@JSON
def theory(as_json: bool) -> int:
    """Compare queues with their known answers, on all processors, for minutes. Exit code 4: an interval misses its answer."""
    from fabsim.cli.theory import compare

    return compare(as_json=as_json)


@command.command("smt2020")
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--reps", metavar="N", type=click.IntRange(min=1), default=20, show_default=True, help="Replications.")
@click.option("--initial-wip", is_flag=True, help="Begin with the model's lots in process, if it has any, instead of an empty fab.")
@JOBS
@JSON
def smt2020(folder: Path, reps: int, initial_wip: bool, jobs: int | None, as_json: bool) -> int:
    """Simulate the AutoSched model in DIR beside the results published with it. Exit code 4: not near enough."""
    screen = Screen(quiet=False, verbose=False)
    from fabsim.study.testbed import compare_smt2020

    with screen:
        found = compare_smt2020(folder, reps, jobs, screen, partial(click.echo, err=True), initial_wip=initial_wip)
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=2, allow_nan=False))
    else:
        _show(found)
    return FAILED if found.holds is False else 0


def _as_json(found: Comparison) -> dict[str, Any]:
    rows = [{**asdict(row), "holds": row.holds} for row in found.rows]
    return {**asdict(found), "rows": rows, "ratio": found.ratio, "holds": found.holds}


def _show(found: Comparison) -> None:
    """Print the comparison, what it cost, and whether it is near enough."""
    from fabsim.cli.tables import console, number, table

    columns = ("figure", "of", "found", "published", "off", "at most", "")
    console().print(table(None, columns, (tuple(_cells(row)) for row in found.rows)))
    cost = f"{number(found.simulate_s, 2)} s of simulation each, {number(found.moves_per_s)} moves/s"
    beside = f"{found.ratio:.2f} of a bare event loop's {number(found.bare_moves_per_s)}"
    click.echo(f"{found.replications} x {found.days:g} days: {cost}, {beside}")
    if found.holds is not None:
        click.echo("near enough, all at once" if found.holds else "not near enough")


def _cells(row: Compared) -> Iterator[str]:
    from fabsim.cli.tables import days, number

    relative = row.figure in ("cycle time", "completed")

    def text(figure: Figure | float) -> str:
        if row.figure == "cycle time":
            return f"{days(figure)} d"
        return number(figure, 1) if relative else number(figure, 2, percent=True)

    yield row.figure
    yield row.subject
    yield text(row.found)
    yield "-" if row.reference is None else text(row.reference)
    for value, sign in ((row.off, "+"), (row.most, "")):
        yield "-" if value is None else f"{value * 100:{sign}.2f} {'%' if relative else 'points'}"
    yield "" if row.holds is None else "ok" if row.holds else "off"


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
