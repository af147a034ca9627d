"""A scenario: what to start in a fab, when, and what is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.model.fab import Fab
from fabsim.model.policy import FurnacePolicy, ReleasePolicy, ReservePolicy


@dataclass(frozen=True)
class Stream:
    """One release stream: lots of one product, kind and size."""

    name: str
    """Unique; hashed into every draw of its lots."""
    product: int
    lot_size: int
    """Wafers in a lot."""
    priority: int
    """Higher is more urgent."""
    pattern: int
    """A pattern of `fabsim.kernels.records`: ``CONSTANT`` (lot k when the planned starts reach k - 1/2), ``POISSON``, ``SCHEDULE`` or
    ``CONWIP`` (``limit`` lots at the start, then one whenever one leaves)."""
    times_ms: NDArray[np.float64]
    """Instants at which the planned starts change slope, from 0; shape ``(n,)``.  For ``SCHEDULE``: the releases;
    none for ``CONWIP``."""
    lots: NDArray[np.float64]
    """Planned starts accumulated at ``times_ms`` [lots], shape ``(n,)``; linear between."""
    due_ms: int
    """Due date - release; -1 for no due date."""
    limit: int = 0
    """Most lots of the stream in process at a time, 0 for any number; releases that fall due meanwhile are held."""
    kind: str = "production"
    """``production``, ``engineering`` or ``monitor``: figures of products are of production lots."""
    dues_ms: NDArray[np.float64] | None = None
    """Of a ``SCHEDULE`` whose lots have due dates of their own: due date - release of each, -1 for none; shape ``(n,)``."""
    uses: int = 1
    """How often a lot does its route before it leaves: monitor wafers are used again."""


@dataclass(frozen=True)
class Change:
    """Tools of a toolset that come or go at an instant."""

    at_ms: int
    tool: int
    """Row of the tool."""
    installed: bool


@dataclass(frozen=True)
class InitialLots:
    """Lots in the fab at time 0, waiting for a step."""

    stream: int
    step: int
    """Row of the step they queue for."""
    lots: int
    age_ms: int
    """Time since their release."""
    due_ms: int = -1
    """Instant at which they are due; -1 if it follows from their release, as for other lots of the stream."""


@dataclass(frozen=True)
class Scenario:
    """A fab and all that is decided about a run of it but the seed's replication."""

    name: str
    fab: Fab
    streams: tuple[Stream, ...]
    changes: tuple[Change, ...]
    """Tools installed at time 0 and later, removals; sorted by instant and tool."""
    initial: tuple[InitialLots, ...]
    horizon_ms: int
    warmup_ms: int
    period_ms: int
    """Length of the periods of ``tools.parquet`` and ``wip.parquet``."""
    seed: int
    replications: int
    trace: str
    """``lots``, ``sample`` or ``all``: which lots' moves are recorded."""
    sample_every: int
    """With ``trace: sample``: every n-th lot is recorded."""
    resolved: dict[str, Any] = field(repr=False)
    """The files' content after ``extends`` and ``--set``, for ``run.json`` and its hash."""
    sources: tuple[str, ...] = ()
    """The files it was read from."""
    layout: str = ""
    """Name of the layout's folder."""
    releases: ReleasePolicy | None = None
    """How starts are planned; None: each stream follows its own plan."""
    furnaces: FurnacePolicy | None = None
    """How batches are scheduled; None: by the rank chains."""
    reserve: ReservePolicy | None = None
    """For which lots tools are kept; None: for no lots."""
    plan: tuple[Any, ...] = ()
    """How ``tools: auto`` was answered: rows (month, building, toolset, tools needed, tools installed)."""
    buildings: int = 1
    apart: Scenario | None = field(default=None, repr=False)
    """With several buildings: the same scenario with the toolsets, routes, products and streams of each building apart, building after
    building, each named as its like in the first one, streams and tools with ``@<building>`` after the name."""

    @property
    def site(self) -> Scenario:
        """What a floor runs: all buildings apart."""
        return self if self.apart is None else self.apart
