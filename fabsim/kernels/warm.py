"""Load the compiled floor before anybody asks for it: processes that are forked from the one that imports this have it at once."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from fabsim.kernels import loop
from fabsim.kernels.arena import handle
from fabsim.kernels.jit import is_kept, load_without_scipy
from fabsim.kernels.world import WORLD

load_without_scipy()


def load() -> bool:
    """Load the outermost kernel from the cache, and return whether it was there; compiling it is left to whoever needs it."""
    if numba.config.DISABLE_JIT or not is_kept(loop.advance):
        return False
    advance: Any = loop.advance
    advance.compile((numba.typeof(handle(np.zeros(1, WORLD), "world")), numba.int64))
    return True


load()
