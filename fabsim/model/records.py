"""Temporary alias; import these from fabsim.kernels.records."""

from fabsim.kernels.records import *  # noqa: F403
from fabsim.kernels.records import CALENDAR, STEP, TOOLSET, WINDOW  # noqa: F401
