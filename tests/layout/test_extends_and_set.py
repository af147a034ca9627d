"""``extends`` and ``--set``: what they change, and whose place a mistake in them has."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from fabsim import layout
from fabsim.terms import InputError
from tests.layout.layout_example import FAB, SCENARIO, mistakes, read, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(path: str, *overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        layout.read(path, overrides)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_that_extends_another_changes_only_what_it_says() -> None:
    write(
        Path(),
        {
            "fab.yaml": FAB,
            "base/scenario.yaml": SCENARIO.replace("horizon", "fab: ../fab.yaml\nhorizon"),
            "hot.yaml": """
                kind: scenario
                extends: base/scenario.yaml
                seed: 7
                starts: {CHIP: {hot: {share: 10 %}}}
                policy: {fab: [edd]}
                """,
            "hotter.yaml": "kind: scenario\nextends: hot.yaml\nstarts: {CHIP: {hot: {priority: 99}}}\n",
        },
    )
    scenario = layout.read("hotter.yaml")
    regular, hot = scenario.streams
    assert (scenario.name, scenario.seed, scenario.horizon_ms) == ("hotter", 7, 30 * 86_400_000)
    assert (hot.name, hot.priority, regular.priority) == ("CHIP.hot", 99, 0)
    assert hot.lots[-1] / (hot.lots[-1] + regular.lots[-1]) == pytest.approx(0.10)
    assert scenario.resolved["scenario"]["policy"] == {"fab": ["edd"]}
    assert scenario.sources == ("hotter.yaml", "hot.yaml", "base/scenario.yaml", "fab.yaml")


def test_a_key_with_nothing_after_it_takes_an_inherited_one_away() -> None:
    write(
        Path(),
        {"fab.yaml": FAB, "scenario.yaml": SCENARIO, "calm.yaml": "kind: scenario\nextends: scenario.yaml\ninitial_wip:\nchanges:\n"},
    )
    assert layout.read("calm.yaml").initial == ()


def test_a_fab_may_extend_a_fab() -> None:
    more = "kind: fab\nextends: base.yaml\ntoolsets: {ETCH: {tools: 3}}\nroutes: {base: [{step: ONE, toolset: ETCH, process: 1 h}]}\n"
    fab = read(more, SCENARIO.replace("step: OX", "step: ONE"), base_yaml="", **{"base.yaml": FAB}).fab
    assert fab.step_names == ("ONE",)
    assert fab.toolsets["tools"].tolist() == [3, 3, 1]


def test_a_mistake_in_an_inherited_value_names_the_file_it_stands_in() -> None:
    write(Path(), {"fab.yaml": FAB, "base.yaml": SCENARIO.replace("30 d", "30"), "scenario.yaml": "kind: scenario\nextends: base.yaml\n"})
    assert told("scenario.yaml") == ["base.yaml:2:10: horizon: found 30, expected a duration with its unit, as '45 min'"]


def test_a_circle_of_files_is_told() -> None:
    write(Path(), {f"{a}.yaml": f"kind: scenario\nextends: {b}.yaml\n" for a, b in ("ab", "bc", "ca")})
    assert told("a.yaml") == ["c.yaml:2:10: extends: found a circle, expected an end: a.yaml -> b.yaml -> c.yaml -> a.yaml"]


def test_set_changes_scenario_and_fab() -> None:
    scenario = read(
        overrides=[
            "starts.CHIP.lot_size=13",
            "starts.CHIP.due={x_factor: 2}",
            "fab.toolsets.LITHO.tools=5",
            "fab.routes.base.0.process=1 h",
            "changes.0.at=20 d",
            "policy.toolsets.ETCH=[setup, fifo]",
        ]
    )
    assert {stream.lot_size for stream in scenario.streams} == {13}
    assert all(stream.due_ms > 0 for stream in scenario.streams)
    assert scenario.fab.toolsets["tools"].tolist() == [6, 1, 1]
    assert scenario.fab.steps["process_a"][0] == 3_600_000
    assert scenario.changes[-1].at_ms == 20 * 86_400_000
    assert scenario.resolved["fab"]["toolsets"]["LITHO"]["tools"] == 5


def test_set_merges_maps_and_replaces_the_rest() -> None:
    scenario = read(overrides=["starts.CHIP.hot={priority: 50}", "initial_wip=none"])
    assert (scenario.streams[1].priority, scenario.initial) == (50, ())
    assert scenario.resolved["scenario"]["starts"]["CHIP"]["hot"] == {"share": "5 %", "priority": 50}


def test_set_to_nothing_is_as_if_left_out() -> None:
    scenario = read(overrides=["fab=", "starts.CHIP.hot=", "policy="])
    assert ([stream.name for stream in scenario.streams], scenario.layout) == (["CHIP"], Path.cwd().name)


def test_set_finds_names_with_dots() -> None:
    fab = FAB.replace("LITHO", "LITHO.A")
    scenario = SCENARIO.replace("LITHO", "LITHO.A")
    assert read(fab, scenario, ["fab.toolsets.LITHO.A.tools=4"]).fab.toolsets["tools"][0] == 5


def test_set_does_not_touch_what_an_alias_shares() -> None:
    fab = FAB.replace(
        "ETCH: {area: etch, tools: 1, process: 30 min, setup: gas}", "ETCH: &e {area: etch, tools: 1, process: 30 min, setup: gas}"
    )
    fab = fab.replace("modules:", "  SPARE: *e\nmodules:")
    assert read(fab, overrides=["fab.toolsets.SPARE.tools=9"]).fab.toolsets["tools"].tolist() == [3, 1, 1, 9]


SET_MISTAKES = [
    ("starts.CHOP.lot_size=5", "1: starts.CHOP.lot_size: found 'CHOP', expected a name in 'starts', did you mean 'CHIP'?"),
    ("starts.CHIP.lotsize=5", "1: starts.CHIP.lotsize: found 'lotsize', expected a known key, did you mean 'lot_size'?"),
    ("start.CHIP.lot_size=5", "1: start: found 'start', expected a known key, did you mean 'starts'?"),
    ("starts.CHIP.lot_size=0", "1: starts.CHIP.lot_size: found 0, expected a whole number, at least 1"),
    ("fab.toolsets.LITHO.tools=0", "1: toolsets.LITHO.tools: found 0, expected a whole number, at least 1"),
    ("fab.toolsets.LITO.tools=1", "1: fab.toolsets.LITO.tools: found 'LITO', expected a name in 'toolsets', did you mean 'LITHO'?"),
    ("horizon.x=5", "1: horizon.x: found '30 d' at 'horizon', expected a map"),
    ("changes.7.tools=5", "1: changes.7.tools: found '7', expected the position in a list, 0 to 0"),
    ("seed", "1: found 'seed', expected a.b=value"),
    ("a..b=1", "1: found 'a..b=1', expected a.b=value"),
    ("seed=[1", "3: not YAML: while parsing a flow sequence did not find expected ',' or ']'"),
    ("seed={a: 1, a: 2}", "8: a: found the key 'a' twice in one map, first in line 1"),
    ("name=\udcff", "1: found a character that is no text, expected UTF-8"),
]


@pytest.mark.parametrize(("override", "expected"), SET_MISTAKES, ids=[repr(override) for override, _ in SET_MISTAKES])
def test_a_mistake_in_set_is_told_as_such(override: str, expected: str) -> None:
    assert f"--set {override.partition('=')[0]}:1:{expected}" in mistakes(overrides=[override])


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    assert mistakes(overrides=["seed=-1"])
    assert gc.isenabled()
    gc.disable()
    try:
        read()
        assert not gc.isenabled()
    finally:
        gc.enable()
