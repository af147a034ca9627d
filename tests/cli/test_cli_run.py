"""``fabsim run``: figures on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fabsim.cli import main
from tests.tiny import SCENARIO

COMMAND = [sys.executable, "-c", "import sys; from fabsim.cli import main; sys.exit(main())"]


def test_yields_are_shown_where_there_are_dies(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario]) == 0
    assert "good dies" not in capsys.readouterr().out
    die = "fab.products.P={route: base, die: {width_mm: 10, height_mm: 10}, yield: {model: poisson, defects_per_cm2: 0}}"
    assert main(["run", scenario, "--set", die]) == 0
    out = capsys.readouterr().out
    assert "good dies" in out
    assert "621.0" in out


def test_json_is_alone_on_standard_output_and_is_the_summary(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--json"]) == 0
    out, err = capsys.readouterr()
    folder = next(Path("reports").iterdir())
    assert out == (folder / "summary.json").read_text(encoding="utf-8")
    assert json.loads(out)["layout"] == "tiny"
    told = [line.split()[0] for line in err.splitlines()]
    assert told in (["running", "done"], ["compiling", "running", "done"])
    assert "tiny/steady: 30 days, compiled floor" in err


def test_tables_show_the_digest_lots_products_and_toolsets(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario]) == 0
    out = capsys.readouterr().out
    summary = json.loads(next(Path("reports").glob("*/summary.json")).read_text(encoding="utf-8"))
    assert out.startswith(f"tiny/steady: 30 days, seed 1, digest {summary['digest']}, {summary['moves']:,} moves")
    assert f"lots: {summary['lots']['released']:,} released" in out
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert f"{summary['products']['P']['cycle_time_days']['mean']:.3f}" in rows["P"]
    assert f"{summary['toolsets']['WET']['utilization']:.1%}".replace("%", " %") in rows["WET"]
    assert "streams" not in rows
    assert "quarter" not in rows


def test_a_second_time_nothing_runs_and_the_same_is_shown(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario]) == 0
    first = capsys.readouterr()
    assert main(["run", scenario]) == 0
    second = capsys.readouterr()
    assert second.err == ""
    assert second.out.replace("\nfrom reports", "\nin reports") == first.out


def test_intervals_are_shown_over_replications(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--reps", "2", "--jobs", "1"]) == 0
    out, err = capsys.readouterr()
    assert "2 replications" in out
    assert "±" in next(line for line in out.splitlines() if line.startswith(" WET"))
    assert "2 replications" in err


def test_a_horizon_within_the_warm_up_shows_dashes_and_a_warning(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--days", "3"]) == 0
    out, err = capsys.readouterr()
    assert next(line for line in out.splitlines() if line.startswith(" P ")).split()[1:] == ["-"] * 10
    assert "warning: the horizon (3 d) ends before the warm-up (5 d)" in err


def test_a_terminal_gets_a_bar_that_standard_output_knows_nothing_of(scenario: str) -> None:
    terminal, other_end = os.openpty()
    # the slow form of the floor: the bar is first moved after a tenth of a second
    args = [*COMMAND, "run", scenario, "--json", "--days", "900", "--floor", "components"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=other_end, env=os.environ | {"TERM": "xterm", "COLUMNS": "120"}) as process:
        os.close(other_end)
        shown = b""
        with contextlib.suppress(OSError):  # a terminal whose other end has closed is an error to read
            while chunk := os.read(terminal, 4096):
                shown += chunk
        out = process.stdout.read() if process.stdout else b""
    os.close(terminal)
    assert process.returncode == 0
    assert json.loads(out)["days"] == 900
    assert b"tiny/steady" in shown
    assert b"of 900" in shown


def test_quiet_prints_one_line(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "-q"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert not err


def test_verbose_tells_the_plan(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "-v", "--rep", "3"]) == 0
    err = capsys.readouterr().err
    assert "2 steps, 2 toolsets, 3 tools" in err
    assert "replications: 3, 1 at a time, seed 1" in err


def test_an_overload_is_told_once_and_before_the_run(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--json", "--set", "starts.P.wafers_per_month=30000"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("warning: WET: ")
    assert err.count("warning: WET") == 1
    assert err.index("warning: WET") < err.index("running")
    json.loads(out)


def test_a_ramp_is_told_by_quarter_and_streams_apart_from_products(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    ramp = ["--set", "starts.P.wafers_per_month={0: 4000, 3: 8000}", "--set", "starts.P.hot={share: 5 %, priority: 20}"]
    assert main(["run", scenario, "--days", "200", *ramp]) == 0
    out = capsys.readouterr().out
    assert "streams" in out
    assert "P.hot" in out
    assert [line.split()[0] for line in out.splitlines() if line.startswith(" Q")] == ["Q1", "Q2", "Q3"]


def test_every_problem_of_a_file_is_a_line_on_standard_error(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(scenario).write_text(SCENARIO.replace("warmup", "warnup").replace("30 d", "30 parsecs"), encoding="utf-8")
    assert main(["run", scenario]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 2
    assert all(line.startswith("tiny/scenario.yaml:") for line in err.splitlines())
    assert not Path("reports").exists()


def test_a_missing_file_exits_2(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario.replace("scenario", "absent")]) == 2
    assert "absent.yaml" in capsys.readouterr().err


def test_an_interrupted_command_exits_130_and_tells_how_to_go_on(scenario: str) -> None:
    args = [*COMMAND, "run", scenario, "--reps", "50", "--jobs", "2", "--days", "36500"]
    with subprocess.Popen(args, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("running")
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert not out
    assert "the same command goes on with the others" in err
    assert "Traceback" not in err


def test_an_interrupted_single_run_exits_130_and_its_folder_is_enough_to_go_on(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    args = [*COMMAND, "run", scenario, "--days", "36500", "--out", "cut", "--set", "trace=lots", "--checkpoint", "30d"]
    with subprocess.Popen(args, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not list(Path().glob(".cut.*/new/checkpoint/state.npz")):
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert not out
    assert re.fullmatch(r"interrupted: day [\d.]+ is kept; fabsim run --resume cut goes on from there", err.splitlines()[-1])
    assert main(["run", "--resume", "cut", "--json", "--checkpoint", "20000d"]) == 0
    assert json.loads(capsys.readouterr().out)["days"] == 36_500


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "found neither SCENARIO nor --resume FOLDER, expected one of them"),
        (
            ["tiny", "--resume", "cut", "--days", "3", "--set", "a=b", "--from", "x"],
            "found SCENARIO, --days, --set, --from beside --resume, which goes on with the run as it was begun",
        ),
        (["--resume", "cut"], "cut: found no interrupted run to go on with"),
    ],
    ids=["nothing", "both", "absent"],
)
def test_resume_takes_the_place_of_a_scenario(scenario: str, args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    del scenario
    assert main(["run", *args]) == 2
    assert told in capsys.readouterr().err


def test_a_pipe_gets_no_escapes(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--days", "3"]) == 0
    assert "\x1b" not in "".join(capsys.readouterr())


def test_no_color_is_honoured_where_colour_is_forced(
    scenario: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    colour = "\x1b[3"
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["run", scenario, "--days", "3"]) == 0
    out, err = capsys.readouterr()
    assert colour not in out + err
