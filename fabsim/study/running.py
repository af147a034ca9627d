"""Run a scenario: once, or many replications side by side, into a folder that answers the next time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fabsim.engine import Progress, simulate
from fabsim.metrics import summarize, yields_by_month
from fabsim.metrics.dies import good_dies
from fabsim.study import checkpoints, store
from fabsim.study.gauges import Gauges
from fabsim.study.options import Plan, RunOptions, RunResult, Watcher
from fabsim.study.planning import SHORT, differing_floor, plan_run
from fabsim.study.requests import resumed, write_request
from fabsim.study.stop import Stop
from fabsim.study.workers import in_processes
from fabsim.terms import InputError
from fabsim.trace import CHECKPOINT, Recorder, folder_transaction, read_trace

GAUGES = "progress"


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; the text says what was kept and how to go on."""


def run(path: Path | None, options: RunOptions, watcher: Watcher | None = None) -> RunResult:
    """Return the results of a scenario: from its folder if this run was made before, else by running it.

    A run that was interrupted goes on.  ``path``: the scenario; None if ``options.resume`` names the folder of an interrupted run.

    Raises
    ------
    InputError
        If files or options cannot be used, or the folder holds something else.
    StallError
        If lots wait that nothing could ever move.
    Interrupted
        On Ctrl-C; what is done is kept, and the same run goes on from there.
    """
    plan = _plan(path, options)
    try:
        if watcher:
            watcher.starting(plan)
        if not plan.reused:
            with Stop():
                _execute(plan, watcher.progress if watcher else None)
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted: {_kept(plan)}") from error
    return result(plan)


def _plan(path: Path | None, options: RunOptions) -> Plan:
    if options.resume is None:
        assert path is not None
        return plan_run(path, options)
    path, asked, key = resumed(options)
    plan = plan_run(path, asked)
    if plan.key != key:
        raise InputError(f"{options.resume}: the files of its scenario have changed since the run began; run it anew")
    return plan


def result(plan: Plan) -> RunResult:
    """Return what the folder of a finished plan holds."""
    about = store.read_about(plan.folder)
    assert about is not None
    return RunResult(
        folder=plan.folder,
        summary=store.read_summary(plan.folder),
        warnings=(*plan.warnings, *about["warnings"], *differing_floor(plan, about["floor"])),
        reused=plan.reused,
    )


def _execute(plan: Plan, progress: Callable[[Progress], None] | None) -> None:
    if len(plan.replications) == 1:
        replicate(plan, plan.replications[0], plan.folder, progress)
    else:
        _replicate_all(plan, progress)


def replicate(plan: Plan, replication: int, folder: Path, progress: Callable[[Progress], None] | None) -> None:
    """Run one replication into ``folder``, which is then complete, or absent if this raises; go on with it if it was interrupted."""
    go_on = plan.options.resume is not None or not plan.options.force
    with Stop() as stop, folder_transaction(folder, plan.options.force, go_on=go_on) as work:
        begin, written, place = checkpoints.beginning(plan, replication, work)
        begun = datetime.now(UTC) - timedelta(seconds=begin.wall_s if begin else 0.0)
        with Recorder(plan.scenario, work, begin=written, begin_in=place) as recorder:
            totals = simulate(
                plan.scenario,
                replication,
                floor=plan.floor,
                recorder=recorder,
                progress=progress,
                threads=plan.threads,
                begin=begin,
                keeping=checkpoints.keeping(plan, replication, work, stop),
            )
            trace = recorder.close()
        dies = good_dies(plan.scenario, trace, replication)
        yields_by_month(plan.scenario, trace, dies).write_parquet(work / "yields.parquet")
        summary, warnings = summarize(plan.scenario, [trace], [totals], plan.floor, dies=[dies])
        about = store.about(plan, (replication,), [totals], begun)
        store.write(work, about | {"warnings": warnings}, summary)
    if plan.every_ms is None:
        shutil.rmtree(folder / CHECKPOINT, ignore_errors=True)


def _replicate_all(plan: Plan, progress: Callable[[Progress], None] | None) -> None:
    """Run the replications that are not finished yet, each into a folder of its own beside the plan's, then put all in place."""
    begun = datetime.now(UTC)
    pile = _pile(plan)
    pile.mkdir(parents=True, exist_ok=True)
    write_request(plan, pile)
    finished = [one for one in plan.replications if _is_kept(plan, pile, one)]
    gauges = Gauges.create(pile / GAUGES, len(plan.replications))
    for one in finished:
        gauges.finish(one, plan.scenario.horizon_ms)
    read = gauges.reader([plan.scenario.horizon_ms] * len(plan.replications))

    def tick() -> None:
        if progress:
            progress(read())

    _run_missing([piece for piece in pieces_of(plan, pile / GAUGES) if not piece.is_kept()], plan.jobs, tick)
    _assemble(plan, pile, begun)


def _run_missing(missing: list[Piece], jobs: int, tick: Callable[[], None]) -> None:
    if jobs > 1 and len(missing) > 1:
        in_processes(Piece.do, missing, jobs, tick)
        return
    for piece in missing:
        piece.do(tick)


@dataclass(frozen=True)
class Piece:
    """One replication of a plan: what a process works on at a time."""

    plan: Plan
    replication: int
    folder: Path
    """Where it goes: the plan's own folder if it is the only one."""
    gauges: Path
    row: int
    """Of the gauges, for how far it is."""

    def __str__(self) -> str:
        return f"replication {self.replication}"

    def is_kept(self) -> bool:
        """Return whether its folder holds it already."""
        if self.folder == self.plan.folder:
            return not self.plan.options.force and store.holds(self.folder, self.plan.key)
        return _is_kept(self.plan, self.folder.parent, self.replication)

    def do(self, tick: Callable[[], None] | None = None) -> None:
        """Run it, noting in the gauges how far it is; done already, it is left as it is."""
        gauges = Gauges(self.gauges)
        if not self.is_kept():
            replicate(self.plan, self.replication, self.folder, gauges.writer(self.row, then=tick))
        gauges.finish(self.row, self.plan.scenario.horizon_ms)


def pieces_of(plan: Plan, gauges: Path, first_row: int = 0) -> list[Piece]:
    """Return the replications of a plan, each with a row of the gauges from ``first_row`` on."""
    alone = len(plan.replications) == 1
    return [
        Piece(plan, one, plan.folder if alone else _place(_pile(plan), one), gauges, first_row + number)
        for number, one in enumerate(plan.replications)
    ]


@dataclass(frozen=True)
class Whole:
    """The last work on a plan of several replications: put them in place, with the figures of all of them."""

    plan: Plan
    pieces: tuple[Piece, ...]
    begun: datetime

    def __str__(self) -> str:
        return "putting replications together"

    def do(self) -> None:
        """Do it, unless it is done already."""
        if self.plan.options.force or not store.holds(self.plan.folder, self.plan.key):
            for piece in self.pieces:
                piece.do()  # nothing to do, unless a process was killed at this very work
            _assemble(self.plan, _pile(self.plan), self.begun)


def _assemble(plan: Plan, pile: Path, begun: datetime) -> None:
    """Move finished replications into the plan's folder, with the figures of all of them."""
    folders = [_place(pile, one) for one in plan.replications]
    totals = [total for folder in folders for total in store.read_totals(folder)]
    traces = [read_trace(folder) for folder in folders]
    summaries = [store.read_summary(folder) for folder in folders]
    summary, warnings = summarize(plan.scenario, traces, totals, plan.floor, known=summaries)
    about = store.about(plan, plan.replications, totals, begun)
    with folder_transaction(plan.folder, plan.options.force) as work:
        store.write(work, about | {"warnings": warnings}, summary)
        for folder in folders:
            folder.rename(work / folder.name)
    with suppress(OSError):
        shutil.rmtree(pile)


def _pile(plan: Plan) -> Path:
    """Return the folder in which replications wait for the others of their run; runs of the same into several folders have one each."""
    return plan.folder.absolute().with_name(f".partial-{plan.folder.name}-{plan.key[:SHORT]}")


def _place(parent: Path, replication: int) -> Path:
    return parent / f"rep={replication}"


def _kept(plan: Plan) -> str:
    """Return what an interrupted run leaves."""
    again = f"fabsim run --resume {plan.folder}"
    if len(plan.replications) == 1:
        if store.holds(plan.folder, plan.key):
            return f"the run is finished, the same command answers from {plan.folder}"
        day = checkpoints.day_of(plan)
        return "nothing is kept of a single replication" if day is None else f"day {day:g} is kept; {again} goes on from there"
    kept = sum(_is_kept(plan, _pile(plan), one) for one in plan.replications)
    many = len(plan.replications)
    return f"{kept} of {many} replications are kept; the same command goes on with the others, as does {again}"


def _is_kept(plan: Plan, pile: Path, replication: int) -> bool:
    return store.holds(_place(pile, replication), plan.key_of((replication,)))
