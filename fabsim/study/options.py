"""What a run is asked to be, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fabsim.engine import Progress
from fabsim.model import Scenario
from fabsim.study.identity import run_key


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the caller of a run decides beside its scenario; None leaves a thing to the scenario."""

    overrides: tuple[str, ...] = ()
    """``key=value`` of the scenario or, with ``fab.`` before it, of the fab."""
    days: float | None = None
    """Horizon [d]."""
    seed: int | None = None
    reps: int | None = None
    """Replications 0 .. reps - 1."""
    rep: int | None = None
    """This replication alone."""
    jobs: int | None = None
    """Processors to use, for replications in processes of their own or the buildings of one run; None for all."""
    floor: str | None = None
    """One of `fabsim.engine.FLOORS`; None for the last of them."""
    out: Path | None = None
    """Folder of the results; None for ``reports/<layout>-<scenario>-<hash of what was run>``."""
    force: bool = False
    """Run anew though the folder holds this run already, and replace it."""
    checkpoint: str | None = None
    """How often the state is kept, as a duration with its unit."""
    resume: Path | None = None
    """Folder of the interrupted run that goes on; the other options are those it was begun with."""
    start: Path | None = None
    """Checkpoint to start from, under a policy that may be another."""


@dataclass(frozen=True)
class Plan:
    """A run that is fully decided and not yet begun."""

    scenario: Scenario
    options: RunOptions
    replications: tuple[int, ...]
    floor: str
    jobs: int
    """Replications that run at the same time."""
    threads: int
    """Buildings that each of them advances at the same time."""
    scenario_hash: str
    key: str
    """Hash of what is run; two plans of one key give the same figures."""
    folder: Path
    warnings: tuple[str, ...]
    """Toolsets that are overloaded before anything has run."""
    reused: bool
    """The folder holds this run: it answers, nothing runs."""
    compiles: bool
    """The floor has to be compiled first, which takes up to a minute; later runs find the machine code."""
    path: Path | None = None
    """File of the scenario, for one who asks again; None for a plan that was not made from a file."""
    every_ms: int | None = None
    """Time between two checkpoints [ms]; without them the state is kept only when the run is interrupted."""
    origins: tuple[Path, ...] = ()
    """State that each replication starts from; empty for a run that begins at 0."""
    origin: str = ""
    """Hash of what they are."""

    def key_of(self, replications: tuple[int, ...]) -> str:
        """Return the hash of some of its replications."""
        return run_key(self.scenario_hash, self.scenario.seed, replications, self.origin)


@dataclass(frozen=True)
class RunResult:
    """A finished run, as its folder tells it."""

    folder: Path
    summary: dict[str, Any]
    """Content of ``summary.json``."""
    warnings: tuple[str, ...]
    """What to know before trusting the figures; the plan's warnings come first."""
    reused: bool


class Watcher(Protocol):
    """Somebody who is told how a run goes, in the process that called for it."""

    def starting(self, plan: Plan) -> None:
        """Everything is read and decided; called once."""

    def progress(self, at: Progress) -> None:
        """Some time has passed; with replications side by side: mean time, summed lots and moves."""
