"""The classes of events, in the order in which one instant applies them."""

from enum import IntEnum


class EventClass(IntEnum):
    """What an event is; among events of one millisecond the lower class comes first.

    All events of an instant are applied before its toolsets dispatch, so lots that
    arrive together are ranked together.  Within a class the subject decides.
    """

    FAB = 0
    """A fab-level process acts (sampling, installation, planning, warm-up)."""
    JOB_DONE = 10
    """A job's unload has ended; subject: the job's least lot id."""
    SLOT_FREE = 15
    """A cascading tool can take its next job; subject: the tool."""
    TOOL_UP = 20
    """A repair or a maintenance has ended; subject: the tool."""
    TOOL_DOWN = 25
    """A calendar of a tool is due; subject: the row of (tool, calendar)."""
    LOT_ARRIVES = 30
    """A lot's transport has ended; subject: the lot id."""
    TIMER = 35
    """A lot's longest wait for a full batch has ended; subject: the lot id."""
    RELEASE = 40
    """A lot enters the fab; subject: the release stream."""
    DISPATCH = 90
    """A toolset that something touched assigns lots to tools; subject: the toolset."""
