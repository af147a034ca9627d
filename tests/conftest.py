"""Fixtures shared by the tests of the floor: write a small fab as YAML, run it on a form of the floor, look at its tables."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from fabsim import layout
from fabsim.engine import FLOORS, simulate
from fabsim.model import Scenario
from fabsim.trace import Recorder, Totals, Trace
from tests.tiny import write_tiny


class Ran:
    """A finished run of a small fab."""

    def __init__(self, scenario: Scenario, trace: Trace, totals: Totals) -> None:
        self.scenario, self.trace, self.totals = scenario, trace, totals

    def moves(self, *columns: str) -> list[tuple[object, ...]]:
        """Give the chosen columns of all moves, by lot and start."""
        assert self.trace.moves is not None
        frame = self.trace.moves.collect().sort("lot", "start_ms", "finish_ms")
        return frame.select(*columns).rows()

    def spans(self, toolset: str | None = None) -> list[tuple[int, str, float, float]]:
        """Give (lot, tool, start, finish) of all moves in minutes, by start and lot."""
        assert self.trace.moves is not None
        frame = self.trace.moves.collect().with_columns(pl.col("tool").cast(pl.String), pl.col("toolset").cast(pl.String))
        if toolset is not None:
            frame = frame.filter(pl.col("toolset") == toolset)
        frame = frame.sort("start_ms", "lot").select("lot", "tool", pl.col("start_ms") / 60_000, pl.col("finish_ms") / 60_000)
        return [(int(lot), str(tool), float(start), float(finish)) for lot, tool, start, finish in frame.rows()]


Run = Callable[..., Ran]


@pytest.fixture(params=FLOORS)
def floor(request: pytest.FixtureRequest) -> str:
    """Give each form of the floor in turn."""
    return str(request.param)


@pytest.fixture
def run(tmp_path: Path, floor: str) -> Run:
    """Give a function that runs a fab and a scenario, both YAML texts without their heads."""

    def go(fab: str, scenario: str, replication: int = 0) -> Ran:
        read = write(tmp_path, fab, scenario)
        recorder = Recorder(read, None)
        totals = simulate(read, replication, floor=floor, recorder=recorder)
        return Ran(read, recorder.close(), totals)

    return go


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file of the tiny fab's scenario, in the folder ``tiny`` of the working directory."""
    monkeypatch.chdir(tmp_path)
    return write_tiny(tmp_path / "tiny")


def write(folder: Path, fab: str, scenario: str) -> Scenario:
    """Write a small layout into ``folder`` and read it."""
    (folder / "fab.yaml").write_text("kind: fab\nname: small\n" + textwrap.dedent(fab), encoding="utf-8")
    head = "kind: scenario\nfab: fab.yaml\nname: small\ntrace: all\nseed: 1\n"
    (folder / "scenario.yaml").write_text(head + textwrap.dedent(scenario), encoding="utf-8")
    return layout.read(folder / "scenario.yaml")
