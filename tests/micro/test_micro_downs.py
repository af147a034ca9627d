"""Hand-solved fabs: breakdowns and maintenance. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import polars as pl
import pytest

from fabsim.metrics.toolsets import ACTIVITIES
from tests.conftest import Ran, Run
from tests.micro.test_micro_work import ONE, starts


def booked(ran: Ran) -> dict[str, float]:
    """Give the minutes of each activity over all tools and periods."""
    sums = ran.trace.tools.select(pl.col(ACTIVITIES).sum()).row(0, named=True)
    return {name.removesuffix("_ms"): value / 60_000 for name, value in sums.items() if value}


def tool(calendar: str, process: str = "60 min", more: str = "") -> str:
    return ONE % (f"calendars: [{{{calendar}}}]{more}", f"process: {process}")


BREAKS = "kind: breakdown, every: 30 min, takes: 10 min"


def test_a_breakdown_stops_the_job_and_the_rest_of_it_follows(run: Run) -> None:
    # down 30-40, 70-80 ... from each repair's end; the job 0-60 has done 30 by 30 and 30 more by 70
    ran = run(tool(BREAKS), starts("0 h", horizon="75 min"))
    assert ran.spans() == [(0, "T#1", 0, 70)]
    assert booked(ran) == {"process": 60, "down": 15}


def test_a_breakdown_can_wait_for_the_job(run: Run) -> None:
    # due at 30, the job ends at 60, down 60-70; the next lot starts then
    ran = run(tool(BREAKS + ", preempts: false"), starts("0 h, 0 h", horizon="200 min"))
    assert ran.spans() == [(0, "T#1", 0, 60), (1, "T#1", 70, 130)]


def test_a_breakdown_that_falls_into_maintenance_does_not_put_off_the_next_one(run: Run) -> None:
    # maintenance 20-50; the breakdown due at 30 follows, 50-60, so that the tool is down as long as if it had stopped the maintenance
    # from 30 to 40; the next one is due 40 after that, 80-90
    upkeep = "{kind: maintenance, every: 900 h, first: 20 min, takes: 30 min}"
    breaks = "{kind: breakdown, every: 40 min, first: 30 min, takes: 10 min}"
    ran = run(ONE % (f"calendars: [{upkeep}, {breaks}]", "process: 5 min"), starts("51 min", horizon="95 min"))
    assert ran.spans() == [(0, "T#1", 60, 65)]
    assert booked(ran) == {"standby": 40, "process": 5, "down": 20, "maintenance": 30}


@pytest.mark.parametrize(
    ("gaps", "spans"),
    [
        ("false", [(0, "T#1", 0, 10), (1, "T#1", 40, 50), (2, "T#1", 48, 58), (3, "T#1", 56, 66)]),
        ("true", [(0, "T#1", 0, 10), (1, "T#1", 8, 18), (2, "T#1", 16, 26), (3, "T#1", 56, 66)]),
    ],
)
def test_maintenance_may_wait_until_a_cascade_is_empty_of_itself(gaps: str, spans: list[tuple[int, str, float, float]], run: Run) -> None:
    # p = 10, c = 8; maintenance of 30 is due at 5, when lot 0 is inside (until 10) and lots 1 and 2 wait
    # as a rule nothing follows it: 10-40, then lots 1, 2 and 3 every 8
    # in gaps lots 1 and 2 follow at 8 and 16; when lot 2 leaves at 26 nothing does: 26-56, and lot 3, which comes at 27, waits for that
    upkeep = "calendars: [{kind: maintenance, every: 900 h, first: 5 min, takes: 30 min}]"
    fab = ONE % (f"slots: 2, spaced: true, interval: 8 min, maintenance_in_gaps: {gaps}, {upkeep}", "process: 10 min")
    assert run(fab, starts("0 min, 1 min, 1 min, 27 min")).spans() == spans


@pytest.mark.parametrize(("gaps", "second"), [("false", (20, 30)), ("true", (5, 15))])
def test_maintenance_by_wafers_may_wait_for_a_gap_too(gaps: str, second: tuple[float, float], run: Run) -> None:
    # c = 5, p = 10: the one wafer of the first lot (0-10) makes maintenance of 10 due, which as a rule keeps the second lot out: 10-20
    upkeep = "calendars: [{kind: maintenance, counts: wafers, every: 9 wafers, first: 1 wafers, takes: 10 min}]"
    fab = ONE % (f"slots: 2, spaced: true, interval: 5 min, maintenance_in_gaps: {gaps}, {upkeep}", "process: 10 min")
    assert run(fab, starts("0 min, 0 min")).spans() == [(0, "T#1", 0, 10), (1, "T#1", *second)]


def test_an_idle_tool_breaks_down_too(run: Run) -> None:
    ran = run(tool(BREAKS, "5 min"), starts("35 min", horizon="60 min"))
    assert ran.spans() == [(0, "T#1", 40, 45)]
    assert booked(ran) == {"standby": 45, "process": 5, "down": 10}


def test_a_breakdown_moves_every_job_inside_a_cascading_tool(run: Run) -> None:
    # entry 10 each, latency 25; down 15-20: lot 0 (due out at 35) leaves at 40, lot 1 (entered at 10) at 50;
    # the entry is free at 25 instead of 20: lot 2 runs 25-60
    fab = ONE % (
        "slots: 4, latency: 25 min, calendars: [{kind: breakdown, every: 100 h, first: 15 min, takes: 5 min}]",
        "process: 10 min",
    )
    ran = run(fab, starts("0 h, 0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 40), (1, "T#1", 10, 50), (2, "T#1", 25, 60)]


def test_calendar_maintenance_waits_for_the_job_and_counts_start_to_start(run: Run) -> None:
    # due at 30, 60, 90 ... for 10 min; the job runs 0-40: maintenance 40-50, then 60-70 (due at 60, not at 70)
    ran = run(tool("kind: maintenance, every: 30 min, takes: 10 min", "40 min"), starts("0 h, 65 min", horizon="85 min"))
    assert ran.spans()[0] == (0, "T#1", 0, 40)
    assert ran.trace.lots.height == 2
    assert booked(ran) == {"process": 40 + 15, "standby": 10, "maintenance": 20}


def test_nothing_starts_while_maintenance_is_due(run: Run) -> None:
    ran = run(tool("kind: maintenance, every: 30 min, takes: 10 min", "20 min"), starts("20 min, 20 min", horizon="52 min"))
    # job 20-40, due at 30: maintenance 40-50, second job from 50
    assert ran.spans() == [(0, "T#1", 20, 40)]
    assert booked(ran) == {"standby": 20, "process": 22, "maintenance": 10}


def test_maintenance_of_a_toolset_is_staggered(run: Run) -> None:
    # three tools, every 90: first at 30, 60, 90
    fab = (ONE % ("calendars: [{kind: maintenance, every: 90 min, takes: 5 min}]", "process: 1 min")).replace("tools: 1", "tools: 3")
    ran = run(fab, starts("0 h", horizon="89 min", more="period: 31 min\n"))
    rows = ran.trace.tools.filter(pl.col("maintenance_ms") > 0).select("tool", pl.col("start_ms") // 60_000, "maintenance_ms").rows()
    assert [(str(t), s, m) for t, s, m in rows] == [("T#1", 0, 60_000), ("T#1", 31, 240_000), ("T#2", 31, 120_000), ("T#2", 62, 180_000)]


def test_tools_may_have_their_first_maintenance_a_share_of_the_interval_apart(run: Run) -> None:
    # three tools, every 90, first 20: at 20, 50 and 80, however early the first one is
    upkeep = "calendars: [{kind: maintenance, every: 90 min, first: 20 min, takes: 5 min, stagger: every}]"
    fab = (ONE % (upkeep, "process: 1 min")).replace("tools: 1", "tools: 3")
    ran = run(fab, starts("0 h", horizon="89 min", more="period: 30 min\n"))
    rows = ran.trace.tools.filter(pl.col("maintenance_ms") > 0).select("tool", pl.col("start_ms") // 60_000, "maintenance_ms").rows()
    assert [(str(t), s, m) for t, s, m in rows] == [("T#1", 0, 300_000), ("T#2", 30, 300_000), ("T#3", 60, 300_000)]


def test_tools_may_count_a_share_of_the_interval_more_wafers_to_their_first_maintenance(run: Run) -> None:
    # two tools, every 50 wafers, first 25: one after 25 and the other after 50, so T#1 stands 10-17 and T#2 20-27
    upkeep = "calendars: [{kind: maintenance, counts: wafers, every: 50 wafers, first: 25 wafers, takes: 7 min, stagger: every}]"
    fab = (ONE % (upkeep, "process: 10 min")).replace("tools: 1", "tools: 2")
    ran = run(fab, starts("0 h, 0 h, 0 h, 18 min, 19 min"))
    assert ran.spans() == [(0, "T#1", 0, 10), (1, "T#2", 0, 10), (2, "T#2", 10, 20), (3, "T#1", 18, 28), (4, "T#2", 27, 37)]


def test_maintenance_by_wafers_follows_the_job_that_reaches_the_count(run: Run) -> None:
    # every 50 wafers: after the second lot of 25
    fab = tool("kind: maintenance, counts: wafers, every: 50 wafers, takes: 7 min", "10 min")
    ran = run(fab, starts("0 h, 0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 10), (1, "T#1", 10, 20), (2, "T#1", 27, 37)]


@pytest.mark.parametrize(("carry_over", "sixth"), [("false", 64), ("true", 71)])
def test_wafers_beyond_the_count_may_count_towards_the_next_maintenance(run: Run, carry_over: str, sixth: int) -> None:
    # every 40 wafers, lots of 25: due after the second lot, from 20 to 27, and after the fourth, from 47 to 54.  Counting anew that is
    # two lots each time.  Carried over, 30 are left after the second and 20 after the fourth: the fifth, from 54 to 64, is enough.
    fab = tool(f"kind: maintenance, counts: wafers, every: 40 wafers, takes: 7 min, carry_over: {carry_over}", "10 min")
    ran = run(fab, starts("0 h, 0 h, 0 h, 0 h, 0 h, 0 h"))
    begins = [span[2] for span in ran.spans()]
    assert begins == [0, 10, 27, 37, 54, sixth]


def test_a_breakdown_that_falls_into_maintenance_starts_at_its_end(run: Run) -> None:
    fab = ONE % (
        "calendars: [" + "{kind: maintenance, every: 100 h, first: 20 min, takes: 20 min}, "
        "{kind: breakdown, every: 100 h, first: 30 min, takes: 5 min}]",
        "process: 10 min",
    )
    ran = run(fab, starts("35 min", horizon="100 min"))
    assert ran.spans() == [(0, "T#1", 45, 55)]


def test_breakdowns_by_process_time_only_count_while_the_tool_works(run: Run) -> None:
    # every 30 min of processing, repair 10: lot 0 (20 min) 0-20; lot 1 at 100 breaks 10 min into it: 100-130;
    # 10 of the next 30 are used, so lot 2 (20 min) runs 200-220 and is done just as the clock reaches 30
    fab = tool("kind: breakdown, counts: process, every: 30 min, takes: 10 min", "20 min")
    ran = run(fab, starts("0 min, 100 min, 200 min, 300 min", horizon="400 min"))
    assert ran.spans() == [(0, "T#1", 0, 20), (1, "T#1", 100, 130), (2, "T#1", 200, 220), (3, "T#1", 300, 330)]


def test_engineering_time_is_booked_as_engineering(run: Run) -> None:
    ran = run(tool("kind: engineering, every: 60 min, takes: 6 min", "10 min"), starts("0 h", horizon="180 min"))
    assert booked(ran) == {"process": 10, "engineering": 12, "standby": 158}


def test_a_process_clock_stands_still_while_another_cause_has_the_tool_down(run: Run) -> None:
    # the clock strikes after 8 h of work; work 0-5, another breakdown 5-11, work 11-14: strikes at 14 for 1 h; 2 h of work are left
    fab = ONE % (
        "calendars: [" + "{kind: breakdown, counts: process, every: 100 h, first: 8 h, takes: 1 h}, "
        "{kind: breakdown, every: 1000 h, first: 5 h, takes: 6 h}]",
        "process: 10 h",
    )
    ran = run(fab, starts("0 h", horizon="30 h"))
    assert ran.spans() == [(0, "T#1", 0, 17 * 60)]
    assert booked(ran)["down"] == 7 * 60


def test_a_process_clock_counts_what_is_booked_as_process(run: Run) -> None:
    # process 2 h and latency 2 h in a tool of one slot: 4 h a lot; a failure each 5 h of them, repair 1 h: work 0-5, 6-11, 12-17 ...
    fab = ONE % ("latency: 2 h, calendars: [{kind: breakdown, counts: process, every: 5 h, takes: 1 h}]", "process: 2 h")
    ran = run(fab, starts("0 h, 0 h, 0 h, 0 h", horizon="18 h"))
    assert [(s[2] / 60, s[3] / 60) for s in ran.spans()] == [(0, 4), (4, 9), (9, 14)]
    assert booked(ran) == {"process": 15 * 60, "down": 3 * 60}
