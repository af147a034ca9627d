"""A run that is killed, interrupted or forked goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fabsim import __version__
from fabsim.engine import Progress
from fabsim.engine.state import read_head
from fabsim.layout import read
from fabsim.metrics import check_laws, summarize
from fabsim.study import Interrupted, RunOptions, checkpoints, requests, run, running
from fabsim.study.store import read_totals
from fabsim.terms import InputError
from fabsim.trace import read_trace, unfinished
from tests.tiny import fab, write_tiny

FAB = fab(
    dry=", calendars: [{kind: breakdown, every: {exponential: 30 h}, takes: {exponential: 3 h}}]", etch=", rework: {share: 5 %, to: CLEAN}"
)

SCENARIO = """
kind: scenario
fab: fab.yaml
name: steady
horizon: 300 d
warmup: 40 d
period: 60 d
seed: 1
trace: all
starts:
  P: {pattern: poisson, wafers_per_month: 13000, due: {x_factor: 3}, hot: {share: 20 %, priority: 9}}
policy: {fab: [priority, fifo]}
"""

KILLED = """
import os, signal, sys, threading, time
from fabsim.cli import main
from fabsim.study import checkpoints
from fabsim.trace import Recorder
Recorder.__init__.__kwdefaults__["chunk_rows"] = 1000
delay, count, write = float(sys.argv.pop(1)), int(sys.argv.pop(1)), checkpoints.write_state
def die():
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)
def write_and_die(*arguments):
    global count
    count -= 1
    if count == 0:
        threading.Thread(target=die).start()
    write(*arguments)
checkpoints.write_state = write_and_die
main()
"""
"""The command, killed a while after it begins to write a state for the n-th time; the first two are those of the warm-up's end."""


class Interrupting:
    """A watcher that presses Ctrl-C when a run has come so far."""

    def __init__(self, days: float, number: int = signal.SIGINT) -> None:
        self._left_ms: float | None = days * 86_400_000
        self._number = number

    def starting(self, _: object) -> None:
        """Nothing has happened yet."""

    def progress(self, at: Progress) -> None:
        """Press it once."""
        if self._left_ms is not None and at.now_ms >= self._left_ms:
            self._left_ms = None
            os.kill(os.getpid(), self._number)


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file of a small scenario, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules["fabsim.engine.simulate"], "TICK_S", 0.0)
    return write_tiny(tmp_path / "tiny", FAB, SCENARIO)


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def about(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def counts(folder: Path) -> list[dict[str, Any]]:
    """Give the totals of a run's folder, but for what they cost."""
    cost = ("simulate_s", "wall_s", "peak_memory_mib")
    return [{name: value for name, value in totals.items() if name not in cost} for totals in about(folder)["totals"]]


def assert_same(one: Path, other: Path) -> None:
    """Compare two folders: digests, counts and every table."""
    assert counts(one) == counts(other)
    for table in ("lots", "moves", "tools", "wip"):
        assert_frame_equal(pl.read_parquet(one / f"{table}.parquet"), pl.read_parquet(other / f"{table}.parquet"))


def interrupted(scenario: Path | None, after_days: float, number: int = signal.SIGINT, **options: Any) -> str:
    """Run until a signal stops it and give what is told."""
    with pytest.raises(Interrupted) as caught:
        run(scenario, RunOptions(**options), Interrupting(after_days, number))
    return str(caught.value)


def test_a_run_that_is_killed_again_and_again_goes_on_to_the_same_tables(scenario: Path) -> None:
    whole = run(scenario, RunOptions(out=Path("whole"), days=2000))
    moments = np.random.default_rng(5)
    args = ["run", str(scenario), "--days", "2000", "--out", "cut", "--checkpoint", "60d"]
    days = []
    for _ in range(2):
        when = [str(moments.uniform(0, 0.05)), str(moments.integers(3, 6))]
        done = subprocess.run([sys.executable, "-c", KILLED, *when, *args, "-q"], check=False)
        assert done.returncode == -signal.SIGKILL
        (left,) = unfinished(Path("cut"))
        days.append(read_head(left / "checkpoint" / "state.npz")["now_ms"])
        args = ["run", "--resume", "cut"]
    assert 0 < days[0] < days[1]
    result = run(None, RunOptions(resume=Path("cut")))
    assert_same(result.folder, whole.folder)
    assert listing(Path()) == ["cut", "tiny", "whole"]
    assert listing(Path("cut/checkpoint"))[-2:] == ["state.npz", "warm.npz"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_state_and_says_how_to_go_on(scenario: Path, number: int) -> None:
    out = Path("cut")
    told = interrupted(scenario, 100, number, out=out)
    assert told == "interrupted: day 100.25 is kept; fabsim run --resume cut goes on from there"
    told = interrupted(None, 200, number, resume=out)
    assert told == "interrupted: day 200.25 is kept; fabsim run --resume cut goes on from there"
    assert [name[:5] for name in listing(Path())] == [".cut.", "tiny"]
    run(None, RunOptions(resume=out))
    assert_same(out, run(scenario, RunOptions(out=Path("whole"))).folder)
    assert "checkpoint" not in listing(out)
    assert listing(Path()) == ["cut", "tiny", "whole"]


def test_the_same_command_goes_on_too_and_force_begins_anew(scenario: Path) -> None:
    interrupted(scenario, 100)
    watched: list[int] = []
    watcher = Interrupting(1000)
    watcher.progress = lambda at: watched.append(at.now_ms)  # type: ignore[method-assign]
    first = run(scenario, RunOptions(), watcher)
    assert watched[0] == int(100.25 * 86_400_000)
    interrupted(scenario, 100, force=True)
    watched.clear()
    run(scenario, RunOptions(force=True), watcher)
    assert watched[0] == 0
    assert listing(Path("reports")) == [first.folder.name]


def test_a_second_interrupt_does_not_wait(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def press_again(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
        raise AssertionError

    monkeypatch.setattr(checkpoints, "write_state", press_again)
    assert interrupted(scenario, 100) == "interrupted: nothing is kept of a single replication"


def test_an_interrupt_when_all_is_done_loses_nothing(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*arguments: Any, **options: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return summarize(*arguments, **options)

    monkeypatch.setattr(running, "summarize", press)
    with pytest.raises(Interrupted, match=r"^interrupted: the run is finished, the same command answers from cut$"):
        run(scenario, RunOptions(out=Path("cut")))
    assert run(scenario, RunOptions(out=Path("cut"))).reused


def test_replications_that_are_not_finished_go_on(scenario: Path) -> None:
    told = interrupted(scenario, 150, out=Path("cut"), reps=2, jobs=1)
    assert told == ("interrupted: 1 of 2 replications are kept; the same command goes on with the others, as does fabsim run --resume cut")
    (pile,) = Path().glob(".partial-*")
    (left,) = unfinished(pile / "rep=1")
    assert read_head(left / "checkpoint" / "state.npz")["now_ms"] < 10 * 86_400_000
    run(None, RunOptions(resume=Path("cut")))
    whole = run(scenario, RunOptions(out=Path("whole"), reps=2, jobs=1))
    for rep in ("rep=0", "rep=1"):
        assert_same(Path("cut") / rep, whole.folder / rep)
    assert listing(Path()) == ["cut", "tiny", "whole"]


@pytest.mark.slow
def test_replications_side_by_side_all_leave_their_state(scenario: Path) -> None:
    interrupted(scenario, 600, out=Path("cut"), reps=2, jobs=2, days=36_500)
    (pile,) = Path().glob(".partial-*")
    assert [len(unfinished(pile / f"rep={rep}")) for rep in (0, 1)] == [1, 1]
    run(None, RunOptions(resume=Path("cut")))
    whole = run(scenario, RunOptions(out=Path("whole"), reps=2, days=36_500))
    for rep in ("rep=0", "rep=1"):
        assert_same(Path("cut") / rep, whole.folder / rep)


def test_another_policy_starts_from_the_warmed_fab_and_the_same_one_gives_the_same_run(scenario: Path) -> None:
    whole = run(scenario, RunOptions(out=Path("whole"), checkpoint="45 d")).folder
    assert listing(whole / "checkpoint") == ["state.npz", "warm.npz"]
    same = run(scenario, RunOptions(start=whole)).folder
    assert_same(same, whole)
    assert about(same)["from"] == [str(Path("whole/checkpoint/warm.npz").absolute())]
    assert about(whole)["from"] == []
    assert run(scenario, RunOptions()).folder != same
    other = ("policy.fab=[spt]",)
    early, late = (run(scenario, RunOptions(start=start, overrides=other)).folder for start in (whole, whole / "checkpoint" / "state.npz"))
    assert len({about(folder)["digest"] for folder in (whole, early, late)}) == 3
    moves = [pl.read_parquet(folder / "moves.parquet") for folder in (whole, early)]
    before = [frame.filter(pl.col("finish_ms") < 40 * 86_400_000) for frame in moves]
    assert_frame_equal(*before)
    assert not moves[0].equals(moves[1])
    totals = read_totals(early)[0]
    assert check_laws(read(scenario, other), read_trace(early), totals) == []


def test_an_interrupted_run_can_be_started_from_and_what_started_so_goes_on(scenario: Path) -> None:
    interrupted(scenario, 100, out=Path("base"))
    other = ("policy.fab=[spt]",)
    straight = run(scenario, RunOptions(out=Path("straight"), start=Path("base"), overrides=other)).folder
    told = interrupted(scenario, 200, start=Path("base"), overrides=other)
    cut = Path(told.split()[8])
    run(None, RunOptions(resume=cut))
    assert_same(cut, straight)


ANOTHER = "; start from another one, or leave out --from"
OTHER_FAB = f"the checkpoint is of another layout: more than the policy of its fab differs{ANOTHER}"
OTHER_SCENARIO = f"the checkpoint is of another scenario: starts, tools over time, horizon, periods or trace differ{ANOTHER}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 2}, f"the checkpoint is of seed 1, expected seed 2{ANOTHER}"),
        ({"overrides": ("fab.toolsets.WET.process=41 min",)}, OTHER_FAB),
        ({"overrides": ("starts.P.priority=1",)}, OTHER_SCENARIO),
        ({"days": 299}, OTHER_SCENARIO),
        ({"overrides": ("trace=lots",)}, OTHER_SCENARIO),
    ],
    ids=str,
)
def test_a_checkpoint_of_something_else_is_refused(scenario: Path, base: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{base}: {message}$"):
        run(scenario, RunOptions(start=base, **options))


def test_a_checkpoint_of_another_replication_version_or_record_is_refused(
    scenario: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=f"^{base}: the checkpoint is of replication 0, expected replication 1{ANOTHER}$"):
        run(scenario, RunOptions(start=base, rep=1))
    monkeypatch.setattr(checkpoints, "record_types", lambda: "others")
    with pytest.raises(InputError, match=f"^{base}: the checkpoint was made by a fabsim whose records differ from this one's; run anew$"):
        run(scenario, RunOptions(start=base))
    monkeypatch.setattr(checkpoints, "__version__", "99.0")
    with pytest.raises(InputError, match=f"^{base}: the checkpoint was made by fabsim {__version__}, this is 99.0; run anew$"):
        run(scenario, RunOptions(start=base))


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[:-1], lambda content: content[:500] + bytes([content[500] ^ 4]) + content[501:]],
    ids=["cut", "changed"],
)
def test_a_damaged_checkpoint_is_refused(scenario: Path, base: Path, spoil: Any) -> None:
    base.write_bytes(spoil(base.read_bytes()))
    with pytest.raises(InputError, match=f"^{base}: the checkpoint is damaged: .*; run anew$"):
        run(scenario, RunOptions(start=base))


def test_an_interrupted_run_of_something_else_or_of_before_is_not_gone_on_with(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Path("cut")
    interrupted(scenario, 100, out=out)
    message = "cut: found an interrupted run of something else there; fabsim run --resume cut goes on with it, --force lets this one take"
    with pytest.raises(InputError, match=message):
        run(scenario, RunOptions(out=out, seed=2))
    assert interrupted(None, 200, resume=out).startswith("interrupted: day 200.25 is kept")
    monkeypatch.setattr(requests, "__version__", "99.0")
    with pytest.raises(InputError, match=f"^cut: the run was begun by fabsim {__version__}, this is 99.0; run it anew$"):
        run(None, RunOptions(resume=out))
    monkeypatch.undo()
    monkeypatch.chdir(scenario.parents[1])
    scenario.write_text(SCENARIO.replace("13000", "12000"), encoding="utf-8")
    with pytest.raises(InputError, match=r"^cut: the files of its scenario have changed since the run began; run it anew$"):
        run(None, RunOptions(resume=out))
    run(scenario, RunOptions(out=out, force=True))
    with pytest.raises(InputError, match=r"^cut: found a finished run, expected an interrupted one$"):
        run(None, RunOptions(resume=out))
    with pytest.raises(InputError, match=r"^nowhere: found no interrupted run to go on with; expected the folder of one$"):
        run(None, RunOptions(resume=Path("nowhere")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"checkpoint": "30"}, "--checkpoint: found '30', expected a duration with its unit, as '45 min'"),
        ({"checkpoint": "59 min"}, "--checkpoint: found '59 min', expected at least 1 h"),
        (
            {"checkpoint": "1 d", "floor": "components"},
            "--checkpoint: found --floor components, expected compiled, the only floor that can stop and go on",
        ),
        (
            {"start": Path("nowhere"), "floor": "components"},
            "--from: found --floor components, expected compiled, the only floor that can stop and go on",
        ),
        ({"start": Path("nowhere")}, "nowhere: found no checkpoint of replication 0; fabsim run SCENARIO --checkpoint 30d keeps one"),
    ],
    ids=str,
)
def test_options_that_cannot_be_used_are_named(scenario: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        run(scenario, RunOptions(**options))
    assert not Path("reports").exists()


@pytest.fixture
def base(scenario: Path) -> Path:
    """Give the state of a run at the end of its warm-up."""
    run(scenario, RunOptions(out=Path("base"), checkpoint="50 d"))
    return Path("base/checkpoint/warm.npz").absolute()
