"""What charts are drawn from, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from metrics_builders import FURNACE, IN_PROCESS, LITHO, SCRAPPED, lot, scenario, trace

from fabsim.metrics.history import cycle_time_bins, cycle_time_parts, cycle_time_range, lot_history, over_replications, wip_history
from fabsim.metrics.spans import loads_over_time
from fabsim.terms import DAY
from fabsim.trace import Trace

HOT, COUPON = 1, 2


@pytest.fixture
def ran() -> Trace:
    """Give lots whose cycle times are 2, 3 and 2 days (the last a coupon), and what is not to be counted with them."""
    return trace(
        [
            lot(-1, -1, 1, initial=1, windows=9, violations=9),
            lot(1, 2, 4, wait_ms=DAY / 2, tool_ms=DAY, transport_ms=DAY / 2, windows=2, violations=1),
            lot(2, 2, 5, stream=HOT, wait_ms=2 * DAY, tool_ms=DAY, windows=2),
            lot(3, 7, 9, stream=COUPON, wait_ms=DAY / 2, tool_ms=DAY, hold_ms=DAY / 2),
            lot(4, 3, 4, status=SCRAPPED),
            lot(5, 8, 10, status=IN_PROCESS),
        ]
    )


def test_lots_are_told_by_product_and_the_span_in_which_they_are_done(ran: Trace) -> None:
    rows = lot_history(ran, 5 * DAY)
    # Lot 1 is done on day 4, lot 2 at the first instant of the second span, lot 3 in it.
    assert [(row["product"], row["span"], row["completed"]) for row in rows] == [("chip", 0, 1), ("chip", 1, 1), ("coupon", 1, 1)]
    assert [row["cycle_time_days"] for row in rows] == [2, 3, 2]
    assert [row["wait_days"] for row in rows] == [0.5, 2, 0.5]
    assert [row["late_windows"] for row in rows] == [1 / 2, 0, None]


def test_cycle_times_that_count_fall_into_bins(ran: Trace) -> None:
    assert cycle_time_range(scenario(), ran.lots) == (2 * DAY, 3 * DAY)
    rows = cycle_time_bins(scenario(), ran.lots, 2 * DAY)
    assert [(row["product"], row["from_days"], row["to_days"], row["lots"], row["share"]) for row in rows] == [
        ("chip", 2, 4, 2, 1),
        ("coupon", 2, 4, 1, 1),
    ]
    assert [row["share"] for row in cycle_time_bins(scenario(), ran.lots, DAY)] == [1 / 2, 1 / 2, 1]


def test_the_parts_of_cycle_time_add_up_to_it(ran: Trace) -> None:
    rows = cycle_time_parts(scenario(), ran.lots)
    chip, coupon = ({row["part"]: (row["days"], row["share"]) for row in rows if row["product"] == name} for name in ("chip", "coupon"))
    assert chip == {"tool": (1, 2 / 5), "wait": (1.25, 2.5 / 5), "transport": (0.25, 0.5 / 5), "hold": (0, 0)}
    assert coupon == {"tool": (1, 1 / 2), "wait": (0.5, 1 / 4), "transport": (0, 0), "hold": (0.5, 1 / 4)}


def test_nothing_done_gives_no_rows() -> None:
    nothing = trace([lot(1, 2, 10, status=IN_PROCESS)])
    assert lot_history(nothing, DAY) == cycle_time_bins(scenario(), nothing.lots, DAY) == cycle_time_parts(scenario(), nothing.lots) == []
    assert cycle_time_range(scenario(), nothing.lots) == (0, 0)


def test_lots_at_no_toolset_are_on_their_way() -> None:
    # In days 0 to 2: lot 1 the whole time, lot 2 from day 1 on: 3 lot days, of them 1 in a queue and 1/2 in a tool.
    wip: list[dict[str, Any]] = [
        {"toolset": LITHO, "start_ms": 0, "end_ms": 2 * DAY, "queue_lot_ms": DAY, "process_lot_ms": DAY / 4},
        {"toolset": FURNACE, "start_ms": 0, "end_ms": 2 * DAY, "process_lot_ms": DAY / 4},
        {"toolset": LITHO, "start_ms": 2 * DAY, "end_ms": 3 * DAY},
        {"toolset": FURNACE, "start_ms": 2 * DAY, "end_ms": 3 * DAY},
    ]
    first, second = wip_history(trace([lot(-1, -5, 2, initial=1), lot(2, 1, 2.5)], wip=wip))
    assert first == {"start_ms": 0, "end_ms": 2 * DAY, "queued": 0.5, "worked": 0.25, "moving": 0.75}
    assert (second["queued"], second["worked"], second["moving"]) == (0, 0, 0.5)


def test_rows_of_replications_become_one_with_its_interval() -> None:
    tables: list[list[dict[str, Any]]] = [[{"who": "B", "x": 1.0}, {"who": "A", "x": None}], [{"who": "B", "x": 3.0}]]
    first, second = over_replications(tables, ["who"])
    assert first == {"who": "A", "x": {"mean": None, "ci95": None, "n": 0}}
    assert second == {"who": "B", "x": {"mean": 2, "ci95": pytest.approx(12.706, abs=1e-3), "n": 2}}


def test_a_toolset_without_available_time_has_no_load() -> None:
    rows: list[dict[str, Any]] = [
        {"tool": 0, "toolset": LITHO, "start_ms": 0, "end_ms": DAY, "down_ms": DAY},
        {"tool": 2, "toolset": FURNACE, "start_ms": 0, "end_ms": DAY, "process_ms": DAY / 4, "standby_ms": DAY * 3 / 4},
    ]
    assert loads_over_time(trace(tools=rows), DAY) == {0: {"FURNACE": 1 / 4}}
