"""``summary.json``: the figures of a run, or of its replications with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from fabsim.kernels.rows import STATUS_DONE
from fabsim.metrics.contributions import days_by_part
from fabsim.metrics.intervals import combine
from fabsim.metrics.lots import By, cycle_times
from fabsim.metrics.measure import PRODUCTION, lot_ms_until, measured, measured_ms, quotient, straddled, total
from fabsim.metrics.spans import QUARTER, over_time
from fabsim.metrics.toolsets import toolset_figures
from fabsim.metrics.waits import hours_per_start
from fabsim.metrics.warmup import warmup_advice_days
from fabsim.model import Scenario
from fabsim.terms import DAY, MONTH
from fabsim.trace import Totals, Trace

HALF_A_YEAR = 2 * QUARTER
"""Longer runs are told by quarter [ms]."""


def summarize(
    scenario: Scenario,
    traces: Sequence[Trace],
    totals: Sequence[Totals],
    floor: str,
    *,
    dies: Sequence[pl.DataFrame] | None = None,
    known: Sequence[Mapping[str, Any]] | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Return the content of ``summary.json`` and what its reader must be warned of.

    ``traces``, ``totals``, ``dies`` (see `cycle_times`): one a replication.  With one replication a figure is a number or None; with
    more, every measured figure is ``{"mean", "ci95", "n"}`` over the replications that have it, and a digest is the sum of theirs.
    ``known``: the summaries that the replications have of their own, whose figures are then not computed again.
    ``quarters``: see `over_time`; empty unless the run is longer than half a year.  ``warmup_advice_days``: see there; one number for all
    replications.
    """
    head, tail = _shared(scenario, traces, totals, floor)
    if known is None:
        drawn = [None] * len(traces) if dies is None else dies
        figures = [_costs(count) | _figures(scenario, trace, count, one) for trace, count, one in zip(traces, totals, drawn, strict=True)]
    else:
        figures = [{name: value for name, value in one.items() if name not in head | tail} for one in known]
    return head | (figures[0] if len(figures) == 1 else combine(figures)) | tail, _warnings(scenario, traces)


def _shared(scenario: Scenario, traces: Sequence[Trace], totals: Sequence[Totals], floor: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what ``summary.json`` says once for all replications: before their figures, and after them."""
    head = {
        "layout": scenario.layout,
        "scenario": scenario.name,
        "seed": scenario.seed,
        "replications": len(traces),
        "floor": floor,
        "days": scenario.horizon_ms / DAY,
        "warmup_days": scenario.warmup_ms / DAY,
        "digest": _digest([one.digest for one in totals]),
        "state_digest": _digest([one.state_digest for one in totals]),
    }
    quarters = over_time(scenario, traces, "quarter", QUARTER) if scenario.horizon_ms > HALF_A_YEAR else []
    return head, {"quarters": quarters, "warmup_advice_days": warmup_advice_days(scenario, traces)}


def _digest(digests: Sequence[int]) -> str:
    return f"{sum(digests) % 2**64:016x}"


def _warnings(scenario: Scenario, traces: Sequence[Trace]) -> list[str]:
    horizon, warmup = scenario.horizon_ms / DAY, scenario.warmup_ms / DAY
    if scenario.horizon_ms <= scenario.warmup_ms:
        return [f"the horizon ({horizon:g} d) ends before the warm-up ({warmup:g} d): there is nothing to measure"]
    if any(straddled(scenario, trace.tools) or straddled(scenario, trace.wip) for trace in traces):
        return [f"no recorded period begins at the warm-up ({warmup:g} d): figures of toolsets count from the next one on"]
    return []


def _costs(totals: Totals) -> dict[str, Any]:
    return {
        "moves": totals.moves,
        "events": totals.events,
        "wall_s": totals.wall_s,
        "simulate_s": totals.simulate_s,
        "moves_per_s": quotient(totals.moves, totals.simulate_s),
        "peak_memory_mib": totals.peak_memory_mib,
    }


def _figures(scenario: Scenario, trace: Trace, totals: Totals, dies: pl.DataFrame | None) -> dict[str, Any]:
    lots = {name: getattr(totals, name) for name in ("released", "completed", "scrapped", "in_process", "held")}
    after = {
        "products": _lot_figures(scenario, trace, "product", dies),
        "streams": _lot_figures(scenario, trace, "stream", dies),
        "toolsets": _toolsets(scenario, trace),
        **_fab_figures(scenario, trace),
    }
    return {"lots": lots} | (after if scenario.horizon_ms > scenario.warmup_ms else _blank(after))


def _toolsets(scenario: Scenario, trace: Trace) -> dict[str, Any]:
    reasons, parts = hours_per_start(scenario, trace), days_by_part(scenario, trace)
    rows = toolset_figures(scenario, trace).iter_rows(named=True)
    return {name: row | {"wait_reasons": reasons[name], "cycle_time_days": parts[name]} for row in rows for name in [row.pop("toolset")]}


def _lot_figures(scenario: Scenario, trace: Trace, by: By, dies: pl.DataFrame | None) -> dict[str, Any]:
    rows = cycle_times(scenario, trace, by, dies=dies).iter_rows(named=True)
    return {row.pop(by): _nest(row) for row in rows}


def _nest(row: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of ``row`` with the three of cycle time under one name, second."""
    parts = {part: row.pop(f"cycle_time_days_{part}") for part in ("mean", "p50", "p95")}
    return {"completed": row.pop("completed"), "cycle_time_days": parts, **row}


def _fab_figures(scenario: Scenario, trace: Trace) -> dict[str, float | None]:
    """Return the fab's WIP, turns and throughput after the warm-up; all lots count, whenever they were released.

    The throughput is of production lots.
    """
    warmup, horizon = scenario.warmup_ms, scenario.horizon_ms
    before, until = lot_ms_until(trace.lots, [warmup, horizon])
    wip_lots = quotient(until - before, horizon - warmup)
    moves = int(measured(scenario, trace.wip).select(total("moves")).item())
    moves_per_day = quotient(moves * DAY, measured_ms(scenario, trace.wip))
    done = trace.lots.filter(PRODUCTION & (pl.col("status") == STATUS_DONE) & (pl.col("done_ms") >= warmup))
    wafers = int(done.select(total("wafers")).item())
    return {
        "wip_lots": wip_lots,
        "turns_per_day": quotient(moves_per_day, wip_lots),
        "throughput_wafers_per_month": quotient(wafers * MONTH, horizon - warmup),
    }


def _blank(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _blank(value) if isinstance(value, Mapping) else None for key, value in tree.items()}
