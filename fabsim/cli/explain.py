"""``fabsim explain``: one lot's story."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabsim.cli.options import JSON, PATH
from fabsim.terms import DAY, HOUR

if TYPE_CHECKING:
    from rich.table import Table

Story = Mapping[str, Any]


@click.command("explain")
@click.argument("run", type=PATH)
@click.option("--lot", metavar="L", type=int, required=True, help="Number of the lot, as in lots.parquet; its moves must be traced.")
@click.option("--rep", metavar="R", type=click.IntRange(min=0), help="Replication; default: the first of the run.")
@JSON
def command(run: Path, lot: int, rep: int | None, as_json: bool) -> None:
    """Tell the story of a lot, from the folder RUN of a run. Every step, what it waited for there, its longest waits."""
    from fabsim.report.story import explain

    story = explain(run, lot, rep)
    if as_json:
        click.echo(json.dumps(story, indent=2, allow_nan=False))
        return
    from fabsim.cli.tables import console

    out = console()
    for line in (_who(story), _when(story), _spent(story), _waited(story["wait_ms"], story["waits_ms"])):
        out.print(line, markup=False, soft_wrap=True)
    moves = story["moves"]
    out.print(_table("its way", enumerate(moves)))
    if story["longest_waits"]:
        out.print(_table("its longest waits", ((number, moves[number]) for number in story["longest_waits"])))


def _who(story: Story) -> str:
    wafers = f"{story['wafers']} wafer{'s' if story['wafers'] > 1 else ''}"
    return f"lot {story['lot']}: {wafers} of {story['product']}, stream {story['stream']}, priority {story['priority']}"


def _when(story: Story) -> str:
    released = f"released on day {story['release_ms'] / DAY:,.2f}"
    if story["initial"]:
        released += " (initial WIP: told from day 0 on)"
    ended = f"{story['status']} on day {story['done_ms'] / DAY:,.2f}"
    due = "" if story["due_ms"] is None else f", due on day {story['due_ms'] / DAY:,.2f}"
    return f"{released}, {ended}{due}; {len(story['moves'])} moves"


def _spent(story: Story) -> str:
    whole = "so far" if story["status"] == "in process" else "="
    parts = {"waiting": "wait_ms", "on its way": "transport_ms", "in tools": "tool_ms"} | (
        {"on hold": "hold_ms"} if story["hold_ms"] else {}
    )
    told = ", ".join(f"{story[ms] / DAY:,.2f} d {name}" for name, ms in parts.items())
    gate = f"; its start was held {story['gate_ms'] / HOUR:,.2f} h at the gate before" if story["gate_ms"] else ""
    return f"{story['cycle_time_ms'] / DAY:,.2f} d {whole} {told}{gate}"


def _waited(wait_ms: int, waits_ms: Mapping[str, int]) -> str:
    reasons = sorted(waits_ms.items(), key=lambda item: -item[1])
    return "waited for " + (", ".join(f"{name} {ms / HOUR:,.2f} h ({ms / wait_ms:.0%})" for name, ms in reasons) or "nothing")


def _table(title: str, moves: Iterable[tuple[int, Mapping[str, Any]]]) -> Table:
    from fabsim.cli.tables import table

    columns = ("move", "step", "tool", "day", "travel h", "wait h", "waited for", "setup h", "in tool h", "hold h", "with")
    return table(title, columns, (_row(number + 1, move) for number, move in moves))


def _row(number: int, move: Mapping[str, Any]) -> tuple[str, ...]:
    visit = f" (visit {move['visit'] + 1})" if move["visit"] else ""
    return (
        f"{number}",
        f"{move['step']}{visit}",
        move["tool"],
        f"{move['arrive_ms'] / DAY:,.3f}",
        _hours(move["transport_ms"]),
        _hours(move["wait_ms"]),
        ", ".join(f"{name} {_hours(ms)}" for name, ms in _reasons(move).items()),
        _hours(move["setup_ms"]),
        _hours(move["finish_ms"] - move["start_ms"]),
        _hours(move["hold_ms"]),
        f"{move['job_lots'] - 1} lots" if move["job_lots"] > 1 else "",
    )


def _reasons(move: Mapping[str, Any]) -> dict[str, int]:
    """Return what the lot waited for, with its waits in queues that refused it before [ms]."""
    return {"refused": move["refused_ms"], **move["waits_ms"]} if move["refused_ms"] else move["waits_ms"]


def _hours(ms: int | None) -> str:
    """Return hours, "" for none."""
    return f"{ms / HOUR:,.2f}" if ms else ""
