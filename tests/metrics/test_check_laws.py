"""The laws hold for a sound run worked out by hand, and each of them is seen to break."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from metrics_builders import IN_PROCESS, LITHO, scenario, totals, trace, waits

from fabsim.kernels.rows import WAIT_COLUMNS
from fabsim.metrics import Little, check_laws, little
from fabsim.trace import Totals, Trace

WAITED_5 = {"wait_ms": 5, "waits": waits(5)}
# One tool, 100 ms.  Lot 1: queue 0-5, tool 5-35 (setup 10, process 20).  Lot 2: transport 20-30, queue 30-35, tool 35-55.
# Lot 3: queue 90-95, then in the tool at the horizon, so its 5 ms there are not booked.  Initial lot 0: queue 0-55, tool 55-75.
WHOLE = {"wafers": 25}
LOTS = [
    {**WHOLE, "lot": 1, "done_ms": 35, **WAITED_5, "tool_ms": 30, "raw_ms": 20, "moves": 1},
    {**WHOLE, "lot": 2, "release_ms": 20, "done_ms": 55, **WAITED_5, "transport_ms": 10, "tool_ms": 20, "raw_ms": 30, "moves": 1},
    {**WHOLE, "lot": 3, "release_ms": 90, "done_ms": 100, **WAITED_5, "raw_ms": 20, "status": IN_PROCESS},
    {
        **WHOLE,
        "lot": 0,
        "release_ms": -40,
        "done_ms": 75,
        "wait_ms": 55,
        "waits": waits(55),
        "tool_ms": 20,
        "raw_ms": 20,
        "moves": 1,
        "initial": 1,
    },
]
TOOLS = [{"tool": 0, "toolset": LITHO, "end_ms": 100, "standby_ms": 25, "setup_ms": 10, "process_ms": 65}]
WIP = [{"toolset": LITHO, "end_ms": 100, "queue_lot_ms": 5 + 5 + 5 + 55, "process_lot_ms": 30 + 20 + 5 + 20, "moves": 3, "starts": 4}]
TOTALS = totals(lot_ms=155, released=4, completed=3, in_process=1, moves=3)
MOVE = {"lot": 1, "arrive_ms": 0, "start_ms": 5, "setup_ms": 10, "finish_ms": 35, "refused_ms": 0, "transport_ms": 0, "hold_ms": 0}
MOVE |= dict(zip(WAIT_COLUMNS, waits(5), strict=True))
MOVES = [MOVE, MOVE | {"lot": 2, "arrive_ms": 30, "start_ms": 35, "setup_ms": 0, "finish_ms": 55, "transport_ms": 10}]
SHORT = replace(scenario(warmup_days=0), horizon_ms=100)


def changed(rows: list[dict[str, Any]], number: int, **values: Any) -> list[dict[str, Any]]:
    return [row | values if place == number else row for place, row in enumerate(rows)]


def broken(
    lots: list[dict[str, Any]] = LOTS,
    tools: list[dict[str, Any]] = TOOLS,
    wip: list[dict[str, Any]] = WIP,
    counts: Totals = TOTALS,
) -> list[str]:
    return check_laws(SHORT, trace(lots, tools, wip), counts)


def moving(**values: int) -> Trace:
    """Give a run with the moves of lots 1 and 2, the first of them changed."""
    return replace(trace(LOTS, TOOLS, WIP), moves=pl.LazyFrame([MOVES[0] | values, MOVES[1]]))


def test_a_sound_run_breaks_no_law() -> None:
    # Time in the fab: 35 + 35 + 10 + 75.
    assert broken() == []
    assert check_laws(SHORT, moving(), TOTALS) == []


def test_little_is_found_by_time_and_by_lots() -> None:
    assert little(SHORT, trace(LOTS)) == Little(155, 155)
    assert little(SHORT, trace()) == Little(0, 0)


def test_little_does_not_hold_for_a_lot_that_is_done_after_the_horizon() -> None:
    # Lot 1 is inside for 65 ms more until the horizon at 100, but stays for 85 more.
    assert little(SHORT, trace(changed(LOTS, 0, done_ms=120))) == Little(220, 240)


@pytest.mark.parametrize(
    ("number", "values", "law"),
    [
        (0, {"waits": waits(4)}, "the reasons of a lot's waits add up"),
        (0, {"waits": waits(6, -1)}, "no reason of a lot's waits is negative"),
        (0, {"wait_ms": 6}, "wait + transport + tool + hold time is the cycle time"),
        (0, {"wait_ms": -5, "tool_ms": 40}, "a lot's times are not negative"),
        (2, {"wait_ms": 11}, "wait + tool time of a lot in process"),
        (1, {"raw_ms": 31}, "no lot is faster than its raw process time"),
        (1, {"violations": 1}, "no more windows are violated than ended"),
        (0, {"wafers": 24}, "wafers started = in the lot + lost"),
        (2, {"wafers": 26, "wafers_lost": -1}, "wafers started = in the lot + lost"),
        (0, {"wafers": 0, "wafers_lost": 25}, "a lot without wafers is scrapped"),
        (1, {"lot": 1}, "a row a lot: 4 is not 3"),
        (1, {"moves": 2}, "moves are those of the lots: 3 is not 4"),
        (2, {"done_ms": 99}, "lots in process are left at the horizon"),
        (2, {"status": 1}, "a row a scrapped lot: 0 is not 1"),
    ],
)
def test_a_wrong_lot_is_found(number: int, values: dict[str, Any], law: str) -> None:
    assert any(found.startswith(law) for found in broken(changed(LOTS, number, **values)))


def test_a_broken_law_shows_how_many_rows_and_the_first() -> None:
    law, *_ = broken(changed(LOTS, 0, violations=1))
    assert "broken by 1 rows of lots" in law
    assert "'lot': 1" in law


def test_a_tool_with_a_millisecond_missing_is_found() -> None:
    assert any("activities add up" in law for law in broken(tools=changed(TOOLS, 0, standby_ms=24)))
    chambers = {"chambers": 2, "chamber_up_ms": 170, "chamber_down_ms": 10, "chamber_engineering_ms": 20}
    assert broken(tools=changed(TOOLS, 0, **chambers)) == []
    assert broken(tools=changed(TOOLS, 0, **chambers | {"chambers": 3}))[0].startswith("the times of a tool's chambers add up")


def test_lots_that_vanish_are_found() -> None:
    assert any("released = completed" in law for law in broken(counts=replace(TOTALS, released=5)))
    assert any("a row a completed lot" in law for law in broken(LOTS[1:]))


def test_moves_that_the_toolsets_did_not_see_are_found() -> None:
    assert broken(wip=changed(WIP, 0, moves=2)) == ["moves are those of the toolsets: 3 is not 2"]


def test_a_floor_that_integrates_wip_wrongly_is_found() -> None:
    assert len(broken(counts=replace(TOTALS, lot_ms=154))) == 1
    assert any(law.startswith("time at the toolsets") for law in broken(wip=changed(WIP, 0, queue_lot_ms=1, process_lot_ms=60)))
    assert any(law.startswith("time at the toolsets") for law in broken(wip=changed(WIP, 0, queue_lot_ms=1000)))


def test_a_toolset_whose_waits_have_no_reason_is_found() -> None:
    assert broken(wip=changed(WIP, 0, wait_ms=1))[0].startswith("the reasons of a toolset's waits add up to them")


@pytest.mark.parametrize(
    ("values", "law"),
    [
        ({"start_ms": -1}, "a move's clock never runs back"),
        ({"setup_ms": 31}, "a move's clock never runs back"),
        ({"finish_ms": 100}, "a move ends before the horizon"),
        ({"wait_busy_ms": 4}, "the reasons of a move's wait add up to it"),
        ({"wait_busy_ms": 6, "wait_down_ms": -1}, "no reason of a move's wait is negative"),
        ({"transport_ms": -1}, "no time between moves is negative"),
        ({"finish_ms": 34}, "a lot's moves add up to its time in tools"),
        ({"hold_ms": 1}, "a lot's moves add up to its time on hold"),
        ({"refused_ms": 1}, "a lot's moves add up to its cycle time"),
        ({"arrive_ms": 1, "start_ms": 6, "finish_ms": 36}, "a move begins where the lot has got to"),
        ({"lot": 2}, "a lot has done its moves"),
    ],
)
def test_a_wrong_move_is_found(values: dict[str, int], law: str) -> None:
    assert check_laws(SHORT, moving(**values), TOTALS)[0].startswith(law)


def test_a_missing_move_is_found_where_all_are_recorded() -> None:
    assert check_laws(replace(SHORT, trace="all"), moving(), TOTALS) == ["a row a move: 3 is not 2"]
