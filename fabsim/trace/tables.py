"""The tables of a trace: their order and the names that stand in place of indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabsim.kernels.rows import LOT_ROW, MOVE_ROW, TOOL_ROW, WAIT_COLUMNS, WIP_ROW, columns_of
from fabsim.model import Fab, Scenario


@dataclass(frozen=True)
class Table:
    """One table: the rows a floor writes and how they become columns."""

    name: str
    """Stem of its parquet file."""
    row: np.dtype[np.void]
    time: str
    """Field the rows are sorted by first."""
    subject: str
    """Field the rows of one instant are sorted by."""
    lookups: dict[str, tuple[str, pl.Series]]
    """Columns that do not stand in the row: the field that is looked up, and where."""

    def frame(self, rows: NDArray[np.void]) -> pl.DataFrame:
        """Return ``rows`` as a frame of its own memory; the columns looked up follow the lot."""
        plain = [column for column in columns_of(self.row) if column not in self.lookups]
        lot = plain[: plain.count("lot")]
        columns = {name: pl.Series(name, np.array(_values(rows, name))) for name in plain}
        columns |= {name: values.gather(np.array(rows[field], np.int64)) for name, (field, values) in self.lookups.items()}
        return pl.DataFrame({name: columns[name] for name in (*lot, *self.lookups, *plain[len(lot) :])})


def _values(rows: NDArray[np.void], column: str) -> NDArray[np.generic]:
    return rows["waits"][:, WAIT_COLUMNS.index(column)] if column in WAIT_COLUMNS else rows[column]


def tables(scenario: Scenario) -> dict[str, Table]:
    """Return the tables of ``scenario``'s trace by name; without ``moves`` where it records none."""
    fab, site = scenario.fab, scenario.site
    streams = _names([stream.name for stream in scenario.streams] * scenario.buildings)
    products = _names([fab.product_names[stream.product] for stream in scenario.streams] * scenario.buildings)
    tools, toolsets = _names(site.fab.tool_names), _names(site.fab.toolset_names)
    kinds = _names([stream.kind for stream in scenario.streams] * scenario.buildings)
    of_stream, of_toolset = _buildings(scenario, len(scenario.streams)), _buildings(scenario, len(fab.toolsets))
    found = [
        Table(
            "lots",
            LOT_ROW,
            "done_ms",
            "lot",
            {"stream": ("stream", streams), "kind": ("stream", kinds), "product": ("stream", products), "building": ("stream", of_stream)},
        ),
        Table("moves", MOVE_ROW, "finish_ms", "lot", {**_step_lookups(site.fab, toolsets), "tool": ("tool", tools)}),
        Table(
            "tools",
            TOOL_ROW,
            "start_ms",
            "tool",
            {"tool": ("tool", tools), "toolset": ("toolset", toolsets), "building": ("toolset", of_toolset)},
        ),
        Table("wip", WIP_ROW, "start_ms", "toolset", {"toolset": ("toolset", toolsets), "building": ("toolset", of_toolset)}),
    ]
    return {table.name: table for table in found if table.name != "moves" or scenario.trace != "lots"}


def _buildings(scenario: Scenario, each: int) -> pl.Series:
    """Return the number of the building, from 1, of what every building has ``each`` of; shared toolsets stand in the first."""
    return pl.Series(np.repeat(np.arange(1, scenario.buildings + 1, dtype=np.int32), each))


def _step_lookups(fab: Fab, toolsets: pl.Series) -> dict[str, tuple[str, pl.Series]]:
    """Return what a row of ``Fab.steps`` stands for: its name, route, position in it, and toolset."""
    return {
        "step": ("step", _names(fab.step_names)),
        "route": ("step", _names(fab.route_names).gather(np.array(fab.steps["route"], np.int64))),
        "index": ("step", pl.Series(np.array(fab.steps["index"]))),
        "toolset": ("step", toolsets.gather(np.array(fab.steps["toolset"], np.int64))),
    }


def _names(values: Sequence[str]) -> pl.Series:
    # Categorical, not Enum: runs of two fabs can then be scanned together.
    return pl.Series(values, dtype=pl.Categorical)
