"""What a fab and a scenario are: frozen arrays and names, without behaviour or run state."""

from fabsim.kernels.records import CALENDAR, DIE, STEP, TOOLSET, WINDOW
from fabsim.model.fab import Fab
from fabsim.model.scenario import Change, InitialLots, Scenario, Stream

__all__ = [
    "CALENDAR",
    "DIE",
    "STEP",
    "TOOLSET",
    "WINDOW",
    "Change",
    "Fab",
    "InitialLots",
    "Scenario",
    "Stream",
]
