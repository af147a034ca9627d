"""One lot's story: where it was, what it waited for, how long it took."""

from __future__ import annotations

from typing import Any

import polars as pl

from fabsim.kernels.rows import STATUS_DONE, STATUS_IN_PROCESS, STATUS_SCRAPPED
from fabsim.metrics.waits import by_reason
from fabsim.trace import Trace

LONGEST = 10
"""Waits that a story ends with."""

STATES = {STATUS_DONE: "done", STATUS_SCRAPPED: "scrapped", STATUS_IN_PROCESS: "in process"}

BETWEEN = ("transport", "refused", "hold")
"""What a move tells of the time that its lot spent between moves."""

OF_LOT = ("lot", "product", "stream", "building", "wafers", "priority", "release_ms", "due_ms", "done_ms")
OF_MOVE = (
    "step",
    "route",
    "index",
    "visit",
    "toolset",
    "tool",
    "job_lots",
    "arrive_ms",
    "start_ms",
    "setup_ms",
    "finish_ms",
    *(f"{part}_ms" for part in BETWEEN),
)


def story(trace: Trace, lot: int) -> dict[str, Any] | None:
    """Return what happened to a lot, None if the trace holds none of this number; all times in ms.

    The lot's columns (``due_ms`` null for none), ``status``, ``initial``, ``cycle_time_ms`` (until the horizon for a lot in process), and
    what it consists of: ``wait_ms`` with ``waits_ms`` by reason, ``transport_ms``, ``hold_ms``, ``tool_ms``; and ``gate_ms``, for which
    its start was held before.  ``moves``, in the order of time: each with its columns, ``wait_ms`` and ``waits_ms``; none if the lot was
    not traced.  ``longest_waits``: the ten longest as positions in ``moves``, the longest first.
    """
    found = trace.lots.filter(pl.col("lot") == lot)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    moves = _moves(trace, lot)
    ranked = sorted((-move["wait_ms"], number) for number, move in enumerate(moves) if move["wait_ms"] > 0)
    return {
        **{name: row[name] for name in OF_LOT},
        "due_ms": row["due_ms"] if row["due_ms"] >= 0 else None,
        "status": STATES[row["status"]],
        "initial": bool(row["initial"]),
        "cycle_time_ms": row["done_ms"] - row["release_ms"],
        "wait_ms": row["wait_ms"],
        "waits_ms": by_reason(row),
        "transport_ms": row["transport_ms"],
        "hold_ms": row["hold_ms"],
        "tool_ms": row["tool_ms"],
        "gate_ms": row["gate_ms"],
        "moves": moves,
        "longest_waits": [number for _, number in ranked[:LONGEST]],
    }


def _moves(trace: Trace, lot: int) -> list[dict[str, Any]]:
    if trace.moves is None:
        return []
    rows = trace.moves.filter(pl.col("lot") == lot).collect().sort("start_ms", "finish_ms")
    return [
        {**{name: row[name] for name in OF_MOVE}, "wait_ms": row["start_ms"] - row["arrive_ms"], "waits_ms": by_reason(row)}
        for row in rows.iter_rows(named=True)
    ]
