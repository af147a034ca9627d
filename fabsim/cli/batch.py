"""``fabsim batch``: run the variants of a batch and show them side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabsim.cli.options import DAYS, FLOOR, FORCE, JOBS, JSON, PATH, QUIET, REPS, SEED, SET, VERBOSE
from fabsim.cli.screen import Messages

if TYPE_CHECKING:
    from rich.table import Table

    from fabsim.engine import Progress
    from fabsim.study.batches import BatchPlan, Outcome

SOME_FAILED = 3
"""Exit code of a batch of which some runs failed."""


@click.command("batch")
@click.argument("file", type=PATH)
@SET
@DAYS
@SEED
@REPS
@JOBS
@FLOOR
@FORCE
@JSON
@QUIET
@VERBOSE
def command(file: Path, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> int:
    """Run every variant of the batch FILE and compare. Options hold for all variants; those run before answer from their folders."""
    screen = Screen(quiet=quiet, verbose=verbose)
    from fabsim import study
    from fabsim.study.workers import prepare

    prepare(options["jobs"])
    from fabsim.study.batches import run_batch

    with screen:
        outcomes = run_batch(file, study.RunOptions(**options), screen)
    screen.tell(outcomes)
    if as_json:
        click.echo(study.as_text({"variants": [{"name": name, **asdict(one)} for name, one in outcomes.items()]}), nl=False)
    else:
        show(outcomes, quiet=quiet, verbose=verbose)
    return SOME_FAILED if any(one.failures for one in outcomes.values()) else 0


class Screen(Messages):
    """The watcher of a batch (`fabsim.study.batches.BatchWatcher`)."""

    _total = 0

    def starting(self, batch: BatchPlan) -> None:
        """Print what is going to be run, and begin to show how far it is."""
        for name, plan in batch.variants.items():
            self.warn(f"{name}: {warning}" for warning in plan.warnings)
        self._total = batch.replications
        if batch.to_run:
            what = f"{len(batch.to_run)} of {len(batch.variants)} variants, {self._total} replications, {batch.jobs} at a time"
            horizons = [plan.scenario.horizon_ms for plan in batch.to_run for _ in plan.replications]
            self.begin(batch.name, what, sum(horizons) // len(horizons), compiles=any(plan.compiles for plan in batch.to_run))

    def progress(self, at: Progress, finished: int, failed: int) -> None:
        """Move the bar."""
        self.move(at, f"{finished} of {self._total} done" + (f", {failed} failed" if failed else ""))

    def tell(self, outcomes: dict[str, Outcome]) -> None:
        """Print the warnings of each variant, and why those that failed did."""
        for name, one in outcomes.items():
            self.warn(f"{name}: {warning}" for warning in one.warnings)
            for failure in one.failures:
                click.echo(f"failed: {name}: {failure}", err=True)


def show(outcomes: dict[str, Outcome], *, quiet: bool, verbose: bool) -> None:
    """Print how many variants there are, unless ``quiet`` the tables of their figures, and their folders if ``verbose``."""
    from fabsim.cli.tables import console

    out = console()
    if not quiet:
        out.print(_variants(outcomes))
        out.print(_products(outcomes))
    if verbose:
        for name, one in outcomes.items():
            out.print(f"{name}: {one.folder}", markup=False, soft_wrap=True)
    counts = {
        "run": sum(not one.reused and not one.failures for one in outcomes.values()),
        "reused": sum(one.reused for one in outcomes.values()),
        "failed": sum(bool(one.failures) for one in outcomes.values()),
    }
    out.print(f"{len(outcomes)} variants: {', '.join(f'{count} {what}' for what, count in counts.items() if count)}", markup=False)


def _variants(outcomes: dict[str, Outcome]) -> Table:
    from fabsim.cli.tables import table

    columns = ("variant", "replications", "wafers a month", "WIP lots", "turns a day", "most loaded", "busy")
    return table(None, columns, ((name, *_fab_figures(one.summary)) for name, one in outcomes.items()))


def _fab_figures(summary: dict[str, Any] | None) -> tuple[str, ...]:
    from fabsim.cli.tables import mean, number, share

    if summary is None:
        return ("failed", *["-"] * 5)
    toolset, figures = max(summary["toolsets"].items(), key=lambda item: mean(item[1]["utilization"]) or 0.0)
    return (
        number(summary["replications"]),
        number(summary["throughput_wafers_per_month"]),
        number(summary["wip_lots"], 1),
        number(summary["turns_per_day"], 2),
        "-" if mean(figures["utilization"]) is None else toolset,
        share(figures["utilization"]),
    )


def _products(outcomes: dict[str, Outcome]) -> Table:
    from fabsim.cli.tables import days, number, share, table

    columns = ("variant", "product", "lots done", "CT mean d", "p95 d", "X-factor", "on time", "late d")
    rows = (
        (
            name,
            product,
            number(one["completed"]),
            *(days(one["cycle_time_days"][part]) for part in ("mean", "p95")),
            number(one["x_factor"], 2),
            share(one["on_time"]),
            days(one["tardiness_days"]),
        )
        for name, outcome in outcomes.items()
        for product, one in (outcome.summary or {"products": {}})["products"].items()
    )
    return table(None, columns, rows)
