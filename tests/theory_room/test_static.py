"""Load against the time for production, by hand."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from theory_fabs import build, minutes

from fabsim.chance import constant, exponential
from fabsim.kernels.records import (
    KIND_BREAKDOWN,
    KIND_ENGINEERING,
    KIND_MAINTENANCE,
    PER_WAFER,
    TRIGGER_AFTER_END,
    TRIGGER_PROCESS_TIME,
    TRIGGER_START_TO_START,
    TRIGGER_WAFERS,
)
from fabsim.model import Fab
from fabsim.terms import DAY, HOUR, MINUTE
from fabsim.theory import as_json, capacity

DOWN = {"kind": KIND_BREAKDOWN, "trigger": TRIGGER_AFTER_END, "every": exponential(90 * HOUR), "takes": exponential(10 * HOUR)}
QUAL = {"kind": KIND_ENGINEERING, "trigger": TRIGGER_START_TO_START, "every": constant(DAY), "takes": constant(2.4 * HOUR)}
KIT = {"kind": KIND_MAINTENANCE, "trigger": TRIGGER_WAFERS, "every": constant(1000), "takes": constant(10 * HOUR)}


def two_sets(*calendars: dict[str, Any]) -> Fab:
    """Give a fab of two products: 30 min on S0 and, a wafer, 1 min on S1; and 60 min on S0."""
    return build(
        [{"process": minutes(30), "mask": 1}, {"toolset": 1, "process": minutes(1), "per": PER_WAFER}],
        [{"process": minutes(60), "rework": 0.5}],
        toolsets=[{}, {}],
        calendars=calendars,
    )


def test_load_is_work_over_the_time_for_production() -> None:
    # S0: 1 x 0.5 h + 0.25 x 2 visits x 1 h = 1 tool; S1: 1 x 25 min.  A tool of S0 is down 10 % and given away 10 %.
    found = capacity(two_sets(DOWN, QUAL), [(0, 25, 1.0), (1, 25, 0.25)], np.array([2, 1]))
    assert found.hours_per_month == pytest.approx([730, 730 * 25 / 60])
    assert found.availability == pytest.approx([0.9, 1])
    assert found.engineering == pytest.approx([0.1, 0])
    assert found.utilization == pytest.approx([1 / 1.8, 25 / 60])
    assert found.load == pytest.approx([1 / 1.6, 25 / 60])


def test_toolsets_rank_by_load_and_not_by_hours() -> None:
    fab = two_sets()
    assert capacity(fab, [(0, 25, 1.0)], np.array([2, 1])).bottlenecks().tolist() == [1, 0]
    assert capacity(fab, [(0, 25, 1.0)], np.array([1, 1])).bottlenecks().tolist() == [0, 1]
    assert capacity(fab, [(1, 25, 0.1)], np.array([1, 1])).bottlenecks().tolist() == [0]


def test_only_what_does_not_fit_is_overloaded() -> None:
    fab = two_sets()
    assert capacity(fab, [(0, 25, 2.0)], np.array([1, 1])).overloaded().tolist() == []
    assert capacity(fab, [(0, 25, 2.01)], np.array([1, 1])).overloaded().tolist() == [0]
    assert capacity(fab, [(0, 25, 3.0)], np.array([1, 1])).overloaded().tolist() == [0, 1]


@pytest.mark.parametrize(("target", "tools"), [(1.0, [2, 1]), (0.625, [2, 1]), (0.62, [3, 1]), (0.4, [4, 2])])
def test_tools_needed_keep_the_load_at_the_target(target: float, tools: list[int]) -> None:
    # S0 has one tool's work and 0.8 of a tool's time; S1 has 25 / 60 of a tool's work
    found = capacity(two_sets(DOWN, QUAL), [(0, 25, 1.0), (1, 25, 0.25)], np.array([1, 1]))
    assert found.needed(target).tolist() == tools


def test_each_toolset_may_have_its_own_target() -> None:
    found = capacity(two_sets(), [(0, 25, 2.0)], np.array([1, 1]))
    assert found.needed(np.array([0.5, 1.0])).tolist() == [2, 1]


def test_nothing_to_do_needs_no_tools_and_no_time_needs_infinitely_many() -> None:
    always = {**QUAL, "takes": constant(DAY)}
    assert capacity(two_sets(always), [(0, 25, 1.0)], np.array([1, 1])).needed().tolist() == [math.inf, 1]
    assert capacity(two_sets(always), [], np.array([1, 1])).needed().tolist() == [0, 0]


def test_wear_falls_with_the_tools_that_share_it() -> None:
    # 25 wafers an hour on S1: 10 h in 1000 wafers is a quarter of a tool, beside a load of 25 / 60
    worn = {**KIT, "toolset": 1}
    found = capacity(two_sets(worn), [(0, 25, 1.0)], np.array([1, 1]))
    assert found.availability == pytest.approx([1, 0.75])
    assert found.load == pytest.approx([0.5, 25 / 60 / 0.75])
    more = capacity(two_sets(worn), [(0, 25, 1.0)], np.array([1, 5]))
    assert more.availability[1] == pytest.approx(0.95)
    # the answer of needed() is the least number of tools whose own load keeps to the target
    for target in (0.9, 0.5, 0.3, 0.1):
        tools = found.needed(target)
        assert capacity(two_sets(worn), [(0, 25, 1.0)], tools).load[1] <= target
        assert capacity(two_sets(worn), [(0, 25, 1.0)], np.maximum(tools - 1, 0.01)).load[1] > target


def test_an_overloaded_tool_wears_no_faster_than_it_can_work() -> None:
    # 3 lots an hour: 75 min of work and 45 of wear, two tools' time; one tool does half of it: 37.5 min of work, 22.5 of wear
    found = capacity(two_sets({**KIT, "toolset": 1}), [(0, 25, 3.0)], np.array([9, 1]))
    assert found.availability[1] == pytest.approx(37.5 / 60)
    assert found.load[1] == pytest.approx(2.0)
    assert found.needed()[1] == 2


def test_process_time_wears_too() -> None:
    # half a tool processes: 10 h lost in 100 of it
    worn = {**KIT, "trigger": TRIGGER_PROCESS_TIME, "every": constant(100 * HOUR)}
    assert capacity(two_sets(worn), [(0, 25, 1.0)], np.array([1, 1])).availability[0] == pytest.approx(0.95)


def test_less_full_batches_are_more_load() -> None:
    fab = build([{"process": minutes(60), "batch_key": 0, "batch_max": 100}], toolsets=[{}])
    assert capacity(fab, [(0, 25, 2.0)], np.array([1])).load == pytest.approx([0.5])
    assert capacity(fab, [(0, 25, 2.0)], np.array([1]), batch_fill=0.5).load == pytest.approx([1.0])


def test_setups_count_the_mix_of_all_streams() -> None:
    table = [0, 0, 0, 0, 0, 30 * MINUTE, 0, 30 * MINUTE, 0]
    fab = build(
        [{"process": minutes(30), "setup_key": 1}],
        [{"process": minutes(30), "setup_key": 2}],
        toolsets=[{"setup_keys": 2}],
        setup_ms=table,
    )
    assert capacity(fab, [(0, 25, 1.0)], np.array([1])).load == pytest.approx([0.5])
    # half of the lots find the other setup: 15 min each
    assert capacity(fab, [(0, 25, 0.5), (1, 25, 0.5)], np.array([1])).load == pytest.approx([0.75])


def test_json_has_the_promised_shape() -> None:
    fab = two_sets(DOWN, QUAL)
    found = as_json(capacity(fab, [(0, 25, 1.0), (1, 25, 0.25)], np.array([2, 1])), fab, [{"month": 0}])
    assert json.loads(json.dumps(found)) == {
        "toolsets": {
            "S0": {
                "tools": 2,
                "availability": pytest.approx(0.9),
                "utilization": pytest.approx(1 / 1.8),
                "hours_per_month": pytest.approx(730),
            },
            "S1": {"tools": 1, "availability": 1, "utilization": pytest.approx(25 / 60), "hours_per_month": pytest.approx(730 * 25 / 60)},
        },
        "products": {
            "P0": {"raw_process_time_days": pytest.approx(55 / 1440), "visits": 2, "masks": 1},
            "P1": {"raw_process_time_days": pytest.approx(120 / 1440), "visits": pytest.approx(2), "masks": 0},
        },
        "bottlenecks": ["S0", "S1"],
        "months": [{"month": 0}],
    }


def test_work_without_tools_has_no_utilization() -> None:
    fab = two_sets()
    found = capacity(fab, [(0, 25, 1.0)], np.array([0, 1]))
    assert found.overloaded().tolist() == [0]
    assert as_json(found, fab)["toolsets"]["S0"] == {
        "tools": 0,
        "availability": 1,
        "utilization": None,
        "hours_per_month": pytest.approx(365),
    }


def test_a_product_is_described_by_its_largest_stream() -> None:
    found = capacity(two_sets(), [(0, 5, 0.1), (0, 25, 1.0), (0, 1, 0.2)], np.array([1, 1]))
    assert [row.raw_process_time_days * 1440 for row in found.products] == pytest.approx([30 + 25])
