"""Plans of starts and initial WIP, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.kernels.records import CONSTANT, CONWIP, POISSON, SCHEDULE
from fabsim.model import Scenario
from tests.layout.layout_example import mistakes, read

FAB = """\
kind: fab
transport: {default: 1 h}
toolsets: {T: {tools: 1, process: 2 h}, U: {tools: 1, process: 3 h}}
routes:
  R: [{step: A, toolset: T}, {step: B, toolset: U}, {step: C, toolset: T, sampling: 50 %}, {step: D, toolset: U}]
products: {P: {route: R}}
"""
MONTH_H, H = 730, 3_600_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scenario(stream: str, more: str = "", horizon: str = "12 months") -> Scenario:
    return read(FAB, f"kind: scenario\nhorizon: {horizon}\n{more}\nstarts:\n  S: {{product: P, {stream}}}\n")


def test_a_constant_rate_is_a_straight_line_to_the_horizon() -> None:
    (stream,) = scenario("wafers_per_month: 1000, lot_size: 20").streams
    assert (stream.pattern, stream.due_ms, stream.lot_size) == (CONSTANT, -1, 20)
    assert stream.times_ms.tolist() == [0, 12 * MONTH_H * H]
    assert stream.lots == pytest.approx([0, 600])


def test_a_plan_of_steps_bends_at_its_months() -> None:
    (stream,) = scenario("wafers_per_month: {2: 100, 4: 400, 20: 1}, pattern: poisson").streams
    assert stream.pattern == POISSON
    assert (stream.times_ms / (MONTH_H * H)).tolist() == [0, 2, 4, 12]
    assert stream.lots == pytest.approx([0, 0, 8, 8 + 8 * 16])


def test_a_linear_ramp_has_the_exact_area_under_it_every_day() -> None:
    (stream,) = scenario("wafers_per_month: {1: 0, 5: 400}, ramp: linear, lot_size: 1").streams
    month = stream.times_ms / (MONTH_H * H)
    expected = np.where(month < 1, 0, np.where(month < 5, 50 * (month - 1) ** 2, 800 + 400 * (month - 5)))
    assert stream.lots == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert 4 * 30 < len(month) < 4 * 30 + 10


def test_a_linear_ramp_that_the_horizon_cuts_ends_there() -> None:
    (stream,) = scenario("wafers_per_month: {0: 0, 10: 1000}, ramp: linear, lot_size: 1", horizon="5 months").streams
    assert stream.times_ms[-1] == 5 * MONTH_H * H
    assert stream.lots[-1] == pytest.approx(50 * 5**2)


def test_a_schedule_is_its_instants_in_order() -> None:
    (stream,) = scenario("pattern: {schedule: [5 h, 0 h, 5 h]}", more="scale: 0.1").streams
    assert stream.pattern == SCHEDULE
    assert (stream.times_ms.tolist(), stream.lots.tolist()) == ([0, 5 * H, 5 * H], [1, 2, 3])


HEAD = "kind: scenario\nhorizon: 1 d\nstarts:\n"
TABLE = HEAD + "  S: {product: P, due: 4 h, pattern: {schedule: {table: starts.csv}}}\n  T: {product: P, %s}\n"
SAME = "pattern: {schedule: {table: starts.csv}}"


def test_a_schedule_may_be_a_table_of_several_streams_with_due_dates_of_their_own() -> None:
    s, t = read(FAB, TABLE % SAME, starts_csv="stream,at,due\nT,3 h,\nS,2 h,\nS,1 h,9 h\n,5 h,\n").streams
    assert ((s.times_ms / H).tolist(), s.lots.tolist()) == ([1, 2, 5], [1, 2, 3])
    assert s.dues_ms is not None
    assert (s.dues_ms / H).tolist() == [9, 4, 4]
    assert ((t.times_ms / H).tolist(), t.dues_ms) == ([3, 5], None)


def test_mistakes_in_a_table_of_starts_are_told_with_their_place() -> None:
    told = mistakes(FAB, TABLE % SAME, starts_csv="stream,at,due\nT,3,\nU,2 h,\nS,,9 h\n")
    assert told == [
        "starts.csv:2:3: at: found 3, expected a duration with its unit, as '45 min'",
        "starts.csv:3:1: stream: found 'U', expected a stream (S, T)",
        "starts.csv:4:1: at: missing, expected the key 'at'",
    ]
    nothing = "starts.S.pattern.schedule: found no lot of the stream in the table, expected at least one"
    assert mistakes(FAB, TABLE % SAME, starts_csv="stream,at,due\nT,3 h,\n") == [f"scenario.yaml:4:57: {nothing}"]


def test_an_interval_gives_a_lot_each_so_long_the_first_after_half_of_it_or_when_said() -> None:
    def plan(more: str, scale: str = "") -> list[float]:
        """Give the planned lots after 1, 2, 3 and 12 h: the k-th lot comes where they reach k - 1/2."""
        (stream,) = scenario(f"every: 2 h{more}", scale, horizon="12 h").streams
        return list(np.interp(np.array([1, 2, 3, 12]) * H, stream.times_ms, stream.lots))

    assert plan("") == pytest.approx([0.5, 1, 1.5, 6])
    assert plan(", first: 0 h") == pytest.approx([1, 1.5, 2, 6.5])
    assert plan(", first: 3 h") == pytest.approx([0, 0, 0.5, 5])
    assert plan(", first: 3 h", "scale: 0.5") == pytest.approx([0, 0.25, 0.5, 2.75])
    assert plan(", first: 20 h") == [0, 0, 0, 0]
    regular, hot = scenario("every: 2 h, first: 0 h, hot: {share: 100 %, priority: 1}", horizon="12 h").streams
    assert (regular.lots.tolist(), hot.lots.tolist()) == ([0, 0], [0.5, 6.5])


def test_an_interval_stands_alone() -> None:
    def told(stream: str) -> list[str]:
        return mistakes(FAB, f"kind: scenario\nhorizon: 1 d\nstarts:\n  P: {{{stream}}}\n")

    assert told("every: 2 h, wafers_per_month: 5") == [
        "scenario.yaml:4:14: starts.P.every: found an interval beside a rate, expected one of them"
    ]
    assert told("every: 2 h, pattern: {schedule: [1 h]}") == [
        "scenario.yaml:4:14: starts.P.every: found an interval beside a schedule, expected one of them"
    ]
    late = "starts.P.first: found a first lot, expected it beside 'every' and a constant pattern only"
    assert told("every: 2 h, first: 1 h, pattern: poisson") == [f"scenario.yaml:4:26: {late}"]
    assert told("wafers_per_month: 5, first: 1 h") == [f"scenario.yaml:4:35: {late}"]


def test_hot_lots_take_their_share_and_keep_the_streams_due_date_unless_they_have_their_own() -> None:
    regular, hot = scenario("wafers_per_month: 1000, due: {x_factor: 2}, hot: {share: 10 %, priority: 7}").streams
    assert (regular.name, hot.name, regular.priority, hot.priority) == ("S", "S.hot", 0, 7)
    assert (regular.lots[-1], hot.lots[-1]) == (pytest.approx(432), pytest.approx(48))
    # load, process, unload and transport: 2 h, then an hour and 3 h, half of an hour and 2 h, an hour and 3 h
    assert regular.due_ms == hot.due_ms == 2 * (2 + 4 + 1.5 + 4) * H
    _, urgent = scenario("wafers_per_month: 1000, due: {x_factor: 2}, hot: {share: 10 %, priority: 7, due: 5 h}").streams
    assert urgent.due_ms == 5 * H


def test_scale_shrinks_the_rates() -> None:
    (stream,) = scenario("wafers_per_month: 1000", more="scale: 0.25").streams
    assert stream.lots[-1] == pytest.approx(12 * 10)


@pytest.mark.parametrize("stream", ["wafers_per_month: 365, lot_size: 1", "every: 2 h", "every: 2 h, first: 0 h"])
def test_initial_wip_by_x_factor_stands_where_starts_would_have_brought_it(stream: str) -> None:
    # a lot every 2 h: ages 1, 3, 5 ... h below 2 x 11.5 h; steps begin at raw time 0, 3, 7 and 8.5 h, at X-factor 2 at age 0, 6, 14, 17 h
    lots = scenario(stream, more="initial_wip: {x_factor: 2}").initial
    ages = [lot.age_ms / H for lot in lots]
    assert ages == [float(age) for age in range(21, 0, -2)]
    assert [lot.step for lot in lots] == [sum(age >= start for start in (6, 14, 17)) for age in ages]
    assert {lot.lots for lot in lots} == {1}


def test_scrap_thins_initial_wip_out() -> None:
    # half of the lots are scrapped at A: of the lots behind it, of age 7 h and more, every other one is there
    half = FAB.replace("{step: A, toolset: T}", "{step: A, toolset: T, scrap: 50 %}")
    lots = read(
        half, "kind: scenario\nhorizon: 1 d\ninitial_wip: {x_factor: 2}\nstarts: {P: {wafers_per_month: 365, lot_size: 1}}\n"
    ).initial
    assert [lot.age_ms / H for lot in lots] == [19.0, 15.0, 11.0, 7.0, 5.0, 3.0, 1.0]


def test_initial_wip_given_lot_by_lot_is_sorted_by_age() -> None:
    rows = "[{stream: S, step: A, lots: 3, age: 1 h}, {stream: S.hot, step: D}, {stream: S, step: C, age: 9 h}]"
    found = scenario("wafers_per_month: 100, hot: {share: 1 %, priority: 1}", more=f"initial_wip: {rows}").initial
    assert [(lot.stream, lot.step, lot.lots, lot.age_ms / H) for lot in found] == [(0, 2, 1, 9), (0, 0, 3, 1), (1, 3, 1, 0)]


def test_initial_wip_may_be_a_table() -> None:
    text = "kind: scenario\nhorizon: 1 d\ninitial_wip: {table: wip.csv}\nstarts: {P: {wafers_per_month: 1}}\n"
    table = "stream,step,lots,age,due\nP,B,2,,\nP,D,,12 h,3 h\n"
    found = read(FAB, text, wip_csv=table).initial
    assert [(lot.step, lot.lots, lot.age_ms / H, lot.due_ms) for lot in found] == [(3, 1, 12, 3 * H), (1, 2, 0, -1)]
    for nothing in ("none", "false"):
        assert read(FAB, text, [f"initial_wip={nothing}"], wip_csv=table).initial == ()


def test_initial_wip_beyond_all_bounds_is_told() -> None:
    told = mistakes(FAB, "kind: scenario\nhorizon: 1 d\ninitial_wip: {x_factor: 1000}\nstarts: {P: {wafers_per_month: 1e8, lot_size: 1}}\n")
    assert told == ["scenario.yaml:3:14: initial_wip: found 1,575,342,466 lots at the start, expected at most 2,000,000"]


def test_a_scenario_has_the_defaults_that_the_manual_names() -> None:
    found = read(FAB, "kind: scenario\nhorizon: 12.5 h\nstarts: {P: {wafers_per_month: 1}}\n")
    assert (found.name, found.horizon_ms, found.warmup_ms, found.period_ms) == ("scenario", 45_000_000, 0, MONTH_H * H)
    assert (found.seed, found.replications, found.trace, found.sample_every) == (1, 1, "sample", 100)
    assert (found.initial, found.plan, found.sources) == ((), (), ("scenario.yaml", "fab.yaml"))
    assert found.layout == Path.cwd().name


def test_conwip_has_a_limit_and_no_plan() -> None:
    (stream,) = scenario("pattern: {conwip: 40}").streams
    assert (stream.pattern, stream.limit, len(stream.times_ms)) == (CONWIP, 40, 0)
    (limited,) = scenario("wafers_per_month: 100, wip_limit: 7").streams
    assert (limited.pattern, limited.limit) == (CONSTANT, 7)


def test_conwip_needs_a_route_that_takes_time() -> None:
    fab = (
        "kind: fab\ntoolsets: {T: {tools: 1, process: 2 h}}\nroutes: {R: [{step: A, toolset: T, sampling: 0}]}\nproducts: {P: {route: R}}\n"
    )
    (told,) = mistakes(fab, "kind: scenario\nhorizon: 1 d\nstarts:\n  P: {pattern: {conwip: 3}}\n")
    assert told.startswith("scenario.yaml:4:16: starts.P.pattern: found a lot that takes no time at all, expected a route that takes time")
