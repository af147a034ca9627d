"""Jobs: lots join a queue, a tool takes a job, the job ends."""

from __future__ import annotations

from fabsim.kernels.batches import end_waivers, start_last, waive
from fabsim.kernels.books import book_set, book_tool, record_move
from fabsim.kernels.chambers import stay
from fabsim.kernels.choose import choose_pair, head, may_come
from fabsim.kernels.counters import after_begin
from fabsim.kernels.downs import try_down
from fabsim.kernels.draws import draw, to_ms
from fabsim.kernels.jit import inlined, kernel
from fabsim.kernels.knots import untie
from fabsim.kernels.late import MOST_REFUSED, end_windows, late_entry, refuse
from fabsim.kernels.queues import line_of, push, remove
from fabsim.kernels.reasons import begin_wait, end_waits, leave_open, took
from fabsim.kernels.records import PER_WAFER, WAIVE_NEVER
from fabsim.kernels.reserve import give_up_tools, keep_tools, withdraw
from fabsim.kernels.reticles import leave_reticle, take_reticle
from fabsim.kernels.setups import change_setup
from fabsim.kernels.slots import close_node, first_open, has_open, list_nodes, next_open, note_opening, offer, open_nodes, relist, wake_next
from fabsim.kernels.state import HELD, IN_JOB, NEVER, NONE, WAITS, World
from fabsim.kernels.travel import resume, route_on, start_step
from fabsim.kernels.views import entries, ints, lines, lots, nodes, reals, sets, steps, tools
from fabsim.kernels.waking import JOB_DONE, TIMER, touch, wait_for
from fabsim.kernels.watches import saw_arrival, saw_empty, saw_wafers


@inlined
def arrive(w: World, lot: int) -> None:
    """Answer LOT_ARRIVES: the lot joins its queue, or goes on after a hold.  The caller sees that its line has room."""
    r = lots(w)[lot]
    if r.status == HELD:
        resume(w, lot)
        return
    step = steps(w)[r.step]
    book_set(w, step.toolset)
    s = sets(w)[step.toolset]
    s.waiting += 1
    w[0].waiting += 1
    r.status = WAITS
    ints(w)[w[0].queued_at + r.step] += 1
    line = line_of(w, lot)
    push(w, line, lot)
    if s.expected != NONE and r.expected_at != NONE:
        withdraw(w, lot)
    if step.batch_key != NONE and step.batch_wait_ms >= 0:
        w[0].timers += 1
        wait_for(w, w[0].now_ms + step.batch_wait_ms, TIMER, r.id, lot)
    if s.watch != NONE:
        saw_arrival(w, step.toolset)
    offer(w, step.toolset)
    if step.batch_key != NONE and step.batch_waive != WAIVE_NEVER and r.priority >= step.batch_hot:
        waive(w, line, lot)
    if s.touched:
        r.next_new = s.newcomer
        s.newcomer = lot
    else:
        begin_wait(w, line, lot)


@inlined
def dispatch(w: World, toolset: int) -> None:
    """Answer DISPATCH: give jobs to open tools until none can start."""
    s = sets(w)[toolset]
    if s.expected != NONE:
        give_up_tools(w, toolset)
    refused, begun = 0, False
    while s.waiting > 0 and has_open(w, toolset) and refused < MOST_REFUSED:
        tool, line, at = choose_pair(w, toolset)
        if tool != NONE and s.expected != NONE and keep_tools(w, toolset):
            continue
        if tool != NONE:
            late = late_entry(w, line, at)
            if late == NONE:
                _begin(w, tool, line, at)
                begun = True
            else:
                refuse(w, line, late)
                refused += 1
        elif not _let_go(w, toolset):
            break
    # not before: while a dispatch goes on, what touches the toolset needs no other one
    s.touched = 0
    if refused == MOST_REFUSED or (begun and s.expected != NONE and s.waiting > 0):
        # there may be more; a tool that was kept need not be, now that others wait in front
        touch(w, toolset)
    if s.held > 0 and (s.waiting == 0 or not has_open(w, toolset)):
        _hold(w, toolset, 0)
    if s.waiting > 0:
        if s.open_first != NONE:
            wake_next(w, toolset)
        leave_open(w, toolset)
    lot = int(s.newcomer)
    s.newcomer = NONE
    if s.waived:
        end_waivers(w, toolset, lot)
    if s.waiting > 0:
        _begin_waits(w, lot)


@kernel
def _begin_waits(w: World, lot: int) -> None:
    """Begin the waits of a lot and of those after it that have come at this instant and were left; most start at once and have none."""
    while lot != NONE:
        if lots(w)[lot].status == WAITS:
            line = line_of(w, lot)
            begin_wait(w, line, lot)
        lot = lots(w)[lot].next_new


@kernel
def _let_go(w: World, toolset: int) -> bool:
    """Let go what waits for lots of which none can come any more, minimum runs and batches; return whether there was any."""
    s = sets(w)[toolset]
    released, held = False, 0
    if s.min_run > 0:
        released, held = _release_runs(w, toolset)
    if s.drains and not released:
        released, short, all_wait = start_last(w, toolset)
        held += short
        if all_wait and not released:
            released = untie(w, toolset)
    _hold(w, toolset, held)
    return released


@kernel
def _release_runs(w: World, toolset: int) -> tuple[bool, int]:
    """End minimum runs that no lot in the fab can go on with; return whether there was one, and how many hold a tool."""
    released = False
    held = 0
    node = first_open(w, toolset)
    while node != NONE:
        t = tools(w)[nodes(w)[node].tool]
        if t.run_left > 0:
            if may_come(w, nodes(w)[node].tool):
                held += 1
            else:
                t.run_left = 0
                released = True
        node = next_open(w, toolset, node)
    return released, held


@kernel
def _hold(w: World, toolset: int, held: int) -> None:
    """Note how much of the toolset waits for lots on their way: tools for a minimum run, batches for their size."""
    s = sets(w)[toolset]
    w[0].held_sets += (1 if held > 0 else 0) - (1 if s.held > 0 else 0)
    s.held = held


@inlined
def _take(w: World, line: int, at: int) -> int:
    """Take the job that starts with the entry at ``at`` out of the line; return its lead, with the members chained to it.

    A batch is filled in rank order up to its largest size; the first lot that does not fit ends it.
    """
    q = lines(w)[line]
    r = lots(w)
    lead = remove(w, line, at)
    r[lead].next_member = NONE
    count, wafers = 1, r[lead].wafers
    if q.batch_key != NONE:
        most = steps(w)[r[lead].step].batch_max
        while q.count > 0:
            at = head(w, line)
            lot = entries(w)[at].lot
            if wafers + r[lot].wafers > most:
                break
            remove(w, line, at)
            count += 1
            wafers += r[lot].wafers
            if r[lot].id < r[lead].id:
                r[lot].next_member = lead
                lead = lot
            else:
                r[lot].next_member = r[lead].next_member
                r[lead].next_member = lot
    r[lead].job_lots = count
    r[lead].job_wafers = wafers
    return lead


@inlined
def _work(w: World, lead: int) -> tuple[int, int, int]:
    """Return (time at the entry, time after it, both together with all chambers up) of the job [ms], each rounded once.

    One draw p by the lead.  Per wafer the entry takes n p, else p; with a cascade interval c it takes n c (n wafers or
    one lot) and p - c follows; without one the latency follows.  A tool with chambers: `chambers.stay`, then the latency.
    """
    r = lots(w)[lead]
    step = steps(w)[r.step]
    p = draw(step.process_kind, step.process_a, step.process_b, step.process_c, reals(w), r.u_process)
    units = 1
    if step.per == PER_WAFER:
        units = r.job_wafers
        if step.wafers > 0:
            units = min(units, step.wafers * r.job_lots)
    if sets(w)[step.toolset].stages > 0:
        hold, after = stay(w, r.tool, p, units, False)
        least, rest = stay(w, r.tool, p, units, True)
        return hold, after + step.latency_ms, least + rest + step.latency_ms
    if step.interval_ms >= 0.0:
        hold, after = to_ms(step.interval_ms * units), to_ms(max(0.0, p - step.interval_ms))
    else:
        hold, after = to_ms(p * units), step.latency_ms
    return hold, after, hold + after


@inlined
def _begin(w: World, tool: int, line: int, at: int) -> None:
    """Start the job whose first lot stands at pool position ``at`` of the line on the tool."""
    now = w[0].now_ms
    book_tool(w, tool, now)
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    book_set(w, t.toolset)
    lead = _take(w, line, at)
    lines(w)[line].plan_ms = NEVER
    end_waits(w, line, lead)
    job = lots(w)[lead]
    job.tool = tool
    job.next_job = NONE
    job.start_ms = now
    ready = max(now, t.setup_end_ms) if s.spaced else now
    job.setup_end_ms = ready + change_setup(w, tool, lead)
    take_reticle(w, tool, lead)
    job.load_end_ms = job.setup_end_ms + s.load_ms
    entry = job.load_end_ms if s.spaced else max(job.load_end_ms, t.entry_free_ms)
    hold, after, raw = _work(w, lead)
    t.entry_free_ms = hold + (now if s.spaced else entry)
    job.process_end_ms = entry + hold + after
    if t.inside > 0:
        before = lots(w)[t.last_job]
        job.process_end_ms = max(job.process_end_ms, before.process_end_ms)
        before.next_job = lead
    else:
        _be_oldest(w, tool, lead)
    t.setup_end_ms = max(t.setup_end_ms, job.setup_end_ms)
    job.finish_ms = job.process_end_ms + s.unload_ms
    count, wafers = job.job_lots, job.job_wafers
    t.last_job = lead
    t.inside += 1
    t.jobs += 1
    t.wafers += wafers
    s.starts += count
    s.waiting -= count
    s.working += count
    w[0].waiting -= count
    step = steps(w)[job.step]
    if step.batch_key != NONE:
        s.batch_wafers += wafers
        s.batch_room += step.batch_max
    _start_members(w, lead, tool, raw + s.load_ms + s.unload_ms)
    wait_for(w, job.finish_ms, JOB_DONE, job.id, lead)
    _close_slot(w, tool)
    if s.counts:
        after_begin(w, tool, lead)
    if t.watch != NONE:
        saw_wafers(w, tool, job.job_wafers)
    took(w, tool)


@inlined
def _start_members(w: World, lead: int, tool: int, raw_ms: int) -> None:
    """Book the waits of the job's lots and end the queue-time windows that end with the start of work."""
    now = w[0].now_ms
    r = lots(w)
    lot = lead
    s = sets(w)[tools(w)[tool].toolset]
    while lot != NONE:
        r[lot].status = IN_JOB
        r[lot].tool = tool
        r[lot].wait_ms += now - r[lot].arrive_ms
        s.wait_ms += now - r[lot].arrive_ms
        r[lot].raw_ms += raw_ms
        start_step(w, lot)
        end_windows(w, lot)
        lot = r[lot].next_member


@inlined
def _close_slot(w: World, tool: int) -> None:
    """Take the slot of the tool that is open longest off the list, then list what is still open.

    A spaced tool stays listed; it takes its place anew, at the end of the oldest job's work, if that is when a slot is free of work again.
    """
    t = tools(w)[tool]
    s = sets(w)[t.toolset]
    if not s.spaced:
        node = s.open_first
        while nodes(w)[node].tool != tool:
            node = nodes(w)[node].next
        close_node(w, node)
    else:
        note_opening(w, tool)
        if t.inside == s.slots and t.process_end_ms > lots(w)[t.last_job].load_end_ms:
            relist(w, tool, t.process_end_ms)
    list_nodes(w, tool)


@inlined
def end(w: World, lead: int) -> None:
    """Answer JOB_DONE: the job's lots are sent on and the tool is open again; a finish that has moved is waited for again."""
    r = lots(w)
    job = r[lead]
    now = w[0].now_ms
    if job.finish_ms > now:
        wait_for(w, job.finish_ms, JOB_DONE, job.id, lead)
        return
    tool = job.tool
    book_tool(w, tool, now)
    _leave_tool(w, tool, lead)
    leave_reticle(w, tool, lead)
    t = tools(w)[tool]
    book_set(w, t.toolset)
    s = sets(w)[t.toolset]
    s.working -= job.job_lots
    s.moves += job.job_lots
    lot = lead
    while lot != NONE:
        following = r[lot].next_member
        r[lot].tool_ms += now - job.start_ms
        r[lot].moves += 1
        record_move(w, lot, lead, tool)
        lot = following
    _send_on(w, lead)
    try_down(w, tool)
    open_nodes(w, tool)
    if t.kept_for != NONE and t.inside == 0 and s.when_empty:
        # now that it may change its setup it may have a more urgent lot to take
        offer(w, t.toolset)
    if s.watch != NONE and t.inside == 0:
        saw_empty(w, t.toolset)


@inlined
def _send_on(w: World, lead: int) -> None:
    """Send the job's lots on, the lead last: its row holds the job until then."""
    r = lots(w)
    following = int(r[lead].next_member)
    while True:
        lot = lead if following == NONE else following
        following = int(r[lot].next_member)
        route_on(w, lot)
        if lot == lead:
            return


@inlined
def _be_oldest(w: World, tool: int, lead: int) -> None:
    """Make the job the oldest one in the tool, whose time is booked."""
    t = tools(w)[tool]
    t.first_job = lead
    t.load_end_ms = lots(w)[lead].load_end_ms
    t.process_end_ms = lots(w)[lead].process_end_ms


@inlined
def _leave_tool(w: World, tool: int, lead: int) -> None:
    """Take the job out of the tool's list of jobs."""
    t = tools(w)[tool]
    r = lots(w)
    if t.first_job == lead:
        if t.inside > 1:
            _be_oldest(w, tool, r[lead].next_job)
    else:
        before = t.first_job
        while r[before].next_job != lead:
            before = r[before].next_job
        r[before].next_job = r[lead].next_job
        if t.last_job == lead:
            t.last_job = before
    t.inside -= 1
    note_opening(w, tool)
