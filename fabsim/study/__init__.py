"""Assembles a run: read, plan, run, measure, store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fabsim.terms.lazy import on_first_use

if TYPE_CHECKING:
    from fabsim.study.options import Plan, RunOptions, RunResult, Watcher
    from fabsim.study.running import Interrupted, run
    from fabsim.study.store import as_text

__all__ = ["Interrupted", "Plan", "RunOptions", "RunResult", "Watcher", "as_text", "run"]

_ROOM = {
    "Interrupted": "fabsim.study.running",
    "Plan": "fabsim.study.options",
    "RunOptions": "fabsim.study.options",
    "RunResult": "fabsim.study.options",
    "Watcher": "fabsim.study.options",
    "as_text": "fabsim.study.store",
    "run": "fabsim.study.running",
}
"""Where each name lives; imported on first use, so that `workers.prepare` can begin before."""

if not TYPE_CHECKING:  # mypy would otherwise believe that every name exists
    __getattr__ = on_first_use(__name__, _ROOM)
