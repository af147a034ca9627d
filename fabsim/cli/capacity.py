"""``fabsim capacity``: what a scenario asks of its tools, without running it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabsim.cli.files import save
from fabsim.cli.options import JSON, PATH, SET, Share

if TYPE_CHECKING:
    from rich.table import Table

    from fabsim.model import Scenario

Row = dict[str, Any]


@click.command("capacity")
@click.argument("scenario", type=PATH)
@SET
@click.option("--target", type=Share(), help="Also count the tools that would keep the load at or below this share, such as 85%.")
@click.option("--csv", "csv_file", metavar="FILE", type=PATH, help="Also write the table of toolsets to this file.")
@JSON
def command(scenario: Path, overrides: tuple[str, ...], target: float | None, csv_file: Path | None, as_json: bool) -> None:
    """Show how loaded tools will be, without running. Counts the mean starts of SCENARIO, and each month where its plan changes."""
    from fabsim import layout

    answer, rows = predict(layout.read(scenario, overrides), target)
    if csv_file:
        save(csv_file, as_csv(rows))
    if as_json:
        click.echo(json.dumps(answer, indent=2, allow_nan=False))
    else:
        show(answer, rows, target)


def predict(scenario: Scenario, target: float | None) -> tuple[dict[str, Any], list[Row]]:
    """Return what ``--json`` prints, and the toolsets as rows with their ``load``, heaviest first."""
    from fabsim import theory

    found = theory.scenario_capacity(scenario)
    answer = theory.as_json(found, scenario.fab, theory.by_month(scenario))
    if target is not None:
        for figures, needed in zip(answer["toolsets"].values(), found.needed(target), strict=True):
            figures["tools_needed"] = int(needed) if needed < float("inf") else None
    loads = zip(answer["toolsets"].items(), found.load, strict=True)
    rows = [{"toolset": name, "load": float(load), **figures} for (name, figures), load in loads]
    return answer, sorted(rows, key=lambda row: -row["load"])


def as_csv(rows: list[Row]) -> str:
    """Return ``rows`` with a head line; a figure that does not exist is an empty cell."""
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def show(answer: dict[str, Any], rows: list[Row], target: float | None) -> None:
    """Print the tables of toolsets, of products, and of months if they differ."""
    from fabsim.cli.tables import console

    for table in _tables(answer, rows, target):
        console().print(table)


def _tables(answer: dict[str, Any], rows: list[Row], target: float | None) -> Iterator[Table]:
    from fabsim.cli.tables import days, number, share, table

    needed = () if target is None else (f"tools for {target:.0%}",)
    yield table(
        None,
        ("toolset", "tools", "load", "busy", "available", "tool h/month", *needed),
        (
            (
                row["toolset"],
                number(row["tools"], 1),
                *(share(row[key]) for key in ("load", "utilization", "availability")),
                number(row["hours_per_month"], 1),
                *(number(row["tools_needed"]) for _ in needed),
            )
            for row in rows
        ),
    )
    products = answer["products"].items()
    yield table(
        None,
        ("product", "RPT d", "steps a lot", "masks"),
        ((name, days(one["raw_process_time_days"]), number(one["visits"], 1), number(one["masks"])) for name, one in products),
    )
    if len({(tuple(month["starts"].values()), month["tools"]) for month in answer["months"]}) > 1:
        yield table(
            None,
            ("month", "wafers in", "tools", "bottleneck", "load", "overloaded"),
            (
                (
                    str(month["month"]),
                    number(sum(month["starts"].values())),
                    number(month["tools"], 1),
                    month["bottleneck"] or "-",
                    share(month["load"]),
                    ", ".join(month["overloaded"]) or "-",
                )
                for month in answer["months"]
            ),
        )
