"""summary.json of a run worked out by hand: ten days, two of them warm-up."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from metrics_builders import FURNACE, IN_PROCESS, LITHO, SCRAPPED, lot, scenario, totals, trace

from fabsim.metrics import cycle_times, summarize
from fabsim.metrics.contributions import MOVE_PARTS
from fabsim.metrics.waits import REASONS
from fabsim.terms import DAY, HOUR
from fabsim.trace import Trace

HOT, COUPON = 1, 2

LOTS = [
    lot(-1, -1, 1, initial=1),
    lot(2, 1, 3, gate_ms=HOUR),  # released in the warm-up
    lot(3, 2, 4, due=5, windows=1),  # released as the warm-up ends: counts
    lot(4, 3, 6, due=5, windows=1, violations=1, reworks=2),
    lot(5, 4, 9, gate_ms=10 * HOUR),
    lot(6, 5, 7, status=SCRAPPED),
    lot(7, 6, 10, status=IN_PROCESS),
    lot(8, 7, 8, stream=HOT, due=8, raw_ms=DAY / 2, wafers=5),
    lot(9, 9, 10, stream=COUPON, status=IN_PROCESS, wafers=10),
]


def hours(toolset: int, tool: int, start: float, end: float, **more: float) -> dict[str, Any]:
    times = {f"{name}_ms": value * HOUR for name, value in more.items() if name != "setups"}
    return {"toolset": toolset, "tool": tool, "start_ms": start * HOUR, "end_ms": end * HOUR, "setups": more.get("setups", 0), **times}


# The warm-up's rows (0 to 48 h) hold what would show if they were counted; LITHO#2 leaves after 144 h.
TOOLS = [
    hours(LITHO, 0, 0, 48, down=48, setups=100),
    hours(LITHO, 1, 0, 48, down=48),
    hours(FURNACE, 2, 0, 48, standby=48),
    hours(LITHO, 0, 48, 240, standby=40, setup=10, load=4, process=100, unload=6, down=12, maintenance=16, engineering=4, setups=3),
    hours(LITHO, 1, 48, 144, standby=46, setup=2, process=40, maintenance=8, setups=1),
    hours(FURNACE, 2, 48, 240, standby=96, process=96),
]


def queue(toolset: int, start: float, end: float, **more: float) -> dict[str, Any]:
    times = {name: value * HOUR if name.endswith("_ms") else value for name, value in more.items()}
    return {"toolset": toolset, "start_ms": start * HOUR, "end_ms": end * HOUR, **times}


WIP = [
    queue(LITHO, 0, 48, queue_lot_ms=1000, moves=100, starts=100, wait_ms=9999),
    queue(FURNACE, 0, 48, batch_wafers=7, batch_room=100),
    queue(LITHO, 48, 240, queue_lot_ms=96, moves=8, starts=8, wait_ms=16),
    queue(FURNACE, 48, 240, queue_lot_ms=48, moves=4, starts=0, batch_wafers=150, batch_room=200),
]


@pytest.fixture
def ran() -> Trace:
    return trace(LOTS, TOOLS, WIP)


def summary(ran: Trace, **changes: Any) -> dict[str, Any]:
    found, warnings = summarize(scenario(), [ran], [totals(**changes)], "compiled")
    assert not warnings
    return found


def test_the_head_says_what_was_run(ran: Trace) -> None:
    found = summary(ran, digest=2**64 - 1, state_digest=255, moves=12, events=40, released=9, completed=6, scrapped=1, in_process=2)
    assert {name: found[name] for name in list(found)[:16]} == {
        "layout": "tiny",
        "scenario": "steady",
        "seed": 7,
        "replications": 1,
        "floor": "compiled",
        "days": 10,
        "warmup_days": 2,
        "digest": "ffffffffffffffff",
        "state_digest": "00000000000000ff",
        "moves": 12,
        "events": 40,
        "wall_s": 3,
        "simulate_s": 2,
        "moves_per_s": 6,
        "peak_memory_mib": 100,
        "lots": {"released": 9, "completed": 6, "scrapped": 1, "in_process": 2, "held": 0},
    }
    after = [
        "products",
        "streams",
        "toolsets",
        "wip_lots",
        "turns_per_day",
        "throughput_wafers_per_month",
        "quarters",
        "warmup_advice_days",
    ]
    assert list(found)[16:] == after


def test_a_stream_has_the_figures_of_its_lots_released_after_the_warm_up(ran: Trace) -> None:
    # Lots 3, 4, 5 completed in 2, 3, 5 days; the median is the 2nd, the 95th percentile the ceil(2.85) = 3rd.
    assert summary(ran)["streams"]["chip"] == {
        "completed": 3,
        "cycle_time_days": {"mean": 10 / 3, "p50": 3, "p95": 5},
        "x_factor": 10 / 3,
        "raw_process_time_days": 1,
        "days_per_mask_layer": 10 / 3 / 2,
        "on_time": 1 / 2,  # of lots 3 and 4; lot 5 has no due date
        "tardiness_days": 1 / 2,  # 0 and 1
        "wafers_out": 75,
        "wafers_scrapped": 25,
        "good_dies": None,
        "die_yield": None,
        "line_yield": 75 / 100,  # lot 6 was scrapped
        "queue_time_violations": 1 / 3,
        "rework": 2 / 3,
        "starts_held": 1,  # lot 5
        "gate_hours": 10 / 5,  # of lots 3 to 7
    }


def test_a_product_has_the_lots_of_all_its_streams(ran: Trace) -> None:
    # 1, 2, 3, 5 days: the median is the 2nd, the 95th percentile the ceil(3.8) = 4th; raw times 1/2, 1, 1, 1.
    chip = summary(ran)["products"]["chip"]
    assert chip["completed"] == 4
    assert chip["cycle_time_days"] == {"mean": 11 / 4, "p50": 2, "p95": 5}
    assert chip["x_factor"] == 11 / 3.5
    assert chip["on_time"] == 2 / 3  # lot 8 is done when it is due
    assert chip["wafers_out"] == 80
    assert chip["line_yield"] == 80 / 105


def test_a_figure_that_does_not_exist_is_null(ran: Trace) -> None:
    coupon = summary(ran)["products"]["coupon"]
    assert [coupon.pop(name) for name in ("completed", "wafers_out", "wafers_scrapped", "starts_held", "gate_hours")] == [0] * 5
    assert coupon.pop("cycle_time_days") == {"mean": None, "p50": None, "p95": None}
    assert set(coupon.values()) == {None}


def test_products_and_streams_are_those_that_are_started_in_the_fabs_order(ran: Trace) -> None:
    found = summary(ran)
    assert list(found["products"]) == ["coupon", "chip"]
    assert list(found["streams"]) == ["chip", "chip.hot", "coupon"]
    assert list(found["toolsets"]) == ["LITHO", "FURNACE"]


def test_products_without_masks_have_no_days_per_mask_layer() -> None:
    found = summary(trace([lot(1, 3, 5, stream=COUPON)]))["products"]["coupon"]
    assert found["x_factor"] == 2
    assert found["days_per_mask_layer"] is None


def test_toolsets_are_measured_from_the_warm_up_on(ran: Trace) -> None:
    # LITHO: 192 + 96 = 288 tool hours, of them 12 down and 24 in maintenance; 252 available; 12 + 4 + 140 + 6 = 162 working.
    toolsets = summary(ran)["toolsets"]
    assert toolsets["LITHO"] == {
        "tools": 288 / 192,
        "availability": 252 / 288,
        "utilization": 162 / 252,
        "down": 12 / 288,
        "maintenance": 24 / 288,
        "setup": 12 / 288,
        "setups": 4,
        "chamber_availability": None,
        "batch_fill": None,
        "queue_lots": 96 / 192,
        "wait_hours": 2,
        "wait_reasons": dict.fromkeys(REASONS, 0),
        "cycle_time_days": dict.fromkeys(MOVE_PARTS),  # no moves are recorded
    }
    assert (toolsets["FURNACE"]["tools"], toolsets["FURNACE"]["utilization"]) == (1, 0.5)
    assert (toolsets["FURNACE"]["batch_fill"], toolsets["FURNACE"]["wait_hours"]) == (0.75, None)


def test_chambers_are_up_for_a_share_of_their_time_after_the_warm_up() -> None:
    # LITHO: 4 chambers for 288 h; 1,152 chamber hours, of them 72 down, 100 maintained and 40 given to engineering
    up = {"chamber_up": 768 - 172, "chamber_down": 72, "chamber_maintenance": 100}
    rows = [TOOLS[0] | {"chamber_down_ms": 4 * 48 * HOUR}, *TOOLS[1:3]]
    rows += [
        TOOLS[3] | hours(LITHO, 0, 48, 240, **up),
        TOOLS[4] | hours(LITHO, 1, 48, 144, chamber_up=344, chamber_engineering=40),
        TOOLS[5],
    ]
    toolsets = summary(trace(LOTS, rows, WIP))["toolsets"]
    assert (toolsets["LITHO"]["chamber_availability"], toolsets["FURNACE"]["chamber_availability"]) == ((596 + 344) / 1152, None)


def test_wip_counts_every_lot_for_the_time_it_was_in_the_fab_after_the_warm_up(ran: Trace) -> None:
    # Days after day 2 of lots 2 to 9: 1 + 2 + 3 + 5 + 2 + 4 + 1 + 1 = 19, over 8 days.
    found = summary(ran)
    assert found["wip_lots"] == 19 / 8
    assert found["turns_per_day"] == pytest.approx((12 / 8) / (19 / 8))


def test_throughput_counts_lots_whenever_they_were_released(ran: Trace) -> None:
    # Lots 2, 3, 4, 5 and 8: 105 wafers in 192 hours; a month is 730.
    assert summary(ran)["throughput_wafers_per_month"] == 105 * 730 / 192


def test_initial_lots_do_not_count_without_a_warm_up() -> None:
    lots = [lot(-1, 0, 4, initial=1), lot(1, 0, 1)]
    found, _ = summarize(scenario(warmup_days=0), [trace(lots)], [totals()], "compiled")
    assert found["products"]["chip"]["completed"] == 1


def test_dies_are_counted_where_they_are_given(ran: Trace) -> None:
    # Lots 3, 4, 5 and 8 count; lot 2 was released in the warm-up.
    dies = pl.DataFrame({"lot": [2, 3, 4, 5, 8], "good_dies": [1, 10, 20, 30, 40], "dies": [100, 50, 50, 50, 50]})
    found, _ = summarize(scenario(), [ran], [totals()], "compiled", dies=[dies])
    assert (found["products"]["chip"]["good_dies"], found["products"]["chip"]["die_yield"]) == (100, 0.5)
    assert (found["streams"]["chip.hot"]["good_dies"], found["streams"]["chip.hot"]["die_yield"]) == (40, 0.8)
    assert found["products"]["coupon"]["good_dies"] is None


@pytest.mark.parametrize("warmup_days", [10, 11])
def test_a_horizon_within_the_warm_up_gives_nulls_and_a_warning(ran: Trace, warmup_days: float) -> None:
    found, warnings = summarize(scenario(warmup_days=warmup_days), [ran], [totals(moves=3, released=9)], "compiled")
    assert len(warnings) == 1
    assert "nothing to measure" in warnings[0]
    assert (found["moves"], found["lots"]["released"]) == (3, 9)
    assert (found["wip_lots"], found["throughput_wafers_per_month"]) == (None, None)
    assert found["products"]["chip"]["completed"] is None
    assert found["products"]["chip"]["cycle_time_days"] == {"mean": None, "p50": None, "p95": None}
    assert found["toolsets"]["LITHO"].pop("wait_reasons") == dict.fromkeys(REASONS)
    assert found["toolsets"]["LITHO"].pop("cycle_time_days") == dict.fromkeys(MOVE_PARTS)
    assert set(found["toolsets"]["LITHO"].values()) == {None}


def test_a_period_that_straddles_the_warm_up_is_left_out_with_a_warning() -> None:
    # Periods of 100 h: the first that begins after 48 h is 100 to 200 h.
    tools = [hours(LITHO, 0, 0, 100, process=100), hours(LITHO, 0, 100, 200, standby=75, process=25)]
    found, warnings = summarize(scenario(), [trace([], tools, [queue(LITHO, 0, 100), queue(LITHO, 100, 200)])], [totals()], "compiled")
    assert (found["toolsets"]["LITHO"]["tools"], found["toolsets"]["LITHO"]["utilization"]) == (1, 0.25)
    assert len(warnings) == 1
    assert "no recorded period begins at the warm-up (2 d)" in warnings[0]


def test_a_run_in_which_nothing_happened_has_a_summary_without_nan() -> None:
    assert "NaN" not in json.dumps(summary(trace(), simulate_s=0.0))
    assert summary(trace(), simulate_s=0.0)["moves_per_s"] is None


def test_replications_become_means_with_intervals_and_summed_digests(ran: Trace) -> None:
    other = trace([lot(1, 3, 5, due=9), lot(2, 3, 5, stream=COUPON)], TOOLS, WIP)
    counts = [totals(digest=2**64 - 1, moves=10), totals(digest=2, moves=20)]
    found, warnings = summarize(scenario(), [ran, other], counts, "components")
    assert not warnings
    assert (found["replications"], found["floor"], found["seed"], found["days"]) == (2, "components", 7, 10)
    assert found["digest"] == "0000000000000001"
    # Two values: t(1) = 12.7062 times half their distance.
    assert found["moves"] == {"mean": 15, "ci95": pytest.approx(12.7062 * 5, rel=1e-5), "n": 2}
    assert found["wall_s"] == {"mean": 3, "ci95": 0, "n": 2}
    assert found["products"]["chip"]["cycle_time_days"]["mean"]["mean"] == (11 / 4 + 2) / 2
    assert found["products"]["coupon"]["x_factor"] == {"mean": 2, "ci95": None, "n": 1}
    assert found["products"]["chip"]["good_dies"] == {"mean": None, "ci95": None, "n": 0}
    assert found["lots"]["released"]["n"] == 2
    own = [summarize(scenario(), [one], [count], "components")[0] for one, count in zip([ran, other], counts, strict=True)]
    kept = [json.loads(json.dumps(one, allow_nan=False)) for one in own]
    assert summarize(scenario(), [ran, other], counts, "components", known=kept) == (found, warnings)


def test_sums_beyond_32_bits_are_exact() -> None:
    huge = [lot(number, 3, 5, wafers=2**31 - 1) for number in range(4)]
    assert cycle_times(scenario(), trace(huge))["wafers_out"].to_list() == [0, 4 * (2**31 - 1)]


@pytest.mark.parametrize(("lots", "p50", "p95"), [(1, 1, 1), (2, 1, 2), (20, 10, 19), (21, 11, 20), (100, 50, 95)])
def test_percentiles_are_nearest_rank(lots: int, p50: int, p95: int) -> None:
    # Lot k takes k hours.
    row = cycle_times(scenario(), trace(lot(k, 3, 3 + k / 24) for k in range(1, lots + 1)), "stream").row(0, named=True)
    assert row["cycle_time_days_p50"] == p50 / 24
    assert row["cycle_time_days_p95"] == p95 / 24
