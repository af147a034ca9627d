"""What runs and batches say on standard error while they go: warnings, then a bar on a terminal or two plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from fabsim.terms import DAY

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from fabsim.engine import Progress
    from fabsim.study import Plan


class Messages:
    """Warnings, then how far something is; leaving it takes the bar away."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        if quiet and verbose:
            raise click.UsageError("found both --quiet and --verbose, expected one of them")
        self._quiet, self._verbose = quiet, verbose
        self._bar: tuple[Bar, TaskID] | None = None
        self._warned: set[str] = set()
        self._stack = ExitStack()
        self._begin: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._stack.close()
        if kind is None and self._begin is not None and self._bar is None:
            click.echo(f"done in {time.monotonic() - self._begin:.1f} s", err=True)

    def warn(self, warnings: Iterable[str]) -> None:
        """Print the warnings that have not been printed yet."""
        for warning in warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                click.echo(click.style("warning: ", fg="yellow") + warning, err=True, color=_colour())

    def begin(self, title: str, what: str, horizon_ms: int, *, compiles: bool) -> None:
        """Show a bar up to a horizon; where there is no terminal, say what is run."""
        if self._quiet:
            return
        if sys.stderr.isatty():
            self._bar = _bar(title, horizon_ms, "compiling, this once" if compiles else "getting ready")
            self._stack.enter_context(self._bar[0])
        else:
            if compiles:
                click.echo("compiling the floor, this once: up to a minute", err=True)
            click.echo(f"running {title}: {what}", err=True)
            self._begin = time.monotonic()

    def move(self, at: Progress, place: str) -> None:
        """Move the bar; ``place`` says where it is."""
        if self._bar and at.moves:
            bar, task = self._bar
            note = f"WIP {at.wip_lots:,} lots, {at.moves / max(at.elapsed_s, 1e-9):,.0f} moves/s"
            bar.update(task, completed=at.now_ms, place=place, note=note)


class Screen(Messages):
    """The watcher of one run (`fabsim.study.Watcher`)."""

    def starting(self, plan: Plan) -> None:
        """Print what is going to be run, and begin to show how far it is."""
        self.warn(plan.warnings)
        if self._verbose:
            click.echo("\n".join(_details(plan)), err=True)
        if not plan.reused:
            many = f", {len(plan.replications)} replications" if len(plan.replications) > 1 else ""
            what = f"{plan.scenario.horizon_ms / DAY:g} days{many}, {plan.floor} floor"
            self.begin(f"{plan.scenario.layout}/{plan.scenario.name}", what, plan.scenario.horizon_ms, compiles=plan.compiles)

    def progress(self, at: Progress) -> None:
        """Move the bar."""
        self.move(at, f"day {at.now_ms / DAY:.0f} of {at.horizon_ms / DAY:g}")


def _bar(title: str, horizon_ms: int, note: str) -> tuple[Bar, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[place]}"), TextColumn("{task.fields[note]}"))
    bar = Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    return bar, bar.add_task(title, total=horizon_ms, place="", note=note)


def _details(plan: Plan) -> list[str]:
    """Return what ``-v`` tells of a plan."""
    fab = plan.scenario.fab
    return [
        f"fab: {len(fab.steps):,} steps, {len(fab.toolset_names):,} toolsets, {len(fab.tool_names):,} tools",
        f"replications: {', '.join(map(str, plan.replications))}, {plan.jobs} at a time, seed {plan.scenario.seed}",
        f"folder: {plan.folder}" + (" (answers from it)" if plan.reused else ""),
    ]


def _colour() -> bool | None:
    """Return False where the user wants no colour, else None: click then looks at the terminal."""
    return False if os.environ.get("NO_COLOR") else None
