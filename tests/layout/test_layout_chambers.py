"""Cluster tools as the layout's arrays have them, and mistakes at their steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.chance import constant, stable_hash
from fabsim.layout.quantities import duration
from tests.layout.layout_example import FAB, mistakes, read

FIRST = "tools: 2, process: 60 s, per: wafer, calendars: [weekly]"
PARALLEL = FAB.replace(FIRST, FIRST + ", chambers: {parallel: 4, calendars: [weekly]}")
SEQUENCE = FAB.replace(
    FIRST,
    "tools: 2, per: wafer, chambers: {calendars: [weekly], sequence: [{name: A, process: 20 s, count: 2}, "
    "{name: B, process: 30 s, calendars: [{kind: breakdown, every: 50 h, takes: 2 h}]}]}",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_chambers_in_parallel_are_one_stage_of_the_steps_time() -> None:
    fab = read(PARALLEL).fab
    assert fab.stages.tolist() == [(4, 1.0)]
    assert fab.toolsets[["first_stage", "stages", "calendars", "chamber_calendars"]].tolist() == [(0, 1, 1, 4), (1, 0, 0, 0), (1, 0, 0, 0)]
    assert fab.calendar_names == ("LITHO/weekly", "LITHO/chamber.weekly")
    assert fab.calendars["stage"].tolist() == [0, 1]


def test_stages_share_the_time_of_a_wafer_through_all_of_them() -> None:
    fab = read(SEQUENCE).fab
    assert fab.stages.tolist() == [(2, 0.4), (1, 0.6)]
    photo = fab.steps[list(fab.step_names).index("M1_PHOTO")]
    assert photo["process_a"] == constant(duration("50 s")).a
    # 25 wafers: 50 s for the first one, 24 x 30 s for the others
    assert photo["work_ms"] == pytest.approx(50_000 + 24 * 30_000)
    assert fab.toolsets[0][["calendars", "chamber_calendars"]].tolist() == (0, 2 + 1 + 1)
    assert fab.calendar_names == ("LITHO/A.weekly", "LITHO/B.weekly", "LITHO/B.breakdown")
    assert fab.calendars["stage"].tolist() == [1, 2, 2]
    assert fab.calendars["name_hash"].tolist() == [stable_hash(name) for name in fab.calendar_names]


def test_buildings_have_the_stages_in_common_and_calendars_of_their_own() -> None:
    scenario = read(SEQUENCE.replace("areas:", "buildings: {wafers_per_month: 500}\nareas:"))
    site = scenario.site.fab
    assert scenario.buildings == 2
    assert site.stages.tolist() == [(2, 0.4), (1, 0.6)]
    assert site.toolsets["first_stage"].tolist() == [0, 2, 2] * 2
    assert site.calendars["toolset"].tolist() == [0, 0, 0, 3, 3, 3]
    assert np.array_equal(site.toolsets["first_calendar"], [0, 3, 3, 3, 6, 6])


@pytest.mark.parametrize(
    ("said", "column", "told"),
    [
        (
            "interval: 10 s",
            "75",
            "interval: found an interval at toolset 'LITHO', whose chambers give the pace, expected none",
        ),
        (
            "per: lot",
            "70",
            "per: found per: lot at toolset 'LITHO', which has chambers, expected per: wafer",
        ),
    ],
)
def test_a_step_keeps_to_what_chambers_can_do(said: str, column: str, told: str) -> None:
    assert mistakes(PARALLEL.replace("factor: $dose", f"factor: $dose, {said}")) == [
        f"fab.yaml:16:{column}: modules.mask.steps.${{layer}}_PHOTO.{told}"
    ]
