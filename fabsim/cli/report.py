"""``fabsim report``: a run as a page."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from fabsim.cli.options import JSON, PATH


@click.command("report")
@click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN...")
@click.option("--out", metavar="FILE", type=PATH, help="File of the page of a single run; default: report.html in the run's folder.")
@JSON
def command(runs: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Make an HTML page of each run folder RUN. The page is one file and loads nothing, so it can be sent to anybody."""
    from fabsim.report import write_reports

    pages = write_reports(runs, out)
    if as_json:
        click.echo(json.dumps([asdict(page) for page in pages], indent=2))
        return
    for page in pages:
        click.echo(f"{page.file}: {page.size / 1e6:.1f} MB")
