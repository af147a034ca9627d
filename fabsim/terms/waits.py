"""Why a lot waits: the reasons that its time outside tools is booked on."""

from enum import IntEnum


class WaitReason(IntEnum):
    """What a moment of a lot's time outside tools is booked on, to the millisecond; exactly one at a time, so that they add up to it.

    Those below `BOOKED` add up to a wait in a queue; ``fabsim.kernels.reasons`` says which of them it is.  Those below `GATE` and the
    time in tools add up to a cycle time.
    """

    BUSY = 0
    """A tool that may take the lot is up, and all that are up are occupied."""
    DOWN = 1
    """Every tool that may take the lot is down, in maintenance or engineering time, or not installed."""
    BATCH = 2
    """A tool is open; the batch is below its least size."""
    SETUP = 3
    """A tool is open; it must not change its setup, in a minimum run or with a job inside."""
    DEDICATION = 4
    """The lot is bound to a tool that cannot take it, and another tool of the toolset is open."""
    QUALIFICATION = 5
    """A tool is open, and not every tool is qualified for the lot's recipe."""
    RETICLE = 6
    """A tool is open; the lot needs a reticle of its mask."""
    REFUSED = 7
    """The lot waited in a queue that it left for a window it was too late for."""
    TRANSPORT = 8
    """The lot is on its way to a queue."""
    HOLD = 9
    """The lot is on hold."""
    GATE = 10
    """The lot is not released yet although its start is due: its stream has all the lots it may have."""


BOOKED = 7
"""Reasons of a wait in a queue: those below this number, which are columns of the tables."""
