"""Moves time forward: the salabim simulation of a scenario."""

from fabsim.engine.keeper import Keeping, Stopped
from fabsim.engine.simulate import FLOORS, Progress, must_compile, simulate

__all__ = ["FLOORS", "Keeping", "Progress", "Stopped", "must_compile", "simulate"]
