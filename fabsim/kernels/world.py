"""The world: the one record of a run, and the arrays that it points at."""

from __future__ import annotations

import numpy as np

from fabsim.kernels.records import STAGE, STEP
from fabsim.kernels.rows import LOT_ROW, MOVE_ROW
from fabsim.kernels.state import CAUSE, ENTRY, EVENT, LATER, LINE, LOT, NODE, RETICLE, SET, STREAM, TOOL, WATCH

SIZE_CLASSES = 32
"""Blocks of the pool have 2, 4, 8 ... entries."""

DTYPES = {
    "steps": STEP,
    "ints": np.dtype("i8"),
    "reals": np.dtype("f8"),
    "sets": SET,
    "tools": TOOL,
    "nodes": NODE,
    "lots": LOT,
    "memory": np.dtype("i8"),
    "lines": LINE,
    "active": np.dtype("i4"),
    "entries": ENTRY,
    "causes": CAUSE,
    "streams": STREAM,
    "out": EVENT,
    "moves": MOVE_ROW,
    "done": LOT_ROW,
    "far": EVENT,
    "later": LATER,
    "wheel": np.dtype("i4"),
    "marks": np.dtype("u8"),
    "touched": np.dtype("i8"),
    "watches": WATCH,
    "stages": STAGE,
    "chambers": np.dtype("i4"),
    "reticles": RETICLE,
}
"""The arrays and their element types, in the order of the world's addresses.  ``chambers``: causes that keep each chamber down."""

WORLD = np.dtype(
    [
        ("now_ms", "i8"),
        ("key", "u8"),
        ("free_lot", "i8"),
        ("released", "i8"),
        ("completed", "i8"),
        ("scrapped", "i8"),
        ("in_process", "i8"),
        ("waiting", "i8"),
        ("timers", "i8"),
        ("events", "i8"),
        ("total_moves", "i8"),
        ("digest", "u8"),
        ("state_digest", "u8"),
        ("lot_area_ms", "i8"),
        ("lot_area_at_ms", "i8"),
        ("sample_every", "i8"),
        ("out_count", "i8"),
        ("moves_count", "i8"),
        ("done_count", "i8"),
        ("far_count", "i8"),
        ("later_count", "i8"),
        ("later_free", "i8"),
        ("bucket", "i8"),
        ("bucket_bits", "i8"),
        ("touched_count", "i8"),
        ("pool_next", "i8"),
        ("pool_most", "i8"),
        ("pool_free", "i8", (SIZE_CLASSES,)),
        ("building_sets", "i8"),
        ("building_steps", "i8"),
        ("shared", "i8"),
        ("first_set", "i8"),
        ("end_set", "i8"),
        ("first_tool", "i8"),
        ("end_tool", "i8"),
        ("slots", "i8"),
        ("areas", "i8"),
        ("transport_at", "i8"),
        ("windows_at", "i8"),
        ("opens_at", "i8"),
        ("spans_at", "i8"),
        ("setups_at", "i8"),
        ("ends_at", "i8"),
        ("occupancy_at", "i8"),
        ("queued_at", "i8"),
        ("tied_at", "i8"),
        ("largest_lot", "i8"),
        ("loses_wafers", "i8"),
        ("held_sets", "i8"),
        ("fired", "i8"),
        ("reserve_from", "i8"),
        ("reserve_ahead", "i8"),
        ("expected", "i8"),
        ("address", "i8", (len(DTYPES),)),
        ("length", "i8", (len(DTYPES),)),
        ("late_at", "i8"),
        ("losses_at", "i8"),
        ("qualified_at", "i8"),
    ],
    align=True,
)
"""The one record of a run.  ``*_at``: where a table begins in ``ints`` (``transport_at``: in ``reals``, whose start holds the empirical
tables):
windows (slot, limit), opens (window), spans (first and count of each step's open windows, then the windows), setup tables, last step of
each route, qualified tools, lots whose next step to start is each step, those of them in its queue, and those in tied batches.
``largest_lot``: most wafers in a lot; ``loses_wafers``: 1 if steps scrap single wafers;
``held_sets``: toolsets with anything ``held``.
``reserve_from``: priority from which a lot that leaves for a step has a tool kept there; ``reserve_ahead``: from which it has one from the
start of the step before; `NEVER` for no lot;
``expected``: lots for which tools are kept or to be kept.  ``lot_area_ms``: lots in
process summed over time up to ``lot_area_at_ms``.
``building_sets``, ``building_steps``: toolsets and steps of each building; ``shared``: 1 when a toolset of the first serves others too.
``first_set`` .. ``end_set``, ``first_tool`` .. ``end_tool``: the toolsets and tools of its buildings, the ends left out.
``fired``: watched events since a fab-level process last acted on them.
``bucket``: the first bucket that has events (`fabsim.kernels.wheel`), `NEVER` for none, each of 2 ** ``bucket_bits`` ms.
``late_at``: in ``ints``, what becomes of a lot too late for each window, and the step it goes back to; ``losses_at``: in ``reals``,
the share of dies each window takes.
``slots``: memory slots of a lot.  ``pool_most``: entries of the largest block that a line could ask the pool for.
"""
