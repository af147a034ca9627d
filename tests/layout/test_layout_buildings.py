"""Buildings: how starts, tools and initial WIP are split over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.model import Scenario
from tests.layout.layout_example import mistakes, read

FAB = """\
kind: fab
buildings: {wafers_per_month: 1000}
toolsets:
  A: {tools: auto, process: 1 h}
  B: {tools: 4, process: 1 h, shared: %s}
  C: {tools: 4, process: 1 h}
routes: {R: [{step: A, toolset: A, rework: {share: 1 %%, to: A}}, {step: B, toolset: B}, {step: C, toolset: C}]}
products: {P: {route: R}, Q: {route: R}}
"""
MONTH_MS = 730 * 3_600_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scenario(more: str = "") -> str:
    plan = "{P: {wafers_per_month: {0: 600, 2: 1500}, lot_size: 10}, Q: {wafers_per_month: {0: 200, 2: 1000}, lot_size: 20}}"
    return f"kind: scenario\nhorizon: 4 months\nstarts: {plan}\n{more}"


def built(more: str = "", shared: str = "false") -> Scenario:
    return read(FAB % shared, scenario(more))


def rates(found: Scenario) -> dict[str, list[float]]:
    """Wafers per month of each stream in the first and the last two months."""
    at = np.array([0.0, 2 * MONTH_MS, 4 * MONTH_MS])
    return {s.name: (np.diff(np.interp(at, s.times_ms, s.lots)) * s.lot_size / 2).round(6).tolist() for s in found.site.streams}


def test_a_building_is_filled_before_the_next_is_begun_and_streams_keep_their_shares() -> None:
    # 800 a month fit into one building; of 2,500 the first two take 1,000 each, the third 500, all with P : Q = 1,500 : 1,000
    assert rates(built()) == {
        "P": [600, 600],
        "Q": [200, 400],
        "P@2": [0, 600],
        "Q@2": [0, 400],
        "P@3": [0, 300],
        "Q@3": [0, 200],
    }


def test_starts_that_fit_into_one_building_leave_the_fab_as_it_is() -> None:
    one = read(FAB % "false", scenario("scale: 0.4"))
    assert one.buildings == 1
    assert one.site is one


def test_each_building_has_toolsets_steps_and_routes_of_its_own() -> None:
    site = built().site.fab
    assert site.toolset_names == ("A", "B", "C") * 3
    assert site.steps["toolset"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert site.steps["rework_to"].tolist()[::3] == [0, 3, 6]
    assert site.route_first.tolist() == [0, 3, 6, 9]
    assert site.product_route.tolist() == [0, 0, 1, 1, 2, 2]
    assert len(set(site.tool_hash.tolist())) == len(site.tool_names)
    assert [name for name in site.tool_names if name.startswith("C")] == [f"C{b}#{k}" for b in ("", "@2") for k in (1, 2, 3, 4)] + [
        "C@3#1",
        "C@3#2",
    ]


def test_a_late_lot_goes_back_in_its_own_building() -> None:
    late = "{step: C, toolset: C, queue_time: {from: B, limit: 1 h, if_late: rework, to: A}}"
    site = read((FAB % "false").replace("{step: C, toolset: C}", late), scenario()).site
    assert site.fab.windows[["from_step", "to_step", "rework_to"]].tolist() == [(1, 2, 0), (4, 5, 3), (7, 8, 6)]


def test_a_shared_toolset_stands_in_the_first_building_and_serves_all() -> None:
    site = built(shared="true").site.fab
    assert site.steps["toolset"].tolist() == [0, 1, 2, 3, 1, 5, 6, 1, 8]
    assert site.toolsets["tools"].tolist()[1::3] == [4, 0, 0]


def test_toolsets_are_sized_building_by_building_and_come_with_the_building() -> None:
    # 60 + 10 lots of an hour a month at first: one tool of 730 h at 85 %; 20 and 50 more lots with the second and the third building
    found = built()
    rows = [(row["month"], row["building"], row["tools"]) for row in found.plan if row["toolset"] == "A" and row["month"] in (0, 3)]
    assert sorted(rows) == [(0, 1, 1), (0, 2, 0), (0, 3, 0), (3, 1, 1), (3, 2, 1), (3, 3, 1)]
    site = found.site
    come = {site.fab.tool_names[change.tool]: change.at_ms / MONTH_MS for change in site.changes if change.installed}
    assert (come["A#1"], come["A@2#1"], come["A@3#1"]) == (0, 2, 2)


def test_the_whole_fab_has_the_tools_of_all_buildings() -> None:
    found = built("changes: [{toolset: C, tools: -1, at: 5 d, building: 2}, {toolset: C, tools: 1, at: 5 d}]")
    assert found.fab.toolset_names == ("A", "B", "C")
    there = {
        at: sum((1 if c.installed else -1) for c in found.changes if found.fab.tool_names[c.tool][0] == "C" and c.at_ms <= at)
        for at in (0, 432_000_000)
    }
    assert there == {0: 4 + 4 + 2, 432_000_000: 5 + 3 + 2}


def test_initial_wip_follows_the_first_rates() -> None:
    found = read(FAB % "false", scenario("initial_wip: [{stream: P, step: B, lots: 7}]").replace("0: 600, 2: 1500", "0: 2800"))
    # P starts with 2,800 and Q with 200: buildings of 1,000 each
    assert [(found.site.streams[row.stream].name, row.step, row.lots) for row in found.site.initial] == [
        ("P", 1, 2),
        ("P@2", 4, 3),
        ("P@3", 7, 2),
    ]


def test_a_change_in_a_building_that_is_not_there_is_a_mistake() -> None:
    (told,) = mistakes(FAB % "false", scenario("changes: [{toolset: C, tools: 1, at: 5 d, building: 4}]"))
    assert told.endswith("found 4, expected at most 3")


def test_each_building_has_reticles_of_its_own_also_at_a_shared_toolset() -> None:
    masks = "{step: B, toolset: B, mask: M}, {step: B2, toolset: B, mask: N}, {step: B3, toolset: B, mask: M}"
    fab = (FAB % "true").replace("tools: 4, process: 1 h, shared", "tools: 4, process: 1 h, reticles: {masks: {N: 2}}, shared")
    site = read(fab.replace("{step: B, toolset: B}", masks), scenario()).site.fab
    assert site.steps["reticle"].reshape(3, 5).tolist() == [[-1, 2 * b, 2 * b + 1, 2 * b, -1] for b in range(3)]
    assert site.reticles.tolist() == [1, 2] * 3
