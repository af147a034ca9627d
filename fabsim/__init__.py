"""A semiconductor fab simulator: from files that describe a fab to tables of what it will do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fabsim.layout.read import check, read
    from fabsim.model import Scenario
    from fabsim.study.face import Result, simulate
    from fabsim.terms import FabsimError, InputError, StallError

__version__ = "0.1.0"

__all__ = ["FabsimError", "InputError", "Result", "Scenario", "StallError", "__version__", "check", "read", "simulate"]

_ROOM = {
    "FabsimError": "fabsim.terms",
    "InputError": "fabsim.terms",
    "Result": "fabsim.study.face",
    "Scenario": "fabsim.model",
    "StallError": "fabsim.terms",
    "check": "fabsim.layout",
    "read": "fabsim.layout",
    "simulate": "fabsim.study.face",
}
"""Where each public name lives; its room is imported when the name is first used, so ``import fabsim`` is quick."""

if not TYPE_CHECKING:  # mypy would otherwise believe that every name exists

    def __getattr__(name: str) -> object:
        if name not in _ROOM:
            raise AttributeError(f"module 'fabsim' has no attribute {name!r}")
        return getattr(import_module(_ROOM[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
