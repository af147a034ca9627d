"""Tool states of SEMI E10 and the activities that fabsim records inside them."""

from enum import IntEnum


class ToolState(IntEnum):
    """The six basic equipment states of SEMI E10."""

    PRODUCTIVE = 0
    STANDBY = 1
    ENGINEERING = 2
    SCHEDULED_DOWN = 3
    UNSCHEDULED_DOWN = 4
    NONSCHEDULED = 5


class Activity(IntEnum):
    """What a tool's clock is booked on, to the millisecond; the columns of ``tools.parquet``.

    ``SETUP`` is a sub-state of its own: E10 readings count it as scheduled downtime,
    Factory Physics as process time.  Load, process and unload are ``PRODUCTIVE``.
    """

    STANDBY = 0
    SETUP = 1
    LOAD = 2
    PROCESS = 3
    UNLOAD = 4
    DOWN = 5
    MAINTENANCE = 6
    ENGINEERING = 7
