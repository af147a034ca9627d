"""The record types of a fab's frozen arrays; every time is in milliseconds.

A *draw* is a distribution as four fields ``<name>_kind`` (see `fabsim.chance.Kind`) and
``<name>_a``, ``<name>_b``, ``<name>_c`` (its parameters, times in ms).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def draw_fields(name: str) -> tuple[str, str, str, str]:
    """Return the names of a draw's fields."""
    return f"{name}_kind", f"{name}_a", f"{name}_b", f"{name}_c"


def _draw(name: str) -> list[tuple[str, str]]:
    return list(zip(draw_fields(name), ("i4", "f8", "f8", "f8"), strict=True))


PER_LOT, PER_WAFER, PER_BATCH = 0, 1, 2
"""Values of ``STEP.per``: what one draw of the process time is for."""

CHOOSE_LONGEST_IDLE, CHOOSE_LEAST_SETUP, CHOOSE_LOWEST_NUMBER = 0, 1, 2
"""Values of ``TOOLSET.choose_tool``: which of several open tools a lot takes."""

KIND_BREAKDOWN, KIND_MAINTENANCE, KIND_ENGINEERING = 0, 1, 2
"""Values of ``CALENDAR.kind``: on which `fabsim.terms.Activity` the time is booked."""

TRIGGER_AFTER_END, TRIGGER_START_TO_START, TRIGGER_WAFERS, TRIGGER_PROCESS_TIME = 0, 1, 2, 3
"""Values of ``CALENDAR.trigger``: what ``every`` counts."""

CONSTANT, POISSON, SCHEDULE, CONWIP = 0, 1, 2, 3
"""Patterns of a release stream: evenly spaced by its plan, at random about its plan, at named instants, whenever one of its lots leaves."""

PLANNED = (CONSTANT, POISSON)
"""Patterns that follow a planned rate."""

WAIVE_NEVER, WAIVE_ARRIVAL, WAIVE_FREE = 0, 1, 2
"""Values of ``STEP.batch_waive``: when the least size of a batch does not count for one with a hot lot: never; if a tool can take it at
once when the lot comes; whenever a tool could take it."""

LATE_MEASURE, LATE_REWORK, LATE_SCRAP, LATE_YIELD_LOSS = 0, 1, 2, 3
"""Values of ``WINDOW.if_late``: what becomes of a lot that would start work too late; it is counted, goes back, is scrapped, loses dies."""

LINE_BYTES = 64
"""Of a line of the cache."""


def in_lines(fields: list[tuple[Any, ...]]) -> np.dtype[np.void]:
    """Return the type of a record whose rows all begin with a line of the cache, where the array does."""
    tight = np.dtype(fields, align=True)
    assert tight.fields is not None
    formats, offsets = zip(*tight.fields.values(), strict=True)
    size = -(-tight.itemsize // LINE_BYTES) * LINE_BYTES
    return np.dtype({"names": list(tight.fields), "formats": formats, "offsets": offsets, "itemsize": size}, align=True)


STEP = in_lines(
    [
        ("name_hash", "u8"),
        ("sampling", "f8"),
        ("route", "i4"),
        ("toolset", "i4"),
        ("line", "i4"),
        ("dedicated_slot", "i4"),
        ("batch_key", "i4"),
        ("reticle", "i4"),
        ("work_ms", "f8"),
        ("remaining_ms", "f8"),
        *_draw("process"),
        ("per", "i4"),
        ("wafers", "i4"),
        ("interval_ms", "f8"),
        ("latency_ms", "i8"),
        ("setup_key", "i4"),
        ("batch_max", "i4"),
        ("closes_first", "i4"),
        ("closes_count", "i4"),
        ("opens_first", "i4"),
        ("opens_count", "i4"),
        ("remember_slot", "i4"),
        ("rework_to", "i4"),
        ("rework", "f8"),
        ("scrap", "f8"),
        ("wafer_scrap", "f8"),
        ("hold", "f8"),
        ("index", "i4"),
        ("batch_min", "i4"),
        ("batch_waive", "i4"),
        ("batch_hot", "i4"),
        ("batch_last", "i4"),
        ("batch_wait_ms", "i8"),
        ("mask", "i4"),
        ("setup_always", "i4"),
        ("setup_ms", "i8"),
        ("qualified", "i4"),
        ("dedicated_line", "i4"),
        *_draw("held"),
        *_draw("setup"),
    ]
)
"""One step of a route; rows of a route stand together, in order.

``route``, ``index``: the route and the position in it.  ``process_*``: one process time, for what ``per`` says.
``interval_ms``: cascade interval c between units (wafers for ``PER_WAFER``, else lots), below 0 for none: the lot then
holds the tool's entry n c and stays process - c longer.  ``latency_ms``: without an interval, time after the process
that delays the lot but frees the entry.  ``wafers``: at most this many wafers of the lot are processed, 0 for all.
``batch_key``: lots of one key may share a batch, -1 for no batching; ``batch_min``, ``batch_max`` [wafers];
``batch_wait_ms``: longest wait before a batch starts below its minimum, -1 for ever; ``batch_waive``: ``WAIVE_NEVER`` ..., for lots
of priority ``batch_hot`` and above;
``batch_last``: 1 where a batch starts below its minimum once no lot can come to it any more.
``setup_key``: setup the step needs, 0 for none; ``setup_ms``: mean time given by the step, drawn from ``setup_*`` for each job, -1 for the
toolset's table; ``setup_always``: 1 where every job is set up for, 0 where only another setup is changed.
``mask``: 1 where the step exposes a mask, else 0 (masks of a route are counted from it).
``sampling``, ``rework``, ``scrap``: probabilities that a lot does the step and, at its end, that it goes back to the step of row
``rework_to``, or leaves the fab for good; ``wafer_scrap``: the same that a wafer is lost there, the lot going on without it.
``remember_slot``: slot of the lot's memory that keeps the tool used here; ``dedicated_slot``: slot that names the only tool allowed; -1
for none.
``closes_*``: rows of the windows that end when work starts here; ``opens_*``: rows, in ``Fab.opens``, of the windows that begin when it
ends.
``line``: queue line of the step's lots; ``dedicated_line``: the first of its lines by tool (one line per tool of the toolset,
``TOOLSET.dedicated_lines`` apart), -1 for none.
``work_ms``: expected load + process + unload, weighted by sampling; ``remaining_ms``: the sum of it from this step to the end.
``name_hash``: stable hash of the step's name; with the visit it is the counter of the lot's draws there.
``hold``: probability that a lot stands aside after the step, for a time drawn from ``held_*``.
``qualified``: first entry in ``Fab.qualified`` of the tools that may do it, -1 where every tool may.
``reticle``: row in ``Fab.reticles`` of the reticles that it needs one of, -1 for none.
"""

DIE = np.dtype(
    [
        ("gross", "i4"),
        ("model", "i4"),
        ("area_cm2", "f8"),
        ("parameter", "f8"),
        *_draw("spread"),
        ("systematic", "f8"),
        ("density", "f8"),
        ("mature", "f8"),
        ("falls_ms", "f8"),
        ("wafers", "f8"),
        ("exponent", "f8"),
        ("age_ms", "i8"),
        ("made", "i8"),
    ],
    align=True,
)
"""The dies of a product; all 0 for one without.  ``gross``: whole dies on a wafer; ``area_cm2``: of one.

``model``, ``parameter``: of `fabsim.yields.closed_forms.die_yield`; ``spread_*``: the draw of mean 1 by which a wafer's defect density
differs from its lot's, so that the mean yield is the model's.  ``systematic``: share of dies that no other loss takes.
``density``, ``mature`` [defects per cm2], ``falls_ms``, ``wafers``, ``exponent``: the learning curve of
`fabsim.kernels.dies.defect_density`; ``age_ms``, ``made``: how long the product has been made before the run, and how many
wafers of it.
"""

WINDOW = np.dtype(
    [
        ("from_step", "i4"),
        ("to_step", "i4"),
        ("slot", "i4"),
        ("limit_ms", "i8"),
        ("if_late", "i4"),
        ("rework_to", "i4"),
        ("loss", "f8"),
    ],
    align=True,
)
"""A queue-time window: from the end of ``from_step`` to the start of work at ``to_step`` (rows of steps) at most ``limit_ms``;
``slot`` of the lot's memory keeps the instant it opened.  Sorted by ``to_step``.  ``if_late``: ``LATE_MEASURE`` ...;
``rework_to``: row of the step a late lot goes back to; ``loss``: share of its good dies that it loses."""

TOOLSET = np.dtype(
    [
        ("area", "i4"),
        ("first_tool", "i4"),
        ("tools", "i4"),
        ("slots", "i4"),
        ("load_ahead", "i4"),
        ("spaced", "i4"),
        ("in_gaps", "i4"),
        ("when_empty", "i4"),
        ("load_ms", "i8"),
        ("unload_ms", "i8"),
        ("choose_tool", "i4"),
        ("chain", "i8"),
        ("first_calendar", "i4"),
        ("calendars", "i4"),
        ("setup_table", "i4"),
        ("setup_keys", "i4"),
        ("min_run", "i4"),
        ("rank_table", "i4"),
        ("first_line", "i4"),
        ("lines", "i4"),
        ("first_dedicated_line", "i4"),
        ("dedicated_lines", "i4"),
        ("first_stage", "i4"),
        ("stages", "i4"),
        ("chamber_calendars", "i4"),
        ("travel_ms", "i8"),
    ],
    align=True,
)
"""A toolset: its tools are the rows ``first_tool .. first_tool + tools`` (all that will ever be installed).

``slots``: lots (or batches) inside a tool at once; ``load_ahead``: 1 when a slot alone lets the next one in, 0 when the entry must be
free too; ``spaced``: 1 when the entry lets the next one in its time at the entry after it took the last; ``in_gaps``: 1 when tools go on
taking lots while maintenance that is due waits for the jobs inside; ``when_empty``: 1 when only an empty tool changes its setup.
``chain``: the rank chain, four bits a criterion (`fabsim.dispatch`), the first in the lowest bits.
``setup_table``: first entry of its table [ms, from x to] in ``Fab.setup_ms``; keys run from 0 ("none yet") to ``setup_keys``.
``min_run``: least lots of one setup after a change before the next, 0 for no minimum.  ``rank_table``: 1 when a setup time that a step
gives counts 0 in the rank chain.
``first_line``, ``lines``: its general queue lines; dedicated lines follow tool by tool, ``dedicated_lines`` each, from
``first_dedicated_line``.  ``travel_ms``: how long a reticle takes to a tool.
``first_stage``, ``stages``: its rows of ``Fab.stages``, none for tools without chambers; ``chamber_calendars``: calendars of all the
chambers of one tool together.
"""

STAGE = np.dtype([("chambers", "i4"), ("share", "f8")], align=True)
"""A stage of a cluster tool: chambers that can stand in for each other; a wafer passes one of each stage.

``share``: of the step's process time, which is that of a wafer through all stages.
"""

CALENDAR = np.dtype(
    [
        ("toolset", "i4"),
        ("kind", "i4"),
        ("trigger", "i4"),
        ("preempts", "i4"),
        *_draw("every"),
        *_draw("takes"),
        *_draw("first"),
        ("stagger", "i4"),
        ("apart", "f8"),
        ("carry_over", "i4"),
        ("name_hash", "u8"),
        ("stage", "i4"),
    ],
    align=True,
)
"""What takes the tools of a toolset down; rows of a toolset stand together, in the order the layout gives.

``every``: interval [ms, or wafers for ``TRIGGER_WAFERS``]; ``first``: the first one; ``takes``: duration.
``preempts``: 1 when it stops the job in the tool at once, 0 when it waits for it.
``stagger``: 1 when tool k of N (from 0) has its first at first * (k + 1) / N; ``apart``: what N tools, one after the other, are then apart
in all, k / N of it after ``first`` [ms or wafers].  ``carry_over``: 1 when wafers beyond ``every`` count towards the next.
``name_hash``: stable hash of its name, for draws.
``stage``: 0 for a calendar of the tool, k for one that each chamber of its k-th stage has; the tool's come first.
"""
