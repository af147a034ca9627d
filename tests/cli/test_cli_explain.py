"""``fabsim explain``: the story of a lot, and why some lots have none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from fabsim.cli import main
from fabsim.terms import MINUTE
from tests.tiny import write_tiny

FAB = """
kind: fab
name: tiny
transport: {default: 5 min, first: 2 min}
toolsets:
  WET: {area: wet, tools: 1, process: 20 min}
  FURNACE: {area: hot, tools: 1, process: 60 min, per: batch, batch: {min: 50, max: 50}}
routes: {base: [{step: CLEAN, toolset: WET}, {step: BAKE, toolset: FURNACE}]}
products: {P: {route: base}}
"""

SCENARIO = """
kind: scenario
fab: fab.yaml
name: steady
horizon: 3 h
trace: all
starts: {P: {lot_size: 25, pattern: {schedule: [0 min, 0 min, 170 min]}}}
"""

# Lots 0 and 1 are at WET at 2: 2-22 and 22-42; at FURNACE at 27 and 47: together 47-107.  Lot 2 is in WET at the horizon.


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with three runs: ``all``, ``sample`` and ``lots`` are traced."""
    folder = tmp_path_factory.mktemp("explain")
    write_tiny(folder, FAB, SCENARIO)
    for trace in ("all", "sample", "lots"):
        assert main(["run", str(folder / "scenario.yaml"), "--set", f"trace={trace}", "--out", str(folder / trace), "-q"]) == 0
    return folder


def told(capsys: pytest.CaptureFixture[str], *args: str | Path) -> str:
    """Run the command, which must fail, and give what it says."""
    assert main(["explain", *map(str, args)]) == 2
    out, err = capsys.readouterr()
    assert not out
    return err


def test_json_tells_every_move_and_what_it_waited_for(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(runs / "all"), "--lot", "1", "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    minutes = {name: story[name] / MINUTE for name in ("release_ms", "done_ms", "cycle_time_ms", "wait_ms", "transport_ms", "tool_ms")}
    assert minutes == {"release_ms": 0, "done_ms": 107, "cycle_time_ms": 107, "wait_ms": 20, "transport_ms": 7, "tool_ms": 80}
    assert story["waits_ms"] == {"busy": 20 * MINUTE}
    clean, bake = story["moves"]
    assert (clean["step"], clean["tool"], clean["waits_ms"]) == ("CLEAN", "WET#1", {"busy": 20 * MINUTE})
    assert [clean[name] / MINUTE for name in ("transport_ms", "arrive_ms", "start_ms", "finish_ms")] == [2, 2, 22, 42]
    assert (bake["step"], bake["transport_ms"] / MINUTE, bake["wait_ms"], bake["job_lots"]) == ("BAKE", 5, 0, 2)
    assert story["longest_waits"] == [0]


def test_the_story_is_told_in_words(runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "132")
    assert main(["explain", str(runs / "all"), "--lot", "0"]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert out.startswith("lot 0: 25 wafers of P, stream P, priority 0\nreleased on day 0.00, done on day 0.07; 2 moves\n")
    assert "waited for batch 0.33 h (100%)" in out
    assert [line.split()[1] for line in out.splitlines() if "#1" in line] == ["CLEAN", "BAKE", "BAKE"]


def test_a_lot_that_was_not_traced_is_told_apart_from_those_that_were(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    err = told(capsys, runs / "sample", "--lot", "1")
    assert err == (f"{runs / 'sample'}: lot 1 was not traced; traced are 0.  Run the scenario with --set trace=all to trace every lot\n")
    assert "found no moves of lot 1, since trace: lots records none" in told(capsys, runs / "lots", "--lot", "1")


def test_a_lot_without_a_finished_step_has_no_story(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "lot 2 has not finished a step yet" in told(capsys, runs / "all", "--lot", "2")


def test_a_run_without_reasons_of_waits_is_asked_to_be_made_again(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = shutil.copytree(runs / "all", tmp_path / "old")
    pl.read_parquet(old / "lots.parquet").drop("wait_busy_ms").write_parquet(old / "lots.parquet")
    assert "run it again with --force" in told(capsys, old, "--lot", "0")


def test_wrong_lots_replications_and_folders_are_refused(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, runs / "all", "--lot", "7") == "--lot: found 7, expected a lot of the run, 0, 1, 2\n"
    assert told(capsys, runs / "all", "--lot", "0", "--rep", "3") == "--rep: found 3, expected 0\n"
    assert "holds no run.json" in told(capsys, runs, "--lot", "0")


HELD = """
kind: fab
name: held
calendars: {fails: {kind: breakdown, every: 100 h, first: 1 h, takes: 2 h}}
toolsets: {ETCH: {area: a, tools: 1, process: 1 min, per: wafer, chambers: {parallel: 2, calendars: [fails]}}}
routes: {r: [{step: S, toolset: ETCH, hold: {share: 1, time: 36 min}}]}
products: {P: {route: r}}
"""


def test_holds_waits_at_the_gate_and_chambers_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # 24 wafers on two chambers: 12 min, then 36 on hold; the second start is due at 0 and comes at 48, the third is held to the end
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "fab.yaml").write_text(HELD, encoding="utf-8")
    starts = "starts: {P: {lot_size: 24, wip_limit: 1, pattern: {schedule: [0 h, 0 h, 90 min]}}}\n"
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"kind: scenario\nfab: fab.yaml\nname: held\nhorizon: 95 min\ntrace: all\n{starts}", encoding="utf-8")
    assert main(["run", str(scenario), "--out", str(tmp_path / "run")]) == 0
    out = capsys.readouterr().out
    assert "2 released, 1 completed, 0 scrapped, 1 in process, 1 starts held at the gate;" in out
    assert "chambers up" in out
    assert main(["explain", str(tmp_path / "run"), "--lot", "1"]) == 0
    out = capsys.readouterr().out
    assert "0.03 d so far 0.00 d waiting, 0.00 d on its way, 0.01 d in tools, 0.03 d on hold; its start was held 0.80 h at the gate" in out
    (row,) = [line for line in out.splitlines() if "ETCH#1" in line]
    assert row.split()[-2:] == ["0.20", "0.60"]
