"""``fabsim run``: run a scenario and show what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fabsim.cli.options import JSON, PATH, SET
from fabsim.cli.screen import Screen


@click.command("run")
@click.argument("scenario", type=PATH, required=False)
@SET
@click.option("--days", metavar="D", type=click.FloatRange(min=0, min_open=True), help="Horizon, instead of the scenario's [days].")
@click.option("--seed", metavar="S", type=click.IntRange(min=0), help="Seed of all random draws.")
@click.option("--reps", metavar="N", type=click.IntRange(min=1), help="Run replications 0 to N - 1 and give every figure its interval.")
@click.option("--rep", metavar="R", type=click.IntRange(min=0), help="Run this replication alone.")
@click.option("--jobs", metavar="J", type=click.IntRange(min=1), help="Processes, each with a replication; default: one per processor.")
@click.option("--floor", metavar="compiled|components", help="Form of the shop floor: both give the same run; compiled is fast.")
@click.option("--out", metavar="DIR", type=PATH, help="Folder of the results; default: reports/<layout>-<scenario>-<hash of what was run>.")
@click.option("--force", is_flag=True, help="Run anew though the folder holds a run, and replace it.")
@click.option("--checkpoint", metavar="TIME", help="Keep the state every so often in simulated time, as 30d, to go on or start from.")
@click.option("--resume", metavar="FOLDER", type=PATH, help="Go on with the interrupted run that will stand in FOLDER; without SCENARIO.")
@click.option("--from", "start", metavar="CHECKPOINT", type=PATH, help="Start from a state kept in a run's folder; the policy may differ.")
@JSON
@click.option("-q", "--quiet", is_flag=True, help="Show no progress, and one line of results.")
@click.option("-v", "--verbose", is_flag=True, help="Show the plan of the run, and all toolsets.")
def command(scenario: Path | None, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> None:
    """Run SCENARIO and show its results. A run that its folder holds already answers from there; an interrupted one goes on."""
    _check_resume(scenario, options)
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


def _check_resume(scenario: Path | None, options: dict[str, Any]) -> None:
    """Raise unless there is a scenario or an interrupted run, and beside the latter nothing that would make it another run."""
    if options["resume"] is None:
        if scenario is None:
            raise click.UsageError("found neither SCENARIO nor --resume FOLDER, expected one of them")
        return
    names = {"overrides": "--set", "start": "--from"}
    beside = [names.get(name, f"--{name}") for name, value in options.items() if value and name not in ("resume", "jobs", "checkpoint")]
    if scenario is not None:
        beside.insert(0, "SCENARIO")
    if beside:
        raise click.UsageError(f"found {', '.join(beside)} beside --resume, which goes on with the run as it was begun")
