"""Names of a package that are imported when they are first used, so that importing the package is quick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def on_first_use(package: str, rooms: Mapping[str, str]) -> Callable[[str], object]:
    """Return a ``__getattr__`` for ``package``: each name of ``rooms`` is taken from its module when somebody asks for it."""

    def get(name: str) -> object:
        if name not in rooms:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(rooms[name]), name)

    return get
