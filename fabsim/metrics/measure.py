"""What is measured, and how integers become figures: sums stay whole numbers until the last division."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from fabsim.kernels.rows import STATUS_SCRAPPED


class Times(Protocol):
    """What figures over time must know of a run: a scenario has it, and so has a finished run's folder."""

    @property
    def horizon_ms(self) -> int:
        """Length of the run [ms]."""

    @property
    def warmup_ms(self) -> int:
        """Instant from which on figures count [ms]."""


OURS = pl.col("initial") == 0
"""Whether the run released a lot, which did not stand in the fab at its beginning."""


def counted(scenario: Times) -> pl.Expr:
    """Return which lots count: those released in the run, from the warm-up on."""
    return OURS & (pl.col("release_ms") >= scenario.warmup_ms)


def measured(scenario: Times, periods: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``periods`` (of tools or toolsets) that begin at the warm-up or later."""
    return periods.filter(pl.col("start_ms") >= scenario.warmup_ms)


def measured_ms(scenario: Times, wip: pl.DataFrame) -> int:
    """Return the length of the measured periods of ``wip`` [ms], 0 when there are none.

    It is the time from the warm-up to the horizon if a period ends at the warm-up.
    """
    rows = measured(scenario, wip)
    return 0 if rows.is_empty() else int(rows.select(pl.col("end_ms").max() - pl.col("start_ms").min()).item())


def straddled(scenario: Times, periods: pl.DataFrame) -> bool:
    """Return whether a row of ``periods`` holds time both before and after the warm-up, so that neither can count it."""
    return not periods.filter((pl.col("start_ms") < scenario.warmup_ms) & (pl.col("end_ms") > scenario.warmup_ms)).is_empty()


def lot_ms_until(lots: pl.DataFrame, instants: Sequence[int]) -> list[int]:
    """Return, for each of ``instants`` [ms], the number of lots in the fab summed over time from 0 until it [lot ms].

    sum over lots of min(done, t) - min(max(release, 0), t); exact.
    """
    inside = [
        (pl.col("done_ms").clip(upper_bound=t).sum() - pl.col("release_ms").clip(0, t).sum()).alias(str(number))
        for number, t in enumerate(instants)
    ]
    return [int(value) for value in lots.select(inside).row(0)]


PRODUCTION = pl.col("kind") == "production"
"""Lots that are made to be sold."""


def total(column: str) -> pl.Expr:
    """Return the sum of an integer column, in 64 bits whatever the column has."""
    return pl.col(column).cast(pl.Int64).sum()


def quotient(part: float | None, whole: float | None) -> float | None:
    """Return ``part`` / ``whole``, None where either is missing or there is no whole.

    Divided here and not by polars, which multiplies a column by the reciprocal of a number: the last bit would then depend on the
    column's length.
    """
    return None if part is None or whole is None or whole <= 0 else part / whole


def table(rows: Iterable[Mapping[str, Any]], names: Sequence[str] = (), whole: Sequence[str] = ()) -> pl.DataFrame:
    """Return ``rows`` as a frame: the columns ``names`` hold names, those of ``whole`` whole numbers, all others floats; None is null."""
    found = list(rows)
    kinds: dict[str, type[pl.DataType]] = dict.fromkeys(names, pl.Categorical) | dict.fromkeys(whole, pl.Int64)
    return pl.DataFrame(found, {name: kinds.get(name, pl.Float64) for name in (found[0] if found else ())})


def named(column: str, values: Iterable[str]) -> pl.DataFrame:
    """Return a frame of ``values`` in their order, to which sums are joined: a name without rows keeps its line."""
    return pl.DataFrame({column: pl.Series(list(values), dtype=pl.Categorical)})


def wafers_scrapped() -> pl.Expr:
    """Return the wafers scrapped of lots that left: all of a scrapped lot's, and those that a completed one has lost."""
    return total("wafers_lost") + pl.col("wafers").cast(pl.Int64).filter(pl.col("status") == STATUS_SCRAPPED).sum()
