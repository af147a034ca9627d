"""Where the world keeps each array of a floor: one function an array, ``world -> table``."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.arena import placed
from fabsim.kernels.world import DTYPES, WORLD

_AT = {name: position for position, name in enumerate(DTYPES)}


def _table(name: str) -> Any:
    return placed(name, DTYPES[name], WORLD, _AT[name])


steps = _table("steps")
ints = _table("ints")
reals = _table("reals")
sets = _table("sets")
tools = _table("tools")
nodes = _table("nodes")
lots = _table("lots")
memory = _table("memory")
lines = _table("lines")
active = _table("active")
entries = _table("entries")
causes = _table("causes")
streams = _table("streams")
out = _table("out")
moves = _table("moves")
done = _table("done")
far = _table("far")
later = _table("later")
wheel = _table("wheel")
marks = _table("marks")
touched = _table("touched")
watches = _table("watches")
stages = _table("stages")
chambers = _table("chambers")
reticles = _table("reticles")
