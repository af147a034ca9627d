"""``fabsim run``: run a scenario and show what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fabsim.cli.options import JSON, PATH, SET
from fabsim.cli.screen import Screen


@click.command("run")
@click.argument("scenario", type=PATH)
@SET
@click.option("--days", metavar="D", type=click.FloatRange(min=0, min_open=True), help="Horizon, instead of the scenario's [days].")
@click.option("--seed", metavar="S", type=click.IntRange(min=0), help="Seed of all random draws.")
@click.option("--reps", metavar="N", type=click.IntRange(min=1), help="Run replications 0 to N - 1 and give every figure its interval.")
@click.option("--rep", metavar="R", type=click.IntRange(min=0), help="Run this replication alone.")
@click.option("--jobs", metavar="J", type=click.IntRange(min=1), help="Processors to use, for replications or for buildings; default: all.")
@click.option("--floor", metavar="compiled|components", help="Form of the shop floor: both give the same run; compiled is fast.")
@click.option("--out", metavar="DIR", type=PATH, help="Folder of the results; default: reports/<layout>-<scenario>-<hash of what was run>.")
@click.option("--force", is_flag=True, help="Run anew though the folder holds a run, and replace it.")
@JSON
@click.option("-q", "--quiet", is_flag=True, help="Show no progress, and one line of results.")
@click.option("-v", "--verbose", is_flag=True, help="Show the plan of the run, and all toolsets.")
def command(scenario: Path, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> None:
    """Run SCENARIO and show its results. A run that its folder holds already answers from there."""
    if quiet and verbose:
        raise click.UsageError("found both --quiet and --verbose, expected one of them")
    from fabsim import study

    with Screen(quiet=quiet, verbose=verbose) as screen:
        result = study.run(scenario, study.RunOptions(**options), screen)
    screen.warn(result.warnings)
    if as_json:
        click.echo(study.as_text(result.summary), nl=False)
        return
    from fabsim.cli.results import show

    show(result, quiet=quiet, verbose=verbose)
