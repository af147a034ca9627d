"""Load the compiled floor before anybody asks for it: processes that are forked from the one that imports this have it at once."""

from __future__ import annotations

import numba
import numpy as np

from fabsim.kernels import loop
from fabsim.kernels.arena import handle
from fabsim.kernels.jit import is_kept, load_without_scipy
from fabsim.kernels.state import WORLD

load_without_scipy()


def load() -> None:
    """Load the outermost kernel from the cache; one that must be compiled first is left to whoever needs it."""
    if not numba.config.DISABLE_JIT and is_kept(loop.advance):
        loop.advance.compile((numba.typeof(handle(np.zeros(1, WORLD), "world")), numba.int64))


load()
