"""Fabs small enough to work out by hand, built without a layout file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import Draw, constant
from fabsim.kernels.records import CALENDAR, STAGE, STEP, TOOLSET, draw_fields
from fabsim.model import Change, Fab, InitialLots, Scenario, Stream
from fabsim.terms import MINUTE
from tests.bare import bare_fab

Row = Mapping[str, Any]


def build(
    *routes: Sequence[Row],
    toolsets: Sequence[Row],
    calendars: Sequence[Row] = (),
    transport: Sequence[Sequence[float]] | None = None,
    setup_ms: Sequence[int] = (),
    tables: Sequence[float] = (),
    stages: Sequence[tuple[int, float]] = (),
) -> Fab:
    """Return a fab with one product a route.

    Rows name what differs from the defaults below; a step's ``rework_to`` is its place in the route.
    ``transport``: constant times [ms], from x to, the last row from release.
    """
    sizes = [len(route) for route in routes]
    first = np.concatenate([[0], np.cumsum(sizes)])
    steps = [
        {**step, "route": r, "index": i, "rework_to": first[r] + step.get("rework_to", 0)}
        for r, route in enumerate(routes)
        for i, step in enumerate(route)
    ]
    plain_step = {"process": constant(0), "interval_ms": -1, "batch_key": -1, "setup_ms": -1, "sampling": 1.0}
    sets = _rows(TOOLSET, [{"tools": 1, "slots": 1, **row} for row in toolsets])
    sets["first_tool"] = np.cumsum(sets["tools"]) - sets["tools"]
    areas = int(sets["area"].max()) + 1
    moves = np.zeros((areas + 1, areas, 4))
    if transport is not None:
        moves[:, :, 1] = transport
    tools = [f"S{k}#{n + 1}" for k, count in enumerate(sets["tools"]) for n in range(count)]
    return bare_fab(
        name="small",
        areas=tuple(f"A{k}" for k in range(areas)),
        toolset_names=tuple(f"S{k}" for k in range(len(sets))),
        calendar_names=tuple(f"C{k}" for k in range(len(calendars))),
        route_names=tuple(f"R{k}" for k in range(len(routes))),
        step_names=tuple(f"step{k}" for k in range(len(steps))),
        product_names=tuple(f"P{k}" for k in range(len(routes))),
        toolsets=sets,
        calendars=_rows(CALENDAR, calendars),
        steps=_rows(STEP, [{**plain_step, **step} for step in steps]),
        route_first=first.astype(np.int32),
        product_route=np.arange(len(routes), dtype=np.int32),
        setup_ms=np.array(setup_ms, np.int64),
        transport=moves,
        tables=np.array(tables, float),
        tool_names=tuple(tools),
        stages=np.array(list(stages), STAGE),
    )


def minutes(*values: float) -> Draw:
    """Return the constant draw of so many minutes."""
    return constant(sum(values) * MINUTE)


def stream(
    times_ms: Sequence[float], lots: Sequence[float], *, product: int = 0, lot_size: int = 1, pattern: int = 0, name: str = "P0"
) -> Stream:
    return Stream(name, product, lot_size, 0, pattern, np.array(times_ms, float), np.array(lots, float), -1)


def scenario(
    fab: Fab, streams: Sequence[Stream], horizon_ms: int, *, changes: Sequence[Change] | None = None, initial: Sequence[InitialLots] = ()
) -> Scenario:
    """Return a scenario; unless ``changes`` says otherwise every tool is there from the start."""
    at_start = [Change(0, tool, installed=True) for tool in range(len(fab.tool_names))]
    return Scenario(
        name="test",
        fab=fab,
        streams=tuple(streams),
        changes=tuple(at_start if changes is None else changes),
        initial=tuple(initial),
        horizon_ms=horizon_ms,
        warmup_ms=0,
        period_ms=horizon_ms,
        seed=1,
        replications=1,
        trace="lots",
        sample_every=1,
        resolved={},
    )


def _rows(dtype: np.dtype[np.void], rows: Sequence[Row]) -> NDArray[np.void]:
    table = np.zeros(len(rows), dtype)
    for record, row in zip(table, rows, strict=True):
        for name, value in row.items():
            if isinstance(value, Draw):
                for field, number in zip(draw_fields(name), (value.kind, value.a, value.b, value.c), strict=True):
                    record[field] = number
            else:
                record[name] = value
    return table
