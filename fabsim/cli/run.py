"""``fabsim run``: run a scenario and show what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fabsim.cli.options import DAYS, FLOOR, FORCE, JOBS, JSON, PATH, QUIET, REPS, SEED, SET, VERBOSE
from fabsim.cli.screen import Screen


@click.command("run")
@click.argument("scenario", type=PATH)
@SET
@DAYS
@SEED
@REPS
@click.option("--rep", metavar="R", type=click.IntRange(min=0), help="Run this replication alone.")
@JOBS
@FLOOR
@click.option("--out", metavar="DIR", type=PATH, help="Folder of the results; default: reports/<layout>-<scenario>-<hash of what was run>.")
@FORCE
@JSON
@QUIET
@VERBOSE
def command(scenario: Path, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> None:
    """Run SCENARIO and show its results. A run that its folder holds already answers from there."""
    screen = Screen(quiet=quiet, verbose=verbose)
    from fabsim import study

    with screen:
        result = study.run(scenario, study.RunOptions(**options), screen)
    screen.warn(result.warnings)
    if as_json:
        click.echo(study.as_text(result.summary), nl=False)
        return
    from fabsim.cli.results import show

    show(result, quiet=quiet, verbose=verbose)
