"""Optimise a snapshot of a fab: release plan, area schedules, toolset sizing."""

from fabsim.plan.furnaces import schedule
from fabsim.plan.lags import Lags
from fabsim.plan.orders import orders
from fabsim.plan.release import plan_releases

__all__ = ["Lags", "orders", "plan_releases", "schedule"]
