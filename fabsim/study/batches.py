"""Run a batch: the replications of all its variants side by side, a folder for each variant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from fabsim.engine import Progress
from fabsim.layout import read_batch
from fabsim.study import store
from fabsim.study.gauges import Gauges
from fabsim.study.options import Plan, RunOptions
from fabsim.study.planning import differing_floor, floor_named, overrides, plan_scenario
from fabsim.study.running import GAUGES, Interrupted, Piece, Whole, pieces_of
from fabsim.study.workers import in_processes, processors
from fabsim.terms import FabsimError


@dataclass(frozen=True)
class BatchPlan:
    """A batch that is fully decided and not yet begun."""

    name: str
    variants: dict[str, Plan]
    """By name, in the order of the file; two that are the same run have equal keys and one folder."""
    to_run: tuple[Plan, ...]
    """Those whose folders do not answer, each once."""
    jobs: int
    """Replications that run at the same time."""

    @property
    def replications(self) -> int:
        """How many there are to run, those that an interrupted batch has left included."""
        return sum(len(plan.replications) for plan in self.to_run)


@dataclass(frozen=True)
class Outcome:
    """What became of a variant."""

    folder: Path
    reused: bool
    """Its folder held the run already."""
    summary: dict[str, Any] | None
    """Content of its ``summary.json``; None if it failed."""
    warnings: tuple[str, ...]
    failures: tuple[str, ...]
    """Why replications of it, or putting them together, failed."""


class BatchWatcher(Protocol):
    """Somebody who is told how a batch goes, in the process that called for it."""

    def starting(self, batch: BatchPlan) -> None:
        """Everything is read and decided; called once."""

    def progress(self, at: Progress, finished: int, failed: int) -> None:
        """Some time has passed; replications that are finished and that failed, mean time, summed lots and moves."""


def run_batch(path: Path, options: RunOptions, watcher: BatchWatcher | None = None) -> dict[str, Outcome]:
    """Return what became of each variant of a batch file; variants that were run before answer from their folders.

    ``options``: of every variant; ``out`` and ``rep`` mean nothing here.  A replication that fails takes nothing else with it.

    Raises
    ------
    InputError
        If files or options cannot be used, or a variant's folder holds something else.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same batch goes on from it.
    """
    batch = plan_batch(path, options)
    failures: dict[str, list[str]] = defaultdict(list)
    try:
        if watcher:
            watcher.starting(batch)
        _execute(batch, failures, watcher.progress if watcher else None)
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted: {_kept(batch, options.force)}") from error
    return {name: _outcome(plan, failures[plan.key]) for name, plan in batch.variants.items()}


def plan_batch(path: Path, options: RunOptions) -> BatchPlan:
    """Return the plan of a batch.

    Raises
    ------
    InputError
        With every problem of the files; or if an option cannot be used or a folder is taken.
    """
    floor_named(options.floor)
    batch = read_batch(path, tuple(overrides(options)))
    planned = {one.name: plan_scenario(one.scenario, replace(options, overrides=one.overrides)) for one in batch.variants}
    plans = {name: replace(plan, threads=1) for name, plan in planned.items()}  # the replications are the parallelism
    to_run = tuple({plan.key: plan for plan in plans.values() if not plan.reused}.values())
    return BatchPlan(batch.name, plans, to_run, options.jobs or processors())


def _do(work: Piece | Whole) -> None:
    work.do()


def _execute(batch: BatchPlan, failures: dict[str, list[str]], progress: Callable[[Progress, int, int], None] | None) -> None:
    """Run what there is to run; ``failures`` of each key (modified in place)."""
    begun = datetime.now(UTC)
    with TemporaryDirectory(prefix="fabsim-") as folder:
        pieces = _pieces(batch, Path(folder) / GAUGES)
        each = [piece for group in pieces.values() for piece in group]
        if not each:
            return
        read = Gauges.create(Path(folder) / GAUGES, len(each)).reader([piece.plan.scenario.horizon_ms for piece in each])
        finished: Counter[str] = Counter()

        def done(work: Piece | Whole) -> list[Whole]:
            key = work.plan.key
            finished[key] += isinstance(work, Piece)
            whole = isinstance(work, Piece) and 1 < finished[key] == len(pieces[key])
            return [Whole(work.plan, pieces[key], begun)] if whole else []

        def failed(work: Piece | Whole, error: Exception) -> None:
            failures[work.plan.key].append(f"{work}: {_told(error)}")

        def tick() -> None:
            if progress:
                progress(read(), finished.total(), sum(map(len, failures.values())))

        todo: list[Piece | Whole] = []
        for piece in each:
            if piece.is_kept():
                piece.do()
                todo += done(piece)
            else:
                todo.append(piece)
        in_processes(_do, todo, batch.jobs, tick, done=done, failed=failed)


def _pieces(batch: BatchPlan, gauges: Path) -> dict[str, tuple[Piece, ...]]:
    """Return the replications of what there is to run, by key, with the rows of the gauges in their order."""
    pieces: dict[str, tuple[Piece, ...]] = {}
    row = 0
    for plan in batch.to_run:
        pieces[plan.key] = tuple(pieces_of(plan, gauges, row))
        row += len(plan.replications)
    return pieces


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, FabsimError) else f"{type(error).__name__}: {error}"


def _outcome(plan: Plan, failures: list[str]) -> Outcome:
    if failures:
        return Outcome(plan.folder, False, None, plan.warnings, tuple(failures))
    about = store.read_about(plan.folder)
    assert about is not None
    warnings = (*plan.warnings, *about["warnings"], *differing_floor(plan, about["floor"]))
    return Outcome(plan.folder, plan.reused, store.read_summary(plan.folder), warnings, ())


def _kept(batch: BatchPlan, force: bool) -> str:
    kept = sum(store.holds(plan.folder, plan.key) for plan in batch.variants.values())
    command = "the same command without --force" if force else "the same command"
    return f"{kept} of {len(batch.variants)} variants are kept, and what is finished of the others; {command} goes on from there"
