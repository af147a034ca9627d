"""``fabsim bench``: rows on standard output, what is going on on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fabsim.cli import main
from fabsim.model import Scenario
from fabsim.study import bench, testbed, theory_bench
from tests.layout.smt2020_example import write_model

KEYS = ["case", "moves", "events", "simulate_s", "moves_per_s", "bare_moves_per_s", "ratio", "peak_memory_mib", "threads"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the only case be a short one."""
    monkeypatch.setattr(bench, "CASES", (bench.Case("small", "minifab/scenario.yaml", ("horizon=2 d",)),))


@pytest.mark.usefixtures("small")
def test_json_is_a_list_of_rows_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--json"]) == 0
    out, err = capsys.readouterr()
    (row,) = json.loads(out)
    assert list(row) == KEYS
    assert row["case"] == "small"
    assert row["events"] > row["moves"] > 0
    assert err.splitlines()[-1] == "running small"


def test_a_table_has_a_line_for_each_case(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def rows(names: Sequence[str], _: Callable[[str], None], threads: int) -> Iterator[bench.Row]:
        yield from (bench.Row(name, 3_000_000, 9_000_000, 2.0, 1_500_000.0, 6_000_000.0, 0.25, 250.4, threads) for name in names)

    monkeypatch.setattr(bench, "bench", rows)
    monkeypatch.setenv("COLUMNS", "132")
    assert main(["bench", "minifab", "terafab-1m", "--jobs", "2"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["terafab-1m", "3,000,000", "9,000,000", "2.00", "1,500,000", "6,000,000", "0.250", "250", "2"] in lines


def test_an_unknown_case_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "minfab"]) == 2
    assert "did you mean minifab?" in capsys.readouterr().err


def known(*, inside: bool) -> Callable[..., list[theory_bench.Row]]:
    """Give a table of one row in place of minutes of runs."""

    def rows(tell: Callable[[str], None], progress: Callable[[int, int], None]) -> list[theory_bench.Row]:
        tell("running")
        progress(1, 1)
        return [theory_bench.Row("M/M/1 0.8", "customers: wait h", 4.0, 4.01, 0.1, inside, 64, 2_500_000, "queues/scenario", ())]

    return rows


def test_theory_prints_each_known_answer_with_its_interval(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(theory_bench, "theory_bench", known(inside=True))
    monkeypatch.setenv("COLUMNS", "132")
    assert main(["bench", "theory"]) == 0
    out, err = capsys.readouterr()
    assert ["M/M/1", "0.8", "customers:", "wait", "h", "4.000000", "4.010000", "0.100000", "2.50", "yes", "64", "2,500,000"] in [
        line.split() for line in out.splitlines()
    ]
    assert "all 1 intervals hold" in err


def test_theory_ends_with_4_if_an_interval_misses(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(theory_bench, "theory_bench", known(inside=False))
    assert main(["bench", "theory", "--json"]) == 4
    out, err = capsys.readouterr()
    (row,) = json.loads(out)
    assert (row["case"], row["answer"], row["inside"]) == ("M/M/1 0.8", 4.0, False)
    assert "1 of 1 intervals miss" in err


def test_theory_runs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "theory", "minifab"]) == 2
    assert "unexpected extra argument" in capsys.readouterr().err


def test_a_model_is_set_beside_published_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = write_model(tmp_path / "model", ("order.txt", "constant 120 min", "constant 20 hr"))
    assert main(["bench", "smt2020", str(model), "--reps", "2", "--jobs", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["replications"], found["days"], found["holds"]) == (2, 730.0, None)
    completed = {row["subject"]: row["found"]["mean"] for row in found["rows"] if row["figure"] == "completed"}
    # every 20 hours for 730 days, and one lot still inside; twice two lots and no more
    assert completed["Lot_A"] in (875.0, 875.5, 876.0)
    assert completed["Few_B"] == 4.0

    (model / "reference_lots.txt").write_text("name th act on_time\nLot_A 876 99 50\n")
    (model / "reference_toolsets.txt").write_text("name avail util br pm setup\nOVEN 90 80 4 6 0\n")
    assert main(["bench", "smt2020", str(model), "--reps", "1"]) == 4
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "not near enough"
    assert "bare event loop" in out


@pytest.mark.parametrize(("options", "empty"), [((), True), (("--initial-wip",), False)])
def test_a_comparison_begins_with_an_empty_fab_or_the_models_lots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], empty: bool
) -> None:
    begun: list[int] = []

    def pending(scenario: Scenario, *_: int) -> int:
        begun.append(len(scenario.initial))
        return 1000

    model = write_model(tmp_path / "model", ("order.txt", "constant 120 min", "constant 20 hr"))
    monkeypatch.setattr(testbed, "pending_events", pending)
    assert main(["bench", "smt2020", str(model), "--reps", "1", "--json", *options]) == 0
    assert (begun[0] == 0) is empty
    rows = json.loads(capsys.readouterr().out)["rows"]
    completed = {row["subject"]: row["found"]["mean"] for row in rows if row["figure"] == "completed"}
    # lots in process at the beginning are not among those that were released and completed
    assert completed["Lot_A"] in (875.0, 876.0)


def test_help_of_bench_names_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "-h"]) == 0
    assert "smt2020" in capsys.readouterr().out
