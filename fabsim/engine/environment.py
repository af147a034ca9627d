"""The one place where salabim environments are made."""

from __future__ import annotations

import salabim


def environment() -> salabim.Environment:
    """Return a salabim environment in yield mode that leaves the global random generators alone.

    The default mode needs greenlet and keeps every unfinished component of past runs alive; the default seed reseeds
    ``random`` and ``numpy.random``, which nothing in fabsim draws from.
    """
    return salabim.Environment(trace=False, yieldless=False, random_seed="", set_numpy_random_seed=False)


def quiet(component: salabim.Component) -> None:
    """Switch off the component's own statistics: fabsim keeps its books itself, and they cost a third of the speed."""
    component.mode.monitor(False)
    component.status.monitor(False)
