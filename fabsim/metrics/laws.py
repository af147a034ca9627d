"""Laws that every run obeys, whatever its fab and policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from fabsim.kernels.rows import STATUS_DONE, STATUS_IN_PROCESS, STATUS_SCRAPPED, WAIT_COLUMNS
from fabsim.metrics.contributions import MOVE_PARTS, moves_of_lots
from fabsim.metrics.measure import OURS, total
from fabsim.metrics.toolsets import ACTIVITIES, CHAMBER_TIMES
from fabsim.model import Scenario
from fabsim.trace import Totals, Trace

LEFT = pl.col("status") != STATUS_IN_PROCESS
CYCLE_MS = pl.col("done_ms") - pl.col("release_ms")
LOT_TIMES = ["wait_ms", "transport_ms", "tool_ms", "hold_ms"]
WAITS_MS = pl.sum_horizontal(WAIT_COLUMNS)
REFUSED = pl.col("violations") > 0
NEGATIVE_WAITS = pl.any_horizontal(pl.col(WAIT_COLUMNS) < 0)

LOT_LAWS = {
    "a lot's times are not negative": pl.any_horizontal(pl.col(*LOT_TIMES, "raw_ms", "gate_ms") < 0)
    | (CYCLE_MS < 0)
    | (pl.col("done_ms") < 0),
    "wait + transport + tool + hold time is the cycle time": OURS & LEFT & (pl.sum_horizontal(LOT_TIMES) != CYCLE_MS),
    "wait + tool time of a lot in process is at most its time in the fab": OURS
    & ~LEFT
    & (pl.sum_horizontal("wait_ms", "tool_ms") > CYCLE_MS),
    "no lot is faster than its raw process time": OURS & LEFT & (pl.sum_horizontal("transport_ms", "tool_ms") < pl.col("raw_ms")),
    "a lot keeps a share of its dies": ~pl.col("spared").is_between(0, 1),
    "no more windows are violated than ended": pl.col("violations") > pl.col("windows"),
    "the reasons of a lot's waits add up to them": pl.col("wait_ms") != WAITS_MS,
    "no reason of a lot's waits is negative": NEGATIVE_WAITS,
}
"""What must hold of every row of lots, and which rows break it.

A lot's transport and its hold are booked whole when they begin, its raw time when the job starts: lots in process are not held to either.
"""

TOOL_LAWS = {
    "a tool's activities add up to its time": pl.sum_horizontal(ACTIVITIES) != pl.col("end_ms") - pl.col("start_ms"),
    "a tool's times are not negative": pl.any_horizontal(pl.col(*ACTIVITIES, *CHAMBER_TIMES) < 0),
    "the times of a tool's chambers add up to them": pl.sum_horizontal(CHAMBER_TIMES)
    != pl.col("chambers") * (pl.col("end_ms") - pl.col("start_ms")),
}

MOVE_LAWS = {
    "a move's clock never runs back": (pl.col("start_ms") < pl.col("arrive_ms"))
    | (pl.col("setup_ms") < 0)
    | (pl.col("finish_ms") < pl.col("start_ms") + pl.col("setup_ms")),
    "the reasons of a move's wait add up to it": pl.col("start_ms") - pl.col("arrive_ms") != WAITS_MS,
    "no reason of a move's wait is negative": NEGATIVE_WAITS,
    "no time between moves is negative": pl.any_horizontal(pl.col("refused_ms", "transport_ms", "hold_ms") < 0),
}

REST_MS = CYCLE_MS - pl.sum_horizontal(*MOVE_PARTS)
"""What is left of a lot's cycle time once all that its moves say is taken from it."""

MOVED_LAWS = {
    "a lot has done its moves": pl.col("moves") != pl.col("moves_right"),
    "a lot's moves add up to its time in tools": pl.col("work") != pl.col("tool_ms"),
    "a lot's moves add up to its time on hold": pl.col("hold") != pl.col("hold_ms"),
    "a lot's moves add up to its cycle time": OURS & (pl.col("status") == STATUS_DONE) & (REST_MS != 0) & ((REST_MS < 0) | ~REFUSED),
}
"""What must hold of every lot whose moves are recorded; one that was refused may then have had nothing left to do."""

WAY_LAWS = {
    "a move begins where the lot has got to": pl.col("left_ms") + pl.sum_horizontal("refused_ms", "transport_ms") != pl.col("arrive_ms"),
}
"""What must hold of every move and the one before; nothing is before the first one of initial WIP."""

WIP_LAWS = {"the reasons of a toolset's waits add up to them": pl.col("wait_ms") != WAITS_MS}


@dataclass(frozen=True)
class Little:
    """The two sides of Little's law, L T = sum of W, over a whole run: equal to the millisecond."""

    lot_ms: int
    """L T: lots in the fab, summed over the time from 0 to the horizon [lot ms]."""
    stay_ms: int
    """Sum of W: the time each lot was in the fab, from 0 on, summed over lots [lot ms]."""


def little(scenario: Scenario, trace: Trace) -> Little:
    """Return both sides of Little's law, each found its own way: by sweeping over time, and lot by lot.

    Both come from the same rows: it is the floor's own integral (see `check_laws`) that they put to the test.
    """
    arrivals = trace.lots.select(at="release_ms", change=pl.lit(1, pl.Int64))
    departures = trace.lots.select(at="done_ms", change=pl.lit(-1, pl.Int64))
    inside = pl.concat([arrivals, departures]).with_columns(pl.col("at").clip(0, scenario.horizon_ms)).sort("at", maintain_order=True)
    lasts = pl.col("at").shift(-1, fill_value=scenario.horizon_ms) - pl.col("at")
    swept = inside.select((pl.col("change").cum_sum() * lasts).sum()).item()
    stays = trace.lots.select((pl.col("done_ms") - pl.col("release_ms").clip(lower_bound=0)).sum()).item()
    return Little(int(swept), int(stays))


def check_laws(scenario: Scenario, trace: Trace, totals: Totals) -> list[str]:
    """Return each law the run breaks, with where and by how much; none for a sound run."""
    broken = [*_rows("lots", trace.lots, LOT_LAWS), *_rows("tools", trace.tools, TOOL_LAWS), *_rows("wip", trace.wip, WIP_LAWS)]
    broken += _counts(scenario, trace, totals)
    if trace.moves is not None:
        late = {"a move ends before the horizon": pl.col("finish_ms") >= scenario.horizon_ms}
        broken += _rows("moves", trace.moves, MOVE_LAWS | late)
        broken += _rows("lots", trace.lots.lazy().join(moves_of_lots(trace.moves), on="lot"), MOVED_LAWS)
        broken += _rows("moves", _ways(trace.lots, trace.moves), WAY_LAWS)
    broken += _wafers(scenario, trace)
    return [*broken, *_time_in_fab(scenario, trace, totals.lot_ms)]


def _rows(table: str, frame: pl.DataFrame | pl.LazyFrame, laws: dict[str, pl.Expr]) -> Iterator[str]:
    """Give each of ``laws`` that rows of ``frame`` break, with their number and the first of them."""
    for law, wrong in laws.items():
        found = frame.lazy().filter(wrong).select(pl.len().alias("rows"), pl.struct(pl.all().first()).alias("first")).collect()
        if rows := found["rows"].item():
            yield f"{law}: broken by {rows} rows of {table}, first by {found['first'].item()}"


def _ways(lots: pl.DataFrame, moves: pl.LazyFrame) -> pl.LazyFrame:
    """Return the moves with ``left_ms``, when the lot set out for them: at the end of the one before or of its hold, or at its release."""
    released = lots.lazy().select("lot", released_ms=pl.when(OURS).then("release_ms"))
    ordered = moves.sort("lot", "start_ms", "finish_ms", maintain_order=True).join(released, on="lot", maintain_order="left")
    before = (pl.col("finish_ms") + pl.col("hold_ms")).shift(1).over("lot")
    return ordered.with_columns(left_ms=pl.coalesce(before, "released_ms"))


def _counts(scenario: Scenario, trace: Trace, totals: Totals) -> Iterator[str]:
    """Give what does not add up between the totals and the rows recorded."""
    lots = trace.lots
    recorded: dict[str, tuple[int, int]] = {
        "released = completed + scrapped + in process": (totals.released, totals.completed + totals.scrapped + totals.in_process),
        "a row a completed lot": (totals.completed, lots.filter(pl.col("status") == STATUS_DONE).height),
        "a row a scrapped lot": (totals.scrapped, lots.filter(pl.col("status") == STATUS_SCRAPPED).height),
        "a row a lot in process": (totals.in_process, lots.filter(pl.col("status") == STATUS_IN_PROCESS).height),
        "a row a lot": (lots.height, lots["lot"].n_unique()),
        "moves are those of the lots": (totals.moves, int(lots.select(total("moves")).item())),
        "moves are those of the toolsets": (totals.moves, int(trace.wip.select(total("moves")).item())),
        "lots in process are left at the horizon": (scenario.horizon_ms * totals.in_process, int(lots.filter(~LEFT)["done_ms"].sum())),
    }
    if trace.moves is not None and scenario.trace == "all":
        recorded["a row a move"] = (totals.moves, int(trace.moves.select(pl.len()).collect().item()))
    for law, (one, other) in recorded.items():
        if one != other:
            yield f"{law}: {one} is not {other}"


def _wafers(scenario: Scenario, trace: Trace) -> Iterator[str]:
    """Give what breaks the conservation of wafers: a lot holds, or has lost, each of those its stream starts it with."""
    sizes = {stream.name: stream.lot_size for stream in scenario.streams}
    started = pl.col("stream").cast(pl.String).replace_strict(sizes, return_dtype=pl.Int64)
    empty = (pl.col("wafers") == 0) & (pl.col("status") != STATUS_SCRAPPED)
    wrong = (pl.col("wafers").cast(pl.Int64) + pl.col("wafers_lost") != started) | (pl.min_horizontal("wafers", "wafers_lost") < 0)
    yield from _rows("lots", trace.lots, {"wafers started = in the lot + lost": wrong, "a lot without wafers is scrapped": empty})


def _time_in_fab(scenario: Scenario, trace: Trace, lot_ms: int) -> Iterator[str]:
    """Give what breaks Little's law, by the lots, by the floor's integral, and by the toolsets' integrals.

    The toolsets see lots that wait or are worked on.  Those that left the fab booked that time; those in it have booked only what
    ended, and what initial lots have booked is left open.
    """
    law = little(scenario, trace)
    if law.lot_ms != law.stay_ms:
        yield f"Little's law: L T = {law.lot_ms} lot ms is not the sum of W = {law.stay_ms} lot ms"
    if lot_ms != law.stay_ms:
        yield f"Little's law: the floor's L T = {lot_ms} lot ms is not the sum of W = {law.stay_ms} lot ms"
    seen = int(trace.wip.select(total("queue_lot_ms") + total("process_lot_ms")).item())
    booked = trace.lots.filter(OURS).select(total("wait_ms") + total("tool_ms")).item()
    in_process = trace.lots.filter(OURS & ~LEFT).select((CYCLE_MS - pl.col("wait_ms") - pl.col("tool_ms")).sum()).item()
    initial = trace.lots.filter(~OURS).select(total("done_ms")).item()
    if not booked <= seen <= booked + in_process + initial:
        most = booked + in_process + initial
        yield f"time at the toolsets: queues and tools hold {seen} lot ms, the lots between {booked} and {most}"
