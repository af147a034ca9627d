"""What a run was made with."""

from __future__ import annotations

import platform
from importlib.metadata import version

from fabsim import __version__

LIBRARIES = ("numba", "numpy", "polars", "salabim")


def versions() -> dict[str, str]:
    """Return the versions of fabsim, Python and the libraries a run goes through."""
    return {"fabsim": __version__, "python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
