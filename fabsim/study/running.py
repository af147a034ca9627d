"""Run a scenario: once, or many replications side by side, into a folder that answers the next time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fabsim.engine import Progress, simulate
from fabsim.metrics import by_quarter, summarize
from fabsim.study import checkpoints, store
from fabsim.study.gauges import Gauges
from fabsim.study.options import Plan, RunOptions, RunResult, Watcher
from fabsim.study.planning import SHORT, changing_starts, differing_floor, plan_run
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
        by_quarter=_quarters(plan),
    )


def _quarters(plan: Plan) -> list[dict[str, Any]]:
    if not changing_starts(plan.scenario):
        return []
    folder = plan.folder if len(plan.replications) == 1 else _place(plan.folder, plan.replications[0])
    return by_quarter(plan.scenario, read_trace(folder)).to_dicts()


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
        keeping = checkpoints.keeping(plan, replication, work, stop)
        with Recorder(plan.scenario, work, begin=written, begin_in=place) as recorder:
            totals = simulate(
                plan.scenario, replication, floor=plan.floor, recorder=recorder, progress=progress, begin=begin, keeping=keeping
            )
            trace = recorder.close()
        summary, warnings = summarize(plan.scenario, [trace], [totals], plan.floor)
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
    read = gauges.reader(plan.scenario.horizon_ms)

    def tick() -> None:
        if progress:
            progress(read())

    _run_missing(plan, pile, sorted(set(plan.replications) - set(finished)), tick)
    _assemble(plan, pile, begun)


def _run_missing(plan: Plan, pile: Path, missing: list[int], tick: Callable[[], None]) -> None:
    if plan.jobs > 1 and len(missing) > 1:
        in_processes(partial(replicate_into_pile, plan, pile), missing, plan.jobs, tick)
        return
    for one in missing:
        replicate_into_pile(plan, pile, one, tick)


def replicate_into_pile(plan: Plan, pile: Path, replication: int, tick: Callable[[], None] | None = None) -> None:
    """Run one replication of many, noting in the gauges how far it is; done already, it is left as it is."""
    if not _is_kept(plan, pile, replication):
        gauges = Gauges(pile / GAUGES)
        replicate(plan, replication, _place(pile, replication), gauges.writer(replication, then=tick))
        gauges.finish(replication, plan.scenario.horizon_ms)


def _assemble(plan: Plan, pile: Path, begun: datetime) -> None:
    """Move finished replications into the plan's folder, with the figures of all of them."""
    folders = [_place(pile, one) for one in plan.replications]
    totals = [total for folder in folders for total in store.read_totals(folder)]
    summary, warnings = summarize(plan.scenario, [read_trace(folder) for folder in folders], totals, plan.floor)
    about = store.about(plan, plan.replications, totals, begun)
    with folder_transaction(plan.folder, plan.options.force) as work:
        store.write(work, about | {"warnings": warnings}, summary)
        for folder in folders:
            folder.rename(work / folder.name)
    with suppress(OSError):
        shutil.rmtree(pile)


def _pile(plan: Plan) -> Path:
    """Return the folder in which replications wait for the others of their run."""
    return plan.folder.absolute().with_name(f".partial-{plan.key[:SHORT]}")


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
