"""Toolsets, their calendars, setup tables and the transport between their areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import constant, stable_hash
from fabsim.dispatch import Criterion, pack
from fabsim.kernels.records import (
    CALENDAR,
    CHOOSE_LEAST_SETUP,
    CHOOSE_LONGEST_IDLE,
    CHOOSE_LOWEST_NUMBER,
    KIND_BREAKDOWN,
    KIND_ENGINEERING,
    KIND_MAINTENANCE,
    STAGE,
    TOOLSET,
    TRIGGER_AFTER_END,
    TRIGGER_PROCESS_TIME,
    TRIGGER_START_TO_START,
    TRIGGER_WAFERS,
)
from fabsim.layout.build_draws import Values
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.fab_file import FabFile
from fabsim.layout.scenario_file import Chain, Policy
from fabsim.layout.toolset_file import Calendar, SetupTable, Toolset
from fabsim.layout.work import calendars_of, chamber_calendars_of, stages_of, to_ms

_CHOOSE = {"longest_idle": CHOOSE_LONGEST_IDLE, "least_setup": CHOOSE_LEAST_SETUP, "lowest_number": CHOOSE_LOWEST_NUMBER}
_KIND = {"breakdown": KIND_BREAKDOWN, "maintenance": KIND_MAINTENANCE, "engineering": KIND_ENGINEERING}


@dataclass(frozen=True)
class Toolsets:
    """The toolset rows and what goes with them."""

    rows: NDArray[np.void]
    """`TOOLSET`, without tools and queue lines, shape ``(toolsets,)``."""
    calendars: NDArray[np.void]
    calendar_names: tuple[str, ...]
    setup_ms: NDArray[np.int64]
    transport: NDArray[np.float64]
    stages: NDArray[np.void]
    """`STAGE`."""


def build_toolsets(fab: CheckedFab, policy: Policy, setup_keys: tuple[dict[str, int], ...], values: Values) -> Toolsets:
    """Return the toolsets; ``setup_keys``: the number of each setup, by toolset."""
    file = fab.file
    rows = np.zeros(len(file.toolsets), TOOLSET)
    calendars: list[dict[str, Any]] = []
    names: list[str] = []
    tables: list[NDArray[np.int64]] = []
    stages: list[tuple[int, float]] = []
    setup_table = 0
    for k, (name, toolset) in enumerate(file.toolsets.items()):
        table = setup_table_of(toolset, file)
        own = [(f"{name}/{calendar}", content) for calendar, content in calendars_of(toolset, file)]
        line, of_chambers = stages_of(toolset), chamber_calendars_of(toolset, file)
        _fill(
            rows[k],
            {
                "area": fab.areas.index(toolset.area),
                "slots": toolset.slots,
                "load_ahead": int(toolset.load_ahead),
                "spaced": int(toolset.spaced),
                "in_gaps": int(toolset.maintenance_in_gaps),
                "load_ms": to_ms(toolset.load),
                "unload_ms": to_ms(toolset.unload),
                "choose_tool": _CHOOSE[toolset.choose_tool],
                "chain": _pack(_chain(policy, name, toolset.area)),
                "first_calendar": len(calendars),
                "calendars": len(own),
                "setup_table": setup_table,
                "setup_keys": len(setup_keys[k]),
                "min_run": table.min_run if table else 0,
                "when_empty": int(table is not None and table.when_empty),
                "rank_table": int(table is not None and table.rank_by == "table"),
                "first_stage": len(stages),
                "stages": len(line),
                "chamber_calendars": sum(line[stage - 1][0] for stage, _, _ in of_chambers),
                "travel_ms": to_ms(toolset.reticles.travel) if toolset.reticles else 0,
            },
        )
        stages += line
        calendars += [_calendar(k, calendar, content, values) for calendar, content in own]
        calendars += [_calendar(k, f"{name}/{one}", content, values) | {"stage": stage} for stage, one, content in of_chambers]
        names += [calendar for calendar, _ in own] + [f"{name}/{one}" for _, one, _ in of_chambers]
        tables.append(_setup_times(table, setup_keys[k]))
        setup_table += tables[-1].size
    return Toolsets(
        rows=rows,
        calendars=_records(calendars, CALENDAR),
        calendar_names=tuple(names),
        setup_ms=np.concatenate([table.ravel() for table in tables]),
        transport=_transport(fab, values),
        stages=np.array(stages, STAGE),
    )


def setup_table_of(toolset: Toolset, file: FabFile) -> SetupTable | None:
    """Return the table of a toolset's setup times."""
    return file.setups[toolset.setup] if isinstance(toolset.setup, str) else toolset.setup


def _fill(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        row[name] = value


def _records(rows: list[dict[str, Any]], dtype: np.dtype[np.void]) -> NDArray[np.void]:
    array = np.zeros(len(rows), dtype)
    for row, values in zip(array, rows, strict=True):
        _fill(row, values)
    return array


def _chain(policy: Policy, toolset: str, area: str) -> Chain:
    return policy.toolsets.get(toolset) or policy.areas.get(area) or policy.fab


def _pack(chain: Chain) -> int:
    return pack(Criterion[name.upper()] for name in chain)


def _calendar(toolset: int, name: str, calendar: Calendar, values: Values) -> dict[str, Any]:
    breakdown = calendar.kind == "breakdown"
    stagger = not breakdown if calendar.stagger is None else calendar.stagger
    by_time = TRIGGER_AFTER_END if (calendar.from_ or ("end" if breakdown else "start")) == "end" else TRIGGER_START_TO_START
    return {
        "toolset": toolset,
        "kind": _KIND[calendar.kind],
        "trigger": {"time": by_time, "wafers": TRIGGER_WAFERS, "process": TRIGGER_PROCESS_TIME}[calendar.counts],
        "preempts": int(breakdown if calendar.preempts is None else calendar.preempts),
        "stagger": int(stagger is True),
        "apart": calendar.every.draw.mean() if stagger == "every" else 0.0,
        "carry_over": int(calendar.carry_over),
        "name_hash": stable_hash(name),
        **values.fields(every=calendar.every.draw, takes=calendar.takes, first=(calendar.first or calendar.every).draw),
    }


def _setup_times(table: SetupTable | None, keys: Mapping[str, int]) -> NDArray[np.int64]:
    """Return the times [ms] of all changes, shape ``(keys + 1, keys + 1)`` from x to; the first setup of a tool is free."""
    times = np.zeros((len(keys) + 1, len(keys) + 1), np.int64)
    if table is None:
        return times
    times[1:, 1:] = to_ms(table.default or 0.0)
    # a time from any setup first, so that one from a certain setup overrides it
    for entry in sorted(table.times, key=lambda entry: entry.from_ is not None):
        before: slice | int | None = slice(1, None) if entry.from_ is None else keys.get(entry.from_)
        if before is not None and entry.to in keys:
            times[before, keys[entry.to]] = to_ms(entry.time)
    np.fill_diagonal(times, 0)
    return times


def _transport(fab: CheckedFab, values: Values) -> NDArray[np.float64]:
    """Return the draws of transport times, shape ``(areas + 1, areas, 4)``; the last row is from release."""
    areas = {name: k for k, name in enumerate(fab.areas)}
    transport = fab.file.transport
    table = np.zeros((len(areas) + 1, len(areas), 4))
    table[:-1] = values.numbers(transport.default or constant(0.0))
    table[-1] = values.numbers(transport.first or constant(0.0))
    for between in transport.between:
        table[areas[between.from_], areas[between.to]] = values.numbers(between.time)
    return table
