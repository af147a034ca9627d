"""Moves time forward: the salabim simulation of a scenario."""

from fabsim.engine.simulate import FLOORS, Progress, simulate

__all__ = ["FLOORS", "Progress", "simulate"]
