"""``fabsim report``: what is printed, and what is told of folders that are no runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabsim.cli import main

LAYOUTS = Path(__file__).parents[2] / "layouts"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run."""
    made = tmp_path_factory.mktemp("report") / "run"
    assert main(["run", str(LAYOUTS / "minifab" / "scenario.yaml"), "--days", "40", "--out", str(made), "-q"]) == 0
    return made


def test_a_page_stands_in_the_runs_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{folder / 'report.html'}: ")
    assert out.endswith(" MB\n")
    assert not err
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_json_tells_what_was_written(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(folder), "--out", str(page), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"run": str(folder), "file": str(page), "size": page.stat().st_size}]


def test_a_folder_that_is_no_run_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err == f"{tmp_path}: holds no run.json that fabsim wrote; expected the folder of a run, as fabsim run prints it last\n"
