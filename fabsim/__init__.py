"""A semiconductor fab simulator: from files that describe a fab to tables of what it will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fabsim.terms.lazy import on_first_use

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
"""Where each public name lives."""

if not TYPE_CHECKING:  # mypy would otherwise believe that every name exists
    __getattr__ = on_first_use(__name__, _ROOM)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
