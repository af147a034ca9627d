"""What fabsim is from Python: simulate a scenario, look at its tables."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, fields
from pathlib import Path
from typing import Any

from fabsim.engine import simulate as simulate_floor
from fabsim.metrics import summarize
from fabsim.metrics.dies import good_dies
from fabsim.model import Scenario
from fabsim.study import store
from fabsim.study.options import RunOptions
from fabsim.study.planning import floor_named, plan_scenario
from fabsim.study.running import replicate
from fabsim.study.workers import processors
from fabsim.trace import Recorder, Totals, Trace, read_trace


@dataclass(frozen=True, eq=False, repr=False)
class Result(Trace):
    """One finished replication: its figures, and as polars frames the tables that a run's folder holds."""

    _: KW_ONLY
    scenario: Scenario
    replication: int
    summary: dict[str, Any]
    """What ``summary.json`` holds."""
    warnings: tuple[str, ...]
    """What to know before trusting the figures."""
    totals: Totals
    """Counts of the whole run, warm-up included, and what it cost to compute."""

    @property
    def digest(self) -> str:
        """Sum of the hashes of all moves, 16 hex digits: equal exactly when two runs are."""
        return str(self.summary["digest"])

    @property
    def state_digest(self) -> str:
        """The same of tool states and lots."""
        return str(self.summary["state_digest"])

    def __repr__(self) -> str:
        where = f"{self.scenario.layout}/{self.scenario.name}"
        return f"<Result of {where}, seed {self.scenario.seed}, replication {self.replication}, digest {self.digest}>"


def simulate(scenario: Scenario, replication: int = 0, *, floor: str | None = None, out: str | Path | None = None) -> Result:
    """Return what happens in one replication of a scenario.

    Parameters
    ----------
    scenario
        As `fabsim.read` gives it.
    replication
        The same seed and replication draw the same numbers, whatever else changes.
    floor
        ``compiled`` (the default) or ``components``; both give the same run.
    out
        A folder that keeps the run as ``fabsim run --rep`` does, and answers if it holds it already.  Without it nothing is written,
        and all of the moves that the scenario records stay in memory.

    Raises
    ------
    InputError
        If there is no such floor, or if ``out`` holds something else.
    StallError
        If lots wait that nothing could ever move.
    """
    if out is not None:
        return _kept(scenario, RunOptions(rep=replication, floor=floor, out=Path(out)))
    name = floor_named(floor)
    recorder = Recorder(scenario, None)
    totals = simulate_floor(scenario, replication, floor=name, recorder=recorder, threads=processors())
    return _result(scenario, replication, recorder.close(), totals, name)


def _kept(scenario: Scenario, options: RunOptions) -> Result:
    plan = plan_scenario(scenario, options)
    (replication,) = plan.replications
    if not plan.reused:
        replicate(plan, replication, plan.folder, None)
    about = store.read_about(plan.folder)
    assert about is not None
    return _result(scenario, replication, read_trace(plan.folder), store.read_totals(plan.folder)[0], about["floor"])


def _result(scenario: Scenario, replication: int, trace: Trace, totals: Totals, floor: str) -> Result:
    dies = good_dies(scenario, trace, replication)
    summary, warnings = summarize(scenario, [trace], [totals], floor, dies=[dies])
    tables = {field.name: getattr(trace, field.name) for field in fields(trace)}
    return Result(**tables, scenario=scenario, replication=replication, summary=summary, warnings=tuple(warnings), totals=totals)
