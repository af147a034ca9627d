"""Setups: how long a tool needs before a job is loaded, and what becomes of its setup."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabsim.kernels.draws import CONSTANT, draw, to_ms
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.philox import uniforms
from fabsim.kernels.rank import visit_counter
from fabsim.kernels.reticles import travel_time
from fabsim.kernels.state import NONE, World
from fabsim.kernels.views import ints, lots, reals, sets, steps, tools

PURPOSE = np.uint64(0x428463FC1F320DD9)
"""Stable hash of ``setup time``: a step, whose other draws belong to its name, cannot be called so."""


@inlined
def setup_time(w: World, tool: int, lot: int) -> int:
    """Return how long the tool needs before the waiting lot is loaded [ms]: the change of setup, beside it a reticle's way.

    A time that is drawn when the job starts counts with its mean.
    """
    return setup_for(w, tool, lots(w)[lot].step)


@kernel
def rank_time(w: World, tool: int, lot: int) -> int:
    """Return what counts of `setup_time` where lots are ranked [ms]: all, or not the times that steps give (``rank_table``)."""
    return _setup(w, tool, lots(w)[lot].step, ranking=True)


@kernel
def setup_for(w: World, tool: int, row: int) -> int:
    """Return how long the tool would need before a lot of the step ``row`` is loaded [ms]."""
    return _setup(w, tool, row, ranking=False)


@inlined
def _setup(w: World, tool: int, row: int, ranking: bool) -> int:
    step = steps(w)[row]
    return _beside_reticle(w, tool, step, _change_time(w, tool, step, ranking))


@inlined
def _beside_reticle(w: World, tool: int, step: Any, takes: int) -> int:
    """Return the longer of a change of setup and the way of the step's reticle to the tool [ms]."""
    if step.reticle != NONE:
        takes = max(takes, travel_time(w, tool, step.line))
    return takes


@inlined
def _is_due(t: Any, step: Any) -> bool:
    """Return whether a tool has to be set up for a step with a setup: always, or for another one; a fresh tool's first one is free."""
    return step.setup_always != 0 or (step.setup_key != t.setup_key and t.setup_key != 0)


@inlined
def _change_time(w: World, tool: int, step: Any, ranking: bool) -> int:
    """Return the time that the tool needs to be set up for the step [ms]."""
    t = tools(w)[tool]
    if step.setup_key == 0 or not _is_due(t, step):
        return 0
    s = sets(w)[t.toolset]
    if step.setup_ms >= 0:
        return 0 if ranking and s.rank_table else step.setup_ms
    return ints(w)[w[0].setups_at + s.setup_table + t.setup_key * (s.setup_keys + 1) + step.setup_key]


@kernel
def _drawn_time(w: World, tool: int, lead: int) -> int:
    """Return the time of the setup as drawn for this job [ms]; as the uniforms of the lead's visit are used up, from a block of its own."""
    seldom()
    r = lots(w)[lead]
    step = steps(w)[r.step]
    u, _, _, _ = uniforms(w[0].key, r.subject, PURPOSE ^ visit_counter(step, r.visit))
    takes = to_ms(draw(step.setup_kind, step.setup_a, step.setup_b, step.setup_c, reals(w), u))
    return _beside_reticle(w, tool, step, takes)


@inlined
def change_setup(w: World, tool: int, lead: int) -> int:
    """Set the tool up for the job; return the time until it can be loaded [ms].

    A minimum run begins with another setup, and goes on where the same one is done again.
    """
    t = tools(w)[tool]
    r = lots(w)[lead]
    step = steps(w)[r.step]
    key = step.setup_key
    takes = setup_for(w, tool, r.step)
    if key == 0:
        return takes
    if _is_due(t, step):
        t.setups += 1
        if step.setup_kind != CONSTANT:
            takes = _drawn_time(w, tool, lead)
    if key != t.setup_key:
        t.setup_key = key
        t.run_left = sets(w)[t.toolset].min_run
    t.run_left = max(0, t.run_left - r.job_lots)
    return takes
