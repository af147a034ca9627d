"""Where cycle time goes: what each toolset adds to it, and for what reason."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fabsim.kernels.records import LATE_REWORK
from fabsim.kernels.rows import STATUS_DONE, WAIT_COLUMNS
from fabsim.metrics.measure import PRODUCTION, counted, quotient
from fabsim.metrics.waits import REASONS
from fabsim.model import Scenario
from fabsim.terms import DAY
from fabsim.trace import Trace

MOVE_PARTS: dict[str, pl.Expr] = {
    "work": pl.col("finish_ms") - pl.col("start_ms"),
    **{reason: pl.col(column) for reason, column in zip(REASONS, WAIT_COLUMNS, strict=True)},
    **{part: pl.col(f"{part}_ms") for part in ("refused", "transport", "hold")},
}
"""What a move adds to its lot's cycle time [ms]: ``work`` (setup, load, process and unload), then `fabsim.terms.waits.WaitReason`."""

Days = dict[str, float | None]


def days_by_part(scenario: Scenario, trace: Trace) -> dict[str, Days]:
    """Return what cycle time consists of [d, 0 or more]: by toolset, in the fab's order, and by part of `MOVE_PARTS`.

    All figures add up to the mean cycle time of the production lots that count, are done, and whose moves were recorded; None where there
    are none.  A lot's transport stands with the toolset it goes to, a hold with the one after whose step it is, and what it waited in
    queues that refused it with the toolset it started at next.
    """
    lots, sums = (0, {}) if trace.moves is None else _sums(scenario, trace.lots, trace.moves)
    return {
        name: {part: quotient(sums.get(name, {}).get(part, 0), lots * DAY) for part in MOVE_PARTS} for name in scenario.fab.toolset_names
    }


def moves_of_lots(moves: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row a ``lot``: its ``moves``, and each of `MOVE_PARTS` summed over them [ms]."""
    return moves.group_by("lot").agg(pl.len().cast(pl.Int64).alias("moves"), *_totals())


def _totals() -> list[pl.Expr]:
    return [ms.sum().alias(part) for part, ms in MOVE_PARTS.items()]


def _sums(scenario: Scenario, lots: pl.DataFrame, moves: pl.LazyFrame) -> tuple[int, dict[str, dict[str, int]]]:
    """Return how many lots count, and each toolset's parts of their cycle times [ms]."""
    done = lots.filter(counted(scenario) & PRODUCTION & (pl.col("status") == STATUS_DONE)).select("lot", "release_ms", "done_ms")
    mine = moves.join(done.lazy(), on="lot", how="semi").with_columns(pl.col("toolset").cast(pl.String))
    sums = {row.pop("toolset"): row for row in mine.group_by("toolset").agg(_totals()).collect().iter_rows(named=True)}
    if (scenario.fab.windows["if_late"] == LATE_REWORK).any():
        for toolset, ms in _rests(mine, done):
            sums[toolset]["refused"] += ms
    # a query of its own: one column is soon read again, while both queries at once would hold all moves in memory
    return int(mine.select(pl.col("lot").n_unique()).collect().item()), sums


def _rests(moves: pl.LazyFrame, done: pl.DataFrame) -> Iterator[tuple[str, int]]:
    """Give, for each lot that was refused and then had nothing left to do, its last toolset and what it waited after that [ms]."""
    left_ms = pl.col("done_ms") - pl.col("release_ms") - pl.sum_horizontal(*MOVE_PARTS)
    rests = moves_of_lots(moves).collect().join(done, on="lot").select("lot", left_ms.alias("ms")).filter(pl.col("ms") > 0)
    last = (
        moves.join(rests.lazy(), on="lot")
        .group_by("lot")
        .agg(pl.col("toolset").sort_by("start_ms", "finish_ms").last(), pl.col("ms").first())
    )
    yield from last.select("toolset", "ms").collect().iter_rows()
