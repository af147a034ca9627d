"""A run as its folder tells it: what was run, its figures, its tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from fabsim.study.store import read_about, read_summary
from fabsim.terms import DAY, MONTH, InputError
from fabsim.trace import Trace, read_trace

TABLES = ("lots", "tools", "wip")
YIELDS = "yields.parquet"


@dataclass(frozen=True)
class Span:
    """What charts over time count by: the longest of day, week and month of which a run has several."""

    name: str
    ms: int


SPANS = (Span("day", DAY), Span("week", 7 * DAY), Span("month", MONTH))
FEWEST_SPANS = 4


@dataclass(frozen=True)
class Run:
    """A finished run; with replications there is a trace of each."""

    folder: Path
    about: dict[str, Any]
    """Content of ``run.json``."""
    summary: dict[str, Any]
    """Content of ``summary.json``."""
    traces: tuple[Trace, ...]
    yields: tuple[pl.DataFrame, ...]
    """``yields.parquet`` of each replication that has one: a row a month and product."""

    @property
    def horizon_ms(self) -> int:
        """Length of the run [ms]."""
        return round(float(self.about["days"]) * DAY)

    @property
    def warmup_ms(self) -> int:
        """Instant from which on figures count [ms]."""
        return round(float(self.summary["warmup_days"]) * DAY)

    @property
    def span(self) -> Span:
        """What charts over time count by."""
        return next((span for span in reversed(SPANS) if self.horizon_ms >= FEWEST_SPANS * span.ms), SPANS[0])

    @cached_property
    def tells_tools(self) -> bool:
        """Whether tools and toolsets are told by the span: their books were closed at least as often."""
        lengths = self.wip.select(pl.col("end_ms") - pl.col("start_ms"))
        return bool(lengths.is_empty() or lengths.max().item() <= self.span.ms)

    @property
    def replicated(self) -> bool:
        """Whether figures come with intervals."""
        return len(self.traces) > 1

    @cached_property
    def lots(self) -> pl.DataFrame:
        """The lots of all replications, products and streams as text."""
        return _together([trace.lots for trace in self.traces])

    @cached_property
    def tools(self) -> pl.DataFrame:
        """The tools' periods of all replications, names as text."""
        return _together([trace.tools for trace in self.traces])

    @cached_property
    def wip(self) -> pl.DataFrame:
        """The toolsets' periods of all replications, names as text."""
        return _together([trace.wip for trace in self.traces])

    @property
    def resolved(self) -> dict[str, Any]:
        """What the files of ``layout`` said: ``fab`` and ``scenario``."""
        found: dict[str, Any] = self.about["resolved"]
        return found


def read_run(folder: Path) -> Run:
    """Return the run kept in ``folder``.

    Raises
    ------
    InputError
        If it is no run's folder, or some of it is missing or damaged.
    """
    about = read_about(folder)
    if about is None:
        what = "holds no run.json that fabsim wrote" if folder.is_dir() else "is no folder"
        raise InputError(f"{folder}: {what}; expected the folder of a run, as fabsim run prints it last")
    replications = about["replications"]
    folders = [folder] if len(replications) == 1 else [folder / f"rep={one}" for one in replications]
    missing = [f for f in (folder / "summary.json", *(one / f"{name}.parquet" for one in folders for name in TABLES)) if not f.exists()]
    if missing:
        raise InputError(f"{folder}: the run is incomplete: {missing[0]} is missing; run it again with --force")
    try:
        return Run(
            folder=folder,
            about=about,
            summary=read_summary(folder),
            traces=tuple(read_trace(one) for one in folders),
            yields=tuple(pl.read_parquet(one / YIELDS, hive_partitioning=False) for one in folders if (one / YIELDS).exists()),
        )
    except (ValueError, PolarsError, OSError) as error:
        raise InputError(f"{folder}: the run is damaged: {error}; run it again with --force") from error


def _together(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([frame.with_columns(pl.col(pl.Categorical).cast(pl.String)) for frame in frames])
