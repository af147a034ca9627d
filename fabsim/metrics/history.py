"""How a run went over time and how its figures spread: what charts are drawn from.  Lots completed are production lots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from fabsim.kernels.rows import STATUS_DONE
from fabsim.metrics.intervals import interval
from fabsim.metrics.measure import OURS, PRODUCTION, Times, counted, quotient, total
from fabsim.terms import DAY
from fabsim.trace import Trace

Rows = list[dict[str, Any]]

DONE = PRODUCTION & (pl.col("status") == STATUS_DONE)
CYCLE_MS = pl.col("done_ms") - pl.col("release_ms")
LOT_PARTS = {"tool": "tool_ms", "wait": "wait_ms", "transport": "transport_ms", "hold": "hold_ms"}


def lot_history(trace: Trace, span_ms: int) -> Rows:
    """Return a row a product and span of ``span_ms`` in which lots of it were completed; initial WIP is left out.

    ``completed`` [lots]; ``cycle_time_days``, its ``wait_days``: means; ``late_windows``: queue-time windows that ended late, of those
    that ended [-].
    """
    done = trace.lots.filter(OURS & DONE).with_columns(pl.col("product").cast(pl.String), span=pl.col("done_ms") // span_ms)
    sums = done.group_by("product", "span").agg(
        completed=pl.len().cast(pl.Int64),
        ct_ms=CYCLE_MS.sum(),
        wait=total("wait_ms"),
        windows=total("windows"),
        violations=total("violations"),
    )
    return [
        {
            "product": row["product"],
            "span": row["span"],
            "completed": row["completed"],
            "cycle_time_days": quotient(row["ct_ms"], row["completed"] * DAY),
            "wait_days": quotient(row["wait"], row["completed"] * DAY),
            "late_windows": quotient(row["violations"], row["windows"]),
        }
        for row in sums.sort("product", "span").iter_rows(named=True)
    ]


def cycle_time_range(run: Times, lots: pl.DataFrame) -> tuple[int, int]:
    """Return the shortest and the longest cycle time of completed ``lots`` that count [ms]; 0 and 0 without any."""
    shortest, longest = lots.filter(counted(run) & DONE).select(CYCLE_MS.min().alias("least"), CYCLE_MS.max().alias("most")).row(0)
    return shortest or 0, longest or 0


def cycle_time_bins(run: Times, lots: pl.DataFrame, width_ms: int) -> Rows:
    """Return how the cycle times of completed ``lots`` that count spread, in bins of ``width_ms``.

    A row a product and bin that has lots: ``from_days``, ``to_days``, ``lots``, and ``share`` of the product's lots [-].
    """
    done = lots.filter(counted(run) & DONE).with_columns(pl.col("product").cast(pl.String), bin=CYCLE_MS // width_ms)
    bins = done.group_by("product", "bin").agg(lots=pl.len().cast(pl.Int64)).with_columns(all=pl.col("lots").sum().over("product"))
    return [
        {
            "product": row["product"],
            "from_days": row["bin"] * width_ms / DAY,
            "to_days": (row["bin"] + 1) * width_ms / DAY,
            "lots": row["lots"],
            "share": row["lots"] / row["all"],
        }
        for row in bins.sort("product", "bin").iter_rows(named=True)
    ]


def cycle_time_parts(run: Times, lots: pl.DataFrame) -> Rows:
    """Return a row a product and part of the mean cycle time of completed ``lots`` that count: ``days`` and ``share`` of it [-].

    Parts: ``tool`` (setup, load, process, unload), ``wait``, ``transport``, ``hold``; they add up to the cycle time.
    """
    done = lots.filter(counted(run) & DONE).with_columns(pl.col("product").cast(pl.String))
    sums = done.group_by("product").agg(lots=pl.len().cast(pl.Int64), ct_ms=CYCLE_MS.sum(), **{n: total(c) for n, c in LOT_PARTS.items()})
    return [
        {"product": row["product"], "part": part, "days": row[part] / row["lots"] / DAY, "share": quotient(row[part], row["ct_ms"])}
        for row in sums.sort("product").iter_rows(named=True)
        for part in LOT_PARTS
    ]


def wip_history(trace: Trace) -> Rows:
    """Return a row a period of ``wip``, warm-up included: ``start_ms``, ``end_ms`` and mean lots ``queued``, ``worked``, ``moving``.

    ``moving`` is what is in the fab and at no toolset.
    """
    at_toolsets = ("queue_lot_ms", "process_lot_ms")
    periods = trace.wip.group_by("start_ms", "end_ms").agg(map(total, at_toolsets)).sort("start_ms", "end_ms")
    rows = []
    for start, end, queued, worked in periods.iter_rows():
        inside = pl.col("done_ms").clip(start, end).sum() - pl.col("release_ms").clip(start, end).sum()
        moving = int(trace.lots.select(inside).item()) - queued - worked
        lots = {"queued": queued, "worked": worked, "moving": moving}
        rows.append({"start_ms": start, "end_ms": end} | {name: quotient(lot_ms, end - start) for name, lot_ms in lots.items()})
    return rows


def over_replications(tables: Iterable[Rows], keys: Sequence[str]) -> Rows:
    """Return the rows of all replications' ``tables`` with equal ``keys`` as one, each other figure with its `interval`."""
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in (row for table in tables for row in table):
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [
        {name: rows[0][name] if name in keys else interval([row[name] for row in rows]) for name in rows[0]}
        for _, rows in sorted(groups.items())
    ]
