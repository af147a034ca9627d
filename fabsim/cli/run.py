"""``fabsim run``: run a scenario and show what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fabsim.cli.options import DAYS, FLOOR, FORCE, JOBS, JSON, PATH, QUIET, REPS, SEED, SET, VERBOSE
from fabsim.cli.screen import Screen


@click.command("run")
@click.argument("scenario", type=PATH, required=False)
@SET
@DAYS
@SEED
@REPS
@click.option("--rep", metavar="R", type=click.IntRange(min=0), help="Run this replication alone.")
@JOBS
@FLOOR
@click.option("--out", metavar="DIR", type=PATH, help="Folder of the results; default: reports/<layout>-<scenario>-<hash of what was run>.")
@FORCE
@click.option("--checkpoint", metavar="TIME", help="Keep the state every so often in simulated time, as 30d, to go on or start from.")
@click.option("--resume", metavar="FOLDER", type=PATH, help="Go on with the interrupted run that will stand in FOLDER; without SCENARIO.")
@click.option("--from", "start", metavar="CHECKPOINT", type=PATH, help="Start from a state kept in a run's folder; the policy may differ.")
@JSON
@QUIET
@VERBOSE
def command(scenario: Path | None, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> None:
    """Run SCENARIO and show its results. A run that its folder holds already answers from there; an interrupted one goes on."""
    _check_resume(scenario, options)
    screen = Screen(quiet=quiet, verbose=verbose)
    from fabsim import study
    from fabsim.study.workers import prepare

    prepare(options["jobs"], options["reps"] or 1)
    with screen:
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
