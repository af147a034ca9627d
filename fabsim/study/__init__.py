"""Assembles a run: read, plan, run, measure, store."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fabsim.study.options import Plan, RunOptions, RunResult, Watcher
    from fabsim.study.running import Interrupted, run
    from fabsim.study.store import as_text

__all__ = ["Interrupted", "Plan", "RunOptions", "RunResult", "Watcher", "as_text", "run"]

_FILE = {
    "Interrupted": "running",
    "Plan": "options",
    "RunOptions": "options",
    "RunResult": "options",
    "Watcher": "options",
    "as_text": "store",
    "run": "running",
}
"""Where each name lives; its file is imported when the name is first used, so that `workers.prepare` can begin before."""

if not TYPE_CHECKING:  # mypy would otherwise believe that every name exists

    def __getattr__(name: str) -> object:
        if name not in _FILE:
            raise AttributeError(f"module 'fabsim.study' has no attribute {name!r}")
        return getattr(import_module(f"fabsim.study.{_FILE[name]}"), name)
