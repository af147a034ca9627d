"""Capacity of plans: mean starts, months, warnings."""

from __future__ import annotations

import pytest
from theory_fabs import build, minutes, scenario, stream

from fabsim.kernels.records import POISSON, SCHEDULE
from fabsim.model import Change, Fab, InitialLots
from fabsim.terms import DAY, HOUR, MONTH
from fabsim.theory import by_month, capacity_by_month, overloads, scenario_capacity
from fabsim.theory.months import tools_installed

TWO_MONTHS = 2 * MONTH


def line(tools: int = 1) -> Fab:
    """Give a fab of one product: 365 h on S0, then 73 h on S1."""
    return build([{"process": minutes(365 * 60)}, {"toolset": 1, "process": minutes(73 * 60)}], toolsets=[{"tools": tools}, {}])


def test_mean_starts_are_those_of_the_plan_over_the_horizon() -> None:
    # nothing for a month, then 4 lots in the second: 2 a month of half a month's work each
    plan = stream([0, MONTH, TWO_MONTHS], [0, 0, 4])
    assert scenario_capacity(scenario(line(), [plan], TWO_MONTHS)).load == pytest.approx([1.0, 0.2])


@pytest.mark.parametrize("pattern", [POISSON, SCHEDULE])
def test_every_pattern_of_starts_counts(pattern: int) -> None:
    # a schedule gives the releases themselves; one at the horizon does not happen
    plan = stream([0, MONTH, TWO_MONTHS], [0, 1, 2], pattern=pattern)
    assert scenario_capacity(scenario(line(), [plan], TWO_MONTHS)).load == pytest.approx([0.5, 0.1])


def test_tools_count_for_the_time_they_are_there() -> None:
    there = [
        Change(0, 0, installed=True),
        Change(MONTH // 2, 1, installed=True),
        Change(0, 2, installed=True),
        Change(MONTH, 2, installed=False),
    ]
    plan = scenario(line(tools=2), [stream([0, TWO_MONTHS], [0, 4])], TWO_MONTHS, changes=there)
    assert tools_installed(plan, 0, TWO_MONTHS) == pytest.approx([1.75, 0.5])
    assert [found.tools.tolist() for found in capacity_by_month(plan)] == [[1.5, 1], [2, 0]]


def test_load_follows_the_starts_at_the_pace_of_the_x_factor() -> None:
    # the second step comes 2 x 365 h = one month after the start
    plan = scenario(line(), [stream([0, MONTH, 3 * MONTH], [0, 1, 1])], 3 * MONTH)
    assert [found.load.tolist() for found in capacity_by_month(plan, 2.0)] == [pytest.approx(row) for row in ([0.5, 0], [0, 0.1], [0, 0])]
    # at X = 3 half of it comes later
    assert [found.load[1] for found in capacity_by_month(plan, 3.0)] == pytest.approx([0, 0.05, 0.05])


def test_initial_wip_goes_on_from_where_it_is() -> None:
    initial = [InitialLots(0, 0, 3, 0), InitialLots(0, 1, 2, 0)]
    plan = scenario(line(), [stream([0, 3 * MONTH], [0, 0])], 3 * MONTH, initial=initial)
    found = [found.load.tolist() for found in capacity_by_month(plan, 2.0)]
    assert found == [pytest.approx(row) for row in ([1.5, 0.2], [0, 0.3], [0, 0])]


def test_a_lot_of_initial_wip_is_spared_the_scrap_it_has_behind_it() -> None:
    # half of the lots are scrapped at the first step: two started lots do the second step once, so does one that stands there
    steps = [{"process": minutes(365 * 60), "scrap": 0.5}, {"toolset": 1, "process": minutes(73 * 60)}]
    fab = build(steps, toolsets=[{"tools": 1}, {}])
    started = scenario(fab, [stream([0, MONTH], [0, 2])], MONTH)
    assert scenario_capacity(started).load == pytest.approx([1, 0.1])
    there = scenario(fab, [stream([0, MONTH], [0, 0])], MONTH, initial=[InitialLots(0, 1, 1, 0)])
    assert [found.load.tolist() for found in capacity_by_month(there)] == [pytest.approx([0, 0.1])]


def test_a_steady_line_with_its_wip_has_its_steady_load_from_the_first_month() -> None:
    # twenty steps, 73 h apart at X = 2, ten lots a month: one lot waits for each step
    steps = [{"toolset": k % 2, "process": minutes(36.5 * 60)} for k in range(20)]
    fab = build(steps, toolsets=[{"tools": 10}, {"tools": 10}])
    initial = [InitialLots(0, k, 1, 0) for k in range(20)]
    plan = scenario(fab, [stream([0, TWO_MONTHS], [0, 20])], TWO_MONTHS, initial=initial)
    for found in capacity_by_month(plan, 2.0):
        assert found.load == pytest.approx([0.5, 0.5], rel=0.07)


def test_months_say_starts_bottleneck_and_tools() -> None:
    plan = stream([0, MONTH, 1.5 * MONTH], [0, 1, 3], lot_size=25)
    first, last = by_month(scenario(line(), [plan], int(1.5 * MONTH)), 2.0)
    assert first == {
        "month": 0,
        "starts": {"P0": pytest.approx(25)},
        "bottleneck": "S0",
        "load": pytest.approx(0.5),
        "tools": 2,
        "overloaded": [],
    }
    # the last month is half a month: two lots in it are four a month
    assert last["starts"] == {"P0": pytest.approx(100)}
    assert (last["load"], last["overloaded"]) == (pytest.approx(2.0), ["S0"])


def test_a_month_without_work_has_no_bottleneck() -> None:
    row = by_month(scenario(line(), [stream([0, MONTH], [0, 0])], MONTH))[0]
    assert (row["bottleneck"], row["load"]) == (None, 0.0)


def test_an_overload_is_told_with_the_tools_that_would_do() -> None:
    plan = scenario(line(), [stream([0, TWO_MONTHS], [0, 5])], TWO_MONTHS)
    assert overloads(plan) == ["S0: loaded to 125.0% of its time for production; tools installed 1, needed 2"]


def test_a_steady_overload_is_told_however_short_the_run() -> None:
    assert len(overloads(scenario(line(), [stream([0, DAY], [0, 0.1])], DAY), x_factor=3.0)) == 1


def test_a_change_after_the_end_changes_nothing() -> None:
    plan = stream([0, TWO_MONTHS, 3 * TWO_MONTHS], [0, 5, 500])
    assert overloads(scenario(line(), [plan], TWO_MONTHS)) == [
        "S0: loaded to 125.0% of its time for production; tools installed 1, needed 2"
    ]


def test_a_plan_that_fits_is_silent() -> None:
    assert overloads(scenario(line(), [stream([0, TWO_MONTHS], [0, 4])], TWO_MONTHS)) == []


def test_tools_that_come_with_the_load_are_in_time() -> None:
    # starts double in the second month and so do the tools; on average it would not tell
    plan = stream([0, MONTH, TWO_MONTHS], [0, 2, 6])
    changes = [Change(0, 0, installed=True), Change(0, 2, installed=True), Change(MONTH, 1, installed=True)]
    assert overloads(scenario(line(tools=2), [plan], TWO_MONTHS, changes=changes)) == []
    late = [*changes[:2], Change(MONTH + 365 * HOUR, 1, installed=True)]
    told = overloads(scenario(line(tools=2), [plan], TWO_MONTHS, changes=late))
    assert told == ["S0 in month 1: loaded to 133.3% of its time for production; tools installed 1.5, needed 2"]


def test_work_without_tools_is_told() -> None:
    plan = scenario(line(), [stream([0, MONTH], [0, 1])], MONTH, changes=[Change(0, 0, installed=True)])
    assert overloads(plan) == ["S1: has work and no tools; tools installed 0, needed 1"]
