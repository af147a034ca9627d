"""Hand-solved fabs: sampling, rework, queue-time windows, releases, initial WIP, tools that come and go."""

from __future__ import annotations

import polars as pl

from tests.conftest import Run
from tests.micro.test_micro_work import ONE, starts


def test_a_sampled_out_step_takes_no_time_and_no_transport(run: Run) -> None:
    fab = """
        transport: {default: 5 min}
        toolsets: {T: {area: a, tools: 1, process: 10 min}, M: {area: b, tools: 1, process: 10 min}}
        routes: {r: [{step: S1, toolset: T}, {step: M1, toolset: M, sampling: 0}, {step: S2, toolset: T}]}
        products: {P: {route: r}}
    """
    assert run(fab, starts("0 h")).spans() == [(0, "T#1", 0, 10), (0, "T#1", 15, 25)]


def test_sampling_performs_its_share(run: Run) -> None:
    fab = ONE % ("load: 0 min", "process: 1 min, sampling: 30 %")
    ran = run(fab, "horizon: 100 d\nstarts: {P: {wafers_per_month: 30000}}\npolicy: {fab: [fifo]}\n")
    share = ran.totals.moves / ran.totals.completed
    assert abs(share - 0.3) < 4 * (0.3 * 0.7 / ran.totals.completed) ** 0.5


def test_rework_goes_back_and_can_happen_again(run: Run) -> None:
    # as good as certain rework at S2 back to S1 until the horizon: 10 + 10 a loop
    fab = """
        toolsets: {T: {area: a, tools: 1, process: 10 min}}
        routes: {r: [{step: S1, toolset: T}, {step: S2, toolset: T, rework: {share: 0.999999, to: S1}}]}
        products: {P: {route: r}}
    """
    ran = run(fab, starts("0 h", horizon="65 min"))
    assert ran.moves("step", "visit") == [("S1", 0), ("S2", 0), ("S1", 1), ("S2", 1), ("S1", 2), ("S2", 2)]


def test_a_sampled_out_step_is_not_reworked(run: Run) -> None:
    fab = """
        toolsets: {T: {area: a, tools: 1, process: 10 min}}
        routes:
          r: [{step: S1, toolset: T}, {step: S2, toolset: T, sampling: 0, rework: {share: 0.9, to: S1}}, {step: S3, toolset: T}]
        products: {P: {route: r}}
    """
    assert run(fab, starts("0 h")).spans() == [(0, "T#1", 0, 10), (0, "T#1", 10, 20)]


WINDOW = """
    transport: {{default: 5 min}}
    toolsets: {{A: {{area: a, tools: 1, process: 10 min}}, B: {{area: a, tools: 1, process: 20 min}}}}
    routes: {{r: [{{step: S1, toolset: A}}, {{step: S2, toolset: B, queue_time: {{from: S1, limit: {limit}}}}}]}}
    products: {{P: {{route: r}}}}
"""


def test_a_queue_time_window_runs_from_the_end_of_a_step_to_the_start_of_work(run: Run) -> None:
    # lot 0: S1 0-10, S2 15-35: 5 min.  lot 1: S1 10-20, at B 25, starts 35: 15 min; so 15 is kept and 14 is not
    for limit, violations in (("15 min", [0, 0]), ("14 min", [0, 1]), ("4 min", [1, 1])):
        ran = run(WINDOW.format(limit=limit), starts("0 h, 0 h"))
        assert ran.trace.lots.sort("lot")["violations"].to_list() == violations
        assert ran.trace.lots["windows"].to_list() == [1, 1]


def test_the_queue_time_criterion_serves_the_window_that_runs_out_first(run: Run) -> None:
    # B is busy with an early lot until 40; P (window until 70) waits from 15, Q (window until 50) from 25
    fab = """
        toolsets: {A: {area: a, tools: 9, process: 10 min}, B: {area: a, tools: 1}}
        routes:
          x: [{step: X, toolset: B, process: 40 min}]
          p: [{step: P1, toolset: A}, {step: P2, toolset: B, process: 10 min, queue_time: {from: P1, limit: 60 min}}]
          q: [{step: Q1, toolset: A}, {step: Q2, toolset: B, process: 10 min, queue_time: {from: Q1, limit: 30 min}}]
          f: [{step: F, toolset: B, process: 10 min}]
        products: {X: {route: x}, P: {route: p}, Q: {route: q}, F: {route: f}}
    """
    scenario = """
        horizon: 10 h
        starts:
          X: {pattern: {schedule: [0 min]}}
          P: {pattern: {schedule: [0 min]}}
          F: {pattern: {schedule: [1 min]}}
          Q: {pattern: {schedule: [10 min]}}
        policy: {fab: [queue_time, fifo]}
    """
    # lots by release: X 0, P 1, F 2, Q 3; F has no window and comes last
    assert [s[0] for s in run(fab, scenario).spans("B")] == [0, 3, 1, 2]


def test_constant_starts_are_evenly_spaced_from_half_an_interval(run: Run) -> None:
    # 25 x 730 / 10 wafers a month: a lot every 10 h... lots of 25: 1825 wafers a month = 73 lots in 730 h, one every 10 h
    ran = run(ONE % ("load: 0 min", "process: 1 min"), "horizon: 40 h\nstarts: {P: {wafers_per_month: 1825}}\npolicy: {fab: [fifo]}\n")
    assert [s[2] for s in ran.spans()] == [300, 900, 1500, 2100]


def test_lots_at_an_interval_begin_when_the_first_one_is_said_to(run: Run) -> None:
    for first, instants in (("0 min", [0, 600, 1200, 1800]), ("700 min", [700, 1300, 1900])):
        starts = f"horizon: 40 h\nstarts: {{P: {{every: 10 h, first: {first}}}}}\npolicy: {{fab: [fifo]}}\n"
        assert [s[2] for s in run(ONE % ("load: 0 min", "process: 1 min"), starts).spans()] == instants


def test_starts_follow_a_plan(run: Run) -> None:
    plan = "horizon: 1460 h\nstarts: {P: {wafers_per_month: {0: 250, 1: 500}}}\npolicy: {fab: [fifo]}\n"
    ran = run(ONE % ("load: 0 min", "process: 1 min"), plan)
    months = [int(s[2] // (730 * 60)) for s in ran.spans()]
    assert (months.count(0), months.count(1)) == (10, 20)


def test_initial_wip_with_no_step_left_to_do_is_done_at_time_zero(run: Run) -> None:
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 10 min}}
        routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: A, sampling: 0}]}
        products: {P: {route: r}}
    """
    scenario = "horizon: 1 h\nstarts: {P: {pattern: {schedule: [5 min]}}}\ninitial_wip: [{stream: P, step: S2, age: 1 h}]\n"
    lots = run(fab, scenario).trace.lots.sort("lot")
    found = lots.select(pl.col("release_ms", "done_ms") // 60_000, "initial", "moves").rows()
    assert found == [(-60, 0, 1, 0), (5, 15, 0, 1)]


def test_initial_wip_waits_for_its_step_at_time_zero(run: Run) -> None:
    fab = """
        toolsets: {A: {area: a, tools: 1, process: 10 min}, B: {area: a, tools: 1, process: 20 min}}
        routes: {r: [{step: S1, toolset: A}, {step: S2, toolset: B}]}
        products: {P: {route: r}}
    """
    scenario = """
        horizon: 10 h
        starts: {P: {pattern: {schedule: [5 min]}}}
        initial_wip: [{stream: P, step: S2, age: 1 h}, {stream: P, step: S2, age: 30 min, due: 10 min}]
        policy: {fab: [fifo]}
    """
    # due 3 h after release: 2 h; at 10 min, as its row says; 5 min + 3 h
    ran = run(fab, scenario.replace("[5 min]}", "[5 min]}, due: 3 h"))
    assert ran.spans() == [(0, "B#1", 0, 20), (2, "A#1", 5, 15), (1, "B#1", 20, 40), (2, "B#1", 40, 60)]
    lots = ran.trace.lots.sort("lot")
    assert (lots["release_ms"] // 60_000).to_list() == [-60, -30, 5]
    assert (lots["due_ms"] // 60_000).to_list() == [120, 10, 185]


def test_tools_come_and_go_during_a_run(run: Run) -> None:
    # one tool; a second from 15 on; one leaves at 25: #2 (the newest) finishes its job at 35 and is gone
    fab = ONE % ("load: 0 min", "process: 20 min")
    more = "changes: [{toolset: T, tools: 1, at: 15 min}, {toolset: T, tools: -1, at: 25 min}]\n"
    ran = run(fab, starts("0 h, 0 h, 0 h, 0 h", horizon="90 min", more=more))
    assert ran.spans() == [(0, "T#1", 0, 20), (1, "T#2", 15, 35), (2, "T#1", 20, 40), (3, "T#1", 40, 60)]
    elapsed = ran.trace.tools.group_by("tool").agg((pl.col("end_ms") - pl.col("start_ms")).sum() / 60_000).sort("tool")
    assert [(str(t), m) for t, m in elapsed.rows()] == [("T#1", 90), ("T#2", 20)]


def test_what_was_dedicated_to_a_tool_that_leaves_is_freed(run: Run) -> None:
    # lot 1 exposes on L#2 and must come back to it at 30, but it left at 15: L#1 takes it
    fab = """
        toolsets: {L: {area: a, tools: 2, process: 10 min}, D: {area: a, tools: 9, process: 20 min}}
        routes: {r: [{step: L1, toolset: L}, {step: E, toolset: D}, {step: L2, toolset: L, dedicated_to: L1}]}
        products: {P: {route: r}}
    """
    ran = run(fab, starts("0 h, 0 h", more="changes: [{toolset: L, tools: -1, at: 15 min}]\n"))
    assert ran.spans("L")[2:] == [(0, "L#1", 30, 40), (1, "L#1", 40, 50)]


def test_hot_lots_are_a_stream_of_their_own(run: Run) -> None:
    scenario = """
        horizon: 730 h
        starts: {P: {wafers_per_month: 2500, hot: {share: 10 %, priority: 20}}}
        policy: {fab: [priority, fifo]}
    """
    ran = run(ONE % ("load: 0 min", "process: 1 min"), scenario)
    counts = ran.trace.lots.group_by("stream").len().sort("stream").rows()
    assert {str(s): n for s, n in counts} == {"P": 90, "P.hot": 10}
