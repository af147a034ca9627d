"""The run state of a floor: its record types (`fabsim.kernels.world` says where they are kept).

All times are milliseconds from the start of the run.  A *row* is a position in an array; lots' rows are used again when
a lot leaves, so what outlives it carries the lot's id.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from fabsim.kernels.records import in_lines
from fabsim.terms.waits import BOOKED

NONE = -1
"""No row."""

NEVER = np.iinfo(np.int64).max
"""An instant after every horizon; also the rank of a lot that a criterion has nothing to say about."""

MAX_KEYS = 5
"""Rank keys of a waiting lot (the lot id comes after them)."""

ACTIVITIES = 8
"""Number of `fabsim.terms.Activity`."""

CHAMBER_STATES = 4
"""A chamber is up, or down by the kind of its calendar, of which there are three."""

FREE, TRAVELS, WAITS, IN_JOB, HELD = 0, 1, 2, 3, 4
"""Values of ``LOT.status``."""

MARKED, MARKED_NOW = 1, 2
"""Values of ``LOT.marked``, beside 0: until the lot leaves its line, or for the dispatch of this instant only."""

ABSENT, INSTALLED, LEAVING = 0, 1, 2
"""Values of ``TOOL.installed``."""

COUNTS_WAFERS, COUNTS_WORK = 1, 2
"""Values of ``SET.counts``, beside 0: what calendars of its tools count; work, and perhaps wafers too."""

LOT = in_lines(
    [
        ("id", "i8"),
        ("subject", "u8"),
        ("arrive_ms", "i8"),
        ("step", "i4"),
        ("status", "i1"),
        ("marked", "i1"),
        ("traced", "i1"),
        ("initial", "i1"),
        ("furthest", "i4"),
        ("visit", "i4"),
        ("wafers", "i4"),
        ("next_member", "i4"),
        ("tool", "i4"),
        ("next_job", "i4"),
        ("u_process", "f8"),
        ("u_end", "f8"),
        ("start_ms", "i8"),
        ("setup_end_ms", "i8"),
        ("load_end_ms", "i8"),
        ("process_end_ms", "i8"),
        ("finish_ms", "i8"),
        ("job_lots", "i4"),
        ("job_wafers", "i4"),
        ("reticle", "i4"),
        ("moves", "i4"),
        ("wait_ms", "i8"),
        ("tool_ms", "i8"),
        ("raw_ms", "i8"),
        ("transport_ms", "i8"),
        ("due_ms", "i8"),
        ("priority", "i4"),
        ("stream", "i4"),
        ("uses", "i4"),
        ("lap", "i4"),
        ("next_new", "i4"),
        ("windows", "i4"),
        ("release_ms", "i8"),
        ("waits", "i8", (BOOKED,)),
        ("waited", "i8", (BOOKED,)),
        ("reworks", "i4"),
        ("violations", "i4"),
        ("next_free", "i4"),
        ("next_step", "i4"),
        ("hold_ms", "i8"),
        ("spared", "f8"),
        ("wafers_lost", "i4"),
        ("expected_at", "i4"),
        ("kept_tool", "i4"),
        ("next_expected", "i4"),
        ("travelled_ms", "i8"),
        ("refused_ms", "i8"),
        ("gate_ms", "i8"),
    ]
)
"""A lot in process.  ``step``: row of the step it travels to, waits for or is at; ``furthest``: the last step it has reached so far.
``lap``: how often it went back; ``visit``: 0 the first time it is at a step, else the lap.
``marked``: 0, or why a batch with it may start below its least size (`fabsim.kernels.batches`): `MARKED` or `MARKED_NOW`.
``u_end``: the uniform that decides what becomes of it at the end of its step.
``next_member``: next lot of its job.  The job's own fields (``tool`` to ``finish_ms``) stand in its *lead*, the member of least id;
``next_job``: lead of the next job inside the same tool, in the order they began; ``reticle``: the one that its job uses.
``waits``: its wait for this step by reason, while it waits less what its line had when it came; ``waited``: those of all its steps.
``next_new``: next of the lots that have come to its toolset at this instant.
``next_step``: row to which a lot on hold (``HELD``) is sent when ``arrive_ms`` comes; ``uses``: how often it still does its route.
``spared``: share of its good dies that broken windows have left; ``wafers``, ``wafers_lost``: still in it, and scrapped one by one.
``expected_at``: row of the step at whose toolset a tool is kept for it (`fabsim.kernels.reserve`); ``kept_tool``: that tool;
``next_expected``: the next lot expected there; `NONE` for none.
``travelled_ms``: ``transport_ms`` at its last recorded move; ``refused_ms``: time in queues that have refused it since then;
``gate_ms``: how long its start was held.
"""

TOOL = in_lines(
    [
        ("toolset", "i4"),
        ("local", "i4"),
        ("installed", "i4"),
        ("cause", "i4"),
        ("inside", "i4"),
        ("first_job", "i4"),
        ("last_job", "i4"),
        ("first_node", "i4"),
        ("listed", "i4"),
        ("bound", "i4"),
        ("halted", "i4"),
        ("kept_for", "i4"),
        ("setup_key", "i4"),
        ("run_left", "i4"),
        ("pending", "i8"),
        ("entry_free_ms", "i8"),
        ("booked_ms", "i8"),
        ("setup_end_ms", "i8"),
        ("load_end_ms", "i8"),
        ("process_end_ms", "i8"),
        ("jobs", "i8"),
        ("wafers", "i8"),
        ("counted", "i8"),
        ("spare", "f8"),
        ("watch", "i4"),
        ("causes", "i4"),
        ("booked", "i8", (ACTIVITIES,)),
        ("first_cause", "i4"),
        ("waking", "i4"),
        ("down_since_ms", "i8"),
        ("down_until_ms", "i8"),
        ("period_ms", "i8"),
        ("setups", "i8"),
        ("name_hash", "u8"),
        ("first_chamber", "i4"),
        ("chamber_causes", "i4"),
        ("why", "i4"),
        ("why_ms", "i8"),
        ("open_then_ms", "i8"),
        ("open_ms", "i8"),
        ("dedication_ms", "i8"),
        ("down_ms", "i8"),
        ("chambers_ms", "i8"),
        ("chamber_booked", "i8", (CHAMBER_STATES,)),
    ]
)
"""A tool.  ``local``: its number in the toolset from 0.  ``cause``: row of the cause that keeps it down, `NONE` when it is up.
``pending``: bit k set when its k-th cause is due and waits.  ``run_left``: lots of the present setup still owed to the minimum run;
``inside``: jobs in it; ``first_job`` .. ``last_job``: their leads.
``listed``: its slots in the toolset's list; ``bound``: its own lines that are not empty; ``waking``: 1 while a SLOT_FREE event of it
is pending.
``entry_free_ms``: when its entry is free again.
``setup_end_ms``: the latest end of a setup; ``load_end_ms``, ``process_end_ms``: of the oldest job inside; what is before the present
may be another job's.
``counted``: wafers of jobs begun that are yet to be taken off ``left`` of its calendars; ``spare``: the least ``left`` of those by
wafers, or infinite.
``booked``: time in each activity since ``period_ms``, up to ``booked_ms``.  ``watch``: first watch of it, `NONE` for none, as in a
toolset and a stream.
``first_chamber``: of its chambers, stage after stage; ``chamber_causes``: causes of its chambers, which follow its own;
``kept_for``: lot on its way for which it takes no other, `NONE` for none.
``halted``: 0 when a chamber of each stage is up, else 1 + the kind of the cause that took the last one.
``why``: its state for lots bound to it since ``why_ms``, when its toolset's open clock was at ``open_then_ms``; ``open_ms``,
``dedication_ms``, ``down_ms``: its clocks until then (`fabsim.kernels.reasons`).
``chamber_booked``: time of its chambers since ``period_ms``, up and by kind of calendar, up to ``chambers_ms``.
"""

NODE = np.dtype([("tool", "i4"), ("previous", "i4"), ("next", "i4"), ("open", "i4"), ("ready_ms", "i8"), ("opens_ms", "i8")], align=True)
"""A slot of a tool in its toolset's list of open slots, by the instant ``ready_ms`` from which it can take a job.

``opens_ms``: of the first slot of a spaced tool, from when it really can, `NEVER` while all its slots are taken.
"""

CAUSE = np.dtype(
    [
        ("tool", "i4"),
        ("kind", "i4"),
        ("trigger", "i4"),
        ("preempts", "i4"),
        ("every_kind", "i4"),
        ("takes_kind", "i4"),
        ("first_kind", "i4"),
        ("stagger", "i4"),
        ("carry_over", "i4"),
        ("apart", "f8"),
        ("every_a", "f8"),
        ("every_b", "f8"),
        ("every_c", "f8"),
        ("takes_a", "f8"),
        ("takes_b", "f8"),
        ("takes_c", "f8"),
        ("first_a", "f8"),
        ("first_b", "f8"),
        ("first_c", "f8"),
        ("subject", "u8"),
        ("count", "i8"),
        ("due_ms", "i8"),
        ("left", "f8"),
        ("chamber", "i4"),
        ("number", "i4"),
        ("of", "i4"),
        ("lasts", "i4"),
    ],
    align=True,
)
"""A calendar of one tool: its fields, how often it has happened, when it is due next; ``left``: process time [ms] or wafers until
then, of which the tool's ``counted`` are yet to be taken off.
``chamber``: the chamber that it takes, the ``number``-th from 0 ``of`` its stage, `NONE` for the tool; ``lasts``: 1 while it keeps it down.
"""

SET = in_lines(
    [
        ("waiting", "i8"),
        ("working", "i8"),
        ("area_ms", "i8"),
        ("queue_lot_ms", "i8"),
        ("process_lot_ms", "i8"),
        ("open_first", "i4"),
        ("open_last", "i4"),
        ("open_ready", "i4"),
        ("touched", "i4"),
        ("opens_node", "i4"),
        ("opens_ms", "i8"),
        ("wakes_ms", "i8"),
        ("newcomer", "i4"),
        ("waived", "i4"),
        ("expected", "i4"),
        ("active", "i4"),
        ("watch", "i4"),
        ("up", "i4"),
        ("why", "i4"),
        ("timed", "i4"),
        ("why_ms", "i8"),
        ("chain", "i8"),
        ("first_line", "i4"),
        ("lines", "i4"),
        ("choose_tool", "i4"),
        ("uniform", "i4"),
        ("refuses", "i4"),
        ("drains", "i4"),
        ("held", "i4"),
        ("rank_table", "i4"),
        ("dedicated_lines", "i4"),
        ("slots", "i4"),
        ("load_ahead", "i4"),
        ("spaced", "i4"),
        ("in_gaps", "i4"),
        ("counts", "i4"),
        ("load_ms", "i8"),
        ("unload_ms", "i8"),
        ("starts", "i8"),
        ("moves", "i8"),
        ("wait_ms", "i8"),
        ("stages", "i4"),
        ("min_run", "i4"),
        ("area", "i4"),
        ("first_tool", "i4"),
        ("tools", "i4"),
        ("setup_table", "i4"),
        ("setup_keys", "i4"),
        ("runs_at", "i8"),
        ("first_dedicated_line", "i4"),
        ("installed", "i4"),
        ("period_ms", "i8"),
        ("batch_wafers", "i8"),
        ("batch_room", "i8"),
        ("first_stage", "i4"),
        ("when_empty", "i4"),
        ("open_ms", "i8"),
        ("down_ms", "i8"),
        ("waits", "i8", (BOOKED,)),
        ("travel_ms", "i8"),
    ]
)
"""A toolset: `fabsim.model.TOOLSET`'s fields and its run state.  ``uniform``: 1 when every open tool could take the same jobs;
``timed``: 1 when a rank key changes with time; ``counts``: `COUNTS_WAFERS`, `COUNTS_WORK` or 0.  ``touched``: 1 while its DISPATCH
is pending or goes on.  ``open_first`` .. ``open_last``: its list of open nodes; ``open_ready``: the last of them that was ready when one
was listed; ``opens_node``, ``opens_ms``: of spaced tools, the slot that can take a job first, and when (`NEVER`: none can), `NONE`
while that is not known;
``wakes_ms``: the last instant for which a SLOT_FREE event was asked for.
``runs_at``: in ``ints``, first and number of the stretches of route that lead to each of its setups (`choose.may_come`).
``newcomer``: the last lot that has come at this instant, while a dispatch may still start it; the others follow by ``next_new``.
``waived``: 1 while lots of it are `MARKED_NOW`.
``expected``: a lot on its way for which a tool is to be kept, the others follow by ``next_expected``.
``active``: its general lines that are not empty; ``held``: tools held by a minimum run, and batches below their least size
that start once no lot can come to them any more.  ``waiting``, ``working``: lots in its queue and in its tools,
summed over time [lot ms] up to ``area_ms`` in ``queue_lot_ms`` and ``process_lot_ms``; the rest counts since ``period_ms``.
``up``: installed tools that are not down; ``why``: its state for lots that wait since ``why_ms``; ``open_ms``, ``down_ms``: its
clocks until then (`fabsim.kernels.reasons`); ``waits``: ``wait_ms`` by reason, since ``period_ms``.
``refuses``: 1 when a window that ends here sends late lots back or scraps them; ``drains``: 1 when lines of it have a ``last_at``.
"""

STREAM = np.dtype(
    [
        ("name_hash", "u8"),
        ("first_step", "i4"),
        ("wafers", "i4"),
        ("priority", "i4"),
        ("pattern", "i4"),
        ("due_ms", "i8"),
        ("plan_at", "i4"),
        ("points", "i4"),
        ("segment", "i4"),
        ("finished", "i4"),
        ("limit", "i4"),
        ("inside", "i4"),
        ("held", "i8"),
        ("freed", "i8"),
        ("count", "i8"),
        ("placed", "i8"),
        ("wafers_out", "i8"),
        ("reached", "f8"),
        ("watch", "i4"),
        ("uses", "i4"),
        ("endless", "i4"),
        ("tied", "i4"),
        ("gate_segment", "i4"),
        ("gate_reached", "f8"),
    ],
    align=True,
)
"""A release stream.  Its plan stands in ``reals`` from ``plan_at``: ``points`` instants [ms], then the lots planned by then; of a schedule
the due date - release of each lot, `NONE` for none.
``segment``: the point after the last release; ``finished``: 1 when the plan is at its end; ``count``: lots released so far,
``placed``: lots of the initial WIP; ``reached``: lots of the plan that the last release stands for.  ``due_ms``: due date -
release, `NONE` for none.  ``limit``: most lots of the stream in process at a time, 0 for any number; ``inside``: those that are;
``held``: releases that fell due while it was reached; ``freed``: releases asked for by lots that have left, at this instant.
``wafers_out``: wafers of its lots that are done.
``uses``: how often a lot of it does its route; ``endless``: 1 when it may release lots whatever its plan has left; ``tied``: lots of it in
tied batches, 0 but while these are looked for (`fabsim.kernels.knots`).
``gate_segment``, ``gate_reached``: as ``segment`` and ``reached``, of the last lot that was released where starts may be held.
"""

LINE = in_lines(
    [
        ("toolset", "i4"),
        ("batch_key", "i4"),
        ("setup_key", "i4"),
        ("count", "i4"),
        ("wafers", "i4"),
        ("marked", "i4"),
        ("first", "i4"),
        ("room", "i4"),
        ("position", "i4"),
        ("qualified", "i4"),
        ("reticle", "i4"),
        ("why", "i1"),
        ("tied", "i1"),
        ("reticles", "i2"),
        ("plan_ms", "i8"),
        ("plan_wafers", "i4"),
        ("last_at", "i4"),
        ("open_ms", "i8"),
        ("waits", "i8", (BOOKED,)),
    ]
)
"""A queue line: lots that differ only in rank.  Its entries stand at ``first`` .. ``first + count`` of the pool, room for ``room``.
``wafers``: in the line; ``marked``: lots in it that are marked.
``position``: place in the table of active lines, while it is not empty: among those of its toolset or, with bound lots, of their tool.
``plan_ms``: when an area schedule lets its next batch start at the latest, `NEVER` when it says nothing; ``plan_wafers``: with how many
wafers before that.
``waits``: time by the reason for which a lot of it would have waited, but for ``BUSY``, as far as it is summed up; ``why``: the
reason for the time in which a tool is open, of which ``open_ms`` is summed up (`fabsim.kernels.reasons`).
``qualified``: first of the ``ints`` that say, tool by tool, which may work on it, `NONE` where each may.
``reticle``, ``reticles``: the first and the number of the reticles of which its lots need one, `NONE` for none.
``last_at``: where the ``ints`` say from where lots can come to it (`fabsim.kernels.batches`), `NONE` if a batch never starts for
lack of them.
"""

RETICLE = np.dtype([("tool", "i4"), ("users", "i4")], align=True)
"""A reticle.  ``tool``: where it is or travels to, `NONE` before its first use; ``users``: jobs that need it there."""

ENTRY = np.dtype([("keys", "i8", (MAX_KEYS,)), ("id", "i8"), ("work_ms", "f8"), ("lot", "i4")], align=True)
"""A waiting lot, one cache line: rank keys (least first), the lot's id, remaining work [ms], its row."""

EVENT = np.dtype([("time_ms", "i8"), ("key", "i8"), ("row", "i8")], align=True)
"""What to wait for: the instant, class and subject (`key_of`), and the row it concerns."""

LATER = np.dtype([("time_ms", "i8"), ("key", "i8"), ("row", "i8"), ("following", "i8")], align=True)
"""An event in a bucket of the wheel (`fabsim.kernels.wheel`): an `EVENT` and the next one of its bucket, or of the free ones."""

WATCH = np.dtype([("kind", "i4"), ("following", "i4"), ("limit", "i8"), ("count", "i8"), ("fired", "i8")], align=True)
"""A watched event (`fabsim.kernels.watches`).  ``following``: the next watch of the same subject; ``fired``: how often it has happened
since a fab-level process last acted on it."""

World: TypeAlias = Any
"""A `fabsim.kernels.world.WORLD` array of one record, as kernels take it; mypy knows nothing of a record's fields."""
