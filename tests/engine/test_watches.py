"""Watched events: a process acts at their very instant, on both forms of the floor with the same result."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim.engine import FLOORS, simulate
from fabsim.engine.floor import Gate
from fabsim.engine.watches import Watch
from fabsim.kernels.watches import LOT_DONE, QUEUE_REACHES, TOOL_EMPTY, TOOL_WAFERS
from fabsim.model import Scenario
from fabsim.trace import Recorder, Totals
from tests.conftest import write

LINE = """
    toolsets: {A: {area: a, tools: 2, process: 30 min}, B: {area: a, tools: 1, process: 10 min}}
    routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B}]}
    products: {P: {route: r}}
"""
MINUTE = 60_000
SCHEDULE = "horizon: 4 h\nstarts: {P: {pattern: {schedule: [0 min, 0 min, 0 min, 5 min, 5 min]}}}\npolicy: {fab: [fifo]}\n"
CHANGES = "changes: [{toolset: A, tools: 1, at: 239 min}]\n"


def seen(scenario: Scenario, floor: str, kind: int, subject: int, limit: int = 1) -> list[float]:
    """Give the instants [min] at which the event happened."""
    at: list[float] = []
    watch = Watch(kind, subject, lambda _, now: at.append(now / MINUTE), limit)
    simulate(scenario, 0, floor=floor, recorder=Recorder(scenario, None), watches=[watch])
    return at


@pytest.mark.parametrize(
    ("kind", "subject", "limit", "instants"),
    [
        # two tools of A: lots 0, 1 run 0-30, lots 2, 3 30-60, lot 4 60-90; B takes 10 min each
        (LOT_DONE, 0, 1, [40, 50, 70, 80, 100]),
        # before A dispatches at 0 three lots have come; of them one waits when those of 5 come: two, then three
        (QUEUE_REACHES, 0, 3, [0, 5]),
        (TOOL_EMPTY, 0, 1, [30, 30, 60, 60, 90]),
        # the second tool begins lots of 25 wafers at 0 and 30: the 40th wafer is begun at 30
        (TOOL_WAFERS, 1, 40, [30]),
    ],
    ids=["lot done", "queue", "tool empty", "wafers"],
)
def test_a_process_acts_at_the_instant(tmp_path: Path, floor: str, kind: int, subject: int, limit: int, instants: list[float]) -> None:
    assert seen(write(tmp_path, LINE, SCHEDULE), floor, kind, subject, limit) == instants


def test_what_it_does_is_part_of_the_run_on_both_forms(tmp_path: Path) -> None:
    # a third tool of A, meant for the last minute, is installed as soon as three lots wait
    scenario = write(tmp_path, LINE, SCHEDULE + CHANGES)
    late = next(change.tool for change in scenario.changes if change.at_ms > 0)

    def run(floor: str) -> Totals:
        there = [False]

        def install(gate: Gate, _: int) -> None:
            if not there[0]:
                gate.install(late)
            there[0] = True

        recorder = Recorder(scenario, None)
        totals = simulate(scenario, 0, floor=floor, recorder=recorder, watches=[Watch(QUEUE_REACHES, 0, install, 3)])
        moves = recorder.close().moves
        assert moves is not None
        assert moves.collect()["tool"].cast(str).to_list().count("A#3") > 0
        return totals

    one, other = (run(floor) for floor in FLOORS)
    assert (one.digest, one.state_digest, one.events) == (other.digest, other.state_digest, other.events)


def test_watching_changes_nothing_else(tmp_path: Path, floor: str) -> None:
    scenario = write(tmp_path, LINE, SCHEDULE)
    plain = simulate(scenario, 0, floor=floor, recorder=Recorder(scenario, None))
    watch = Watch(TOOL_EMPTY, 0, lambda *_: None)
    watched = simulate(scenario, 0, floor=floor, recorder=Recorder(scenario, None), watches=[watch, watch])
    assert (plain.digest, plain.state_digest, plain.events) == (watched.digest, watched.state_digest, watched.events)
