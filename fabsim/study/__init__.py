"""Assembles a run: read, plan, run, measure, store."""

from fabsim.study.options import Plan, RunOptions, RunResult, Watcher
from fabsim.study.running import Interrupted, run
from fabsim.study.store import as_text

__all__ = ["Interrupted", "Plan", "RunOptions", "RunResult", "Watcher", "as_text", "run"]
