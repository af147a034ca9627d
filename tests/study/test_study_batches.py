"""A batch: every variant is the run it would be alone, what fails takes nothing with it, what is finished stays."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing import active_children
from pathlib import Path
from typing import Any, TypeVar

import pytest

from fabsim.engine import Progress
from fabsim.study import Interrupted, RunOptions, batches, run, running
from fabsim.study.batches import BatchPlan, Outcome, run_batch
from fabsim.terms import InputError
from tests.study.test_study_running import Simulated, listing, without_costs

Item = TypeVar("Item")

BATCH = """
kind: batch
replications: 2
variants:
  base: {}
  slow: {set: {fab.toolsets.WET.process: {exponential: 41 min}}}
"""
STALLS = "{period: 1 d, changes: [{toolset: WET, tools: -1, at: 2 d}]}"


def serially(
    task: Callable[[Item], None],
    items: Iterable[Item],
    _: int,
    tick: Callable[[], None],
    *,
    done: Callable[[Item], Iterable[Item]],
    failed: Callable[[Item, Exception], None],
) -> None:
    """Stand in for `in_processes`, without any."""
    todo = deque(items)
    while todo:
        item = todo.popleft()
        try:
            task(item)
        except ArithmeticError as error:
            failed(item, error)
        else:
            todo.extendleft(done(item))
        tick()


class Kept:
    """A watcher that keeps what it is told."""

    def __init__(self, then: Callable[[], None] | None = None) -> None:
        self.batches: list[BatchPlan] = []
        self.seen: list[tuple[Progress, int, int]] = []
        self._then = then

    def starting(self, batch: BatchPlan) -> None:
        self.batches.append(batch)

    def progress(self, at: Progress, finished: int, failed: int) -> None:
        self.seen.append((at, finished, failed))
        if self._then:
            self._then()


@pytest.fixture
def batch(tiny: Path) -> Path:
    """Give the file of a small batch beside a small scenario, inside the working directory."""
    return write(tiny.with_name("batch.yaml"), BATCH)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Simulated:
    """Run everything in this process, and count the simulations."""
    counter = Simulated()
    monkeypatch.setattr(running, "simulate", counter)
    monkeypatch.setattr(batches, "in_processes", serially)
    return counter


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def summary(outcome: Outcome) -> dict[str, Any]:
    assert outcome.summary is not None
    return without_costs(outcome.summary)


def test_a_variant_is_the_run_it_would_be_alone(batch: Path, simulated: Simulated) -> None:
    outcomes = run_batch(batch, RunOptions(days=20))
    assert list(outcomes) == ["base", "slow"]
    assert simulated.replications == [0, 1, 0, 1]
    slow = ("fab.toolsets.WET.process={exponential: 41 min}",)
    for name, overrides in (("base", ()), ("slow", slow)):
        alone = run(batch.with_name("scenario.yaml"), RunOptions(overrides=overrides, days=20, reps=2))
        assert alone.reused
        assert (alone.folder, alone.summary) == (outcomes[name].folder, outcomes[name].summary)
        assert listing(alone.folder) == {"run.json", "summary.json", "rep=0", "rep=1"}
    assert summary(outcomes["base"])["wip_lots"] != summary(outcomes["slow"])["wip_lots"]


def test_what_was_run_before_answers_and_force_runs_it_anew(batch: Path, simulated: Simulated) -> None:
    run(batch.with_name("scenario.yaml"), RunOptions(reps=2))
    simulated.replications.clear()
    first = run_batch(batch, RunOptions())
    assert [one.reused for one in first.values()] == [True, False]
    assert len(simulated.replications) == 2
    assert all(one.reused for one in run_batch(batch, RunOptions()).values())
    assert len(simulated.replications) == 2
    anew = run_batch(batch, RunOptions(force=True))
    assert len(simulated.replications) == 6
    assert {name: summary(one) for name, one in anew.items()} == {name: summary(one) for name, one in first.items()}


def test_single_replications_need_no_putting_together_and_equal_variants_run_once(batch: Path, simulated: Simulated) -> None:
    write(batch, "kind: batch\nvariants: {a: {}, b: {set: {replications: 1}}, c: {set: {seed: 2}}}\n")
    for force in (False, True):
        watcher = Kept()
        outcomes = run_batch(batch, RunOptions(force=force), watcher)
        assert outcomes["a"] == outcomes["b"]
        assert outcomes["a"].folder != outcomes["c"].folder
        assert listing(outcomes["a"].folder) >= {"run.json", "lots.parquet"}
        assert watcher.seen[-1][0].now_ms == watcher.seen[-1][0].horizon_ms
        assert watcher.seen[-1][1:] == (2, 0)
    assert simulated.replications == [0, 0, 0, 0]


def test_a_failure_is_told_and_the_next_time_only_what_failed_is_run(
    batch: Path, simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(replication: int) -> None:
        if len(simulated.replications) == 2 and replication == 0:
            raise ZeroDivisionError("oh")

    simulated._first = fail
    outcomes = run_batch(batch, RunOptions())
    assert outcomes["slow"].failures == ("replication 0: ZeroDivisionError: oh",)
    assert outcomes["slow"].summary is None
    assert outcomes["base"].summary is not None
    assert [path.name for path in Path("reports").glob(".partial-*/rep=*")] == ["rep=1"]
    counter = Simulated()
    monkeypatch.setattr(running, "simulate", counter)
    assert run_batch(batch, RunOptions())["slow"].failures == ()
    assert counter.replications == [0]


def test_an_interrupt_keeps_what_is_finished_and_the_same_batch_goes_on(
    batch: Path, simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        if len(simulated.replications) == 3:
            raise KeyboardInterrupt

    simulated._first = interrupt
    with pytest.raises(Interrupted, match="1 of 2 variants are kept, and what is finished of the others; the same command goes on"):
        run_batch(batch, RunOptions())
    counter = Simulated()
    monkeypatch.setattr(running, "simulate", counter)
    assert [one.reused for one in run_batch(batch, RunOptions()).values()] == [True, False]
    assert counter.replications == [1]


def test_a_folder_that_is_not_ours_stops_the_batch_before_anything_runs(batch: Path, simulated: Simulated) -> None:
    folder = run_batch(batch, RunOptions())["slow"].folder
    (folder / "run.json").unlink()
    simulated.replications.clear()
    with pytest.raises(InputError, match="exists already and is no run's folder"):
        run_batch(batch, RunOptions(force=True))
    assert simulated.replications == []


def test_a_killed_process_and_a_variant_that_stalls_take_nothing_else_with_them(batch: Path) -> None:
    write(batch, BATCH + f"  stalls: {{set: {STALLS}}}\n")
    victims: list[int] = []

    def kill() -> None:
        if not victims and active_children():
            victims.append(active_children()[0].pid or 0)
            os.kill(victims[0], signal.SIGKILL)

    outcomes = run_batch(batch, RunOptions(jobs=1), Kept(kill))
    assert victims
    assert [len(one.failures) for one in outcomes.values()] == [0, 0, 2]
    assert all("WET: " in failure for failure in outcomes["stalls"].failures)
    alone = run(batch.with_name("scenario.yaml"), RunOptions(reps=2, jobs=1, out=Path("alone")))
    assert summary(outcomes["base"]) == without_costs(alone.summary)
    finished = {name for name in listing(Path("reports")) if not name.startswith(".")}
    assert finished == {outcomes["base"].folder.name, outcomes["slow"].folder.name}
