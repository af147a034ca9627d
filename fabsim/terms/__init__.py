"""Words everything else speaks: units, E10 tool states, event classes, errors."""

from fabsim.terms.errors import FabsimError, InputError, Problem, StallError
from fabsim.terms.events import EventClass
from fabsim.terms.states import Activity, ToolState
from fabsim.terms.units import DAY, HOUR, MINUTE, MONTH, SECOND

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "MONTH",
    "SECOND",
    "Activity",
    "EventClass",
    "FabsimError",
    "InputError",
    "Problem",
    "StallError",
    "ToolState",
]
