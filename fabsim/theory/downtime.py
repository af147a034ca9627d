"""Shares of tool time that calendars take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabsim.kernels.records import (
    KIND_BREAKDOWN,
    KIND_ENGINEERING,
    KIND_MAINTENANCE,
    TRIGGER_AFTER_END,
    TRIGGER_PROCESS_TIME,
    TRIGGER_START_TO_START,
    TRIGGER_WAFERS,
)
from fabsim.model import Fab
from fabsim.terms import HOUR
from fabsim.theory.chambers import halted
from fabsim.theory.means import Floats, field_means


@dataclass(frozen=True)
class Availability:
    """Shares of the time a tool is installed [-], shape ``(toolsets,)``."""

    down: Floats
    maintenance: Floats
    engineering: Floats

    @property
    def available(self) -> Floats:
        """What breakdowns and maintenance leave: 1 - down - maintenance."""
        return 1.0 - self.down - self.maintenance

    @property
    def production(self) -> Floats:
        """What is left of it for lots: available - engineering."""
        return self.available - self.engineering


@dataclass(frozen=True)
class Calendars:
    """What the calendars of each toolset take, by what they count; shape ``(kinds, toolsets)``.

    ``kinds`` are breakdown, maintenance, engineering.
    """

    by_time: Floats
    """Share of tool time [-]."""
    per_wafer: Floats
    """Tool time lost per wafer that is worked on [h]."""
    per_process: Floats
    """Tool time lost per time of processing [-]."""

    def clocked(self, wafers_per_h: Floats, processing: Floats) -> Floats:
        """Return the tools that work itself keeps down, on average [tools], shape ``(kinds, toolsets)``."""
        return self.per_wafer * wafers_per_h + self.per_process * processing


def calendars(fab: Fab) -> Calendars:
    """Return what a fab's calendars take, from mean intervals e and durations d.

    Counted by time: d / e from start to start, d / (e + d) from the end of one to the next.  By wafers: d per e
    wafers; by process time: d per e.  The shares of a tool's calendars *add up*: clocks of time run on while another
    calendar keeps the tool down, and one that falls due then waits and still takes its whole d.  (The wait makes an
    end-to-start cycle a little longer than e + d, a second-order gain that is left out; against the published
    availabilities of SMT2020 the sum is 0.05 points off on average.)

    A cluster tool is down too while some stage has no chamber up, whatever else happens: that share (`chambers.halted`)
    is of the time that the tool's own calendars leave.  (What a job inside works then is left out.)
    """
    taken = np.zeros((4, 3, len(fab.toolsets)))
    every, takes = field_means(fab, fab.calendars, "every"), field_means(fab, fab.calendars, "takes")
    for row, e, d in zip(fab.calendars, every, takes, strict=True):
        if row["stage"] > 0:
            continue
        share = {TRIGGER_AFTER_END: d / (e + d), TRIGGER_START_TO_START: d / e, TRIGGER_WAFERS: d / HOUR / e, TRIGGER_PROCESS_TIME: d / e}
        taken[row["trigger"], row["kind"], row["toolset"]] += share[int(row["trigger"])]
    by_time = taken[TRIGGER_AFTER_END] + taken[TRIGGER_START_TO_START]
    by_time += halted(fab) * np.maximum(0.0, 1.0 - by_time.sum(axis=0))
    return Calendars(by_time, per_wafer=taken[TRIGGER_WAFERS], per_process=taken[TRIGGER_PROCESS_TIME])


def availability(
    fab: Fab, *, wafers_per_h: Floats | None = None, processing: Floats | None = None, tools: Floats | None = None
) -> Availability:
    """Return the shares of tool time that breakdowns, maintenance and engineering take, as `calendars` has them.

    A fab with calendars that count wafers or process time needs its work too, each of shape ``(toolsets,)``:
    ``wafers_per_h`` through the toolset, ``processing``: tools that process, on average, and the installed ``tools``.
    Raises ValueError where that is missing.  (`capacity` works them out from starts.)
    """
    taken = calendars(fab)
    shares = taken.by_time.copy()
    for lost, work, name in ((taken.per_wafer, wafers_per_h, "wafers_per_h"), (taken.per_process, processing, "processing")):
        if lost.any():
            if work is None or tools is None:
                raise ValueError(f"calendars of this fab count work: their share of time needs {name} and tools")
            shares += lost * work / np.where(tools > 0, tools, np.inf)
    return Availability(shares[KIND_BREAKDOWN], shares[KIND_MAINTENANCE], shares[KIND_ENGINEERING])
