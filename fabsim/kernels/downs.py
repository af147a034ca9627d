"""Tools go down and come up.

A calendar of a tool is a *cause*.  When it is due it takes the tool down at once (idle, or it pre-empts) or waits until
the jobs inside are done; meanwhile nothing new starts, unless the toolset has its maintenance in gaps: then jobs may follow
those inside, until the tool is empty of itself.  Only one cause keeps a tool down at a time; another one that falls due
starts when that one ends.  Pre-emption moves what is left of every job inside by the repair's length.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fabsim.kernels.books import book_tool
from fabsim.kernels.chambers import turn_chamber
from fabsim.kernels.counters import count_process, count_wafers, see_spare, wait_for_due
from fabsim.kernels.draws import draw, to_ms
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.philox import add64, hash_words, uniforms
from fabsim.kernels.reasons import turn, went
from fabsim.kernels.records import TRIGGER_AFTER_END, TRIGGER_PROCESS_TIME, TRIGGER_START_TO_START, TRIGGER_WAFERS
from fabsim.kernels.slots import close_nodes, keeps_out, note_opening, open_nodes
from fabsim.kernels.state import ABSENT, INSTALLED, LEAVING, NONE, World
from fabsim.kernels.views import causes, lots, reals, sets, tools
from fabsim.kernels.waking import TOOL_DOWN, TOOL_UP, wait_for

FIRST = np.uint64(1 << 63)
"""Counter of the draw of a cause's first interval; the n-th occurrence has counter n."""


@kernel
def _draw_every(w: World, cause: int) -> float:
    """Return the interval after the cause's present occurrence [ms or wafers]."""
    c = causes(w)[cause]
    _, u, _, _ = uniforms(w[0].key, c.subject, np.uint64(c.count))
    return draw(c.every_kind, c.every_a, c.every_b, c.every_c, reals(w), u)


@kernel
def _draw_takes(w: World, cause: int) -> int:
    """Return the length of the cause's present occurrence [ms]."""
    c = causes(w)[cause]
    u, _, _, _ = uniforms(w[0].key, c.subject, np.uint64(c.count))
    return to_ms(draw(c.takes_kind, c.takes_a, c.takes_b, c.takes_c, reals(w), u))


@kernel
def start_calendars(w: World, tool: int) -> None:
    """Wait for the first occurrence of each of the tool's causes, at another instant for each of the toolset's tools.

    With ``stagger`` tool k of N has it at (k + 1) / N of the first one, otherwise k / N of ``apart`` later.  The chambers of a stage are
    counted over all tools.
    """
    t = tools(w)[tool]
    for cause in range(t.first_cause, t.first_cause + t.causes + t.chamber_causes):
        c = causes(w)[cause]
        u, _, _, _ = uniforms(w[0].key, c.subject, FIRST)
        first = draw(c.first_kind, c.first_a, c.first_b, c.first_c, reals(w), u)
        number, of = t.local * c.of + c.number, sets(w)[t.toolset].tools * c.of
        first = first * (number + 1) / of if c.stagger else first + c.apart * number / of
        if c.trigger == TRIGGER_AFTER_END or c.trigger == TRIGGER_START_TO_START:
            wait_for_due(w, cause, w[0].now_ms + to_ms(first))
        else:
            c.left = first
    t.counted = 0
    see_spare(w, tool)


@kernel
def due(w: World, cause: int) -> None:
    """Answer TOOL_DOWN: the cause is due; a due time that a pre-emption has moved is waited for again."""
    seldom()
    c = causes(w)[cause]
    tool = c.tool
    t = tools(w)[tool]
    if t.installed == ABSENT:
        return
    if c.due_ms > w[0].now_ms:
        wait_for(w, c.due_ms, TOOL_DOWN, cause, cause)
        return
    if c.chamber != NONE:
        turn_chamber(w, cause, _draw_takes(w, cause), to_ms(_draw_every(w, cause)))
        return
    t.pending |= np.int64(1) << (cause - t.first_cause)
    if t.cause == NONE and (c.preempts or keeps_out(w, tool)):
        close_nodes(w, tool)
        turn(w, tool)
    try_down(w, tool)


@inlined
def try_down(w: World, tool: int) -> None:
    """Start the first pending cause of the tool that need not wait for a job; let an empty tool that is leaving go."""
    if tools(w)[tool].pending != 0 or tools(w)[tool].installed != INSTALLED:
        _try_down(w, tool)


@kernel
def _try_down(w: World, tool: int) -> None:
    seldom()
    t = tools(w)[tool]
    if t.installed == LEAVING and t.inside == 0:
        book_tool(w, tool, w[0].now_ms)
        t.installed = ABSENT
        t.pending = 0
        return
    if t.pending == 0 or t.cause != NONE or t.installed == ABSENT:
        return
    for k in range(t.causes):
        if t.pending >> k & 1 and (t.inside == 0 or causes(w)[t.first_cause + k].preempts):
            _go_down(w, tool, t.first_cause + k)
            return


@kernel
def _go_down(w: World, tool: int, cause: int) -> None:
    now = w[0].now_ms
    book_tool(w, tool, now)
    t = tools(w)[tool]
    c = causes(w)[cause]
    takes = _draw_takes(w, cause)
    t.pending &= ~(np.int64(1) << (cause - t.first_cause))
    t.cause = cause
    t.down_since_ms = now
    t.down_until_ms = now + takes
    close_nodes(w, tool)
    went(w, tool, -1)
    _move_finishes(w, tool, takes)
    if c.trigger == TRIGGER_WAFERS:
        count_wafers(w, tool)
        c.left = _draw_every(w, cause) + (c.left if c.carry_over else 0.0)
        see_spare(w, tool)
    wait_for(w, t.down_until_ms, TOOL_UP, tool, tool)


@kernel
def _move_finishes(w: World, tool: int, takes: int) -> None:
    """Move what is left of the jobs inside, and what their work would bring about, by the time the tool is down."""
    t = tools(w)[tool]
    now = w[0].now_ms
    for cause in range(t.first_cause, t.first_cause + t.causes):
        c = causes(w)[cause]
        if c.trigger == TRIGGER_PROCESS_TIME and c.due_ms > now:
            c.due_ms += takes
    if t.inside > 0 and t.entry_free_ms > now:
        t.entry_free_ms += takes
        note_opening(w, tool)
    _move_phases(t, now, takes)
    lot = t.first_job
    for _ in range(t.inside):
        job = lots(w)[lot]
        _move_phases(job, now, takes)
        job.finish_ms += takes
        lot = job.next_job


@kernel
def _move_phases(work: Any, now_ms: int, takes: int) -> None:
    """Move the ends of setup, load and process that are still to come, of a job or of a tool that keeps those of its oldest one."""
    if work.setup_end_ms > now_ms:
        work.setup_end_ms += takes
    if work.load_end_ms > now_ms:
        work.load_end_ms += takes
    if work.process_end_ms > now_ms:
        work.process_end_ms += takes


@kernel
def up(w: World, tool: int) -> None:
    """Answer TOOL_UP: the cause has ended; the next one starts or the tool is open again."""
    seldom()
    t = tools(w)[tool]
    now = w[0].now_ms
    if t.installed == ABSENT or t.cause == NONE or t.down_until_ms != now:
        return
    book_tool(w, tool, now)
    cause = t.cause
    c = causes(w)[cause]
    w[0].state_digest = add64(w[0].state_digest, hash_words(tool, cause, t.down_since_ms, now, c.count, c.kind))
    t.cause = NONE
    went(w, tool, 1)
    if c.trigger == TRIGGER_AFTER_END:
        # what pre-empts has waited for another cause only, as if that had been stopped and had gone on afterwards
        ended_ms = c.due_ms + now - t.down_since_ms if c.preempts else now
        wait_for_due(w, cause, ended_ms + to_ms(_draw_every(w, cause)))
    elif c.trigger == TRIGGER_START_TO_START:
        # from when it was due, not from when a job let it start: the rate is the calendar's
        wait_for_due(w, cause, c.due_ms + to_ms(_draw_every(w, cause)))
    elif c.trigger == TRIGGER_PROCESS_TIME:
        c.left = _draw_every(w, cause)
        if t.inside > 0:
            count_process(w, cause, now, lots(w)[t.first_job].process_end_ms - now)
    c.count += 1
    try_down(w, tool)
    open_nodes(w, tool)
