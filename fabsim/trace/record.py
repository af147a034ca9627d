"""What a run leaves behind: its tables and its totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from fabsim.kernels.rows import LOT_ROW, MOVE_ROW, TOOL_ROW, WIP_ROW, columns_of
from fabsim.terms import InputError


@dataclass(frozen=True)
class Totals:
    """Counts of a whole run, warm-up included, and what it cost to compute."""

    digest: int
    """Sum of the moves' hashes, modulo 2**64."""
    state_digest: int
    """Sum of the hashes of tool-state intervals and lot records, modulo 2**64."""
    moves: int
    """Lots that completed a step."""
    events: int
    """Events the floor handled."""
    released: int
    """Lots released, initial WIP included."""
    completed: int
    scrapped: int
    in_process: int
    """Lots in the fab at the horizon."""
    lot_ms: int
    """Lots in the fab summed over time from 0 to the horizon, as the floor counted them [lot ms]: one side of Little's law."""
    simulate_s: float
    """Time spent moving the floor forward [s]."""
    wall_s: float
    """Time of the whole run, compiling and writing included [s]."""
    peak_memory_mib: float
    """Largest resident memory of the process [MiB]."""
    plans: dict[str, dict[str, int]] = field(default_factory=dict)
    """What each optimiser of the policy was asked and how it answered."""
    held: int = 0
    """Starts that are due by the horizon and not released, their stream having all the lots it may have."""


@dataclass(frozen=True)
class Trace:
    """The tables of one run; columns as in `fabsim.kernels.rows`, with names in place of indices."""

    lots: pl.DataFrame
    """A row a lot, sorted by ``done_ms``, ``lot``; ``stream`` and ``product`` by name."""
    moves: pl.LazyFrame | None
    """A row a lot's visit to a step, sorted by ``finish_ms``, ``lot``; None if the scenario records none.

    ``step`` (unique in its ``route``, where it has position ``index``), ``toolset``, ``tool`` by name.  Lazy, since a large run has
    more rows than memory; it reads the folder the trace was read from or recorded to, so read the trace again once that folder was renamed.
    """
    tools: pl.DataFrame
    """A row a tool and period, sorted by ``start_ms``, then in the order of the fab's tools; ``tool``, ``toolset`` by name."""
    wip: pl.DataFrame
    """A row a toolset and period, sorted by ``start_ms``, then in the order of the fab's toolsets; ``toolset`` by name."""


def read_trace(folder: Path) -> Trace:
    """Return the trace kept in ``folder``; its moves are scanned, not read.  Raises `InputError` if another version wrote it."""
    return Trace(
        lots=_scan(folder / "lots.parquet", LOT_ROW).collect(),
        moves=_scan(folder / "moves.parquet", MOVE_ROW) if (folder / "moves.parquet").exists() else None,
        tools=_scan(folder / "tools.parquet", TOOL_ROW).collect(),
        wip=_scan(folder / "wip.parquet", WIP_ROW).collect(),
    )


def _scan(file: Path, row: np.dtype[np.void]) -> pl.LazyFrame:
    """Return the table, which has what its rows have; a row's numbers of names are not stored."""
    table = pl.scan_parquet(file, hive_partitioning=False)
    there = set(table.collect_schema().names())
    missing = [column for column in columns_of(row) if column not in there]
    if missing:
        raise InputError(f"{file}: found no column '{missing[0]}': another version of fabsim made this run; run it again with --force")
    return table
