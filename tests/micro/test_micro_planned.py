"""Hand-solved fabs: optimisers in the loop. Times in minutes; spans are (lot, tool, start, finish)."""

from __future__ import annotations

from tests.conftest import Run
from tests.micro.test_micro_work import starts

TWO_STEPS = """
    toolsets:
      T: {area: a, tools: 1, process: 30 min}
      F: {area: a, tools: 1, process: 100 min, per: batch, batch: {min: 25, max: 50}}
    routes: {r: [{step: S1, toolset: T}, {step: S2, toolset: F}]}
    products: {P: {route: r}}
"""
FURNACES = "policy: {furnaces: {toolsets: [F], every: 30 min, x_factor: 2, batch_cost: 0 min}}"


def planned(times: str, horizon: str = "10 h", more: str = FURNACES) -> str:
    return starts(times, horizon=horizon).replace("policy: {fab: [fifo]}", more)


def test_a_furnace_waits_for_a_lot_that_is_expected(run: Run) -> None:
    # by the rule: lot 0 at 30, lot 1, which T has done at 60, waits until 130.  At 30 the schedule expects it at 0 + 2 x 30 = 60:
    # both at 60 wait 30 min in all instead of 70
    assert run(TWO_STEPS, starts("0 min, 0 min")).spans("F") == [(0, "F#1", 30, 130), (1, "F#1", 130, 230)]
    ran = run(TWO_STEPS, planned("0 min, 0 min"))
    assert ran.spans("F") == [(0, "F#1", 60, 160), (1, "F#1", 60, 160)]
    # at 0 lot 1 is not yet known to wait; at 30 a schedule; at 60 both are there and nothing is left to save
    assert ran.totals.plans["furnaces"]["optimal"] == 1


def test_a_batch_starts_as_soon_as_the_lots_it_waited_for_are_there(run: Run) -> None:
    # two tools work on lot 0 from 0 and on lot 1 from 20.  The schedule of 25 knows from their jobs' ends that they come at 30 and 50, and
    # lets both start at 50, a full batch, or as late as 50 with less
    fab = TWO_STEPS.replace("tools: 1, process: 30 min", "tools: 2, process: 30 min")
    ran = run(fab, planned("0 min, 20 min", more=FURNACES.replace("30 min", "25 min")))
    assert ran.spans("F") == [(0, "F#1", 50, 150), (1, "F#1", 50, 150)]


def test_a_batch_below_the_least_starts_when_nothing_is_expected(run: Run) -> None:
    # by the rule one lot of 25 waits 4 h; the schedule at 60 starts it: it came at 10 + 30 = 40
    fab = TWO_STEPS.replace("min: 25", "min: 50, longest_wait: 4 h")
    assert run(fab, starts("10 min")).spans("F") == [(0, "F#1", 280, 380)]
    assert run(fab, planned("10 min", more=FURNACES.replace("every: 30 min", "every: 60 min"))).spans("F") == [(0, "F#1", 60, 160)]


def test_a_furnace_does_not_wait_when_a_window_would_run_out(run: Run) -> None:
    # as above, but lot 0 has to start within 20 min of 30: waiting for lot 1 until 60 would be too late
    fab = """
        toolsets:
          T: {area: a, tools: 1, process: 30 min}
          F: {area: a, tools: 1, process: 100 min, per: batch, batch: {min: 25, max: 50}}
        routes:
          r: [{step: S1, toolset: T}, {step: S2, toolset: F, recipe: ox%s}]
          q: [{step: S1, toolset: T}, {step: S2, toolset: F, recipe: ox}]
        products: {P: {route: r}, Q: {route: q}}
    """
    scenario = f"""
        horizon: 10 h
        starts:
          P: {{lot_size: 25, pattern: {{schedule: [0 min]}}}}
          Q: {{lot_size: 25, pattern: {{schedule: [0 min]}}}}
        {FURNACES}
    """
    assert [s[2] for s in run(fab % "", scenario).spans("F")] == [60, 60]
    assert [s[2] for s in run(fab % ", queue_time: {from: S1, limit: 20 min}", scenario).spans("F")] == [30, 130]


def test_a_furnace_waits_for_all_lots_of_a_batch_before_it(run: Run) -> None:
    # G works on lots 0 and 3 as one batch from 0 to 40; F is busy with lot 1 until 15, lot 2 comes at 5.  By the rule lot 2 runs from 15 to
    # 115 and the others wait from 40 to 115.  The schedule of 10 knows when G's batch ends and lets all three start at 40
    fab = """
        toolsets:
          G: {area: a, tools: 1, process: 40 min, per: batch, batch: {min: 50, max: 50}}
          F: {area: a, tools: 1, process: 100 min, per: batch, batch: {min: 25, max: 75}}
        routes:
          r: [{step: S1, toolset: G}, {step: S2, toolset: F, recipe: ox}]
          q: [{step: S, toolset: F, recipe: ox}]
          p: [{step: S, toolset: F, process: 15 min}]
        products: {P: {route: r}, Q: {route: q}, R: {route: p}}
    """
    scenario = f"""
        horizon: 10 h
        starts:
          P: {{lot_size: 25, pattern: {{schedule: [0 min, 0 min]}}}}
          R: {{lot_size: 25, pattern: {{schedule: [0 min]}}}}
          Q: {{lot_size: 25, pattern: {{schedule: [5 min]}}}}
        {FURNACES.replace("30 min", "10 min")}
    """
    assert [s[:1] + s[2:] for s in run(fab, scenario).spans("F")] == [(1, 0, 15), (0, 40, 140), (2, 40, 140), (3, 40, 140)]


def test_a_batch_that_the_rule_would_never_start_is_no_stall(run: Run) -> None:
    # one lot of 25 below the least of 50 and no longest wait: a period ends at 45 between the schedules of 0 and 60
    fab = TWO_STEPS.replace("min: 25", "min: 50")
    ran = run(fab, planned("10 min", more=FURNACES.replace("30 min", "60 min") + "\nperiod: 45 min"))
    assert ran.spans("F") == [(0, "F#1", 60, 160)]


def test_a_batch_starts_at_an_instant_between_two_schedules(run: Run) -> None:
    # the tool works on lot 0 from 0 to 100; lots 1 and 3 of another recipe come at 10 and 20, below their least of 75.  The schedule of 90
    # lets them start at 100, when the tool is free
    fab = """
        toolsets: {F: {area: a, tools: 1, process: 100 min, per: batch, batch: {min: 75, max: 100, longest_wait: 8 h}}}
        routes: {r: [{step: S, toolset: F, batch: {min: 25}}], q: [{step: S, toolset: F}]}
        products: {P: {route: r}, Q: {route: q}}
    """
    scenario = f"""
        horizon: 10 h
        starts:
          P: {{lot_size: 25, pattern: {{schedule: [0 min]}}}}
          Q: {{lot_size: 25, pattern: {{schedule: [10 min, 20 min]}}}}
        {FURNACES}
    """
    assert run(fab, scenario).spans() == [(0, "F#1", 0, 100), (1, "F#1", 100, 200), (3, "F#1", 100, 200)]


def test_starts_follow_the_plan_of_each_period(run: Run) -> None:
    # 1,000 wafers are wanted in 10 h; T can do 10 lots of 25: 10 are planned and start at 1/2, 3/2 ... of an hour.  At 600 the lot started
    # at 570 is in process and counts 1 h: 9 lots in the next 10 h, the first at 600 + 600/9 x 1/2
    fab = """
        toolsets: {T: {area: a, tools: 1, process: 60 min}}
        routes: {r: [{step: S, toolset: T}]}
        products: {P: {route: r}}
    """
    scenario = """
        horizon: 12 h
        starts: {P: {lot_size: 25, wafers_per_month: 100}}
        policy:
          release: {every: 10 h, horizon: 20 h, x_factor: 1, utilization: 100 %, queue: 0 h, products: {P: {demand: 73000}}}
    """
    ran = run(fab, scenario)
    assert [round(start, 3) for _, _, start, _ in ran.spans()] == [*range(30, 600, 60), 633.333]
    assert [round(start / 60_000, 2) for (start,) in ran.trace.lots.sort("lot").select("release_ms").rows()][10:] == [633.33, 700]
    assert ran.totals.plans["release"] == {"solves": 2, "optimal": 2}


def test_a_stream_goes_on_when_a_period_without_starts_is_over(run: Run) -> None:
    # wanted from month 1 on, 4 lots a month, out within its first period of 365 h: nothing starts before
    fab = """
        toolsets: {T: {area: a, tools: 1, process: 60 min}}
        routes: {r: [{step: S, toolset: T}]}
        products: {P: {route: r}}
    """
    scenario = """
        horizon: 2 months
        starts: {P: {lot_size: 25, wafers_per_month: 100, pattern: %s}}
        policy: {release: {every: 365 h, horizon: 730 h, x_factor: 1, products: {P: {demand: {0: 0, 1: 100}}}}}
    """
    for pattern in ("constant", "poisson"):
        released = run(fab, scenario % pattern).trace.lots["release_ms"] / 3_600_000
        assert released.min() > 730  # type: ignore[operator]
        assert pattern == "poisson" or len(released) == 4


def test_each_building_has_starts_and_schedules_of_its_own(run: Run) -> None:
    # two buildings take 3,000 and 1,000 of 4,000 wafers a month.  1,000 wafers are wanted in 10 h and each T does 10 lots of 25: 20 lots
    # are planned, 15 of them in the first building, 5 in the second at 60, 180 ... 540
    fab = """
        buildings: {wafers_per_month: 3000}
        toolsets:
          T: {area: a, tools: 1, process: 60 min}
          F: {area: a, tools: 1, process: 100 min, per: batch, batch: {min: 200, max: 200}}
        routes: {r: [{step: S1, toolset: T}, {step: S2, toolset: F}]}
        products: {P: {route: r}}
    """
    scenario = """
        horizon: 10 h
        starts: {P: {lot_size: 25, wafers_per_month: 4000}}
        policy:
          furnaces: {toolsets: [F], every: 60 min}
          release: {every: 10 h, horizon: 20 h, x_factor: 1, utilization: 100 %, queue: 0 h, products: {P: {demand: 73000}}}
    """
    ran = run(fab, scenario)
    released = [(building, ms // 60_000) for building, ms in ran.trace.lots.sort("lot").select("building", "release_ms").rows()]
    assert len(released) == 20
    assert [minute for building, minute in released if building == 2] == [60, 180, 300, 420, 540]
    # batches far below the least start in both: nothing but a schedule lets them
    started = {ran.trace.lots.filter(ran.trace.lots["lot"] == lot)["building"].item() for lot, *_ in ran.spans("F")}
    assert started == {1, 2}
