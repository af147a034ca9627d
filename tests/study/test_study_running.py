"""A run's folder: complete or absent, and the same run answers from it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fabsim.engine import FLOORS, Progress, simulate
from fabsim.study import Interrupted, Plan, RunOptions, run, running
from fabsim.terms import InputError
from tests.tiny import FAB, SCENARIO


class Kept:
    """A watcher that keeps what it is told."""

    def __init__(self, then: Callable[[Progress], None] | None = None) -> None:
        self.plans: list[Plan] = []
        self.seen: list[Progress] = []
        self._then = then

    def starting(self, plan: Plan) -> None:
        self.plans.append(plan)

    def progress(self, at: Progress) -> None:
        self.seen.append(at)
        if self._then:
            self._then(at)


class Simulated:
    """`simulate` that counts, and can do something else first."""

    def __init__(self, first: Callable[[int], None] | None = None) -> None:
        self.replications: list[int] = []
        self._first = first

    def __call__(self, scenario: Any, replication: int, **options: Any) -> Any:
        if self._first:
            self._first(replication)
        self.replications.append(replication)
        return simulate(scenario, replication, **options)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Simulated:
    """Count the simulations of this process."""
    counter = Simulated()
    monkeypatch.setattr(running, "simulate", counter)
    return counter


def listing(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def without_costs(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key not in {"wall_s", "simulate_s", "moves_per_s", "peak_memory_mib"}}


def test_a_run_leaves_a_complete_folder_that_says_what_was_run(tiny: Path) -> None:
    result = run(tiny, RunOptions(overrides=("starts.P.lot_size=20",), days=12.5))
    assert result.folder.parent == Path("reports")
    assert result.folder.name.startswith("tiny-steady-")
    tables = {f"{name}.parquet" for name in ("lots", "moves", "tools", "wip", "yields")}
    assert listing(result.folder) == {"run.json", "summary.json", *tables}
    assert listing(Path("reports")) == {result.folder.name}
    about = json.loads((result.folder / "run.json").read_text(encoding="utf-8"))
    assert about["layout"] == "tiny"
    assert about["scenario"] == "steady"
    assert about["overrides"] == ["starts.P.lot_size=20"]
    assert (about["days"], about["seed"], about["replications"], about["floor"]) == (12.5, 1, [0], FLOORS[-1])
    assert about["digest"] == result.summary["digest"]
    assert about["state_digest"] == result.summary["state_digest"]
    assert {"fabsim", "python", "numpy", "numba", "salabim", "polars"} == set(about["versions"])
    assert result.summary["lots"]["completed"] > 100


def test_good_dies_are_in_the_summary_and_in_a_table_of_each_replication(tiny: Path) -> None:
    die = "{route: base, die: {width_mm: 10, height_mm: 10}, yield: {model: poisson, defects_per_cm2: 0.1}}"
    fab = tiny.with_name("fab.yaml")
    fab.write_text(fab.read_text(encoding="utf-8").replace("{route: base}", die) + "scrap: 1 %\n", encoding="utf-8")
    options = RunOptions(overrides=("warmup=0 d",), reps=2, jobs=1)
    both = run(tiny, options)
    means = both.summary["products"]["P"]
    assert means["die_yield"]["mean"] == pytest.approx(0.9048, abs=0.001)
    assert means["line_yield"]["mean"] == pytest.approx(0.98, abs=0.01)
    tables = [pl.read_parquet(both.folder / f"rep={one}" / "yields.parquet") for one in (0, 1)]
    assert means["good_dies"]["mean"] == sum(table["good_dies"].sum() for table in tables) / 2
    assert tables[0]["dies"].sum() == 621 * tables[0]["wafers_out"].sum()
    alone = run(tiny, RunOptions(overrides=("warmup=0 d",), rep=1, out=Path("alone")))
    assert alone.summary["products"]["P"]["good_dies"] == tables[1]["good_dies"].sum()


def test_the_same_run_answers_from_its_folder(tiny: Path, simulated: Simulated) -> None:
    first = run(tiny, RunOptions())
    again = run(tiny, RunOptions(seed=1, reps=1, days=30, jobs=3))
    assert simulated.replications == [0]
    assert (first.reused, again.reused) == (False, True)
    assert again.summary == first.summary
    assert again.folder == first.folder


@pytest.mark.parametrize(
    "options",
    [RunOptions(seed=2), RunOptions(rep=1), RunOptions(reps=2, jobs=1), RunOptions(days=29), RunOptions(overrides=("warmup=4 d",))],
    ids=str,
)
def test_another_run_has_another_folder(tiny: Path, options: RunOptions) -> None:
    assert run(tiny, RunOptions()).folder != run(tiny, options).folder


def test_a_change_of_a_file_makes_another_run_but_a_comment_does_not(tiny: Path) -> None:
    first = run(tiny, RunOptions())
    tiny.write_text("# hello\n" + SCENARIO, encoding="utf-8")
    assert run(tiny, RunOptions()).reused
    tiny.with_name("fab.yaml").write_text(FAB.replace("60 min", "61 min"), encoding="utf-8")
    assert run(tiny, RunOptions()).folder != first.folder


def test_floors_share_a_folder_and_a_reader_is_told_which_one_ran(tiny: Path, simulated: Simulated) -> None:
    run(tiny, RunOptions(floor=FLOORS[0]))
    other = run(tiny, RunOptions(floor=FLOORS[-1]))
    assert simulated.replications == [0]
    assert other.summary["floor"] == FLOORS[0]
    assert any(f"was run on the {FLOORS[0]} floor" in warning for warning in other.warnings)


def test_force_runs_anew_and_replaces(tiny: Path, simulated: Simulated) -> None:
    first = run(tiny, RunOptions())
    (first.folder / "note.txt").touch()
    second = run(tiny, RunOptions(force=True))
    assert simulated.replications == [0, 0]
    assert not second.reused
    assert "note.txt" not in listing(second.folder)
    assert without_costs(second.summary) == without_costs(first.summary)


def test_a_folder_of_another_run_is_replaced_only_with_force(tiny: Path) -> None:
    out = Path("mine")
    first = run(tiny, RunOptions(out=out))
    with pytest.raises(InputError, match="mine: holds another run; choose another --out, or --force"):
        run(tiny, RunOptions(out=out, seed=2))
    assert run(tiny, RunOptions(out=out)).reused
    assert run(tiny, RunOptions(out=out, seed=2, force=True)).summary["digest"] != first.summary["digest"]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_not_ours_is_left_alone(tiny: Path, force: bool) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").touch()
    with pytest.raises(InputError, match="mine: exists already and is no run's folder"):
        run(tiny, RunOptions(out=Path("mine"), force=force))
    assert listing(Path("mine")) == {"thesis.txt"}


def test_a_run_that_fails_leaves_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> tuple[dict[str, Any], list[str]]:
        raise ZeroDivisionError

    monkeypatch.setattr(running, "summarize", fail)
    with pytest.raises(ZeroDivisionError):
        run(tiny, RunOptions())
    assert not listing(Path("reports"))


def test_replications_are_runs_of_their_own_and_the_number_of_processes_does_not_matter(tiny: Path) -> None:
    together = run(tiny, RunOptions(reps=3, jobs=2))
    one_by_one = run(tiny, RunOptions(reps=3, jobs=1, out=Path("again")))
    assert listing(together.folder) == {"run.json", "summary.json", "rep=0", "rep=1", "rep=2"}
    assert without_costs(together.summary) == without_costs(one_by_one.summary)
    alone = run(tiny, RunOptions(rep=2))
    inside = json.loads((together.folder / "rep=2" / "summary.json").read_text(encoding="utf-8"))
    assert without_costs(inside) == without_costs(alone.summary)
    digests = [json.loads((together.folder / f"rep={k}" / "run.json").read_text(encoding="utf-8"))["digest"] for k in range(3)]
    assert len(set(digests)) == 3
    assert int(together.summary["digest"], 16) == sum(int(digest, 16) for digest in digests) % 2**64
    assert together.summary["wip_lots"]["n"] == 3
    assert listing(Path("reports")) == {together.folder.name, alone.folder.name}


def test_a_killed_worker_costs_time_and_nothing_else(tiny: Path) -> None:
    victims: list[int] = []

    def kill_one(_: Progress) -> None:
        if not victims and active_children():
            victims.append(active_children()[0].pid or 0)
            os.kill(victims[0], signal.SIGKILL)

    result = run(tiny, RunOptions(reps=2, jobs=2), Kept(kill_one))
    assert victims
    assert without_costs(result.summary) == without_costs(run(tiny, RunOptions(reps=2, jobs=1, out=Path("again"))).summary)


def test_the_same_run_into_two_folders_at_once_keeps_its_replications_apart(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_then(replication: int) -> None:
        if replication == 1:
            monkeypatch.setattr(running, "simulate", simulate)
            run(tiny, RunOptions(reps=2, jobs=1, out=Path("other")))

    monkeypatch.setattr(running, "simulate", Simulated(other_then))
    run(tiny, RunOptions(reps=2, jobs=1, out=Path("one")))
    assert sorted(map(str, Path().glob("*/rep=*"))) == ["one/rep=0", "one/rep=1", "other/rep=0", "other/rep=1"]


def test_an_interrupt_keeps_finished_replications_and_the_same_run_goes_on(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(replication: int) -> None:
        if replication == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(running, "simulate", Simulated(interrupt))
    with pytest.raises(Interrupted, match="2 of 3 replications are kept; the same command goes on"):
        run(tiny, RunOptions(reps=3, jobs=1))
    assert all(name.startswith(".") for name in listing(Path("reports")))
    counter = Simulated()
    monkeypatch.setattr(running, "simulate", counter)
    result = run(tiny, RunOptions(reps=3, jobs=1))
    assert counter.replications == [2]
    assert listing(Path("reports")) == {result.folder.name}


def test_an_interrupted_single_replication_leaves_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "simulate", Simulated(interrupt))
    with pytest.raises(Interrupted, match="nothing is kept"):
        run(tiny, RunOptions())
    assert not listing(Path("reports"))


def test_a_watcher_hears_of_an_overload_before_anything_runs(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "simulate", None)
    watcher = Kept()
    with pytest.raises(TypeError):
        run(tiny, RunOptions(overrides=("starts.P.wafers_per_month=40000",)), watcher)
    assert [warning.split(":")[0] for warning in watcher.plans[0].warnings] == ["WET", "DRY"]


@pytest.mark.parametrize("reps", [1, 2])
def test_progress_never_goes_back(tiny: Path, reps: int) -> None:
    watcher = Kept()
    run(tiny, RunOptions(reps=reps, jobs=1, days=300), watcher)
    times = [at.now_ms for at in watcher.seen]
    assert times == sorted(times)
    assert all(0 <= at.now_ms <= at.horizon_ms for at in watcher.seen)


def test_quarters_are_told_of_runs_longer_than_half_a_year(tiny: Path) -> None:
    assert run(tiny, RunOptions(days=182.5)).summary["quarters"] == []
    plan = "starts.P.wafers_per_month={0: 4000, 3: 8000}"
    quarters = run(tiny, RunOptions(overrides=(plan,), days=200)).summary["quarters"]
    assert [row["quarter"] for row in quarters] == [0, 1, 2]
    assert quarters[1]["wafers_in"] == pytest.approx(24000, abs=50)


def test_a_horizon_within_the_warm_up_warns_and_still_answers(tiny: Path) -> None:
    first = run(tiny, RunOptions(days=3))
    again = run(tiny, RunOptions(days=3))
    assert first.warnings == again.warnings
    assert any("warm-up" in warning for warning in again.warnings)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (RunOptions(reps=2, rep=1), "found both --reps and --rep"),
        (RunOptions(floor="component"), "expected components or compiled; did you mean components?"),
        (RunOptions(floor="x"), "--floor: found 'x', expected components or compiled$"),
    ],
)
def test_options_that_cannot_be_used_are_named(tiny: Path, options: RunOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(tiny, options)


def test_an_out_that_cannot_be_made_is_told_before_anything_runs(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file" / "run", Path("/proc/run")):
        with pytest.raises(InputError, match=r"cannot be made: .*; choose another --out"):
            run(tiny, RunOptions(out=out))
