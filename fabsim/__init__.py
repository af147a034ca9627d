"""A semiconductor fab simulator: from files that describe a fab to tables of what it will do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fabsim.terms import FabsimError

__version__ = "0.1.0"

__all__ = ["FabsimError", "__version__"]

_ROOM = {"FabsimError": "fabsim.terms"}
"""Where each public name lives; its room is imported when the name is first used, so ``import fabsim`` is quick."""

if not TYPE_CHECKING:  # mypy would otherwise believe that every name exists

    def __getattr__(name: str) -> object:
        if name not in _ROOM:
            raise AttributeError(f"module 'fabsim' has no attribute {name!r}")
        return getattr(import_module(_ROOM[name]), name)
