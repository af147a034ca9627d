"""Hand-solved fabs: how long lots hold tools. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

import pytest

from tests.conftest import Run

ONE = """
    toolsets: {T: {area: a, tools: 1, %s}}
    routes: {r: [{step: S, toolset: T, %s}]}
    products: {P: {route: r}}
"""


def starts(times: str, lot_size: int = 25, horizon: str = "10 h", more: str = "") -> str:
    schedule = f"starts: {{P: {{lot_size: {lot_size}, pattern: {{schedule: [{times}]}}}}}}"
    return f"horizon: {horizon}\n{schedule}\npolicy: {{fab: [fifo]}}\n{more}"


def test_a_lot_holds_a_plain_tool_for_load_process_and_unload(run: Run) -> None:
    # load 2 + process 10 + unload 3 = 15; the second lot waits for the first
    ran = run(ONE % ("load: 2 min, unload: 3 min", "process: 10 min"), starts("0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 15), (1, "T#1", 15, 30)]


def test_per_wafer_times_count_every_wafer_but_at_most_the_measured_ones(run: Run) -> None:
    # 25 wafers at 1 min; then 3 of 25 wafers at 1 min
    assert run(ONE % ("per: wafer", "process: 1 min"), starts("0 h")).spans() == [(0, "T#1", 0, 25)]
    assert run(ONE % ("per: wafer", "process: 1 min, wafers: 3"), starts("0 h")).spans() == [(0, "T#1", 0, 3)]


def test_a_factor_multiplies_the_process_time(run: Run) -> None:
    assert run(ONE % ("process: 10 min", "factor: 1.5"), starts("0 h")).spans() == [(0, "T#1", 0, 15)]


def test_latency_delays_the_lot_and_overlaps_the_next(run: Run) -> None:
    # the entry is held 10 min, the lot stays 25 more: the next one enters at 10
    ran = run(ONE % ("slots: 4, latency: 25 min", "process: 10 min"), starts("0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 35), (1, "T#1", 10, 45)]


def test_slots_limit_the_lots_inside_a_cascading_tool(run: Run) -> None:
    # two slots: the third lot starts when the first leaves at 35, not when the entry is free at 20
    ran = run(ONE % ("slots: 2, latency: 25 min", "process: 10 min"), starts("0 h, 0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 35), (1, "T#1", 10, 45), (2, "T#1", 35, 70)]


def test_a_wafer_cascade_takes_p_plus_n_minus_one_intervals_alone_and_n_intervals_apart(run: Run) -> None:
    # queueing.md section 5: p = 1, c = 0.75, n = 25: alone 1 + 24 x 0.75 = 19, saturated spacing 18.75
    ran = run(ONE % ("slots: 2, load_ahead: true, per: wafer, interval: 0.75 min", "process: 1 min"), starts("0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 19), (1, "T#1", 0, 37.75)]


def test_a_cascading_tool_loads_the_next_lot_beside_the_one_inside(run: Run) -> None:
    # lot cascade p = 20, c = 5, load 2, unload 1: lot 0: loaded 2, entry free 7, done 2 + 20 + 1 = 23
    # lot 1 loaded at 2 too, enters at 7: done 7 + 20 + 1 = 28; lot 2 takes the slot at 23: loaded 25, done 25 + 20 + 1 = 46
    ran = run(ONE % ("slots: 2, load_ahead: true, interval: 5 min, load: 2 min, unload: 1 min", "process: 20 min"), starts("0 h, 0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 23), (1, "T#1", 0, 28), (2, "T#1", 23, 46)]


def test_open_slots_wait_in_one_list_whichever_tool_they_are_of(run: Run) -> None:
    # p = 10, c = 8, two tools of two slots; open slots in the order they opened: 1 1 2 2
    # lots 0 and 1 (0-10, 1: enters at 8, done 18) take the slots of #1, which open again at 10 and 18: 2 2 1 1
    # lot 2 takes #2 (20-30): 2 1 1, from 30 on 2 1 1 2; lot 3 takes the first slot of #2 (31-41): 1 1 2; so lot 4 takes #1
    cascade = ONE.replace("tools: 1", "tools: 2") % ("slots: 2, load_ahead: true, interval: 8 min", "process: 10 min")
    ran = run(cascade, starts("0 min, 1 min, 20 min, 31 min, 32 min"))
    assert ran.spans() == [(0, "T#1", 0, 10), (1, "T#1", 1, 18), (2, "T#2", 20, 30), (3, "T#2", 31, 41), (4, "T#1", 32, 42)]


def test_a_spaced_cascade_takes_lots_an_interval_apart(run: Run) -> None:
    # lot cascade p = 20, c = 5, load 2, unload 1: lot 0 taken at 0, done 2 + 20 + 1 = 23; lot 1 taken at 5: done 28
    # both slots are taken until 23: lot 2 done 46; lot 3 takes the slot of lot 1 at 28, which is 5 after 23: done 51
    fab = ONE % ("slots: 2, spaced: true, interval: 5 min, load: 2 min, unload: 1 min", "process: 20 min")
    ran = run(fab, starts("0 h, 0 h, 0 h, 0 h"))
    assert ran.spans() == [(0, "T#1", 0, 23), (1, "T#1", 5, 28), (2, "T#1", 23, 46), (3, "T#1", 28, 51)]


def test_a_spaced_tool_keeps_its_place_until_it_is_full(run: Run) -> None:
    # p = 10, c = 8, two tools of two slots, both listed: 1 2.  Lot 0 takes #1 (0-10), which may take the next at 8
    # lot 1 (at 1): #1 is passed over, #2 (1-11); lot 2 (at 9): #1 is first and may, 9-19, is full, comes last when lot 0 leaves: 2 1
    # lot 3 (at 20): #2, 20-30; lot 4 (at 21): #2 may not before 28, so #1, 21-31; lot 5 (at 28): #2 kept its place, 28-38
    cascade = ONE.replace("tools: 1", "tools: 2") % ("slots: 2, spaced: true, interval: 8 min", "process: 10 min")
    ran = run(cascade, starts("0 min, 1 min, 9 min, 20 min, 21 min, 28 min"))
    assert ran.spans() == [
        (0, "T#1", 0, 10),
        (1, "T#2", 1, 11),
        (2, "T#1", 9, 19),
        (3, "T#2", 20, 30),
        (4, "T#1", 21, 31),
        (5, "T#2", 28, 38),
    ]


@pytest.mark.parametrize(("second", "last"), [("9 min", "T#2"), ("11 min", "T#1")])
def test_a_spaced_tool_is_full_while_all_its_slots_are_at_work(second: str, last: str, run: Run) -> None:
    # load 2, p = 10, unload 2, c = 8; lot 0 takes #1 (works 2-12, out at 14), lot 1 at 1 #2 (out at 15), lot 2 takes #1 again
    # at 9 it works from 11 on, beside lot 0: #1 is full until 12 and comes behind #2, which lot 3 takes at 25
    # at 11 it works from 13 on, when lot 0 is only unloaded: #1 is never full and keeps its place, so lot 3 takes it
    tool = "slots: 2, spaced: true, interval: 8 min, load: 2 min, unload: 2 min"
    cascade = ONE.replace("tools: 1", "tools: 2") % (tool, "process: 10 min")
    spans = run(cascade, starts(f"0 min, 1 min, {second}, 25 min")).spans()
    assert [tool for _, tool, _, _ in spans] == ["T#1", "T#2", "T#1", last]


def test_a_breakdown_moves_when_a_spaced_tool_may_take_the_next_lot(run: Run) -> None:
    # lot 0 taken at 0; down 4-10 moves what is left by 6: the tool may take the next at 8 + 6 = 14, lot 0 is done at 16, lot 1 at 24
    down = "calendars: [{kind: breakdown, every: 900 h, takes: 6 min, first: 4 min}]"
    fab = ONE % (f"slots: 2, spaced: true, interval: 8 min, {down}", "process: 10 min")
    assert run(fab, starts("0 min, 1 min")).spans() == [(0, "T#1", 0, 16), (1, "T#1", 14, 24)]


def test_a_litho_cell_runs_at_the_pace_of_its_slower_part(run: Run) -> None:
    fab = """
        toolsets: {T: {area: a, tools: 1, per: wafer, cell: {scanner: {process: 20 s}, track: {process: 30 s}}}}
        routes: {r: [{step: S, toolset: T}]}
        products: {P: {route: r}}
    """
    assert run(fab, starts("0 h", lot_size=10)).spans() == [(0, "T#1", 0, 5)]


def test_transport_delays_arrival_and_depends_on_the_areas(run: Run) -> None:
    # release to first queue 0 (default), a to b 12 min, b to a 5 min (default)
    fab = """
        transport: {default: 5 min, between: [{from: a, to: b, time: 12 min}]}
        toolsets: {A: {area: a, tools: 1, process: 10 min}, B: {area: b, tools: 1, process: 10 min}}
        routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B}, {step: S3, toolset: A}]}
        products: {P: {route: r}}
    """
    assert run(fab, starts("0 h")).spans() == [(0, "A#1", 0, 10), (0, "B#1", 22, 32), (0, "A#1", 37, 47)]


def test_the_tool_that_is_idle_longest_is_taken_first(run: Run) -> None:
    # 3 tools; lot 0 takes #1 (0-10), lot 1 at 1 takes #2 (1-11), lot 2 at 12: #3 has been idle since 0
    fab = ONE.replace("tools: 1", "tools: 3") % ("load: 0 min", "process: 10 min")
    assert [s[1] for s in run(fab, starts("0 min, 1 min, 12 min, 13 min")).spans()] == ["T#1", "T#2", "T#3", "T#1"]


def test_the_lowest_number_is_taken_where_the_layout_says_so(run: Run) -> None:
    fab = ONE.replace("tools: 1", "tools: 3") % ("choose_tool: lowest_number", "process: 10 min")
    assert [s[1] for s in run(fab, starts("0 min, 1 min, 12 min, 13 min")).spans()] == ["T#1", "T#2", "T#1", "T#2"]


def test_an_event_at_the_horizon_does_not_happen(run: Run) -> None:
    ran = run(ONE % ("load: 0 min", "process: 60 min"), starts("0 h", horizon="1 h"))
    assert (ran.totals.completed, ran.totals.in_process) == (0, 1)
