"""Modules, repetitions and tables become the steps that were meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim.chance import Kind
from fabsim.kernels.records import LATE_REWORK, LATE_SCRAP, LATE_YIELD_LOSS, WAIVE_ARRIVAL, WAIVE_FREE, WAIVE_NEVER
from fabsim.model import Fab
from tests.layout.layout_example import FAB, mistakes, read

SCENARIO = "kind: scenario\nhorizon: 1 d\nstarts: {A: {product: P, wafers_per_month: 100}}\n"
TOOLSETS = "kind: fab\ntoolsets: {T: {tools: 1, process: 10 min}, U: {tools: 1, process: 1 h, batch: {min: 2, max: 99}}}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fab_of(route: str, modules: str = "{}", **more: str) -> Fab:
    return read(f"{TOOLSETS}modules: {modules}\nroutes: {{R: {route}}}\nproducts: {{P: {{route: R}}}}\n", SCENARIO, **more).fab


def told(route: str, modules: str = "{}", **more: str) -> list[str]:
    return mistakes(f"{TOOLSETS}modules: {modules}\nroutes: {{R: {route}}}\nproducts: {{P: {{route: R}}}}\n", SCENARIO, **more)


def test_a_module_is_repeated_for_each_value_and_lists_run_in_parallel() -> None:
    module = "{m: {parameters: {a: , f: 1}, steps: [{step: '${a}_1', toolset: T, factor: $f}, {step: '$a-2', toolset: T}]}}"
    fab = fab_of("[{module: m, for_each: {a: [X, Y], f: [2, 0.5]}}, {module: m, with: {a: Z}}]", module)
    assert fab.step_names == ("X_1", "X-2", "Y_1", "Y-2", "Z_1", "Z-2")
    assert (fab.steps["process_a"] / 60_000).tolist() == [20, 10, 5, 10, 10, 10]


def test_a_value_that_is_only_a_parameter_keeps_its_type() -> None:
    module = "{m: {parameters: {d: , n: 3}, steps: [{step: 'S${n}', toolset: T, process: $d, wafers: $n}]}}"
    fab = fab_of("[{module: m, with: {d: {uniform: 20 min, half_width: 10 %}}}]", module)
    assert fab.step_names == ("S3",)
    assert fab.steps[["process_a", "process_b", "wafers"]].tolist() == [(1_200_000.0, 120_000.0, 3)]


def test_modules_may_use_modules_and_hand_their_parameters_on() -> None:
    modules = (
        "{outer: {parameters: {l: }, steps: [{module: inner, with: {name: '${l}A'}}, {module: inner, for_each: {name: [B, C]}}]},"
        " inner: {parameters: {name: }, steps: [{step: $name, toolset: T}]}}"
    )
    assert fab_of("[{module: outer, with: {l: M1}}]", modules).step_names == ("M1A", "B", "C")


def test_a_table_gives_steps_where_it_stands() -> None:
    table = (
        "\ufeffstep,toolset,process,rework,rework_to,queue_time_from,queue_time,batch_max,batch_waive,batch_waive_from,batch_when_last,sampling,notes\r\n"
        '010,T,,,,,,,,,,,"first, ""quoted"""\r\n'
        "B,T,{exponential: 5 min},2 %,010,010,4 h,,,,,50 %,\r\n"
        "C,U,,,,,\"[{from: '010', limit: 1 h}, {from: B, limit: 2 h}]\",50,arrival,20,start,,\r\n"
    )
    fab = fab_of("[{step: FIRST, toolset: T}, {table: t.csv}, {step: LAST, toolset: T}]", t_csv=table)
    assert fab.step_names == ("FIRST", "010", "B", "C", "LAST")
    assert fab.steps[["rework", "rework_to", "sampling"]][2].item() == (0.02, 1, 0.5)
    assert fab.windows[["from_step", "to_step", "limit_ms"]].tolist() == [(1, 2, 14_400_000), (1, 3, 3_600_000), (2, 3, 7_200_000)]
    assert fab.steps[["batch_min", "batch_max", "batch_waive", "batch_hot", "batch_last"]][3].item() == (2, 50, WAIVE_ARRIVAL, 20, 1)


def test_a_toolset_may_leave_the_sizes_of_batches_to_its_steps() -> None:
    fab = "kind: fab\ntoolsets: {U: {tools: 1, process: 1 h, batch: {waive: free}}}\nproducts: {P: {route: R}}\n"
    steps = read(fab + "routes: {R: [{step: A, toolset: U, batch: {min: 5, max: 50}}, {step: B, toolset: U}]}\n", SCENARIO).fab.steps
    assert steps[["batch_key", "batch_min", "batch_max", "batch_waive"]].tolist() == [(0, 5, 50, WAIVE_FREE), (-1, 0, 0, WAIVE_NEVER)]
    alone = mistakes(fab + "routes: {R: [{step: A, toolset: U, batch: {min: 5}}]}\n", SCENARIO)
    assert alone == ["fab.yaml:4:43: routes.R.A.batch: missing, expected the key 'max'"]


def test_a_table_says_what_becomes_of_late_lots_and_which_are_held() -> None:
    table = (
        "step,toolset,hold,hold_time,queue_time_from,queue_time,queue_time_if_late,queue_time_to,queue_time_loss\n"
        "010,T,,,,,,,\n"
        "020,T,5 %,{exponential: 2 h},,,,,\n"
        "030,T,,,020,1 h,rework,010,\n"
        "040,T,,,030,2 h,yield_loss,,10 %\n"
        "050,T,,,040,3 h,rework,,\n"
        "060,T,,,050,4 h,scrap,,\n"
    )
    fab = fab_of("[{table: t.csv}]", t_csv=table)
    assert fab.steps[["hold", "held_kind", "held_a"]][1].item() == (0.05, Kind.EXPONENTIAL, 7_200_000)
    assert fab.steps["hold"].tolist() == [0, 0.05, 0, 0, 0, 0]
    assert fab.windows["if_late"].tolist() == [LATE_REWORK, LATE_YIELD_LOSS, LATE_REWORK, LATE_SCRAP]
    assert fab.windows["rework_to"].tolist()[::2] == [0, 3]
    assert fab.windows["loss"].tolist() == [0, 0.1, 0, 0]


def test_a_table_in_a_module_may_use_its_parameters() -> None:
    module = "{m: {parameters: {l: }, steps: [{table: t.csv}]}}"
    fab = fab_of("[{module: m, for_each: {l: [M1, M2]}}]", module, t_csv="step,toolset\n${l}_X,T\n")
    assert fab.step_names == ("M1_X", "M2_X")


def test_a_repetition_over_nothing_gives_nothing() -> None:
    module = "{m: {parameters: {a: }, steps: [{step: $a, toolset: T}]}}"
    assert fab_of("[{step: S, toolset: T}, {module: m, for_each: {a: []}}]", module).step_names == ("S",)


def test_modules_that_multiply_without_end_are_told() -> None:
    loop = "for_each: {x: [1, 2, 3, 4, 5, 6, 7, 8, 9]}"
    calls = ", ".join(f"m{k}: {{parameters: {{x: }}, steps: [{{module: m{k + 1}, {loop}}}]}}" for k in range(20))
    found = told(f"[{{module: m0, {loop}}}]", f"{{{calls}, m20: {{parameters: {{x: }}, steps: []}}}}")
    assert found == ["fab.yaml:4:9: routes: found more than 200,000 steps, expected at most so many"]


def test_modules_that_use_each_other_are_told() -> None:
    found = told("[{module: a}]", "{a: {steps: [{module: b}]}, b: {steps: [{module: a}]}}")
    assert found == ["fab.yaml:3:59: modules.b.steps.0.module: found a circle, expected an end: a -> b -> a"]


def test_text_cannot_be_made_of_a_map() -> None:
    found = told("[{module: m, with: {a: {b: 1}}}]", "{m: {parameters: {a: }, steps: [{step: 'S_${a}', toolset: T}]}}")
    assert found == ["fab.yaml:3:49: modules.m.steps.S_${a}: found a map in '${a}', expected text or a number"]


def test_a_toolset_that_a_parameter_names_wrongly_is_told_where_the_value_stands() -> None:
    fab = FAB.replace("toolset: LITHO,", "toolset: $dose,").replace("layer: M1}", "layer: M1, dose: LITO}")
    found = mistakes(fab.replace("factor: $dose, ", ""))
    assert found == ["fab.yaml:20:46: modules.mask.steps.${layer}_PHOTO.toolset: found 'LITO', expected a toolset, did you mean 'LITHO'?"]
