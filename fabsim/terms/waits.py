"""Why a lot waits: the reasons that its time in a queue is booked on."""

from enum import IntEnum


class WaitReason(IntEnum):
    """What a moment of a lot's wait is booked on, to the millisecond; exactly one at a time, so that they add up to the wait.

    ``fabsim.kernels.reasons`` says which; a reason from `BOOKED` on has its number but is not booked by the floor.
    """

    BUSY = 0
    """A tool that may take the lot is up, and all that are up are occupied."""
    DOWN = 1
    """Every tool that may take the lot is down, in maintenance or engineering time, or not installed."""
    BATCH = 2
    """A tool is open; the batch is below its least size."""
    SETUP = 3
    """A tool is open; a minimum run keeps it for lots of another setup."""
    DEDICATION = 4
    """The lot is bound to a tool that cannot take it, and another tool of the toolset is open."""
    QUALIFICATION = 5
    """A tool is open, and not every tool is qualified for the lot's recipe."""
    RETICLE = 6
    """A tool is open; the lot needs a reticle of its mask."""
    HOLD = 7
    """The lot is on hold."""
    GATE = 8
    """A gate keeps the lot from its step, such as one before a stretch of queue-time windows."""
    TRANSPORT = 9
    """A tool is open; no vehicle brings the lot."""
    OPERATOR = 10
    """A tool is open; nobody is there to serve it."""


BOOKED = 7
"""Reasons that the floor books: those below this number, which are columns of the tables."""
