"""Tables from a trace: cycle time, WIP, tool states, waits, delivery, good dies, months, and the laws every run obeys."""

from fabsim.metrics.dies import yields_by_month
from fabsim.metrics.laws import Little, check_laws, little
from fabsim.metrics.lots import cycle_times
from fabsim.metrics.spans import by_month, by_quarter
from fabsim.metrics.summary import summarize
from fabsim.metrics.toolsets import tool_states, toolset_figures

__all__ = [
    "Little",
    "by_month",
    "by_quarter",
    "check_laws",
    "cycle_times",
    "little",
    "summarize",
    "tool_states",
    "toolset_figures",
    "yields_by_month",
]
