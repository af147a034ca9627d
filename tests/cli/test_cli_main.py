"""How the command line begins and ends: quickly, with the right exit code, never with a traceback."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import click
import pytest

from fabsim.cli import main, run
from fabsim.terms import FabsimError, InputError, Problem, StallError

HEAVY = {"numba", "polars", "salabim", "ortools", "pydantic", "yaml", "rich", "numpy"}


def raising(error: BaseException) -> Any:
    @click.command("run")
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    "args",
    [["--help"], ["--version"], ["run", "--help"], ["batch", "--help"], ["report", "--help"], ["capacity", "--help"], ["nothing"]],
    ids=str,
)
def test_help_and_mistakes_are_answered_without_heavy_libraries(args: list[str]) -> None:
    code = f"import sys; from fabsim.cli import main; main({args!r}); print(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.splitlines()[-1].split())


def test_help_lists_every_command_with_a_whole_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == ["run", "batch", "report", "check", "capacity", "import", "schema", "bench"]
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    from fabsim import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"fabsim {__version__}\n"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["run", "x.yaml", "--sed", "1"], "--seed"),
        (["run"], "found neither SCENARIO nor --resume FOLDER, expected one of them"),
        (["run", "x.yaml", "-q", "-v"], "found both --quiet and --verbose"),
        (["run", "x.yaml", "--days", "0"], "--days"),
        (["run", "x.yaml", "--reps", "0"], "--reps"),
        (["capacity", "x.yaml", "--target", "120%"], "expected a share above 0 and at most 1"),
        (["capacity", "x.yaml", "--target", "much"], "expected a share such as 85% or 0.85"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_was_meant(args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 2
    out, err = capsys.readouterr()
    assert told in err
    assert not out


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (InputError("bad file"), 2, "bad file\n"),
        (
            InputError([Problem("b.yaml", 2, 1, "x", "no"), Problem("a.yaml", 7, 3, "", "nor this")]),
            2,
            "a.yaml:7:3: nor this\nb.yaml:2:1: x: no\n",
        ),
        (StallError("4 lots wait"), 4, "4 lots wait\n"),
        (FabsimError("gave up"), 1, "gave up\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (ZeroDivisionError("oh"), 1, "internal error: ZeroDivisionError: oh\nFABSIM_DEBUG=1 shows where it happened\n"),
    ],
    ids=["input", "problems", "stall", "other", "interrupt", "internal"],
)
def test_an_error_has_its_exit_code_and_only_its_message(
    error: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FABSIM_DEBUG", raising=False)
    monkeypatch.setattr(run, "command", raising(error))
    assert main(["run"]) == code
    assert capsys.readouterr() == ("", told)


def test_an_interrupt_says_what_was_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from fabsim.study import Interrupted

    monkeypatch.setattr(run, "command", raising(Interrupted("2 of 3 are kept")))
    assert main(["run"]) == 130
    assert capsys.readouterr().err.endswith("2 of 3 are kept\n")


def test_an_internal_error_is_shown_whole_to_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FABSIM_DEBUG", "1")
    monkeypatch.setattr(run, "command", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["run"])
