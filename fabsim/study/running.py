"""Run a scenario: once, or many replications side by side, into a folder that answers the next time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fabsim.engine import Progress, simulate
from fabsim.metrics import summarize
from fabsim.study import store
from fabsim.study.gauges import Gauges
from fabsim.study.identity import run_key
from fabsim.study.options import Plan, RunOptions, RunResult, Watcher
from fabsim.study.planning import SHORT, differing_floor, plan_run
from fabsim.study.workers import in_processes
from fabsim.trace import Recorder, folder_transaction, read_trace

GAUGES = "progress"


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; the text says what was kept and how to go on."""


def run(path: Path, options: RunOptions, watcher: Watcher | None = None) -> RunResult:
    """Return the results of a scenario: from its folder if this run was made before, else by running it.

    Raises
    ------
    InputError
        If files or options cannot be used, or the folder holds something else.
    StallError
        If lots wait that nothing could ever move.
    Interrupted
        On Ctrl-C; finished replications are kept, and the same run goes on from them.
    """
    plan = plan_run(path, options)
    try:
        if watcher:
            watcher.starting(plan)
        if not plan.reused:
            _execute(plan, watcher.progress if watcher else None)
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted: {_kept(plan)}") from error
    return result(plan)


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
    """Run one replication into ``folder``, which is then complete, or absent if this raises."""
    begun = datetime.now(UTC)
    with folder_transaction(folder, plan.options.force) as work:
        with Recorder(plan.scenario, work) as recorder:
            totals = simulate(plan.scenario, replication, floor=plan.floor, recorder=recorder, progress=progress)
            trace = recorder.close()
        summary, warnings = summarize(plan.scenario, [trace], [totals], plan.floor)
        about = store.about(plan, (replication,), [totals], begun)
        store.write(work, about | {"warnings": warnings}, summary)


def _replicate_all(plan: Plan, progress: Callable[[Progress], None] | None) -> None:
    """Run the replications that are not finished yet, each into a folder of its own beside the plan's, then put all in place."""
    begun = datetime.now(UTC)
    pile = _pile(plan)
    pile.mkdir(parents=True, exist_ok=True)
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
    if len(plan.replications) == 1:
        return "nothing is kept of a single replication"
    kept = sum(_is_kept(plan, _pile(plan), one) for one in plan.replications)
    return f"{kept} of {len(plan.replications)} replications are kept; the same command goes on with the others"


def _is_kept(plan: Plan, pile: Path, replication: int) -> bool:
    return store.holds(_place(pile, replication), run_key(plan.scenario_hash, plan.scenario.seed, (replication,)))
