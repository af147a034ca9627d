"""Batch files: which variants they make, and every mistake with its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fabsim import layout
from fabsim.layout.batches import written
from fabsim.layout.nodes import Mark, Problems, plain
from fabsim.layout.yaml_reader import parse_yaml
from fabsim.terms import InputError, Problem
from tests.layout.layout_example import FAB, SCENARIO, write
from tests.layout.test_layout_mutations import change_tree

BATCH = """\
kind: batch
replications: 3
set: {warmup: 2 d, horizon: 20 d}
variants:
  base: {}
  edd: {set: {policy.fab: [priority, edd], horizon: 25 d}}
  other: {scenario: other.yaml}
grid:
  starts.CHIP.wafers_per_month: [900, 1000]
  fab.toolsets.ETCH.tools: {one: 1, two: 2}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"fab.yaml": FAB, "scenario.yaml": SCENARIO, "other.yaml": "kind: scenario\nextends: scenario.yaml\nseed: 7\n"})


def read(batch: str, overrides: Sequence[str] = ()) -> layout.Batch:
    write(Path(), {"batch.yaml": batch})
    return layout.read_batch("batch.yaml", overrides)


def mistakes(batch: str, overrides: Sequence[str] = ()) -> list[str]:
    with pytest.raises(InputError) as error:
        read(batch, overrides)
    return [str(problem) for problem in error.value.problems]


def test_variants_are_listed_and_crossed_with_the_grid_the_last_axis_fastest() -> None:
    batch = read(BATCH)
    assert batch.name == "batch"
    assert [one.name for one in batch.variants] == [
        f"{name}, wafers_per_month={rate}, tools={tools}"
        for name in ("base", "edd", "other")
        for rate in (900, 1000)
        for tools in ("one", "two")
    ]
    etch = [int(one.scenario.fab.toolsets["tools"][1]) for one in batch.variants]
    assert etch == [1, 2] * 6
    assert [one.scenario.seed for one in batch.variants] == [1] * 8 + [7] * 4
    assert {one.scenario.replications for one in batch.variants} == {3}


def test_the_later_wins_batch_then_variant_then_grid_then_command_line() -> None:
    days = [one.scenario.horizon_ms // 86_400_000 for one in read(BATCH).variants]
    assert days == [20] * 4 + [25] * 4 + [20] * 4
    grid = "kind: batch\nset: {horizon: 20 d}\nvariants: {a: {set: {horizon: 25 d}}}\ngrid: {horizon: [26 d]}\n"
    assert read(grid).variants[0].scenario.horizon_ms == 26 * 86_400_000
    assert read(grid, ["horizon=27 d"]).variants[0].scenario.horizon_ms == 27 * 86_400_000


def test_a_variant_is_what_the_command_line_would_set() -> None:
    for one in read(BATCH, ["seed=4"]).variants:
        file = "other.yaml" if one.name.startswith("other") else "scenario.yaml"
        again = layout.read(file, one.overrides)
        assert again.resolved == one.scenario.resolved
        assert again.fab.tool_names == one.scenario.fab.tool_names


def test_axes_that_end_alike_are_told_apart_by_their_whole_keys() -> None:
    batch = read("kind: batch\ngrid: {fab.toolsets.ETCH.tools: [1], fab.toolsets.LITHO.tools: [3], seed: [1, 2]}\n")
    assert [one.name for one in batch.variants] == [
        f"fab.toolsets.ETCH.tools=1, fab.toolsets.LITHO.tools=3, seed={seed}" for seed in (1, 2)
    ]


def test_files_are_found_beside_the_batch_that_names_them() -> None:
    write(Path(), {"sub/batch.yaml": "kind: batch\nscenario: ../other.yaml\nvariants: {a: {}, b: {scenario: ../scenario.yaml}}\n"})
    assert [one.scenario.seed for one in layout.read_batch("sub/batch.yaml").variants] == [7, 1]


def test_a_batch_extends_another_and_says_only_what_differs() -> None:
    write(Path(), {"more.yaml": "kind: batch\nextends: batch.yaml\nvariants: {base: {set: {seed: 9}}}\n"})
    few = {one.name: one.scenario for one in read(BATCH).variants}
    more = {one.name: one.scenario for one in layout.read_batch("more.yaml").variants}
    assert list(more) == list(few)
    assert {name for name in few if more[name].seed != few[name].seed} == {name for name in few if name.startswith("base")}


@pytest.mark.parametrize(
    "text",
    [
        "5 d",
        "[priority, fifo]",
        "{x_factor: 2.5}",
        '{a: ["x, y", "1", "", "a: b", "{", "null"], "b c": {d: .nan}, e: , f: 1e3}',
        "true",
        "''",
    ],
)
def test_a_value_is_written_as_it_can_be_read_again(text: str) -> None:
    def again(text: str) -> str:
        node = parse_yaml(text, Mark("x", 1, 1), Problems())
        assert node is not None
        return repr(plain(node))

    node = parse_yaml(text, Mark("x", 1, 1), Problems())
    assert node is not None
    assert again(written(node)) == again(text)


WRONG = {
    "nothing to run": ("kind: batch\n", ["batch.yaml:1:1: found neither variants nor a grid, expected one of them or both"]),
    "an unknown key": (
        "kind: batch\nvariant: {a: {}}\n",
        ["batch.yaml:2:1: variant: found 'variant', expected a known key, did you mean 'variants'?"],
    ),
    "a variant of nothing": ("kind: batch\nvariants:\n  a:\n", ["batch.yaml:3:5: variants.a: found nothing, expected a map"]),
    "an axis without values": ("kind: batch\ngrid: {seed: []}\n", ["batch.yaml:2:14: grid.seed: found no value, expected at least one"]),
    "an axis of one value": (
        "kind: batch\ngrid: {seed: 5}\n",
        ["batch.yaml:2:14: grid.seed: found 5, expected a list of values or a map of values with their names"],
    ),
    "a value twice": (
        "kind: batch\ngrid: {seed: [1, 2, 1]}\n",
        ["batch.yaml:2:21: grid.seed: found the value 1 twice, expected each value once"],
    ),
    "too many": (
        "kind: batch\ngrid: {seed: ["
        + ", ".join(map(str, range(101)))
        + "], sample_every: ["
        + ", ".join(map(str, range(1, 101)))
        + "]}\n",
        ["batch.yaml:1:1: found 10,100 variants, expected at most 10,000"],
    ),
    "no such file": (
        "kind: batch\nvariants: {a: {scenario: oter.yaml}}\n",
        ["batch.yaml:2:26: the file 'oter.yaml' cannot be read: no such file"],
    ),
    "no such file and none named": (
        "kind: batch\nscenario: scenari.yaml\nvariants: {a: {}, b: {}}\n",
        ["batch.yaml:2:11: the file 'scenari.yaml' cannot be read: no such file"],
    ),
    "not a scenario": (
        "kind: batch\nscenario: fab.yaml\nvariants: {a: {}}\n",
        ["fab.yaml:1:7: kind: found 'fab', expected a kind of file that fits here (scenario)"],
    ),
    "a key that is no key": (
        "kind: batch\nset: {a..b: 1}\nvariants: {a: {}}\n",
        ["batch.yaml:2:7: set.a..b: found 'a..b', expected a key such as starts.AI5.lot_size or fab.transport"],
    ),
    "mistakes in what two variants change": (
        "kind: batch\nvariants:\n  a: {set: {starts.CHOP.lot_size: 5}}\n  b: {set: {horizon: 5 days}}\n",
        [
            "batch.yaml:3:13: starts.CHOP.lot_size: found 'CHOP', expected a name in 'starts', did you mean 'CHIP'?",
            "batch.yaml:4:22: horizon: found '5 days', expected a duration in ms, s, min, h, d, weeks or months",
        ],
    ),
    "a mistake in the fab that all variants share is told once": (
        "kind: batch\nset: {fab.toolsets.LITHO.tools: 0}\nvariants: {a: {}, b: {}}\n",
        ["batch.yaml:2:33: toolsets.LITHO.tools: found 0, expected a whole number, at least 1"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_exactly_and_by_check_too(case: str) -> None:
    batch, expected = WRONG[case]
    assert mistakes(batch) == expected
    assert [str(problem) for problem in layout.check(["batch.yaml"])] == expected


def test_a_mistake_on_the_command_line_is_told_for_all_variants_at_once() -> None:
    assert mistakes(BATCH, ["seed=x"]) == ["--set seed:1:1: seed: found 'x', expected a whole number, at least 0"]


def test_a_batch_is_no_scenario() -> None:
    write(Path(), {"batch.yaml": BATCH})
    with pytest.raises(InputError, match=r"batch.yaml:1:7: kind: found 'batch', expected a kind of file that fits here \(scenario\)"):
        layout.read("batch.yaml")


def problems_of(batch: str) -> tuple[Problem, ...]:
    try:
        assert read(batch).variants
    except InputError as error:
        return error.problems
    return ()


def test_fifty_changed_batches_give_variants_or_every_reason_why_not() -> None:
    random = np.random.default_rng(4)
    told = [problems_of(change_tree(random, BATCH).decode()) for _ in range(50)]
    assert all(p.file and p.line >= 1 and p.column >= 1 and p.message for problems in told for p in problems)
    assert 3 <= told.count(()) <= 45
