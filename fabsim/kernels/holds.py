"""Holds: after a step a lot may have to stand aside before it is sent on."""

from __future__ import annotations

import numpy as np

from fabsim.kernels.draws import draw, to_ms
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.philox import uniforms
from fabsim.kernels.rank import visit_counter
from fabsim.kernels.state import World
from fabsim.kernels.views import lots, reals, steps

PURPOSE = np.uint64(0x8506B4D2B99D114E)
"""Stable hash of ``on hold``: a step, whose other draws belong to its name, cannot be called so."""


@inlined
def hold_ms(w: World, lot: int) -> int:
    """Return how long the lot is held after the step it has finished [ms], 0 if it is not."""
    return 0 if steps(w)[lots(w)[lot].step].hold == 0.0 else _drawn_hold(w, lot)


@kernel
def _drawn_hold(w: World, lot: int) -> int:
    """Return how long the lot is held after a step that has holds [ms].

    The four uniforms of the visit are used up, so a hold has a block of its own.
    """
    seldom()
    r = lots(w)[lot]
    s = steps(w)[r.step]
    u_share, u_time, _, _ = uniforms(w[0].key, r.subject, PURPOSE ^ visit_counter(s, r.visit))
    if u_share >= s.hold:
        return 0
    return to_ms(draw(s.held_kind, s.held_a, s.held_b, s.held_c, reals(w), u_time))
