"""Release streams: the plan of starts accumulated in lots, hot lots apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import CONSTANT, CONWIP, POISSON, SCHEDULE
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.nodes import Problems
from fabsim.layout.scenario_checks import CheckedScenario, hot_name, product_of
from fabsim.layout.schedules import instants, scheduled
from fabsim.layout.stream_file import Conwip, Due, DueFactor, Schedule
from fabsim.layout.stream_file import Stream as StreamEntry
from fabsim.layout.work import to_ms
from fabsim.model import Stream
from fabsim.terms import DAY, MONTH

Floats = NDArray[np.float64]


class Plan(NamedTuple):
    """When lots of a stream start; nothing for CONWIP, whose lots follow those that leave."""

    times_ms: Floats
    """Instants at which planned starts change slope, or at which the lots of a schedule start [ms]."""
    lots: Floats
    """Starts accumulated there [lots], as many."""
    dues_ms: Floats | None = None
    """Due date - start of each lot of a schedule [ms], -1 for the stream's; None if no lot has one of its own."""


def build_streams(
    fab: CheckedFab, scenario: CheckedScenario, raw_ms: Callable[[int, int], float], problems: Problems
) -> tuple[Stream, ...]:
    """Return the streams in the order of the file, each followed by its hot lots; note those that would never let time pass.

    ``raw_ms``: raw process time [ms] of a product for lots of a size, for due dates by X-factor.
    """
    products = {name: k for k, name in enumerate(fab.file.products)}

    def due_ms(due: Due | None, product: int, entry: StreamEntry) -> int:
        if due is None:
            return -1
        return to_ms(due.x_factor * entry.uses * raw_ms(product, entry.lot_size) if isinstance(due, DueFactor) else due)

    streams = []
    for name, entry in scenario.file.starts.items():
        product = products[product_of(name, entry)]
        if isinstance(entry.pattern, Conwip) and raw_ms(product, entry.lot_size) < 1.0:
            expected = "expected a route that takes time: each lot would be replaced at the instant it comes"
            problems.at(scenario.document.root, ("starts", name, "pattern"), f"found a lot that takes no time at all, {expected}")
        for stream, share, priority, due in _parts(name, entry):
            plan = planned(entry, scenario.file.horizon, share * scenario.file.scale)
            usual_ms = due_ms(due, product, entry)
            streams.append(
                Stream(
                    name=stream,
                    product=product,
                    lot_size=entry.lot_size,
                    priority=priority,
                    pattern=_pattern(entry),
                    times_ms=plan.times_ms,
                    lots=plan.lots,
                    due_ms=usual_ms,
                    dues_ms=None if plan.dues_ms is None else np.where(plan.dues_ms < 0, usual_ms, plan.dues_ms),
                    limit=entry.pattern.conwip if isinstance(entry.pattern, Conwip) else entry.wip_limit or 0,
                    kind=entry.kind,
                    uses=entry.uses,
                )
            )
    return tuple(streams)


def started_lots(starts: dict[str, StreamEntry], horizon_ms: float) -> Iterator[tuple[str, int, float]]:
    """Yield product, lot size and planned lots of each entry."""
    for name, entry in starts.items():
        lots = [len(scheduled(entry.pattern))] if isinstance(entry.pattern, Schedule) else planned(entry, horizon_ms, 1.0).lots[-1:]
        yield product_of(name, entry), entry.lot_size, float(sum(lots))


def planned(entry: StreamEntry, horizon_ms: float, share: float) -> Plan:
    """Return the plan of a ``share`` of a stream's starts; a schedule is not divided."""
    if isinstance(entry.pattern, Schedule):
        at, dues = instants(entry.pattern)
        return Plan(at, np.arange(1.0, len(at) + 1), dues)
    if isinstance(entry.pattern, Conwip):
        return Plan(np.zeros(0), np.zeros(0))
    if entry.every is not None:
        return _lots_every(entry.every, entry.first, horizon_ms, share)
    months = np.array([month for month, _ in entry.wafers_per_month or ()])
    rates = np.array([rate for _, rate in entry.wafers_per_month or ()]) * (share / (entry.lot_size * MONTH))
    knots = months * MONTH
    if entry.ramp == "linear" and len(knots) > 1:
        knots, rates = _daily(knots, rates, horizon_ms)
        mean_rates = np.append((rates[1:] + rates[:-1]) / 2, rates[-1])
    else:
        mean_rates = rates
    times = np.concatenate([[0.0], knots[(knots > 0) & (knots < horizon_ms)], [horizon_ms]])
    # before the first entry nothing starts
    rate_from = np.concatenate([[0.0], mean_rates])[np.searchsorted(knots, times[:-1], side="right")]
    return Plan(times, np.concatenate([[0.0], np.cumsum(rate_from * np.diff(times))]))


def _lots_every(every_ms: float, first_ms: float | None, horizon_ms: float, share: float) -> Plan:
    """Return the plan of one lot each ``every_ms`` / ``share``.

    A plan gives its first lot where it reaches half a lot, so it begins half an interval before that lot, or at 0.
    """
    if share <= 0.0:
        return Plan(np.array([0.0, horizon_ms]), np.zeros(2))
    interval = every_ms / share
    begin = 0.0 if first_ms is None else min(first_ms - interval / 2, horizon_ms)
    times = np.array([0.0, horizon_ms] if begin <= 0.0 else [0.0, begin, horizon_ms])
    return Plan(times, np.maximum(0.0, (times - begin) / interval))


def _daily(knots: Floats, rates: Floats, horizon_ms: float) -> tuple[Floats, Floats]:
    """Return the rates of a linear ramp once a day: the area under them is exact at every one of these instants."""
    end = min(knots[-1], horizon_ms)
    days = np.arange(np.ceil(knots[0] / DAY), np.floor(end / DAY) + 1) * DAY
    instants = np.unique(np.concatenate([knots, days[days > knots[0]], [horizon_ms] if horizon_ms < knots[-1] else []]))
    return instants, np.interp(instants, knots, rates)


def _pattern(entry: StreamEntry) -> int:
    if isinstance(entry.pattern, Schedule):
        return SCHEDULE
    if isinstance(entry.pattern, Conwip):
        return CONWIP
    return POISSON if entry.pattern == "poisson" else CONSTANT


def _parts(name: str, entry: StreamEntry) -> Iterator[tuple[str, float, int, Due | None]]:
    """Yield name, share of the wafers, priority and due date of a stream's regular and of its hot lots."""
    hot = entry.hot
    yield name, 1.0 - (hot.share if hot else 0.0), entry.priority, entry.due
    if hot is not None:
        yield hot_name(name), hot.share, hot.priority, entry.due if hot.due is None else hot.due
