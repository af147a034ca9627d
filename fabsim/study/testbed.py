"""The public testbed: a model in the format of SMT2020, simulated beside the results published with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabsim.kernels.rows import STATUS_DONE
from fabsim.layout import Reference, import_smt2020, read, read_reference
from fabsim.metrics.intervals import interval, interval_of
from fabsim.metrics.measure import OURS
from fabsim.model import Scenario
from fabsim.study.bench import BARE_MOVES, bare_seconds, pending_events, prepare
from fabsim.study.options import RunOptions, Watcher
from fabsim.study.running import run
from fabsim.study.store import read_summary, read_totals
from fabsim.trace import read_trace

OVERRIDES = ("trace=sample",)
"""A comparison needs no moves."""

EMPTY = "initial_wip=false"
"""The override by which a comparison begins with an empty fab."""

CYCLE_TIME, HOT_CYCLE_TIME, COMPLETED = 0.015, 0.02, 0.001
"""How far a stream may be from its reference, as shares of it; ``COMPLETED`` is asked of regular streams only."""

ON_TIME, MEAN_UTILIZATION, MOST_UTILIZATION, SHARE = 0.05, 0.002, 0.015, 0.005
"""How far shares may be from their reference, as differences."""

Figure = dict[str, float | int | None]
"""Mean, half-width of the 95 % interval (None of one replication), number of replications."""


@dataclass(frozen=True)
class Row:
    """One figure of the comparison."""

    figure: str
    subject: str
    """A release stream or a toolset; nothing for a mean over all toolsets."""
    found: Figure
    reference: float | None = None
    off: float | None = None
    """Found less the reference, as a share of it for cycle times and completions, else as a difference; None where one is missing."""
    most: float | None = None
    """How far off it may be; None for what is shown only."""

    @property
    def holds(self) -> bool | None:
        """Whether it is as near as it has to be; None for what is shown only."""
        return None if self.most is None else self.off is not None and abs(self.off) <= self.most


@dataclass(frozen=True)
class Comparison:
    """A model's figures, beside the published ones where there are any."""

    replications: int
    days: float
    rows: tuple[Row, ...]
    simulate_s: Figure
    """Of one replication."""
    moves_per_s: Figure
    bare_moves_per_s: float
    """Of the bare event loop, timed on this machine before the runs and after them."""

    @property
    def ratio(self) -> float:
        """``moves_per_s`` of a replication / ``bare_moves_per_s`` [-]."""
        return (self.moves_per_s["mean"] or 0.0) / self.bare_moves_per_s

    @property
    def holds(self) -> bool | None:
        """Whether every figure is as near as it has to be, all at once; None without published results."""
        asked = [row.holds for row in self.rows if row.holds is not None]
        return all(asked) if asked else None


def _ignore(_: str) -> None:
    """Do not listen."""


def compare_smt2020(
    folder: Path,
    replications: int,
    jobs: int | None,
    watcher: Watcher | None = None,
    tell: Callable[[str], None] = _ignore,
    *,
    initial_wip: bool = False,
) -> Comparison:
    """Import the model in ``folder``, run its ``replications``, and set them beside the published results.

    Cycle times and on-time shares are of lots released after the warm-up, completions of all lots released, toolsets after the warm-up.
    ``initial_wip``: begin with the model's lots in process, which count among none of these, instead of an empty fab.
    What has to be compiled is compiled before, so that it does not count in the time of a replication; ``tell`` hears of it.

    Raises
    ------
    InputError
        If the model or its results cannot be used.
    """
    with TemporaryDirectory() as place:
        made = import_smt2020(folder, Path(place) / "smt2020").folder / "scenario.yaml"
        overrides = OVERRIDES if initial_wip else (*OVERRIDES, EMPTY)
        scenario = read(made, overrides)
        reference = read_reference(folder, [stream.name for stream in scenario.streams], scenario.fab.toolset_names)
        prepare(tell)
        before = bare_seconds(pending_events(scenario, 0, 0))
        done = run(made, RunOptions(overrides=overrides, reps=replications, jobs=jobs, out=Path(place) / "run"), watcher)
        folders = [done.folder / f"rep={k}" for k in range(replications)] if replications > 1 else [done.folder]
        totals = [one for each in folders for one in read_totals(each)]
        after = bare_seconds(pending_events(scenario, totals[-1].in_process, scenario.horizon_ms))
        return Comparison(
            replications=replications,
            days=done.summary["days"],
            rows=tuple(rows(scenario, reference, [read_summary(each) for each in folders], [_completed(each) for each in folders])),
            simulate_s=interval([one.simulate_s for one in totals]),
            moves_per_s=interval([one.moves / one.simulate_s for one in totals]),
            bare_moves_per_s=2 * BARE_MOVES / (before + after),
        )


def _completed(folder: Path) -> dict[str, int]:
    """Return how many of the lots that each stream released a replication completed."""
    done = read_trace(folder).lots.filter(OURS & (pl.col("status") == STATUS_DONE))
    return {str(name): count for name, count in done.group_by("stream").len().iter_rows()}


def rows(
    scenario: Scenario, reference: Reference | None, summaries: Sequence[dict[str, Any]], completed: Sequence[dict[str, int]]
) -> Iterator[Row]:
    """Yield the rows of a comparison; ``summaries``, ``completed`` (lots by stream): one a replication.

    Without a ``reference`` the rows of toolsets, which are errors, are missing.
    """
    regular = min(stream.priority for stream in scenario.streams)
    for stream in scenario.streams:
        known = reference.streams.get(stream.name) if reference else None
        if known is None and not any(one.get(stream.name) for one in completed):
            continue  # initial lots, which are not counted
        figures = [summary["streams"][stream.name] for summary in summaries]
        hot = stream.priority > regular
        times = interval([one["cycle_time_days"]["mean"] for one in figures])
        yield _row(
            "cycle time", stream.name, times, known.cycle_time_days if known else None, HOT_CYCLE_TIME if hot else CYCLE_TIME, share=True
        )
        lots = interval([one.get(stream.name, 0) for one in completed])
        yield _row("completed", stream.name, lots, known.completed if known else None, None if hot else COMPLETED, share=True)
        yield _row("on time", stream.name, interval([one["on_time"] for one in figures]), known.on_time if known else None, ON_TIME)
    if reference:
        yield from _toolset_rows(reference, summaries)


def _row(figure: str, subject: str, value: Figure, known: float | None, most: float | None, *, share: bool = False) -> Row:
    """Return the row of a figure; the replications may all lack it, as a stream may complete nothing: it then does not hold."""
    mean = value["mean"]
    if known is None:
        return Row(figure, subject, value)
    off = None if mean is None else mean - known
    return Row(figure, subject, value, known, off / known if share and off is not None and known > 0 else off, most)


def _toolset_rows(reference: Reference, summaries: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Yield the mean error of utilization, and of each share that of the toolset that is furthest off."""
    names = list(reference.toolsets)
    errors = _errors("utilization", reference, summaries)
    mean = interval_of(lambda means: float(np.abs(means).mean()), errors)
    yield Row("utilization, mean error", "", mean, 0.0, mean["mean"], MEAN_UTILIZATION)
    for key, most in (("utilization", MOST_UTILIZATION), ("setup", SHARE), ("down", SHARE), ("maintenance", SHARE)):
        errors = _errors(key, reference, summaries)
        worst = int(np.abs(errors.mean(axis=0)).argmax())
        found = interval([summary["toolsets"][names[worst]][key] for summary in summaries])
        yield _row(f"{key}, furthest off", names[worst], found, getattr(reference.toolsets[names[worst]], key), most)


def _errors(key: str, reference: Reference, summaries: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    """Return a share of each toolset less its reference [-], shape ``(replications, toolsets)``."""
    return np.array(
        [
            [(summary["toolsets"][name][key] or 0.0) - getattr(known, key) for name, known in reference.toolsets.items()]
            for summary in summaries
        ]
    )
