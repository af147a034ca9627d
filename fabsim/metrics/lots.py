"""Figures of lots: cycle time, delivery, yield, by product or release stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl

from fabsim.kernels.rows import STATUS_DONE, STATUS_IN_PROCESS
from fabsim.metrics.measure import PRODUCTION, counted, named, quotient, table, total, wafers_scrapped
from fabsim.model import Scenario
from fabsim.terms import DAY, HOUR
from fabsim.trace import Trace

By = Literal["product", "stream"]

SUMS = ["completed", "ct_ms", "raw_ms", "due", "on_time", "tardy_ms", "wafers_out", "wafers_scrapped", "violations", "reworks"]
SUMS += ["released", "starts_held", "gate_ms"]
"""Sums that are 0, not missing, where there are no lots."""


def cycle_times(scenario: Scenario, trace: Trace, by: By = "product", *, dies: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the figures of the lots released after the warm-up, a row for each product that is started (or stream).

    Those of a product are of its production lots; engineering lots and monitors have streams of their own.

    ``dies``: a row a completed lot, ``lot``, ``good_dies`` and ``dies`` (gross); without it both die figures are null.
    Columns are those of ``products`` in ``summary.json``, the parts of ``cycle_time_days`` apart.  Percentiles are nearest-rank.  Cycle
    time, X-factor, queue-time violations and rework are of completed lots; delivery is of those of them with a due date; ``line_yield``
    is wafers completed / (completed + scrapped); ``wafers_scrapped`` are those of scrapped lots and those that completed ones have lost.
    ``starts_held`` are the released lots that had to wait for it after their start was due, ``gate_hours`` is the mean of that wait over
    all that were released; it is no part of the cycle time.
    """
    sums = _groups(scenario, by).join(_sums(scenario, trace, by, dies), on=by, how="left", maintain_order="left")
    rows = sums.with_columns(pl.col(SUMS).fill_null(0)).iter_rows(named=True)
    return table(
        ({by: row[by], **_figures(row)} for row in rows),
        names=[by],
        whole=["completed", "wafers_out", "wafers_scrapped", "good_dies", "starts_held"],
    )


def _figures(row: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the figures of a row of sums."""
    completed, wafers_out = row["completed"], row["wafers_out"]
    return {
        "completed": completed,
        "cycle_time_days_mean": quotient(row["ct_ms"], completed * DAY),
        "cycle_time_days_p50": quotient(row["p50_ms"], DAY),
        "cycle_time_days_p95": quotient(row["p95_ms"], DAY),
        "x_factor": quotient(row["ct_ms"], row["raw_ms"]),
        "raw_process_time_days": quotient(row["raw_ms"], completed * DAY),
        "days_per_mask_layer": quotient(row["ct_ms"], completed * row["masks"] * DAY),
        "on_time": quotient(row["on_time"], row["due"]),
        "tardiness_days": quotient(row["tardy_ms"], row["due"] * DAY),
        "wafers_out": wafers_out,
        "wafers_scrapped": row["wafers_scrapped"],
        "good_dies": row["good_dies"],
        "die_yield": quotient(row["good_dies"], row["dies"]),
        "line_yield": quotient(wafers_out, wafers_out + row["wafers_scrapped"]),
        "queue_time_violations": quotient(row["violations"], completed),
        "rework": quotient(row["reworks"], completed),
        "starts_held": row["starts_held"],
        "gate_hours": quotient(row["gate_ms"], row["released"] * HOUR),
    }


def made(scenario: Scenario) -> list[int]:
    """Return the products of which production lots are started."""
    return sorted({stream.product for stream in scenario.streams if stream.kind == "production"})


def _groups(scenario: Scenario, by: By) -> pl.DataFrame:
    """Return the name of each product that is started (or stream) and the masks of its route."""
    fab = scenario.fab
    streams = scenario.streams
    products = [stream.product for stream in streams] if by == "stream" else made(scenario)
    uses = [stream.uses for stream in streams] if by == "stream" else [1] * len(products)
    routes = [int(fab.product_route[product]) for product in products]
    once = [int(np.sum(fab.steps["mask"][fab.route_first[route] : fab.route_first[route + 1]])) for route in routes]
    masks = [number * times for number, times in zip(once, uses, strict=True)]
    found = [stream.name for stream in streams] if by == "stream" else [fab.product_names[product] for product in products]
    return named(by, found).with_columns(masks=pl.Series(masks, dtype=pl.Int64))


def _sums(scenario: Scenario, trace: Trace, by: By, dies: pl.DataFrame | None) -> pl.DataFrame:
    """Return the whole numbers behind the figures: counts, wafers, and times [ms], of the completed lots that count."""
    which = counted(scenario) & PRODUCTION if by == "product" else counted(scenario)
    lots = trace.lots.filter(which).with_columns(ct_ms=pl.col("done_ms") - pl.col("release_ms"))
    done = lots.filter(pl.col("status") == STATUS_DONE)
    dated, late_ms = pl.col("due_ms") >= 0, pl.col("done_ms") - pl.col("due_ms")
    sums = done.group_by(by).agg(
        completed=pl.len().cast(pl.Int64),
        ct_ms=total("ct_ms"),
        p50_ms=_percentile("ct_ms", 50),
        p95_ms=_percentile("ct_ms", 95),
        raw_ms=total("raw_ms"),
        due=dated.cast(pl.Int64).sum(),
        on_time=(dated & (late_ms <= 0)).cast(pl.Int64).sum(),
        tardy_ms=late_ms.clip(lower_bound=0).filter(dated).sum(),
        wafers_out=total("wafers"),
        violations=total("violations"),
        reworks=total("reworks"),
    )
    released = lots.group_by(by).agg(
        released=pl.len().cast(pl.Int64), starts_held=(pl.col("gate_ms") > 0).cast(pl.Int64).sum(), gate_ms=total("gate_ms")
    )
    left = lots.filter(pl.col("status") != STATUS_IN_PROCESS)
    scrapped = left.group_by(by).agg(wafers_scrapped=wafers_scrapped())
    if dies is None:
        good = named(by, []).with_columns(good_dies=pl.lit(None, pl.Int64), dies=pl.lit(None, pl.Int64))
    else:
        good = done.select("lot", by).join(dies, on="lot").group_by(by).agg(total("good_dies"), total("dies"))
    return released.join(sums, on=by, how="left").join(scrapped, on=by, how="left").join(good, on=by, how="left")


def _percentile(column: str, percent: int) -> pl.Expr:
    """Return the nearest-rank percentile: the ceil(percent n / 100)-th smallest value."""
    rank = (pl.len().cast(pl.Int64) * percent + 99) // 100
    return pl.col(column).sort().get(rank - 1)
