"""Tools that are there, come, go, and are sized from the starts."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from fabsim.model import Scenario
from fabsim.terms import InputError
from tests.layout.layout_example import mistakes, read

MONTH_MS, D = 730 * 3_600_000, 86_400_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scenario(toolset: str, more: str = "", rate: str = "1000") -> Scenario:
    fab = f"kind: fab\ntoolsets: {{T: {{{toolset}}}}}\nroutes: {{R: [{{step: A, toolset: T}}]}}\nproducts: {{P: {{route: R}}}}\n"
    return read(fab, f"kind: scenario\nhorizon: 6 months\nstarts: {{P: {{wafers_per_month: {rate}}}}}\n{more}")


def events(found: Scenario) -> list[tuple[float, str, bool]]:
    return [(change.at_ms / D, found.fab.tool_names[change.tool], change.installed) for change in found.changes]


def test_the_tool_that_came_last_goes_first_and_one_that_comes_later_is_a_new_one() -> None:
    changes = "[{toolset: T, tools: 1, at: 30 d}, {toolset: T, tools: -2, at: 10 d}, {toolset: T, tools: 1, at: 20 d}]"
    found = scenario("tools: 2, process: 1 h", f"changes: {changes}")
    assert events(found) == [
        (0, "T#1", True),
        (0, "T#2", True),
        (10, "T#1", False),
        (10, "T#2", False),
        (20, "T#3", True),
        (30, "T#4", True),
    ]
    assert found.fab.toolsets["tools"].tolist() == [4]


def test_changes_of_one_instant_count_together() -> None:
    found = scenario("tools: 2, process: 1 h", "changes: [{toolset: T, tools: -1, at: 5 d}, {toolset: T, tools: 2, at: 5 d}]")
    assert events(found) == [(0, "T#1", True), (0, "T#2", True), (5, "T#3", True)]


def test_scale_rounds_the_tools_up_at_every_instant() -> None:
    found = scenario("tools: 5, process: 1 h", "scale: 0.4\nchanges: [{toolset: T, tools: 1, at: 5 d}, {toolset: T, tools: -5, at: 9 d}]")
    # 0.4 x 5, 6 and 1 tools
    assert events(found) == [(0, "T#1", True), (0, "T#2", True), (5, "T#3", True), (9, "T#2", False), (9, "T#3", False)]


def test_however_small_the_scale_a_toolset_keeps_a_tool() -> None:
    assert events(scenario("tools: 5, process: 1 h", "scale: 1e-12")) == [(0, "T#1", True)]


def test_calendars_that_leave_no_time_concern_sized_toolsets_only() -> None:
    never = "{kind: maintenance, every: 10 h, takes: 9 h}, {name: more, kind: maintenance, every: 10 h, takes: 9 h}"
    fab = f"""\
kind: fab
toolsets: {{T: {{tools: auto, process: 73 h}}, U: {{tools: 1, process: 1 h, calendars: [{never}]}}}}
routes: {{R: [{{step: A, toolset: T}}, {{step: B, toolset: U}}]}}
products: {{P: {{route: R}}}}
"""
    assert len(read(fab, "kind: scenario\nhorizon: 1 d\nstarts: {P: {wafers_per_month: 2500}}\n").plan) == 1


def test_sized_tools_are_there_when_the_load_comes_and_never_go() -> None:
    toolset = "tools: auto, process: 73 h, target_utilization: 80 %, install: {lead_time: 2 months, qualification: 365 h}"
    found = scenario(toolset, rate="{0: 500, 2: 2500, 4: 250}")
    # 20, 20, 100, 100, 10, 10 lots a month of 73 h: 2, 2, 10, 10, 1, 1 tools' time
    needed = [math.ceil(lots * 0.1 / 0.8 - 1e-9) for lots in (20, 20, 100, 100, 10, 10)]
    assert [row["needed"] for row in found.plan] == needed == [3, 3, 13, 13, 2, 2]
    assert [row["tools"] for row in found.plan] == [3, 3, 13, 13, 13, 13]
    assert [row["order_month"] for row in found.plan] == [-2.5, None, -0.5, None, None, None]
    assert [(row["month"], row["toolset"]) for row in found.plan] == [(month, "T") for month in range(6)]
    assert [change.at_ms for change in found.changes] == [0] * 3 + [2 * MONTH_MS] * 10
    assert found.fab.toolsets["tools"].tolist() == [13]


def test_load_follows_the_starts_at_the_x_factor() -> None:
    fab = """\
kind: fab
toolsets: {T: {tools: 1, process: 365 h}, U: {tools: auto, process: 73 h}}
routes: {R: [{step: A, toolset: T}, {step: B, toolset: U}]}
products: {P: {route: R}}
"""
    text = "kind: scenario\nhorizon: 4 months\nstarts: {P: {wafers_per_month: 2500}}\nauto_tools: {x_factor: 4, target_utilization: 1.0}\n"
    # raw time to B is half a month, at X-factor 4 two months
    assert [row["needed"] for row in read(fab, text).plan] == [0, 0, 10, 10]
    full = read(fab, text + "initial_wip: {x_factor: 4}\n")
    assert [row["needed"] for row in full.plan] == [10, 10, 10, 10]


def test_a_toolset_without_work_keeps_one_tool() -> None:
    assert [row["tools"] for row in scenario("tools: auto, process: 1 h", rate="0").plan] == [1] * 6


def test_changes_count_from_what_was_sized() -> None:
    found = scenario("tools: auto, process: 73 h, target_utilization: 1.0", "changes: [{toolset: T, tools: 1, at: 10 d}]", rate="2500")
    assert [change.at_ms / D for change in found.changes] == [0] * 10 + [10]


def test_more_tools_taken_away_than_were_sized_are_told() -> None:
    fab = "kind: fab\ntoolsets: {T: {tools: auto, process: 1 h}}\nroutes: {R: [{step: A, toolset: T}]}\nproducts: {P: {route: R}}\n"
    text = "kind: scenario\nhorizon: 9 d\nstarts: {P: {wafers_per_month: 1}}\nchanges: [{toolset: T, tools: -2, at: 1 d}]\n"
    assert mistakes(fab, text) == ["scenario.yaml:4:10: changes: found more tools of 'T' taken away than there are"]


def test_dedicated_lines_follow_the_number_of_tools() -> None:
    fab = """\
kind: fab
toolsets: {T: {tools: auto, process: 73 h}}
routes: {R: [{step: A, toolset: T}, {step: B, toolset: T, dedicated_to: A}]}
products: {P: {route: R}}
"""
    found = read(fab, "kind: scenario\nhorizon: 1 d\nstarts: {P: {wafers_per_month: 2500}}\n").fab
    (toolset,) = found.toolsets
    assert len(found.line_keys) == toolset["lines"] + toolset["dedicated_lines"] * toolset["tools"] == 1 + toolset["tools"]
    assert found.steps["dedicated_line"].tolist() == [-1, 1]


def qualified(found: Scenario) -> list[list[int]]:
    """Give the numbers of the tools that may do each step, of a fab of one toolset."""
    tools = int(found.fab.toolsets["tools"][0])
    firsts = found.fab.steps["qualified"].tolist()
    return [(np.flatnonzero(found.fab.qualified[at : at + tools]) + 1).tolist() if at >= 0 else [*range(1, tools + 1)] for at in firsts]


def share(share: str, tools: int, more: str = "") -> Scenario:
    route = ", ".join(f"{{step: S{k}, toolset: T}}" for k in range(4))
    toolsets = f"{{T: {{tools: {tools}, process: 1 h, qualified: {share}}}}}"
    fab = f"kind: fab\ntoolsets: {toolsets}\nroutes: {{R: [{route}]}}\nproducts: {{P: {{route: R}}}}\n"
    return read(fab, f"kind: scenario\nhorizon: 6 months\nstarts: {{P: {{wafers_per_month: 1000}}}}\n{more}")


def test_a_share_of_the_tools_is_dealt_to_recipes_in_turn() -> None:
    # tool k of recipe r where floor((k + 1 + r) s) > floor((k + r) s), both from 0
    assert qualified(share("50 %", 4)) == [[2, 4], [1, 3], [2, 4], [1, 3]]
    assert qualified(share("75 %", 4)) == [[2, 3, 4], [1, 2, 3], [1, 2, 4], [1, 3, 4]]
    assert share("50 %", 4).fab.toolsets["lines"].tolist() == [2]


def test_a_share_leaves_every_recipe_a_tool_however_few_there_are() -> None:
    assert qualified(share("20 %", 2)) == [[1], [2], [1], [2]]
    assert qualified(share("20 %", 5, "scale: 0.2")) == [[1]] * 4
    # two tools of five from day 9 on, later all have gone and two others, #6 and #7, have come
    gone = "changes: [{toolset: T, tools: -3, at: 9 d}, {toolset: T, tools: -2, at: 20 d}, {toolset: T, tools: 2, at: 30 d}]"
    assert qualified(share("20 %", 5, gone)) == [[1, 5, 6], [2, 4, 7], [1, 3, 6], [2, 7]]


def test_tools_that_are_all_gone_at_some_time_are_told() -> None:
    changes = "changes: [{toolset: T, tools: -1, at: 9 d}]"
    expected = "fab.yaml:2:51: toolsets.T.qualified: found [2], expected at least one tool of 'T' that is there from day 9 on"
    with pytest.raises(InputError) as error:
        share("[2]", 2, changes)
    assert [str(problem) for problem in error.value.problems] == [expected]
