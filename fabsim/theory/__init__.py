"""Predicts without running: static capacity of a fab month by month, raw process times, waits from queueing formulas."""

from fabsim.theory.downtime import availability
from fabsim.theory.load import lot_load
from fabsim.theory.months import by_month, capacity_by_month, overloads, scenario_capacity
from fabsim.theory.passage import raw_process_time_ms
from fabsim.theory.static import Capacity, as_json, capacity

__all__ = [
    "Capacity",
    "as_json",
    "availability",
    "by_month",
    "capacity",
    "capacity_by_month",
    "lot_load",
    "overloads",
    "raw_process_time_ms",
    "scenario_capacity",
]
