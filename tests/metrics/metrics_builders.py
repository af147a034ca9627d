"""A tiny fab whose every figure can be worked out by hand, and traces of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.rows import LOT_ROW, MOVE_ROW, TOOL_ROW, WIP_ROW
from fabsim.model import STEP, Scenario, Stream
from fabsim.terms import DAY
from fabsim.terms.waits import BOOKED
from fabsim.trace import Recorder, Totals, Trace
from tests.bare import bare_fab

DONE, SCRAPPED, IN_PROCESS = 0, 1, 2
LITHO, FURNACE = 0, 1

STEPS = np.zeros(4, STEP)
STEPS["route"] = 0, 0, 0, 1
STEPS["index"] = 0, 1, 2, 0
STEPS["toolset"] = LITHO, FURNACE, LITHO, FURNACE
STEPS["mask"] = 1, 0, 1, 0
"""Chips pass two masks, coupons none; nobody starts spares."""

FAB = bare_fab(
    toolset_names=("LITHO", "FURNACE"),
    route_names=("chips", "coupons"),
    step_names=("EXPOSE", "BAKE", "EXPOSE2", "BAKE"),
    product_names=("coupon", "chip", "spare"),
    steps=STEPS,
    route_first=np.array([0, 3, 4], np.int32),
    product_route=np.array([1, 0, 0], np.int32),
    tool_names=("LITHO#1", "LITHO#2", "FURNACE#1"),
)

STREAMS = tuple(
    Stream(name, product, 25, 0, 0, np.zeros(1), np.zeros(1), -1) for name, product in (("chip", 1), ("chip.hot", 1), ("coupon", 0))
)


def scenario(days: float = 10, warmup_days: float = 2) -> Scenario:
    return Scenario("steady", FAB, STREAMS, (), (), round(days * DAY), round(warmup_days * DAY), DAY, 7, 1, "lots", 1, {}, (), "tiny")


def trace(
    lots: Iterable[Mapping[str, Any]] = (),
    tools: Iterable[Mapping[str, Any]] = (),
    wip: Iterable[Mapping[str, Any]] = (),
    moves: Iterable[Mapping[str, Any]] | None = None,
) -> Trace:
    """Give the trace of a run that recorded these rows, or no moves; a field not named is 0."""
    with Recorder(replace(scenario(), trace="lots" if moves is None else "all"), None) as recorder:
        if moves is not None:
            recorder.moves(records(MOVE_ROW, moves))
        recorder.lots(records(LOT_ROW, lots))
        recorder.tools(records(TOOL_ROW, tools))
        recorder.wip(records(WIP_ROW, wip))
        return recorder.close()


def waits(busy: int, down: int = 0) -> tuple[int, ...]:
    """Give a wait by reason."""
    return (busy, down, *[0] * (BOOKED - 2))


def records(dtype: np.dtype[np.void], rows: Iterable[Mapping[str, Any]]) -> NDArray[np.void]:
    found = list(rows)
    array = np.zeros(len(found), dtype)
    for number, row in enumerate(found):
        for name, value in row.items():
            array[name][number] = np.rint(value)
    return array


def lot(
    number: int, released: float, done: float, *, stream: int = 0, status: int = DONE, due: float | None = None, **more: Any
) -> dict[str, Any]:
    """Give a lot's row, its instants in days."""
    times = {"release_ms": released * DAY, "done_ms": done * DAY, "due_ms": -1 if due is None else due * DAY}
    return {"lot": number, "stream": stream, "status": status, "wafers": 25, "raw_ms": DAY, "spared": 1, **times, **more}


def totals(**changes: Any) -> Totals:
    plain = dict.fromkeys(Totals.__dataclass_fields__, 0) | {"simulate_s": 2.0, "wall_s": 3.0, "peak_memory_mib": 100.0}
    return Totals(**(plain | changes))
