"""From where lots can come to the batches that start below their least size once none can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.records import CONWIP, PLANNED
from fabsim.kernels.state import NONE
from fabsim.model import Scenario, Stream


def last_tables(scenario: Scenario, at: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the tables of `fabsim.kernels.batches`, the first to stand at ``at`` of the ``ints``, and where each queue line's stands.

    Shapes ``(numbers,)`` and ``(lines,)``.  A line has none, `NONE`, where no batch starts so, or where lots never end to come: those of a
    stream without an end or a limit, and those that do their route several times.
    """
    fab = scenario.fab
    steps, where = fab.steps, np.full(len(fab.line_keys), NONE, np.int64)
    tables: list[int] = []
    routes = [int(fab.product_route[stream.product]) for stream in scenario.streams]
    for line in np.unique(steps["line"][steps["batch_last"] > 0]):
        rows = np.flatnonzero(steps["line"] == line)
        bring = [k for k, route in enumerate(routes) if route in steps["route"][rows]]
        if any(_never_ends(scenario, scenario.streams[k]) for k in bring):
            continue
        ends = {int(steps["route"][row]): int(row) for row in rows}
        stretches = [place for route, end in ends.items() for place in (int(fab.route_first[route]), end)]
        where[line] = at + len(tables)
        for row in rows[steps["dedicated_line"][rows] >= 0]:
            toolset = fab.toolsets[steps["toolset"][row]]
            where[steps["dedicated_line"][row] + np.arange(toolset["tools"]) * toolset["dedicated_lines"]] = where[line]
        tables += [len(bring), *bring, len(ends), *stretches, len(rows), *rows.tolist()]
    return np.array(tables, np.int64), where


def _never_ends(scenario: Scenario, stream: Stream) -> bool:
    return stream.uses > 1 or (stream.limit == 0 and is_endless(scenario, stream))


def is_endless(scenario: Scenario, stream: Stream) -> bool:
    """Return whether the stream may release lots whatever its plan has left.

    That starts end is only known of schedules and of rates that have come to 0: the plan of others ends with the run, which must not
    matter, and starts planned in the run go on for ever.
    """
    if stream.pattern in PLANNED:
        return scenario.releases is not None or bool(np.diff(stream.lots)[-1] > 0)
    return stream.pattern == CONWIP
