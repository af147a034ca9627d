"""The importer of SMT2020's format: a small model with a bit of everything, worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabsim import layout
from fabsim.chance import Kind
from fabsim.dispatch import Criterion, pack
from fabsim.kernels.records import (
    CHOOSE_LEAST_SETUP,
    CHOOSE_LONGEST_IDLE,
    CONSTANT,
    PER_BATCH,
    PER_LOT,
    PER_WAFER,
    POISSON,
    SCHEDULE,
    TRIGGER_AFTER_END,
    TRIGGER_START_TO_START,
    TRIGGER_WAFERS,
    WAIVE_NEVER,
)
from fabsim.model import Fab, Scenario
from fabsim.terms import DAY, HOUR, MINUTE, InputError
from tests.layout.smt2020_example import TABLES, tabbed, write_model


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    layout.import_smt2020(write_model(tmp_path / "model"), tmp_path / "made")
    return layout.read(tmp_path / "made")


@pytest.fixture
def fab(scenario: Scenario) -> Fab:
    return scenario.fab


def step(fab: Fab, name: str) -> Any:
    return fab.steps[fab.step_names.index(name)]


def toolset(fab: Fab, name: str) -> Any:
    return fab.toolsets[fab.toolset_names.index(name)]


def test_toolsets_keep_their_tools_slots_and_times(fab: Fab) -> None:
    names = ("tools", "slots", "spaced", "load_ms", "unload_ms")
    rows = {name: tuple(int(toolset(fab, name)[key]) for key in names) for name in fab.toolset_names}
    assert rows == {
        "OVEN": (2, 1, 0, MINUTE, 2 * MINUTE),
        "BEAM": (3, 2, 1, MINUTE, MINUTE),
        "SCAN": (2, 1, 0, MINUTE, MINUTE),
        "REST": (9, 1, 0, 0, 0),
    }


def test_a_step_is_named_by_its_number_and_description(fab: Fab) -> None:
    assert fab.step_names == ("1.first_oven", "2", "3.beam", "5._mask__5", "6.rest", "7.mask", "1.beam")
    assert fab.route_names == ("r_1", "r_2")
    assert fab.product_names == ("A", "B")


def test_process_times_are_per_lot_wafer_or_batch(fab: Fab) -> None:
    rows = fab.steps[["per", "process_kind", "interval_ms"]].tolist()
    assert rows == [
        (PER_BATCH, Kind.UNIFORM, -1),
        (PER_WAFER, Kind.EXPONENTIAL, MINUTE / 2),
        (PER_LOT, Kind.CONSTANT, 20 * MINUTE),
        (PER_WAFER, Kind.UNIFORM, -1),
        (PER_LOT, Kind.UNIFORM, -1),
        (PER_WAFER, Kind.NORMAL, -1),
        (PER_WAFER, Kind.UNIFORM, MINUTE / 2),
    ]
    assert (step(fab, "1.first_oven")["batch_min"], step(fab, "1.first_oven")["batch_max"]) == (50, 75)
    # lots of priority 10 are the regular ones
    assert (step(fab, "1.first_oven")["batch_waive"], step(fab, "1.first_oven")["batch_hot"]) == (WAIVE_NEVER, 20)


def test_sampling_rework_and_dedication_name_steps_by_number(fab: Fab) -> None:
    assert step(fab, "2")["sampling"] == pytest.approx(0.4)
    assert step(fab, "6.rest")["rework"] == pytest.approx(0.015)
    assert fab.step_names[step(fab, "6.rest")["rework_to"]] == "5._mask__5"
    assert step(fab, "7.mask")["dedicated_slot"] == step(fab, "5._mask__5")["remember_slot"] >= 0


def test_queue_time_windows_may_end_at_one_step(fab: Fab) -> None:
    windows = [(fab.step_names[w["from_step"]], fab.step_names[w["to_step"]], int(w["limit_ms"])) for w in fab.windows]
    assert sorted(windows) == [("1.first_oven", "3.beam", 4 * HOUR), ("2", "3.beam", 90 * MINUTE)]


def test_setup_times_of_steps_do_not_rank_and_the_wake_rule_knows_them_and_those_of_minimum_runs(fab: Fab) -> None:
    beam, scan = toolset(fab, "BEAM"), toolset(fab, "SCAN")
    assert beam["chain"] == pack([Criterion.PRIORITY, Criterion.SETUP, Criterion.CRITICAL_RATIO])
    assert scan["chain"] == pack([Criterion.PRIORITY, Criterion.FIFO])
    assert toolset(fab, "REST")["chain"] == pack([Criterion.FIFO])
    found = [toolset(fab, name)["choose_tool"] for name in ("BEAM", "SCAN", "REST")]
    assert found == [CHOOSE_LEAST_SETUP, CHOOSE_LEAST_SETUP, CHOOSE_LONGEST_IDLE]
    assert step(fab, "7.mask")["setup_ms"] == 8 * MINUTE


def test_a_minimum_run_is_minrun_lots_and_an_empty_cascade_ends_it(fab: Fab) -> None:
    assert (toolset(fab, "BEAM")["min_run"], toolset(fab, "BEAM")["when_empty"]) == (7, 1)
    assert toolset(fab, "SCAN")["min_run"] == 0


def test_setup_tables_hold_the_times_between_setups_and_from_any(fab: Fab) -> None:
    first = int(toolset(fab, "BEAM")["setup_table"])
    # the keys of BEAM in the order of the steps: S1, S2
    assert (fab.setup_ms[first : first + 9] // MINUTE).reshape(3, 3).tolist() == [[0, 0, 0], [0, 0, 10], [0, 12, 0]]


def test_calendars_go_to_toolsets_and_groups(fab: Fab) -> None:
    names = ("trigger", "preempts", "stagger", "apart", "every_a", "first_a")
    rows = {name: tuple(float(row[key]) for key in names) for name, row in zip(fab.calendar_names, fab.calendars, strict=True)}
    assert rows == {
        "OVEN/WEEK": (TRIGGER_START_TO_START, 0, 0, 7 * DAY, 7 * DAY, 6 * DAY),
        "BEAM/FAIL": (TRIGGER_AFTER_END, 1, 0, 0, 1000 * MINUTE, 1000 * MINUTE),
        "BEAM/KIT": (TRIGGER_WAFERS, 0, 0, 5000, 5000, 4500),
        "SCAN/FAIL": (TRIGGER_AFTER_END, 1, 0, 0, 1000 * MINUTE, 1000 * MINUTE),
        "SCAN/WEEK.SCAN": (TRIGGER_START_TO_START, 0, 0, 7 * DAY, 7 * DAY, 5 * DAY),
    }


def test_transport_is_between_places_that_the_table_names(fab: Fab) -> None:
    means = {(a, b): fab.transport[i, j, 1] / MINUTE for i, a in enumerate(fab.areas) for j, b in enumerate(fab.areas)}
    assert means == {(a, b): 0 if "Rest" in {a, b} else 7.5 for a in fab.areas for b in fab.areas}
    assert not fab.transport[-1].any()


def test_streams_keep_names_and_instants(scenario: Scenario) -> None:
    streams = {s.name: (s.pattern, s.lot_size, s.priority, s.due_ms) for s in scenario.streams}
    assert streams == {
        "Lot_A": (CONSTANT, 25, 10, 2 * DAY),
        "Hot_A": (CONSTANT, 13, 20, 23 * HOUR),
        "Few_B": (SCHEDULE, 25, 10, 1000),
        "Some_B": (POISSON, 24, 10, 6 * HOUR),
        "WIP.A.10.24": (CONSTANT, 24, 10, -1),
    }
    regular, hot, few, _, wip = scenario.streams
    # the k-th lot comes where its plan reaches k - 1/2 lots
    assert np.interp([0, 2 * HOUR, 4 * HOUR], regular.times_ms, regular.lots) == pytest.approx([0.5, 1.5, 2.5])
    assert np.interp([HOUR, DAY + HOUR], hot.times_ms, hot.lots) == pytest.approx([0.5, 1.5])
    assert (few.times_ms / MINUTE).tolist() == [120, 120, 210, 210]
    assert not wip.lots.any()
    assert (scenario.horizon_ms, scenario.warmup_ms) == (730 * DAY, 365 * DAY)


def test_initial_wip_waits_for_its_step_with_its_own_due_date(scenario: Scenario, tmp_path: Path) -> None:
    names = scenario.fab.step_names
    rows = [(scenario.streams[w.stream].name, names[w.step], w.lots, w.age_ms, w.due_ms) for w in scenario.initial]
    assert rows == [("WIP.A.10.24", "7.mask", 1, 12 * HOUR, 0), ("Lot_A", "3.beam", 1, 0, 6 * HOUR)]
    assert layout.read(tmp_path / "made", ["initial_wip=false"]).initial == ()


def test_what_has_no_effect_is_told(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    (model / "results.txt").touch()
    made = layout.import_smt2020(model, tmp_path / "made")
    assert made.files == ("fab.yaml", "scenario.yaml", "route_r_1.csv", "route_r_2.csv", "wip.csv")
    assert made.idle == (
        "tool.txt: PRERULERWL",
        "order.txt: ORDER",
        "WIP.txt: LOT, ORDER",
        "setups that nothing uses: S9",
        "calendars that nothing uses: SPARE",
        "other files: results.txt",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "model"]
    assert layout.check([tmp_path / "made" / "scenario.yaml"]) == []


def test_the_original_files_are_the_same_model(tmp_path: Path) -> None:
    """UTF-16, the ending .asd, comments, and ranks that go on in rows of their own."""
    layout.import_smt2020(write_model(tmp_path / "model"), tmp_path / "flat" / "made")
    original = tmp_path / "asd" / "model"
    original.mkdir(parents=True)
    tools = TABLES["tool.txt"].replace("rank_HP;rank_RSETUP;rank_FIFO", "rank_HP;rank_RSETUP")
    tools = tools.replace("REST REST", ". . . rank_FIFO\nREST REST")
    for k, (name, text) in enumerate({**TABLES, "tool.txt": tools}.items()):
        commented = "~ a comment\n\n" + tabbed(text).replace("\n", "\t~ another\r\n")
        encoding = "utf-16-le" if k % 2 else "utf-16"
        (original / name.replace(".txt", ".asd")).write_bytes(commented.encode(encoding))
    layout.import_smt2020(original, tmp_path / "asd" / "made")
    for path in (tmp_path / "flat" / "made").iterdir():
        assert (tmp_path / "asd" / "made" / path.name).read_text() == path.read_text()


MISTAKES = [
    ("tool.txt", "rule_FIRST", "rule_BEST", "tool.txt:5:11: RULE: found 'rule_BEST', which is not supported"),
    ("tool.txt", "rank_HP;rank_FIFO", "rank_HP;rank_X", "FWLRANK: found 'rank_X', which is not supported"),
    ("tool.txt", " no GAS", " no .", "found one of rule_LSSU and SETUPGRP without the other"),
    ("tool.txt", "STNGRP", "STNGROUP", "tool.txt:1:"),
    ("tool.txt", "60 sec", "60 fortnight", "LTUNITS: found 'fortnight'"),
    ("part.txt", "B route_1.txt r_2", "B route_1.txt r_3", "part.txt:3:30: ROUTE: found 'r_3', expected a route of 'route_1.txt'"),
    ("part.txt", "B route_1.txt", "B route_2.txt", "route_2: found no such table in the folder"),
    ("route_1.txt", "r_1 3 beam BEAM", "r_1 3 beam BEAN", "route_1.txt:4:12: STNFAM: found 'BEAN', expected a toolset"),
    ("route_1.txt", "constant 30", "gamma 30", "PDIST: found 'gamma', which is not supported"),
    ("route_1.txt", "uniform 100 5", "uniform 100 500", "PTIME2: found 500, expected a half-width"),
    ("route_1.txt", "constant 30 .", "constant 30 1", "PTIME2: found a second value"),
    ("route_1.txt", "S2 need", "S2 often", "WHEN: found 'often', which is not supported, expected need, always, an empty cell"),
    ("route_1.txt", "0.5 min . . . 40", "0.5 min . . . 140", "StepPercent: found '140'"),
    ("route_1.txt", ". . . . 3 4 hr hot", ". . . . 4 4 hr hot", "STEP_CQT: found '4', expected the number of a step"),
    ("route_1.txt", "40 3 90", "40 1 90", "STEP_CQT: found '1', expected a later one"),
    ("route_1.txt", "5 1.5 lot", "7 1.5 lot", "RWKSTEP: found '7', expected this step or an earlier one"),
    ("route_1.txt", "yes 7", "yes 6", "FORSTEP: found a step at 'REST', expected one at the same toolset 'SCAN'"),
    ("route_1.txt", ". . 20 min", ". . 40 min", "BatchInterval: found 40, expected at most PTIME, 30"),
    ("route_1.txt", ". . 20 min", ". . . .", "found nothing at a toolset with STNCAP above 1"),
    ("route_1.txt", "per_batch 50", "per_batch 80", "BATCHMN: found 80, expected at most BATCHMX, 75"),
    ("route_1.txt", "r_1 7 mask", "r_1 6 mask", "STEP: found the step 6 twice"),
    ("setupgrp.txt", ". S2 7", ". S2 6", "SETUPGRP: found setups with minimum runs 6, 7"),
    ("setup.txt", "S1 S2 10", "S1 S2 ten", "setup.txt:2:7: STIME: found 'ten', expected a number"),
    ("fromto.txt", "uniform 7.5", "uniform nan", "fromto.txt:2:17: DTIME: found 'nan', expected a number"),
    ("downcal.txt", "FAIL mttf_by_cal", "FAIL mttf_by_shift", "DOWNCALTYPE: found 'mttf_by_shift', which is not supported"),
    ("attach.txt", "KIT pm", "KITT pm", "CALNAME: found 'KITT', expected a calendar of type 'pm'"),
    ("attach.txt", "stngrp Cold", "stn Cold", "RESNAME: found 'Cold', expected a station (OVEN, BEAM, SCAN, REST)"),
    ("attach.txt", "stngrp Cold", "area Cold", "RESTYPE: found 'area', which is not supported"),
    ("order.txt", "O_H no", "O_H hot", "HOTLOT: found 'hot', which is not supported, expected no, yes, an empty cell"),
    ("order.txt", "O_A no", "O_A yes", "order.txt:5:82: HOTLOT: found 'no', expected yes, as for other lots of PRIOR 10"),
    ("order.txt", "O_A no", "O_A no x", "order.txt:2:"),
    ("order.txt", "hr 200000 1", "hr 200000 2", "LOTSPERRPT: found 2, expected 1 with RDIST exponential"),
    ("order.txt", "hr 200000", "hr 20", "RPT#: found 20 repeats"),
    ("order.txt", "01/02/18_00:00:00", "yesterday", "DUE: found 'yesterday', expected a date"),
    ("WIP.txt", "01/01/18_00:00:00 3", "01/01/18_00:00:00 4", "CURSTEP: found '4', expected the number of a step of product 'A'"),
    ("WIP.txt", "W1 A", "W1 C", "WIP.txt:2:4: PART: found 'C', expected a product"),
    ("pmcal.txt", "5 1 hr", "200 1 hr", "calendars.WEEK.takes: found at least as long as 'every'"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), MISTAKES)
def test_what_it_cannot_use_is_told_with_its_place(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    model = write_model(tmp_path / "model", (file, old, new))
    with pytest.raises(InputError) as caught:
        layout.import_smt2020(model, tmp_path / "made")
    assert told in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model"], "nothing is half-written"


def test_a_folder_is_replaced_by_force_and_only_if_it_is_a_layout(tmp_path: Path) -> None:
    model, made = write_model(tmp_path / "model"), tmp_path / "made"
    layout.import_smt2020(model, made)
    (made / "note.txt").touch()
    with pytest.raises(InputError, match="holds a layout already"):
        layout.import_smt2020(model, made)
    assert (made / "note.txt").exists()
    layout.import_smt2020(model, made, force=True)
    assert not (made / "note.txt").exists()
    (made / "fab.yaml").unlink()
    with pytest.raises(InputError, match="is no layout's folder"):
        layout.import_smt2020(model, made, force=True)


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        layout.import_smt2020(tmp_path / "nowhere", tmp_path / "made")
    with pytest.raises(InputError, match=r"order: found no such table in the folder, expected order.txt.1l or order.txt or order.asd"):
        layout.import_smt2020(tmp_path, tmp_path / "made")
