"""The arrays of a fab small enough to work out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.chance import Kind, stable_hash
from fabsim.dispatch import Criterion, unpack
from fabsim.kernels.records import (
    CHOOSE_LEAST_SETUP,
    CHOOSE_LONGEST_IDLE,
    KIND_BREAKDOWN,
    KIND_ENGINEERING,
    KIND_MAINTENANCE,
    PER_BATCH,
    PER_LOT,
    PER_WAFER,
    TRIGGER_AFTER_END,
    TRIGGER_PROCESS_TIME,
    TRIGGER_START_TO_START,
    TRIGGER_WAFERS,
    WAIVE_FREE,
    WAIVE_NEVER,
)
from fabsim.model import Fab
from fabsim.yields import Model, gross_dies
from tests.layout.layout_example import read

FAB = """\
kind: fab
name: By hand
transport:
  default: {uniform: 6 min, half_width: 2 min}
  first: 1 min
  between: [{from: litho, to: wet, time: {empirical: [1 min, 3 min]}}]
calendars:
  fails: {kind: breakdown, every: {exponential: 100 h}, takes: {gamma: 5 h, cv: 0.5}}
  kit: {kind: maintenance, counts: wafers, every: 5000 wafers, first: 100 wafers, takes: 8 h, preempts: true}
toolsets:
  LITHO:
    area: litho
    tools: 2
    cell: {scanner: {process: 20 s, calendars: [fails]}, track: {process: 30 s, calendars: [fails, kit]}}
    per: wafer
    latency: 10 min
    slots: 2
    load: 1 min
    load_ahead: true
    setup: {default: 3 min, min_run: 4, times: [{to: M2, time: 5 min}, {from: M2, to: M1, time: 7 min}]}
    choose_tool: least_setup
  WET:
    area: wet
    tools: 3
    process: 2 h
    per: batch
    batch: {min: 50, max: 100, longest_wait: 4 h, waive: free, waive_from: 7}
    load: 5 min
    unload: 7 min
    calendars:
      - {kind: engineering, every: 24 h, takes: 1 h}
      - {kind: engineering, every: 240 h, takes: 2 h, stagger: false}
      - {kind: maintenance, counts: process, every: 90 h, takes: 1 h}
      - {name: own, kind: breakdown, from: start, every: 90 h, takes: 1 h}
routes:
  R:
    - {step: A, toolset: LITHO, setup: M1, mask: M1}
    - {step: B, toolset: WET, sampling: 50 %, queue_time: {from: A, limit: 3 h}}
    - {step: C, toolset: LITHO, setup: M2, setup_time: 9 min, dedicated_to: A, rework: {share: 10 %, to: B}, scrap: 3 %, factor: 2}
    - {step: D, toolset: WET, recipe: ox, batch: {max: 75}, queue_time: [{from: B, limit: 1 h}, {from: C, limit: 2 h}]}
    - {step: E, toolset: LITHO, setup: M1, interval: 5 s, dedicated_to: C, wafers: 5}
  S:
    - {step: A, toolset: WET, recipe: ox, batch: {max: 75}}
products:
  P: {route: R}
  Q:
    route: S
    die: {width_mm: 10, height_mm: 20, scribe_mm: 0.1, edge_mm: 5}
    yield:
      model: negative_binomial
      cluster: 2.5
      defects_per_cm2: 0.5
      learning: {mature_per_cm2: 0.1, time: 100 d, wafers: 1000, exponent: 0.3, age: 10 d, made: 500}
      systematic: 95 %
scrap: 1 %
"""
SCENARIO = """\
kind: scenario
horizon: 100 d
starts:
  P: {wafers_per_month: 1000, lot_size: 20}
  Q: {wafers_per_month: 1000}
policy: {fab: [fifo], areas: {litho: [setup, priority]}, toolsets: {WET: [priority, critical_ratio, edd]}}
"""
MIN, H = 60_000, 3_600_000


@pytest.fixture
def fab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fab:
    monkeypatch.chdir(tmp_path)
    return read(FAB, SCENARIO).fab


def test_names_and_rows_follow_the_file(fab: Fab) -> None:
    assert (fab.name, fab.areas, fab.toolset_names) == ("By hand", ("litho", "wet"), ("LITHO", "WET"))
    assert (fab.step_names, fab.route_names, fab.product_names) == (("A", "B", "C", "D", "E", "A"), ("R", "S"), ("P", "Q"))
    assert (fab.route_first.tolist(), fab.product_route.tolist()) == ([0, 5, 6], [0, 1])
    assert fab.steps[["route", "index", "toolset"]].tolist() == [(0, 0, 0), (0, 1, 1), (0, 2, 0), (0, 3, 1), (0, 4, 0), (1, 0, 1)]


def test_a_step_takes_its_toolsets_word_or_its_own(fab: Fab) -> None:
    s = fab.steps
    assert s["per"].tolist() == [PER_WAFER, PER_BATCH, PER_WAFER, PER_BATCH, PER_WAFER, PER_BATCH]
    assert s["process_kind"].tolist() == [Kind.CONSTANT] * 6
    assert s["process_a"].tolist() == [30_000, 2 * H, 60_000, 2 * H, 30_000, 2 * H]  # a cell goes at its slower part's pace
    assert s["latency_ms"].tolist() == [10 * MIN, 0, 10 * MIN, 0, 0, 0]  # an interval takes the latency's place
    assert s["interval_ms"].tolist() == [-1, -1, -1, -1, 5_000, -1]
    assert s["wafers"].tolist() == [0, 0, 0, 0, 5, 0]
    assert s["mask"].tolist() == [1, 0, 0, 0, 0, 0]
    assert s["sampling"].tolist() == [1, 0.5, 1, 1, 1, 1]
    assert s["name_hash"].tolist() == [stable_hash(name) for name in fab.step_names]


def test_batches_are_shared_by_recipe_or_by_step(fab: Fab) -> None:
    assert fab.steps["batch_key"].tolist() == [-1, 0, -1, 1, -1, 1]
    assert fab.steps["batch_min"].tolist() == [0, 50, 0, 50, 0, 50]
    assert fab.steps["batch_max"].tolist() == [0, 100, 0, 75, 0, 75]
    assert fab.steps["batch_wait_ms"].tolist() == [-1, 4 * H, -1, 4 * H, -1, 4 * H]
    assert fab.steps["batch_waive"].tolist() == [WAIVE_NEVER, WAIVE_FREE, WAIVE_NEVER, WAIVE_FREE, WAIVE_NEVER, WAIVE_FREE]
    assert fab.steps["batch_hot"].tolist() == [0, 7, 0, 7, 0, 7]


def test_setups_are_numbered_by_toolset_and_their_table_goes_from_x_to(fab: Fab) -> None:
    assert fab.steps["setup_key"].tolist() == [1, 0, 2, 0, 1, 0]
    assert fab.steps["setup_ms"].tolist() == [-1, -1, 9 * MIN, -1, -1, -1]
    assert fab.toolsets[["setup_table", "setup_keys", "min_run"]].tolist() == [(0, 2, 4), (9, 0, 0)]
    # the first setup of a tool is free; from any to M2 5 min, from M2 to M1 7 min
    assert (fab.setup_ms[:9].reshape(3, 3) / MIN).tolist() == [[0, 0, 0], [0, 0, 5], [0, 7, 0]]
    assert fab.setup_ms[9:].tolist() == [0]


def test_rework_goes_back_to_its_step(fab: Fab) -> None:
    assert fab.steps["rework"].tolist() == [0, 0, 0.1, 0, 0, 0]
    assert fab.steps["rework_to"].tolist() == [0, 1, 1, 3, 4, 5]


def test_scrap_is_the_steps_or_the_fabs(fab: Fab) -> None:
    assert fab.steps["scrap"].tolist() == [0.01, 0.01, 0.03, 0.01, 0.01, 0.01]


def test_a_product_with_a_die_and_a_yield_has_a_row_of_dies(fab: Fab) -> None:
    without, die = fab.dies
    assert without["gross"] == 0
    assert (die["gross"], die["area_cm2"]) == (gross_dies(10, 20, 0.1, 5), 2)
    assert (die["model"], die["parameter"]) == (Model.NEGATIVE_BINOMIAL, 2.5)
    assert [die[f"spread_{part}"] for part in ("kind", "a", "b")] == [Kind.GAMMA, 0.4, 2.5]
    assert (die["density"], die["mature"], die["falls_ms"], die["systematic"]) == (0.5, 0.1, 2400 * H, 0.95)
    assert (die["wafers"], die["exponent"], die["age_ms"], die["made"]) == (1000, 0.3, 240 * H, 500)


def test_a_scaled_fab_learns_from_fewer_wafers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    die = read(FAB, SCENARIO, ["scale=0.1"]).fab.dies[1]
    assert (die["wafers"], die["made"], die["age_ms"]) == (100, 50, 240 * H)


def test_windows_are_sorted_and_found_from_both_ends(fab: Fab) -> None:
    assert fab.windows[["from_step", "to_step", "limit_ms"]].tolist() == [(0, 1, 3 * H), (1, 3, H), (2, 3, 2 * H)]
    assert fab.opens.tolist() == [0, 1, 2]
    assert fab.steps[["closes_first", "closes_count"]].tolist() == [(0, 0), (0, 1), (1, 0), (1, 2), (3, 0), (3, 0)]
    assert fab.steps[["opens_first", "opens_count"]].tolist() == [(0, 1), (1, 1), (2, 1), (3, 0), (3, 0), (3, 0)]


def test_a_lots_memory_keeps_apart_what_is_needed_at_once(fab: Fab) -> None:
    s = fab.steps
    assert s["remember_slot"][0] == s["dedicated_slot"][2] >= 0
    assert s["remember_slot"][2] == s["dedicated_slot"][4] >= 0
    assert [int(s[f"{kind}_slot"][k]) for k in (1, 3, 5) for kind in ("remember", "dedicated")] == [-1] * 6
    # all of A-B, A-C, B-D, C-D and C-E touch the loop B-C, so each needs its own
    assert sorted([*fab.windows["slot"].tolist(), int(s["remember_slot"][0]), int(s["remember_slot"][2])]) == [0, 1, 2, 3, 4]
    assert fab.memory_slots == 5


def test_lots_queue_in_lines_by_toolset_batch_and_setup_dedicated_ones_by_tool(fab: Fab) -> None:
    assert fab.steps["line"].tolist() == [0, 2, 1, 3, 0, 3]
    assert fab.steps["dedicated_line"].tolist() == [-1, -1, 4, -1, 5, -1]
    lines = fab.toolsets[["first_line", "lines", "first_dedicated_line", "dedicated_lines"]]
    assert lines.tolist() == [(0, 2, 4, 2), (2, 2, 8, 0)]
    general = [[0, -1, 1, -1, -1], [0, -1, 2, -1, -1], [1, 0, 0, -1, -1], [1, 1, 0, -1, -1]]
    assert fab.line_keys.tolist() == [*general, *[[0, -1, 2, -1, -1], [0, -1, 1, -1, -1]] * 2]


def test_expected_work_is_of_a_usual_lot_and_adds_up_to_the_end(fab: Fab) -> None:
    # 20 wafers on route R, 25 on S: load + process + latency + unload, weighted by sampling
    work = [1 + 10 + 10, 0.5 * (5 + 120 + 7), 1 + 20 + 10, 132, 1 + 0.5 + 4 * 5 / 60, 132]
    assert fab.steps["work_ms"] / MIN == pytest.approx(work)
    assert fab.steps["remaining_ms"] / MIN == pytest.approx([*np.cumsum(work[4::-1])[::-1], 132])


def test_calendars_have_their_kinds_defaults(fab: Fab) -> None:
    c = fab.calendars
    names = (
        "LITHO/scanner.fails",
        "LITHO/track.fails",
        "LITHO/track.kit",
        "WET/engineering",
        "WET/engineering.2",
        "WET/maintenance",
        "WET/own",
    )
    assert fab.calendar_names == names
    assert c["name_hash"].tolist() == [stable_hash(name) for name in names]
    assert fab.toolsets[["first_calendar", "calendars"]].tolist() == [(0, 3), (3, 4)]
    down, kept, used = KIND_BREAKDOWN, KIND_MAINTENANCE, KIND_ENGINEERING
    assert c["kind"].tolist() == [down, down, kept, used, used, kept, down]
    after, start = TRIGGER_AFTER_END, TRIGGER_START_TO_START
    assert c["trigger"].tolist() == [after, after, TRIGGER_WAFERS, start, start, TRIGGER_PROCESS_TIME, start]
    assert c["preempts"].tolist() == [1, 1, 1, 0, 0, 0, 1]
    assert c["stagger"].tolist() == [0, 0, 1, 1, 0, 1, 0]
    assert c[["every_kind", "every_a", "first_kind", "first_a"]][:3].tolist() == [
        (Kind.EXPONENTIAL, 100 * H, Kind.EXPONENTIAL, 100 * H),
        (Kind.EXPONENTIAL, 100 * H, Kind.EXPONENTIAL, 100 * H),
        (Kind.CONSTANT, 5000, Kind.CONSTANT, 100),
    ]
    assert c[["takes_kind", "takes_a", "takes_b"]][0].item() == (Kind.GAMMA, pytest.approx(5 * H / 4), pytest.approx(4))


def test_toolsets_have_their_times_rules_and_rank_chains(fab: Fab) -> None:
    t = fab.toolsets
    assert t[["area", "slots", "load_ahead", "load_ms", "unload_ms"]].tolist() == [(0, 2, 1, MIN, 0), (1, 1, 0, 5 * MIN, 7 * MIN)]
    assert t["choose_tool"].tolist() == [CHOOSE_LEAST_SETUP, CHOOSE_LONGEST_IDLE]
    assert [unpack(int(chain)) for chain in t["chain"]] == [
        (Criterion.SETUP, Criterion.PRIORITY),
        (Criterion.PRIORITY, Criterion.CRITICAL_RATIO, Criterion.EDD),
    ]


def test_transport_goes_between_areas_and_from_release(fab: Fab) -> None:
    assert fab.transport.shape == (3, 2, 4)
    usual = [Kind.UNIFORM, 6 * MIN, 2 * MIN, 0]
    assert fab.transport.tolist() == [[usual, [Kind.EMPIRICAL, 0, 2, 0]], [usual, usual], [[Kind.CONSTANT, MIN, 0, 0]] * 2]
    assert fab.tables.tolist() == [MIN, 3 * MIN]


def test_every_tool_has_a_row_a_name_and_its_hash(fab: Fab) -> None:
    assert fab.tool_names == ("LITHO#1", "LITHO#2", "WET#1", "WET#2", "WET#3")
    assert fab.tool_hash.tolist() == [stable_hash(name) for name in fab.tool_names]
    assert fab.toolsets[["first_tool", "tools"]].tolist() == [(0, 2), (2, 3)]


def test_a_lot_or_batch_process_time_is_for_the_lot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fab = read(
        "kind: fab\ntoolsets: {T: {tools: 1, process: 10 min}}\nroutes: {R: [{step: A, toolset: T}]}\nproducts: {P: {route: R}}\n",
        "kind: scenario\nhorizon: 1 d\nstarts: {P: {wafers_per_month: 1}}\n",
    ).fab
    assert fab.steps[["per", "work_ms"]].tolist() == [(PER_LOT, 10 * MIN)]
    assert fab.areas == ("fab",)
    assert unpack(int(fab.toolsets["chain"][0])) == (Criterion.PRIORITY, Criterion.FIFO)
