"""Optimise a snapshot of a fab: release plan, area schedules, toolset sizing."""
