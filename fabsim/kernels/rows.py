"""The rows a floor records; the columns of the parquet files, times in ms from the start of the run."""

import numpy as np

from fabsim.terms.waits import BOOKED, WaitReason

WAIT_COLUMNS = tuple(f"wait_{reason.name.lower()}_ms" for reason in WaitReason if reason < BOOKED)
"""Columns that stand for a row's ``waits``: its ``wait_ms`` by reason, to which they add up [ms]."""


def columns_of(row: np.dtype[np.void]) -> tuple[str, ...]:
    """Return the columns that rows of this type fill, names that are looked up apart."""
    return tuple(column for name in row.names or () for column in (WAIT_COLUMNS if name == "waits" else (name,)))


STATUS_DONE, STATUS_SCRAPPED, STATUS_IN_PROCESS = 0, 1, 2
"""Values of ``LOT_ROW.status``."""

LOT_ROW = np.dtype(
    [
        ("lot", "i8"),
        ("subject", "u8"),
        ("stream", "i4"),
        ("wafers", "i4"),
        ("priority", "i4"),
        ("status", "i4"),
        ("release_ms", "i8"),
        ("due_ms", "i8"),
        ("done_ms", "i8"),
        ("wait_ms", "i8"),
        ("transport_ms", "i8"),
        ("tool_ms", "i8"),
        ("raw_ms", "i8"),
        ("moves", "i4"),
        ("reworks", "i4"),
        ("windows", "i4"),
        ("violations", "i4"),
        ("initial", "i4"),
        ("waits", "i8", (BOOKED,)),
        ("hold_ms", "i8"),
        ("spared", "f8"),
        ("wafers_lost", "i4"),
        ("gate_ms", "i8"),
    ],
    align=True,
)
"""One lot that left the fab, or (``STATUS_IN_PROCESS``) is in it at the horizon; ``done_ms`` is then the horizon.

``subject``: hash of the lot's name: the same lot has the same one under every policy.  ``done_ms`` of a scrapped lot is when it was.
``due_ms``: -1 for none.  ``wait_ms`` + ``transport_ms`` + ``tool_ms`` + ``hold_ms`` = ``done_ms`` - ``release_ms`` for a lot that was
released in the run;
``tool_ms`` is from the start of setup to the end of unload.  ``raw_ms``: what its own drawn process times, loads, unloads and
transports would take
with no waiting and no setup.  ``windows``, ``violations``: queue-time windows that ended, and those that ended late.  ``initial``: 1
for initial WIP.
``hold_ms``: stood aside on hold; ``spared``: share of its good dies that broken queue-time windows have left.
``wafers``: those left in it; ``wafers_lost``: those scrapped one by one on its way.
``gate_ms``: how long before ``release_ms`` its start was due.
"""

MOVE_ROW = np.dtype(
    [
        ("lot", "i8"),
        ("step", "i4"),
        ("visit", "i4"),
        ("tool", "i4"),
        ("job_lots", "i4"),
        ("job_wafers", "i4"),
        ("arrive_ms", "i8"),
        ("start_ms", "i8"),
        ("setup_ms", "i8"),
        ("finish_ms", "i8"),
        ("waits", "i8", (BOOKED,)),
        ("refused_ms", "i8"),
        ("transport_ms", "i8"),
        ("hold_ms", "i8"),
    ],
    align=True,
)
"""One lot's visit to a step (row of ``Fab.steps``); ``visit`` 0 is the first, rework visits count from 1 over the lot.

``arrive_ms``: at the queue; ``start_ms``: setup begins; ``finish_ms``: unload ends; ``job_*``: all that was in the job.
``waits``: ``start_ms`` - ``arrive_ms`` by reason (`WAIT_COLUMNS`), as in the rows of lots and toolsets.
``transport_ms``, ``refused_ms``: since the lot's visit before (or its release), on its way and in queues that it was too late for;
``hold_ms``: on hold after this visit.  So ``arrive_ms`` is the ``finish_ms`` + ``hold_ms`` of the visit before + both.
"""

TOOL_ROW = np.dtype(
    [
        ("tool", "i4"),
        ("toolset", "i4"),
        ("start_ms", "i8"),
        ("end_ms", "i8"),
        ("standby_ms", "i8"),
        ("setup_ms", "i8"),
        ("load_ms", "i8"),
        ("process_ms", "i8"),
        ("unload_ms", "i8"),
        ("down_ms", "i8"),
        ("maintenance_ms", "i8"),
        ("engineering_ms", "i8"),
        ("jobs", "i8"),
        ("setups", "i8"),
        ("wafers", "i8"),
        ("chambers", "i8"),
        ("chamber_up_ms", "i8"),
        ("chamber_down_ms", "i8"),
        ("chamber_maintenance_ms", "i8"),
        ("chamber_engineering_ms", "i8"),
    ],
    align=True,
)
"""A tool in a period: the eight activities add up to ``end_ms`` - ``start_ms``; both are clipped to the time it is installed.

``jobs``, ``setups``, ``wafers``: of the jobs that started in the period.
``chambers``: those of a cluster tool, 0 for others; ``chamber_*_ms``: their time [chamber ms], up or by the kind of their own calendar
that keeps them down: ``chambers`` times the period.
"""

WIP_ROW = np.dtype(
    [
        ("toolset", "i4"),
        ("start_ms", "i8"),
        ("end_ms", "i8"),
        ("queue_lot_ms", "i8"),
        ("process_lot_ms", "i8"),
        ("moves", "i8"),
        ("starts", "i8"),
        ("wait_ms", "i8"),
        ("batch_wafers", "i8"),
        ("batch_room", "i8"),
        ("waits", "i8", (BOOKED,)),
    ],
    align=True,
)
"""A toolset in a period.  ``queue_lot_ms``, ``process_lot_ms``: lots waiting, lots in tools, summed over time [lot ms].

``moves``: lots that finished a step here; ``starts``: lots that started one; ``wait_ms``: summed wait of those that started.
``batch_wafers``, ``batch_room``: wafers in the batches started and the batches' largest size (0 without batching).
"""
