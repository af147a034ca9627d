"""``fabsim batch``: figures of all variants on standard output, what failed on standard error and in the exit code."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fabsim.cli import main
from tests.cli.test_cli_run import COMMAND

BATCH = """
kind: batch
set: {horizon: 20 d}
variants:
  base: {}
  slow: {set: {fab.toolsets.WET.process: 41 min}}
"""
STALLS = "  stalls: {set: {period: 1 d, changes: [{toolset: WET, tools: -1, at: 2 d}]}}\n"


@pytest.fixture
def batch(scenario: str) -> Callable[[str], str]:
    """Give what writes a batch file beside a small scenario, inside the working directory, and returns its path."""

    def write(text: str) -> str:
        path = Path(scenario).with_name("batch.yaml")
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def runs() -> Iterator[Path]:
    yield from Path("reports").glob("tiny-*")


def test_a_failed_variant_exits_3_and_the_others_are_shown_and_kept(
    batch: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = batch(BATCH + STALLS)
    assert main(["batch", file, "--jobs", "1"]) == 3
    out, err = capsys.readouterr()
    assert "running batch: 3 of 3 variants, 3 replications, 1 at a time" in err
    assert "failed: stalls: replication 0: " in err
    assert "WET: 21 lots wait" in err
    rows = [line.split() for line in out.splitlines() if line.startswith((" base", " slow", " stalls"))]
    assert [row[:2] for row in rows] == [["base", "1"], ["slow", "1"], ["stalls", "failed"], ["base", "P"], ["slow", "P"]]
    assert out.splitlines()[-1] == "3 variants: 2 run, 1 failed"
    assert len(list(runs())) == 2
    summaries = {path: json.loads((path / "summary.json").read_text(encoding="utf-8")) for path in runs()}
    batch(BATCH)
    assert main(["batch", file, "--json"]) == 0
    out, err = capsys.readouterr()
    assert not err
    told = json.loads(out)["variants"]
    assert [(one["name"], one["reused"], one["failures"]) for one in told] == [("base", True, []), ("slow", True, [])]
    assert {Path(one["folder"]): one["summary"] for one in told} == summaries
    assert main(["batch", file, "-q"]) == 0
    assert capsys.readouterr() == ("2 variants: 2 reused\n", "")
    assert main(["batch", file, "-v"]) == 0
    assert f"base: {told[0]['folder']}\n" in capsys.readouterr().out


def test_bad_input_exits_2_before_anything_runs(batch: Callable[[str], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", batch(BATCH.replace("41 min", "41 mins"))]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("tiny/batch.yaml:6:")
    assert main(["batch", batch(BATCH), "-q", "-v"]) == 2
    assert main(["batch", batch(BATCH), "--floor", "wooden"]) == 2
    assert not Path("reports").exists()


def test_ctrl_c_on_a_terminal_exits_130_at_once_and_keeps_what_is_finished(batch: Callable[[str], str]) -> None:
    long = "  long: {set: {horizon: 36500 d, replications: 50}}\n"
    args = [*COMMAND, "batch", batch(BATCH + long), "--jobs", "1"]
    terminal, other_end = os.openpty()
    shown = b""
    look = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=other_end, env=look, start_new_session=True) as process:
        os.close(other_end)
        while len(list(runs())) < 2 or b"2 of 52 done" not in shown:
            shown += os.read(terminal, 4096)
        # a terminal sends the signal to all processes of the command, so the test does too
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(OSError):  # a terminal whose other end has closed is an error to read
            while chunk := os.read(terminal, 4096):
                shown += chunk
        out = process.stdout.read() if process.stdout else b"?"
    os.close(terminal)
    assert process.returncode == 130
    assert not out
    assert shown.splitlines()[-1] == (
        b"interrupted: 2 of 3 variants are kept, and what is finished of the others; the same command goes on from there"
    )
    assert b"Traceback" not in shown
    assert all((path / "summary.json").exists() for path in runs())
