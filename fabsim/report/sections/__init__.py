"""The sections of a page, in its order."""

from __future__ import annotations

from collections.abc import Callable

from fabsim.report.blocks import Section
from fabsim.report.folder import Run
from fabsim.report.sections import assumptions, bottlenecks, cycle_time, headline, queue_times, ramp, repeat, states, wip, yields

SECTIONS: tuple[Callable[[Run], Section | None], ...] = (
    headline.section,
    ramp.section,
    cycle_time.section,
    bottlenecks.section,
    states.section,
    wip.section,
    yields.section,
    queue_times.section,
    assumptions.section,
    repeat.section,
)
"""Each returns its part of the page, or None where the run has nothing to show there."""
