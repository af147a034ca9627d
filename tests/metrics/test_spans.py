"""Months, quarters and E10 states worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from metrics_builders import FURNACE, LITHO, SCRAPPED, lot, scenario, trace

from fabsim.metrics import by_month, by_quarter, tool_states
from fabsim.metrics.spans import QUARTER, over_time
from fabsim.terms import DAY, MONTH
from fabsim.trace import Trace

MONTH_DAYS = MONTH / DAY


def used(tool: int, toolset: int, month: float, **shares: float) -> dict[str, Any]:
    """Give a tool's row over the month from ``month`` on."""
    row = {f"{name}_ms": share * MONTH for name, share in shares.items()}
    return {"tool": tool, "toolset": toolset, "start_ms": month * MONTH, "end_ms": (month + 1) * MONTH, **row}


@pytest.fixture
def ran() -> Trace:
    """Give four lots over three and a half months."""
    lots = [
        lot(-1, -1 * MONTH_DAYS, 0.5 * MONTH_DAYS, initial=1),
        lot(1, 0, 1.5 * MONTH_DAYS),
        lot(2, 1 * MONTH_DAYS, 2 * MONTH_DAYS),
        lot(3, 1.25 * MONTH_DAYS, 1.75 * MONTH_DAYS, status=SCRAPPED),
    ]
    tools = [
        used(0, LITHO, 0, process=0.5, standby=0.5),
        used(1, LITHO, 0, standby=1),
        used(2, FURNACE, 0, process=0.5, down=0.25, standby=0.25),  # 1/2 of 3/4 available
        used(0, LITHO, 1, process=0.5, maintenance=0.25, setup=0.25),  # 3/4 of 3/4
        used(2, FURNACE, 1, process=1),  # also 1: LITHO comes first
    ]
    return trace(lots, tools)


def test_months_hold_what_happened_in_them(ran: Trace) -> None:
    found = by_month(scenario(3.5 * MONTH_DAYS, 0), ran)
    assert found["month"].to_list() == [0, 1, 2, 3]
    assert found["starts"].to_list() == [1, 2, 0, 0]
    assert found["wafers_in"].to_list() == [25, 50, 0, 0]
    # The initial lot comes out in month 0, lot 1 in month 1; lot 2 at the first instant of month 2.
    assert found["completions"].to_list() == [1, 1, 1, 0]
    assert found["wafers_out"].to_list() == [25, 25, 25, 0]


def test_wip_of_a_month_is_exact_for_lots_that_cross_its_ends(ran: Trace) -> None:
    # Lot months: half of the initial lot and all of lot 1; then 1/2 of lot 1, all of lot 2, 1/2 of lot 3.
    assert by_month(scenario(3.5 * MONTH_DAYS, 0), ran)["wip_lots"].to_list() == [1.5, 2, 0, 0]


def test_cycle_time_of_a_month_leaves_initial_lots_out(ran: Trace) -> None:
    found = by_month(scenario(3.5 * MONTH_DAYS, 0), ran)["cycle_time_days"].to_list()
    assert found == [None, 1.5 * MONTH_DAYS, MONTH_DAYS, None]


def test_the_bottleneck_has_the_highest_utilization_and_comes_first_among_equals(ran: Trace) -> None:
    found = by_month(scenario(3.5 * MONTH_DAYS, 0), ran).select("bottleneck", "bottleneck_utilization").rows()
    assert found == [("FURNACE", 2 / 3), ("LITHO", 1), (None, None), (None, None)]


def test_quarters_add_up_their_months(ran: Trace) -> None:
    found = by_quarter(scenario(3.5 * MONTH_DAYS, 0), ran)
    assert found["quarter"].to_list() == [0, 1]
    assert found["starts"].to_list() == [3, 0]
    assert found["completions"].to_list() == [3, 0]
    assert found["wip_lots"].to_list() == [3.5 / 3, 0]
    # LITHO: 1.25 of 2.75 tool months; FURNACE: 1.5 of 1.75.
    assert found["bottleneck"].to_list() == ["FURNACE", None]
    assert found["bottleneck_utilization"].to_list() == [1.5 / 1.75, None]


def test_replications_give_each_quarter_its_intervals_and_the_bottleneck_of_their_mean(ran: Trace) -> None:
    # In the other replication LITHO works all of month 0: 1 against 5/11; FURNACE has 6/7 and 1/4.
    other = trace([lot(1, 0, MONTH_DAYS)], [used(0, LITHO, 0, process=1), used(2, FURNACE, 0, process=0.25, standby=0.75)])
    first, second = over_time(scenario(3.5 * MONTH_DAYS, 0), [ran, other], "quarter", QUARTER)
    assert first["starts"] == {"mean": 2, "ci95": pytest.approx(12.706, abs=1e-3), "n": 2}
    assert first["cycle_time_days"]["mean"] == pytest.approx((1.25 + 1) / 2 * MONTH_DAYS)
    assert (first["bottleneck"], first["bottleneck_utilization"]["mean"]) == ("LITHO", pytest.approx((1.25 / 2.75 + 1) / 2))
    assert (second["bottleneck"], second["bottleneck_utilization"]) == (None, {"mean": None, "ci95": None, "n": 0})


def test_setup_is_scheduled_downtime_for_e10_and_process_time_for_factory_physics(ran: Trace) -> None:
    # LITHO has three tool months: 1 process, 1/4 setup, 1/4 maintenance, 1 1/2 standby.
    rows = tool_states(scenario(3.5 * MONTH_DAYS, 0), ran).rows(named=True)
    e10, physics = (row for row in rows if row["toolset"] == "LITHO")
    assert (e10["reading"], physics["reading"]) == ("e10", "factory_physics")
    assert (e10["productive"], e10["scheduled_down"]) == (1 / 3, 0.5 / 3)
    assert (physics["productive"], physics["scheduled_down"]) == (1.25 / 3, 0.25 / 3)
    states = ["productive", "standby", "engineering", "scheduled_down", "unscheduled_down"]
    for row in rows:
        assert sum(row[state] for state in states) == pytest.approx(1)


def test_a_toolset_without_tools_has_no_states() -> None:
    rows = tool_states(scenario(), trace()).rows(named=True)
    assert [row["toolset"] for row in rows] == ["LITHO", "LITHO", "FURNACE", "FURNACE"]
    assert {row["productive"] for row in rows} == {None}
