"""Hand-solved fabs: cluster tools. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from fabsim.metrics import check_laws
from fabsim.metrics.toolsets import CHAMBER_TIMES, toolset_figures
from fabsim.terms import DAY
from fabsim.theory.chambers import clusters
from tests.conftest import Ran, Run
from tests.micro.test_micro_downs import booked
from tests.micro.test_micro_work import ONE, starts

STAGGERED = "calendars: [{kind: %s, every: 1000 h, first: 20 min, stagger: true, takes: %s}]"
"""Takes chamber k of n down at 20 k / n min."""


def parallel(chambers: str, more: str = "", process: str = "4 min") -> str:
    return ONE % (f"per: wafer, chambers: {{{chambers}}}{more}", f"process: {process}")


def sequence(stages: str, more: str = "", step: str = "sampling: 1") -> str:
    return ONE % (f"per: wafer, chambers: {{sequence: [{stages}]}}{more}", step)


FAIL = "{name: %s, kind: breakdown, every: 1000 h, first: %s, takes: %s}"


def test_a_lots_wafers_are_spread_over_parallel_chambers_in_whole_rounds(run: Run) -> None:
    # 25 wafers of 4 min on 4 chambers: 7 rounds; 24 wafers: 6; 3 wafers: 1
    assert run(parallel("parallel: 4"), starts("0 h, 0 h")).spans() == [(0, "T#1", 0, 28), (1, "T#1", 28, 56)]
    assert run(parallel("parallel: 4"), starts("0 h", lot_size=24)).spans() == [(0, "T#1", 0, 24)]
    assert run(parallel("parallel: 4"), starts("0 h", lot_size=3)).spans() == [(0, "T#1", 0, 4)]


def test_lots_follow_one_another_at_the_pace_of_all_chambers_where_slots_allow(run: Run) -> None:
    # the entry is free after 25 x 4 / 4 = 25 min: starts 0, 25, 50, each 28 long
    ran = run(parallel("parallel: 4", ", slots: 2"), starts("0 h, 0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 28), (1, "T#1", 25, 53), (2, "T#1", 50, 78)]


def test_load_and_latency_are_a_fixed_part_beside_the_chambers(run: Run) -> None:
    # load 2, 6 rounds of 4 min, latency 5, unload 1: 32; the factor of a step takes longer: 2 + 36 + 5 + 1
    more = ", load: 2 min, latency: 5 min, unload: 1 min"
    assert run(parallel("parallel: 2", more), starts("0 h", lot_size=12)).spans() == [(0, "T#1", 0, 32)]
    assert run(parallel("parallel: 2", more, "4 min, factor: 1.5"), starts("0 h", lot_size=12)).spans() == [(0, "T#1", 0, 44)]


def test_wafers_not_processed_take_no_chamber(run: Run) -> None:
    # 5 of 25 wafers on 4 chambers: 2 rounds
    assert run(parallel("parallel: 4", process="4 min, wafers: 5"), starts("0 h")).spans() == [(0, "T#1", 0, 8)]


def test_a_chamber_down_slows_the_jobs_that_start_meanwhile(run: Run) -> None:
    # 12 wafers of 4 min: 12 min on 4 chambers, 16 on 3.  Down are #1 5-11, #2 10-16, #3 15-21, #4 20-26: the job at 6 lacks
    # #1 until its end at 22, the one at 22 lacks #4, the one at 38 has all
    ran = run(parallel(f"parallel: 4, {STAGGERED % ('breakdown', '6 min')}"), starts("6 min, 7 min, 8 min", lot_size=12))
    assert ran.spans() == [(0, "T#1", 6, 22), (1, "T#1", 22, 38), (2, "T#1", 38, 50)]


def test_a_chamber_down_slows_the_pace_at_which_lots_follow(run: Run) -> None:
    # as above with a second slot and 9 wafers: entry and stay 12 min on 3 chambers, from 30 on 9 and 12 min on 4
    fab = parallel(f"parallel: 4, {STAGGERED % ('breakdown', '6 min')}", ", slots: 2")
    ran = run(fab, starts("6 min, 7 min, 8 min, 9 min", lot_size=9))
    assert ran.spans() == [(0, "T#1", 6, 18), (1, "T#1", 18, 30), (2, "T#1", 30, 42), (3, "T#1", 39, 51)]


def test_a_job_inside_goes_on_and_with_no_chamber_up_the_tool_is_down(run: Run) -> None:
    # two chambers, 12 wafers: 24 min.  Down are #1 10-30 and #2 20-40: the job 0-24 goes on, the next waits for #1 and takes
    # 48 min on it alone, the third has both again
    ran = run(parallel(f"parallel: 2, {STAGGERED % ('breakdown', '20 min')}"), starts("0 h, 0 h, 0 h", lot_size=12))
    assert ran.spans() == [(0, "T#1", 0, 24), (1, "T#1", 30, 78), (2, "T#1", 78, 102)]


def test_a_tool_without_a_chamber_is_booked_down_by_what_took_the_last_one_and_only_while_empty(run: Run) -> None:
    # as above; empty and without a chamber from 24 to 30; the second job until 60
    for kind, booking in (("breakdown", "down"), ("maintenance", "maintenance"), ("engineering", "engineering")):
        fab = parallel(f"parallel: 2, {STAGGERED % (kind, '20 min')}")
        assert booked(run(fab, starts("0 h, 0 h", lot_size=12, horizon="60 min"))) == {"process": 24 + 30, booking: 6}


def test_an_idle_tool_whose_chambers_are_some_of_them_up_stands_by(run: Run) -> None:
    # down are #1 10-25 and #2 20-35: none up from 20 to 25
    ran = run(parallel(f"parallel: 2, {STAGGERED % ('breakdown', '15 min')}"), starts("50 min", lot_size=12, horizon="60 min"))
    assert booked(ran) == {"standby": 45, "down": 5, "process": 10}


def test_chambers_in_sequence_run_at_the_pace_of_the_slowest_after_the_first_wafer(run: Run) -> None:
    # A 1 min, B 2 min, 5 wafers: 3 for the first and 4 x 2: 11; the entry is free after 5 x 2
    stages = "{name: A, process: 1 min}, {name: B, process: 2 min}"
    assert run(sequence(stages), starts("0 h, 0 h", lot_size=5)).spans() == [(0, "T#1", 0, 11), (1, "T#1", 11, 22)]
    assert run(sequence(stages, ", slots: 2"), starts("0 h, 0 h", lot_size=5)).spans() == [(0, "T#1", 0, 11), (1, "T#1", 10, 21)]


def test_a_steps_own_time_is_that_of_a_wafer_through_all_stages(run: Run) -> None:
    # 9 min in place of 3: A 3, B 6; 5 wafers: 9 + 4 x 6
    stages = "{name: A, process: 1 min}, {name: B, process: 2 min}"
    assert run(sequence(stages, step="process: 9 min"), starts("0 h", lot_size=5)).spans() == [(0, "T#1", 0, 33)]


def test_a_stage_with_a_chamber_down_is_slower_and_one_with_none_stops_the_tool(run: Run) -> None:
    # A 2 min in two chambers, B 1 min in one, 6 wafers: B is the slowest, 3 + 5 x 1 = 8 (A: 2 2 4 4 6 6, B: 3 4 5 6 7 8)
    # A1 down 10-25, A2 20-35.  Lot 1 at 12 with one A: A every 2 min, 3 + 5 x 2 = 13.  Lot 2 waits from 21 for A1, 25-38
    stages = f"{{name: A, process: 2 min, count: 2, {STAGGERED % ('breakdown', '15 min')}}}, {{name: B, process: 1 min}}"
    ran = run(sequence(stages), starts("0 min, 12 min, 21 min, 40 min", lot_size=6))
    assert ran.spans() == [(0, "T#1", 0, 8), (1, "T#1", 12, 25), (2, "T#1", 25, 38), (3, "T#1", 40, 48)]


def test_the_only_chamber_of_a_stage_stops_the_tool(run: Run) -> None:
    # B down 10-30 by a calendar of its own, A never
    stages = "{name: A, process: 1 min, count: 3}, {name: B, process: 1 min, calendars: [%s]}" % (FAIL % ("f", "10 min", "20 min"))
    ran = run(sequence(stages), starts("12 min", lot_size=6))
    assert ran.spans() == [(0, "T#1", 30, 37)]


def test_a_chambers_calendars_run_beside_one_another(run: Run) -> None:
    # the one chamber is down 10-30 and 20-35: till 35
    calendars = f"{FAIL % ('a', '10 min', '20 min')}, {FAIL % ('b', '20 min', '15 min')}"
    ran = run(parallel(f"parallel: 1, calendars: [{calendars}]", process="1 min"), starts("12 min", lot_size=6, horizon="50 min"))
    assert ran.spans() == [(0, "T#1", 35, 41)]
    assert booked(ran) == {"standby": 10 + 9, "down": 25, "process": 6}


def test_a_breakdown_of_the_tool_stops_the_job_on_whatever_chambers_it_has(run: Run) -> None:
    # 12 wafers on 4 chambers: 12 min, the tool down 5-15; the chambers down 8-18: at 22 all are up
    fails = f"calendars: [{FAIL % ('f', '8 min', '10 min')}]"
    ran = run(parallel(f"parallel: 4, {fails}", f", {fails.replace('8 min', '5 min')}"), starts("0 h, 0 h", lot_size=12, horizon="1 h"))
    assert ran.spans() == [(0, "T#1", 0, 22), (1, "T#1", 22, 34)]
    assert booked(ran) == {"process": 24, "down": 10, "standby": 26}


def test_a_chamber_that_is_up_again_does_not_end_the_tools_own_maintenance(run: Run) -> None:
    # the tool is maintained 5-30, all its chambers are down 8-18: the lot starts at 30
    own = "calendars: [{kind: maintenance, every: 100 h, first: 5 min, takes: 25 min}]"
    fab = parallel(f"parallel: 4, calendars: [{FAIL % ('f', '8 min', '10 min')}]", f", {own}")
    ran = run(fab, starts("6 min", lot_size=12, horizon="1 h"))
    assert ran.spans() == [(0, "T#1", 30, 42)]
    assert booked(ran) == {"standby": 5 + 18, "maintenance": 25, "process": 12}


def test_maintenance_of_chambers_counts_from_start_to_start_and_is_staggered_over_all_tools(run: Run) -> None:
    # two tools of two chambers, every 40 min for 5: first at 10, 20 (T#1), 30, 40 (T#2), then at 50, 60 ...  Two wafers of 4 min
    # take 4 min on two chambers and 8 on one: T#1 lacks one at 11 and at 61, T#2 at 32
    chambers = "parallel: 2, calendars: [{kind: maintenance, every: 40 min, takes: 5 min}]"
    fab = parallel(chambers, ", choose_tool: lowest_number").replace("tools: 1", "tools: 2")
    ran = run(fab, starts("1 min, 11 min, 12 min, 31 min, 32 min, 61 min", lot_size=2, horizon="2 h"))
    assert ran.spans() == [
        *[(0, "T#1", 1, 5), (1, "T#1", 11, 19), (2, "T#2", 12, 16)],
        *[(3, "T#1", 31, 35), (4, "T#2", 32, 40), (5, "T#1", 61, 69)],
    ]


def test_raw_process_time_is_that_of_all_chambers_while_tool_time_is_as_slow_as_it_was(run: Run) -> None:
    ran = run(parallel(f"parallel: 4, {STAGGERED % ('breakdown', '6 min')}"), starts("6 min", lot_size=12))
    assert ran.trace.lots.select("raw_ms", "tool_ms").rows() == [(12 * 60_000, 16 * 60_000)]


def test_lots_that_wait_for_a_chamber_have_not_stalled(run: Run) -> None:
    # nothing else is to come when the fab is looked at, each 15 min, but the chamber is up again at 30
    ran = run(parallel(f"parallel: 1, calendars: [{FAIL % ('f', '10 min', '20 min')}]"), starts("12 min", 1, more="period: 15 min\n"))
    assert ran.spans() == [(0, "T#1", 30, 34)]


def chamber_minutes(ran: Ran) -> list[tuple[int, ...]]:
    """Give (chambers, minutes up, down, in maintenance, in engineering) of all tools and periods, after seeing that the run is sound."""
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []
    rows = ran.trace.tools.select("chambers", *CHAMBER_TIMES).rows()
    return [(chambers, *(ms // 60_000 for ms in times)) for chambers, *times in rows]


def availability(ran: Ran) -> float | None:
    found: float | None = toolset_figures(ran.scenario, ran.trace)["chamber_availability"].item()
    return found


def test_the_time_of_chambers_is_booked_up_or_by_what_keeps_them_down(run: Run) -> None:
    # A1, A2 down 10-25 and 20-35, B maintained 30-50: of 3 x 60 min 30 down, 20 maintained, whatever the tool does meanwhile
    stages = (
        f"{{name: A, process: 2 min, count: 2, {STAGGERED % ('breakdown', '15 min')}}}, {{name: B, process: 1 min, calendars: "
        "[{kind: maintenance, every: 1000 h, first: 30 min, takes: 20 min}]}"
    )
    ran = run(sequence(stages), starts("0 min", lot_size=6, horizon="1 h"))
    assert chamber_minutes(ran) == [(3, 130, 30, 20, 0)]
    assert availability(ran) == 130 / 180


def test_a_breakdown_comes_first_where_two_calendars_keep_a_chamber_down(run: Run) -> None:
    # in engineering 10-30, down 20-35
    other = "{name: e, kind: engineering, every: 1000 h, first: 10 min, stagger: false, takes: 20 min}"
    ran = run(parallel(f"parallel: 2, calendars: [{other}, {FAIL % ('f', '20 min', '15 min')}]"), starts("0 h", 2, horizon="1 h"))
    assert chamber_minutes(ran) == [(2, 2 * 35, 2 * 15, 0, 2 * 10)]


def test_chambers_are_booked_by_period_and_counted_from_the_warm_up_on(run: Run) -> None:
    # down 8-18 and 24-40, of three periods of 15 min: 7, 3 + 6, 10 of each of two chambers; the first one is warm-up
    calendars = f"{FAIL % ('a', '8 min', '10 min')}, {FAIL % ('b', '24 min', '16 min')}"
    ran = run(parallel(f"parallel: 2, calendars: [{calendars}]"), starts("0 h", 2, "45 min", more="period: 15 min\nwarmup: 15 min\n"))
    assert chamber_minutes(ran) == [(2, 30 - 14, 14, 0, 0), (2, 30 - 18, 18, 0, 0), (2, 30 - 20, 20, 0, 0)]
    assert availability(ran) == 22 / 60


def test_the_tools_own_downtime_takes_no_time_of_its_chambers(run: Run) -> None:
    own = f", calendars: [{FAIL % ('f', '10 min', '30 min')}]"
    assert chamber_minutes(run(parallel("parallel: 3", own), starts("0 h", 2, horizon="1 h"))) == [(3, 180, 0, 0, 0)]


def test_chambers_count_while_their_tool_is_installed(run: Run) -> None:
    # #1 has its chambers down 10-15, 25-30, 40-45 and 55-60; #2 comes at 20, has them down 30-35 and leaves at 40
    fails = "{kind: breakdown, every: 10 min, takes: 5 min, first: 10 min}"
    changes = "changes: [{toolset: T, tools: 1, at: 20 min}, {toolset: T, tools: -1, at: 40 min}]\n"
    ran = run(parallel(f"parallel: 2, calendars: [{fails}]"), starts("0 h", 2, horizon="1 h", more=changes))
    assert check_laws(ran.scenario, ran.trace, ran.totals) == []
    assert sorted(chamber_minutes(ran)) == [(2, 2 * 15, 2 * 5, 0, 0), (2, 2 * 40, 2 * 20, 0, 0)]


def test_toolsets_without_chambers_have_no_such_figure(run: Run) -> None:
    ran = run(ONE % ("load: 0 min", "process: 4 min"), starts("0 h"))
    assert chamber_minutes(ran) == [(0, 0, 0, 0, 0)]
    assert availability(ran) is None


def test_chambers_are_up_as_often_as_static_capacity_counts_on(run: Run) -> None:
    # exponential 20 h up, 5 h down: 0.8.  Over T = 2,000 d a chamber's share has the variance 2 a (1 - a) / (r T) with r = 1/20 + 1/5 an
    # hour (the integral of the covariance of a process with two states), that of four chambers a fourth of it
    fails = "{kind: breakdown, every: {exponential: 20 h}, takes: {exponential: 5 h}}"
    ran = run(parallel(f"parallel: 4, calendars: [{fails}]"), starts("0 h", 2, horizon="2000 d"))
    (expected,) = clusters(ran.scenario.fab)[0].alive
    assert expected == pytest.approx(0.8)
    found = availability(ran)
    assert found is not None
    deviation = (2 * 0.8 * 0.2 / (0.25 * ran.scenario.horizon_ms / (DAY / 24)) / 4) ** 0.5
    assert abs(found - expected) < 3.3 * deviation
