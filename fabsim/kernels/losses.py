"""Wafers that are scrapped one by one: the lot goes on without them."""

from __future__ import annotations

import numpy as np

from fabsim.kernels.jit import kernel, seldom
from fabsim.kernels.philox import uniforms
from fabsim.kernels.rank import visit_counter
from fabsim.kernels.state import World
from fabsim.kernels.views import lots, steps

PURPOSE = np.uint64(0x1C242D0D3B68E080)
"""Stable hash of ``wafers lost``."""

MOST_AT_ONCE = 1000
"""Wafers of one draw: 0.5 to this power is still a normal number."""


@kernel
def binomial(n: int, p: float, u: float) -> int:
    """Return the inverse of the binomial distribution at ``u``: of ``n`` (at most `MOST_AT_ONCE`), how many have what each has with ``p``.

    It is the least k with P(X <= k) >= u, found by the ratio of neighbouring terms from the rarer side: the more of them, the larger u.
    """
    rare, v = (p, u) if p <= 0.5 else (1.0 - p, 1.0 - u)
    term = 1.0
    for _ in range(n):
        term *= 1.0 - rare
    k, below = 0, term
    while k < n and below < v:
        term *= (n - k) / (k + 1) * (rare / (1.0 - rare))
        k += 1
        below += term
    return k if p <= 0.5 else n - k


@kernel
def lose_wafers(w: World, lot: int) -> None:
    """Take the wafers out of the lot that are scrapped at the end of its step; the draws belong to its visit, as those of holds do."""
    seldom()
    r = lots(w)[lot]
    s = steps(w)[r.step]
    counter = PURPOSE ^ visit_counter(s, r.visit)
    lost = 0
    for first in range(0, r.wafers, MOST_AT_ONCE):
        u, _, _, _ = uniforms(w[0].key, r.subject, counter ^ np.uint64(first))
        lost += binomial(min(MOST_AT_ONCE, r.wafers - first), s.wafer_scrap, u)
    r.wafers -= lost
    r.wafers_lost += lost
