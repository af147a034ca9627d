"""``fabsim check``, ``capacity`` and ``schema``: what is known of files without running them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fabsim.cli import main
from tests.tiny import write_tiny

FAB = """
kind: fab
name: tiny
toolsets:
  SLOW: {area: wet, tools: 1, process: 40 min}
  FAST: {area: dry, tools: 2, process: 40 min}
routes:
  base:
    - {step: CLEAN, toolset: FAST}
    - {step: ETCH, toolset: SLOW}
products:
  P: {route: base}
"""

SCENARIO = """
kind: scenario
fab: fab.yaml
name: steady
horizon: 1460 h
starts:
  P: {wafers_per_month: 18250}
"""
RAMP = "starts.P.wafers_per_month={0: 18250, 1: 36500}"


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the file of a scenario that starts a lot an hour: SLOW is busy 2/3 of the time, FAST 1/3."""
    write_tiny(tmp_path, FAB, SCENARIO)
    monkeypatch.chdir(tmp_path)
    return "scenario.yaml"


def test_capacity_ranks_toolsets_by_load(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capacity", scenario]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert out.index("SLOW") < out.index("FAST")
    assert "66.7 %" in out
    assert "month" not in out.replace("h/month", "")


def test_capacity_json_is_alone_and_its_csv_has_the_same_figures(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capacity", scenario, "--json", "--csv", "table.csv", "--target", "30 %"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"toolsets", "products", "bottlenecks", "months"}
    assert answer["bottlenecks"] == ["SLOW", "FAST"]
    assert answer["toolsets"]["SLOW"]["utilization"] == pytest.approx(2 / 3)
    assert {name: one["tools_needed"] for name, one in answer["toolsets"].items()} == {"SLOW": 3, "FAST": 3}
    with Path("table.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["toolset"] for row in rows] == ["SLOW", "FAST"]
    assert float(rows[0]["load"]) == pytest.approx(2 / 3)
    assert rows[0]["tools_needed"] == "3"


def test_capacity_shows_months_where_the_plan_changes(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capacity", scenario, "--set", RAMP]) == 0
    months = capsys.readouterr().out.rpartition("overloaded")[2].splitlines()[2:]
    assert [line.split()[:2] for line in months if line.strip()] == [["0", "18,250"], ["1", "36,500"]]
    assert months[1].split()[-1] == "SLOW"


def test_check_says_ok_for_files_and_folders(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", scenario, "."]) == 0
    assert capsys.readouterr().out == "scenario.yaml: ok\nfab.yaml: ok\nscenario.yaml: ok\n"


def test_check_lists_problems_of_all_files_and_exits_2(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("fab.yaml").write_text(FAB.replace("area: dry", "aera: dry"), encoding="utf-8")
    Path(scenario).write_text(SCENARIO.replace("1460 h", "1460 parsecs"), encoding="utf-8")
    assert main(["check", "."]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert {line.split(":")[0] for line in err.splitlines()} == {"fab.yaml", "scenario.yaml"}


def test_schema_goes_to_standard_output_or_a_file(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    both = json.loads(capsys.readouterr().out)
    assert main(["schema", "fab", "--out", "fab.schema.json"]) == 0
    assert capsys.readouterr().out == ""
    fab = json.loads(Path("fab.schema.json").read_text(encoding="utf-8"))
    assert fab != both
    assert "toolsets" in json.dumps(fab)
    assert scenario


def test_schema_of_an_unknown_kind_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "fap"]) == 2
    assert "fab" in capsys.readouterr().err


@pytest.mark.parametrize("args", [["schema", "--out"], ["capacity", "scenario.yaml", "--csv"]], ids=["schema", "capacity"])
def test_a_file_that_cannot_be_written_exits_2(scenario: str, args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario
    assert main([*args, "absent/file"]) == 2
    assert capsys.readouterr().err == "absent/file: cannot be written: No such file or directory\n"
