"""Holds: after a step a lot may have to stand aside before it is sent on."""

from __future__ import annotations

import numpy as np

from fabsim.kernels.draws import draw, to_ms
from fabsim.kernels.jit import kernel
from fabsim.kernels.philox import uniforms
from fabsim.kernels.rank import visit_counter
from fabsim.kernels.state import World
from fabsim.kernels.views import lots, reals, steps

PURPOSE = np.uint64(0x8506B4D2B99D114E)
"""Stable hash of ``on hold``: a step, whose other draws belong to its name, cannot be called so."""


@kernel
def hold_ms(w: World, lot: int) -> int:
    """Return how long the lot is held after the step it has finished [ms], 0 if it is not.

    The four uniforms of the visit are used up, so a hold has a block of its own, drawn only where a step has holds.
    """
    r = lots(w)[lot]
    s = steps(w)[r.step]
    if s.hold == 0.0:
        return 0
    u_share, u_time, _, _ = uniforms(w[0].key, r.subject, PURPOSE ^ visit_counter(s, r.visit))
    if u_share >= s.hold:
        return 0
    return to_ms(draw(s.held_kind, s.held_a, s.held_b, s.held_c, reals(w), u_time))
