"""Both forms of the floor give the same run, bit by bit, and every run obeys the laws, on random fabs."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from fabsim import layout
from fabsim.engine import FLOORS, simulate
from fabsim.kernels.rows import WAIT_COLUMNS
from fabsim.metrics import check_laws
from fabsim.metrics.toolsets import CHAMBER_TIMES
from fabsim.model import Scenario
from fabsim.terms import StallError
from fabsim.trace import Recorder, Totals, Trace
from tests.random_fabs import layouts

EXAMPLES = int(os.environ.get("FABSIM_RANDOM_FABS", "300"))


def read(fab: dict[str, Any], scenario: dict[str, Any]) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "fab.yaml").write_text(json.dumps(fab), encoding="utf-8")
        (Path(folder) / "scenario.yaml").write_text(json.dumps(scenario), encoding="utf-8")
        return layout.read(Path(folder) / "scenario.yaml")


def ran(scenario: Scenario, floor: str) -> tuple[Trace, Totals] | str:
    """Run a scenario; a stall is told as its text."""
    recorder = Recorder(scenario, None)
    try:
        totals = simulate(scenario, 0, floor=floor, recorder=recorder, threads=2)
    except StallError as stall:
        return str(stall)
    return recorder.close(), totals


def first_difference(one: Trace, other: Trace) -> str:
    """Say which move is the first that differs between two traces."""
    assert one.moves is not None
    assert other.moves is not None
    columns = ["finish_ms", "lot", "step", "visit", "tool", "start_ms", "setup_ms", "arrive_ms"]
    left, right = (t.moves.select(columns).collect().sort("finish_ms", "lot") for t in (one, other))  # type: ignore[union-attr]
    for a, b in zip(left.rows(), right.rows(), strict=False):
        if a != b:
            return f"first move that differs, {columns}:\n{a}\n{b}"
    if left.height != right.height:
        longer = max(left, right, key=pl.DataFrame.__len__)
        return f"{left.height} against {right.height} moves; the first more is {longer.row(min(left.height, right.height))}"
    return "all moves are the same; tool states or lot records differ"


def waits(trace: Trace) -> list[list[tuple[int, ...]]]:
    """Give the reasons of all waits, of lots, toolsets and moves."""
    assert trace.moves is not None
    return [frame.select(WAIT_COLUMNS).rows() for frame in (trace.lots, trace.wip, trace.moves.collect())]


def ways(trace: Trace) -> list[list[tuple[int, ...]]]:
    """Give what lots spent between moves and at the gate, and the time of chambers."""
    assert trace.moves is not None
    between = trace.moves.select("lot", "refused_ms", "transport_ms", "hold_ms").collect()
    return [between.rows(), trace.lots.select("lot", "gate_ms").rows(), trace.tools.select("tool", *CHAMBER_TIMES).rows()]


def assert_same_run(scenario: Scenario) -> None:
    first, second = (ran(scenario, floor) for floor in FLOORS)
    if isinstance(first, str) or isinstance(second, str):
        assert first == second
        return
    assert (first[1].digest, first[1].state_digest) == (second[1].digest, second[1].state_digest), first_difference(first[0], second[0])
    assert first[1].events == second[1].events
    assert waits(first[0]) == waits(second[0])
    assert ways(first[0]) == ways(second[0])
    assert first[1].held == second[1].held
    assert check_laws(scenario, *first) == []


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(layouts())
def test_both_forms_give_the_same_run_on_random_fabs(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert_same_run(read(*drawn))


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(layouts())
def test_both_forms_give_the_same_run_on_two_thousand_random_fabs(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert_same_run(read(*drawn))
