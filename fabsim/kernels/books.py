"""Bookkeeping: every millisecond of every tool is booked once, on one activity; queues and WIP are summed over time."""

from __future__ import annotations

from typing import Any

from fabsim.kernels.chamber_time import close_chambers
from fabsim.kernels.jit import inlined, kernel, seldom
from fabsim.kernels.philox import add64, hash_words
from fabsim.kernels.rows import STATUS_IN_PROCESS
from fabsim.kernels.state import ABSENT, ACTIVITIES, FREE, NEVER, NONE, World
from fabsim.kernels.views import causes, done, lots, moves, sets, tools
from fabsim.terms.states import Activity
from fabsim.terms.waits import BOOKED

STANDBY, SETUP, LOAD, PROCESS, UNLOAD = (int(Activity(a)) for a in range(5))
DOWN = int(Activity.DOWN)


@inlined
def book_tool(w: World, tool: int, until_ms: int) -> None:
    """Book the tool's time up to ``until_ms``: the cause that keeps it down, else its jobs, else standby.

    Of the jobs inside work comes first, whosever it is, then a setup, then a load: what runs beside work costs no time.  All
    of them began before the time that is booked.
    An empty tool without a chamber in some stage is down too, by the kind of what took the last one.
    """
    t = tools(w)[tool]
    since = t.booked_ms
    if t.installed == ABSENT or until_ms <= since:
        return
    t.booked_ms = until_ms
    if t.cause != NONE:
        t.booked[DOWN + causes(w)[t.cause].kind] += until_ms - since
        return
    if t.inside == 0:
        t.booked[DOWN + t.halted - 1 if t.halted else STANDBY] += until_ms - since
        return
    if t.inside > 1:
        _book_jobs(w, t, since, until_ms)
        return
    since = _book_part(t, SETUP, since, t.setup_end_ms, until_ms)
    since = _book_part(t, LOAD, since, t.load_end_ms, until_ms)
    since = _book_part(t, PROCESS, since, t.process_end_ms, until_ms)
    t.booked[UNLOAD] += until_ms - since


@inlined
def _book_part(t: Any, activity: int, since: int, end: int, until: int) -> int:
    """Book the time up to ``end`` on the only job's activity; return from when on the rest is to be booked."""
    stop = min(end, until)
    if stop > since:
        t.booked[activity] += stop - since
        return stop
    return since


@kernel
def _book_jobs(w: World, t: Any, since: int, until_ms: int) -> None:
    """Book the time on what comes first of the jobs inside."""
    while since < until_ms:
        activity, end_ms = _busiest(w, t, since)
        end_ms = min(end_ms, until_ms)
        t.booked[activity] += end_ms - since
        since = end_ms


@kernel
def _busiest(w: World, t: Any, at_ms: int) -> tuple[int, int]:
    """Return (activity of the jobs inside the tool at an instant that comes first, until when at most it does)."""
    best, end_ms = UNLOAD, NEVER
    lot = t.first_job
    for _ in range(t.inside):
        activity, until_ms = _phase(lots(w)[lot], at_ms)
        if activity == PROCESS:
            return PROCESS, until_ms
        end_ms = min(end_ms, until_ms)
        if best == UNLOAD or activity == SETUP:
            best = activity
        lot = lots(w)[lot].next_job
    return best, end_ms


@kernel
def _phase(job: Any, at_ms: int) -> tuple[int, int]:
    """Return (what the job does at an instant, until when)."""
    if at_ms < job.setup_end_ms:
        return SETUP, job.setup_end_ms
    if at_ms < job.load_end_ms:
        return LOAD, job.load_end_ms
    if at_ms < job.process_end_ms:
        return PROCESS, job.process_end_ms
    return UNLOAD, NEVER


@inlined
def book_set(w: World, toolset: int) -> None:
    """Sum the toolset's queue and work in process over the time since they last changed."""
    s = sets(w)[toolset]
    passed = w[0].now_ms - s.area_ms
    s.queue_lot_ms += s.waiting * passed
    s.process_lot_ms += s.working * passed
    s.area_ms = w[0].now_ms


@kernel
def book_fab(w: World) -> None:
    """Sum the lots in process over the time since their number last changed."""
    w[0].lot_area_ms += w[0].in_process * (w[0].now_ms - w[0].lot_area_at_ms)
    w[0].lot_area_at_ms = w[0].now_ms


@inlined
def record_move(w: World, lot: int, lead: int, tool: int) -> None:
    """Add one lot's finished visit to the digest and, if the lot is traced, to the moves."""
    r = lots(w)[lot]
    job = lots(w)[lead]
    w[0].total_moves += 1
    w[0].digest = add64(w[0].digest, hash_words(r.id, r.step, r.visit, tool, job.start_ms, job.finish_ms))
    if r.traced:
        _trace_move(w, lot, lead, tool)


@kernel
def _trace_move(w: World, lot: int, lead: int, tool: int) -> None:
    """Add one lot's finished visit to the moves."""
    seldom()
    r = lots(w)[lot]
    job = lots(w)[lead]
    row = moves(w)[w[0].moves_count]
    w[0].moves_count += 1
    row.lot = r.id
    row.step = r.step
    row.visit = r.visit
    row.tool = tool
    row.job_lots = job.job_lots
    row.job_wafers = job.job_wafers
    row.arrive_ms = r.arrive_ms
    row.start_ms = job.start_ms
    row.setup_ms = job.setup_end_ms - job.start_ms
    row.finish_ms = job.finish_ms
    for reason in range(BOOKED):
        row.waits[reason] = r.waits[reason]
    row.refused_ms = r.refused_ms
    row.transport_ms = r.transport_ms - r.travelled_ms
    row.hold_ms = 0
    r.refused_ms = 0
    r.travelled_ms = r.transport_ms


@kernel
def record_hold(w: World, lot: int, held_ms: int) -> None:
    """Note in the lot's last move, which has just been recorded with those of its job, that a hold follows it."""
    seldom()
    at = w[0].moves_count - 1
    while moves(w)[at].lot != lots(w)[lot].id:
        at -= 1
    moves(w)[at].hold_ms = held_ms


@kernel
def write_lot(w: World, lot: int, status: int) -> None:
    """Add the lot's row, as it stands now, to those that are done."""
    r = lots(w)[lot]
    row = done(w)[w[0].done_count]
    w[0].done_count += 1
    row.lot = r.id
    row.subject = r.subject
    row.stream = r.stream
    row.wafers = r.wafers
    row.priority = r.priority
    row.status = status
    row.release_ms = r.release_ms
    row.due_ms = r.due_ms
    row.done_ms = w[0].now_ms
    row.wait_ms = r.wait_ms
    row.transport_ms = r.transport_ms
    row.tool_ms = r.tool_ms
    row.raw_ms = r.raw_ms
    row.moves = r.moves
    row.reworks = r.reworks
    row.windows = r.windows
    row.violations = r.violations
    row.initial = r.initial
    for reason in range(BOOKED):
        row.waits[reason] = r.waited[reason]
    row.hold_ms = r.hold_ms
    row.spared = r.spared
    row.wafers_lost = r.wafers_lost
    row.gate_ms = r.gate_ms
    w[0].state_digest = add64(
        w[0].state_digest, hash_words(r.id, w[0].now_ms, r.wait_ms, r.transport_ms, r.tool_ms, status + 4 * r.violations)
    )
    if r.hold_ms > 0 or r.spared < 1.0:
        w[0].state_digest = add64(w[0].state_digest, hash_words(r.id, r.hold_ms, int(r.spared * 2.0**53), 0, 0, 0))
    if r.wafers_lost > 0:
        w[0].state_digest = add64(w[0].state_digest, hash_words(r.id, r.wafers, r.wafers_lost, 0, 0, 0))
    if r.gate_ms > 0:
        w[0].state_digest = add64(w[0].state_digest, hash_words(r.id, r.release_ms, r.gate_ms, 0, 0, 0))


@kernel
def write_unfinished(w: World, first: int) -> int:
    """Write the rows of lots in process from row ``first`` on while there is room; return the row to go on with, or -1."""
    room = len(done(w))
    r = lots(w)
    for lot in range(first, len(r)):
        if r[lot].status != FREE:
            if w[0].done_count == room:
                return lot
            write_lot(w, lot, STATUS_IN_PROCESS)
    return NONE


@kernel
def close_tool(w: World, tool: int, row: Any) -> None:
    """Fill ``row`` (a record `rows.TOOL_ROW`) with the tool's period up to now and begin the next one."""
    book_tool(w, tool, w[0].now_ms)
    t = tools(w)[tool]
    row.tool = tool
    row.toolset = t.toolset
    row.start_ms = t.period_ms
    row.end_ms = t.booked_ms
    row.standby_ms = t.booked[STANDBY]
    row.setup_ms = t.booked[SETUP]
    row.load_ms = t.booked[LOAD]
    row.process_ms = t.booked[PROCESS]
    row.unload_ms = t.booked[UNLOAD]
    row.down_ms = t.booked[DOWN]
    row.maintenance_ms = t.booked[DOWN + 1]
    row.engineering_ms = t.booked[DOWN + 2]
    row.jobs = t.jobs
    row.setups = t.setups
    row.wafers = t.wafers
    close_chambers(w, tool, row)
    w[0].state_digest = add64(
        w[0].state_digest, hash_words(tool, t.booked_ms, row.standby_ms, row.setup_ms + (row.load_ms << 32), row.process_ms, row.down_ms)
    )
    w[0].state_digest = add64(
        w[0].state_digest, hash_words(tool, t.period_ms, row.maintenance_ms, row.engineering_ms, row.unload_ms, t.jobs + (t.setups << 32))
    )
    t.period_ms = t.booked_ms
    for a in range(ACTIVITIES):
        t.booked[a] = 0
    t.jobs = 0
    t.setups = 0
    t.wafers = 0


@kernel
def close_tools(w: World, rows: Any) -> int:
    """Fill ``rows`` (`rows.TOOL_ROW`) with the period of each of the world's tools, absent time left out; return how many there are.

    A tool that left is written once more, with the period in which it did.
    """
    count = 0
    for tool in range(w[0].first_tool, w[0].end_tool):
        t = tools(w)[tool]
        if t.installed != ABSENT or t.booked_ms > t.period_ms:
            close_tool(w, tool, rows[count])
            count += 1
    return count


@kernel
def close_sets(w: World, rows: Any) -> int:
    """Fill ``rows`` (`rows.WIP_ROW`, one for each of the world's toolsets) with the period up to now and begin the next one."""
    for toolset in range(w[0].first_set, w[0].end_set):
        book_set(w, toolset)
        s = sets(w)[toolset]
        row = rows[toolset - w[0].first_set]
        row.toolset = toolset
        row.start_ms = s.period_ms
        row.end_ms = w[0].now_ms
        row.queue_lot_ms = s.queue_lot_ms
        row.process_lot_ms = s.process_lot_ms
        row.moves = s.moves
        row.starts = s.starts
        row.wait_ms = s.wait_ms
        row.batch_wafers = s.batch_wafers
        row.batch_room = s.batch_room
        for reason in range(BOOKED):
            row.waits[reason] = s.waits[reason]
            s.waits[reason] = 0
        s.period_ms = w[0].now_ms
        s.queue_lot_ms = 0
        s.process_lot_ms = 0
        s.moves = 0
        s.starts = 0
        s.wait_ms = 0
        s.batch_wafers = 0
        s.batch_room = 0
    return w[0].end_set - w[0].first_set
