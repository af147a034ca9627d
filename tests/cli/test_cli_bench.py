"""``fabsim bench``: rows on standard output, what is going on on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import pytest

from fabsim.cli import main
from fabsim.study import bench

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
