"""Moves time forward: the salabim simulation of a scenario."""

from fabsim.engine.simulate import FLOORS, Progress, must_compile, simulate

__all__ = ["FLOORS", "Progress", "must_compile", "simulate"]
