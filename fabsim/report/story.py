"""One lot's story from a run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from fabsim.metrics.story import story
from fabsim.report.folder import Run, read_run
from fabsim.terms import InputError
from fabsim.trace import Trace

SHOWN = 8
"""Lots that an error names."""


def explain(folder: Path, lot: int, replication: int | None = None) -> dict[str, Any]:
    """Return the story (`fabsim.metrics.story`) of a lot in a replication, the first if None is named, of the run in ``folder``.

    Raises
    ------
    InputError
        If the folder is no run, has no such replication or lot, or did not record the lot's moves.
    """
    run = read_run(folder)
    trace = _trace(run, replication)
    found = story(trace, lot)
    if found is None:
        raise InputError(f"--lot: found {lot}, expected a lot of the run, {_some(trace.lots, lot)}")
    if not found["moves"]:
        raise InputError(f"{folder}: {_why_untold(trace, lot)}")
    return found


def _trace(run: Run, replication: int | None) -> Trace:
    known: list[int] = run.about["replications"]
    if replication is not None and replication not in known:
        raise InputError(f"--rep: found {replication}, expected {', '.join(map(str, known))}")
    return run.traces[0 if replication is None else known.index(replication)]


def _why_untold(trace: Trace, lot: int) -> str:
    if trace.moves is None:
        return f"found no moves of lot {lot}, since trace: lots records none; run the scenario with --set trace=all"
    if trace.lots.filter(pl.col("lot") == lot)["moves"].item() == 0:
        return f"lot {lot} has not finished a step yet, so there is nothing to tell"
    traced = trace.moves.select(pl.col("lot").unique()).collect()
    return f"lot {lot} was not traced; traced are {_some(traced, lot)}.  Run the scenario with --set trace=all to trace every lot"


def _some(lots: pl.DataFrame, lot: int) -> str:
    """Return the numbers of ``lots``, of many those nearest to ``lot``."""
    numbers = sorted(lots["lot"].to_list())
    nearest = sorted(sorted(numbers, key=lambda one: abs(one - lot))[:SHOWN])
    named = ", ".join(map(str, nearest)) or "none"
    return f"{len(numbers)} lots, near it {named}" if len(numbers) > SHOWN else named
