"""``fabsim import``: from the tables of a model to a layout that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim.cli import main
from tests.layout.smt2020_example import write_model


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_imported_model_can_be_checked_and_run(capsys: pytest.CaptureFixture[str]) -> None:
    write_model(Path("model"))
    assert main(["import", "smt2020", "model", "--out", "made"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "made: fab.yaml, scenario.yaml, route_r_1.csv, route_r_2.csv, wip.csv",
        "4 toolsets, 16 tools, 4 calendars, 2 routes, 7 steps, 2 products, 5 streams, 2 lots of initial WIP",
        "without effect: tool.txt: PRERULERWL",
        "without effect: order.txt: ORDER",
        "without effect: WIP.txt: LOT, ORDER",
        "without effect: setups that nothing uses: S9",
        "without effect: calendars that nothing uses: SPARE",
    ]
    assert not err
    assert main(["check", "made"]) == 0
    assert main(["run", "made/scenario.yaml", "--days", "20", "-q", "--out", "run"]) == 0
    assert "made/scenario: 20 days" in capsys.readouterr().out


def test_a_taken_folder_and_a_wrong_value_are_told_and_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    write_model(Path("model"), ("tool.txt", "rule_FIRST", "rule_BEST"))
    assert main(["import", "smt2020", "model", "--out", "made"]) == 2
    assert capsys.readouterr().err.startswith("model/tool.txt:5:11: RULE: found 'rule_BEST', which is not supported, expected ")
    Path("made").mkdir()
    assert main(["import", "smt2020", "model", "--out", "made", "--force"]) == 2
    assert capsys.readouterr().err == "made: exists already and is no layout's folder; choose another --out\n"
