"""The integer tables of a run: of windows, setups, ends of routes, and the ways to each setup of a minimum run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.model import Fab


def int_tables(fab: Fab, w: Any, sets: NDArray[Any]) -> NDArray[np.int64]:
    """Return the integer tables one after the other, their beginnings noted in the world ``w`` and the ``sets``."""
    ends = fab.route_first[1:] - 1
    parts = {
        "windows_at": np.stack([fab.windows["slot"], fab.windows["limit_ms"]], axis=1).ravel(),
        "late_at": np.stack([fab.windows["if_late"], fab.windows["rework_to"]], axis=1).ravel(),
        "opens_at": fab.opens,
        "setups_at": fab.setup_ms,
        "ends_at": ends,
        "occupancy_at": np.zeros(len(fab.steps)),
        "queued_at": np.zeros(len(fab.steps)),
        "tied_at": np.zeros(len(fab.steps)),
        "qualified_at": fab.qualified,
    }
    at = 0
    for name, part in parts.items():
        w[name] = at
        at += len(part)
    w["spans_at"] = at
    spans = _spans(fab, at)
    return np.concatenate([*(p.astype(np.int64) for p in parts.values()), spans, _runs(fab, sets, at + len(spans))])


def _spans(fab: Fab, at: int) -> NDArray[np.int64]:
    """Return, for each step, where its list of windows that may be open there begins and how long it is, then the lists."""
    windows: list[list[int]] = [[] for _ in range(len(fab.steps))]
    for row, window in enumerate(fab.windows):
        for step in range(window["from_step"] + 1, window["to_step"] + 1):
            windows[step].append(row)
    counts = np.array([len(v) for v in windows], np.int64)
    first = at + 2 * len(windows) + np.cumsum(counts) - counts
    return np.concatenate([np.stack([first, counts], axis=1).ravel(), np.array([r for v in windows for r in v], np.int64)])


def _runs(fab: Fab, sets: NDArray[Any], at: int) -> NDArray[np.int64]:
    """Return, for each toolset with a minimum run, the stretches of route that lead to each of its setups.

    A stretch (first, last) ends with a step of that setup, not bound to a tool, and begins after the step before it that another
    minimum run, this one with another setup, other tools or a tool that the lot is bound to, or a batch without a longest wait may hold up.
    By setup key: where its stretches begin and how many they are; then those.
    """
    steps, least = fab.steps, fab.toolsets["min_run"][fab.steps["toolset"]]
    out: list[int] = []
    for toolset in np.flatnonzero((fab.toolsets["min_run"] > 0) & (fab.toolsets["setup_keys"] > 0)):
        keys = int(fab.toolsets["setup_keys"][toolset]) + 1
        sets["runs_at"][toolset] = at + len(out)
        stretches: list[list[int]] = [[] for _ in range(keys)]
        for last in np.flatnonzero((steps["toolset"] == toolset) & (steps["setup_key"] > 0) & (steps["dedicated_slot"] < 0)):
            other = np.any([steps[name] != steps[name][last] for name in ("toolset", "setup_key", "qualified")], axis=0)
            held = (least > 0) & (steps["setup_key"] > 0) & (other | (steps["dedicated_slot"] >= 0))
            held |= (steps["batch_key"] >= 0) & (steps["batch_wait_ms"] < 0)
            begin = int(last - steps["index"][last])
            before = np.flatnonzero(held[begin:last])
            stretches[int(steps["setup_key"][last])] += [begin + int(before[-1]) + 1 if len(before) else begin, int(last)]
        first = at + len(out) + 2 * keys
        heads = np.cumsum([0, *map(len, stretches)])
        out += [n for key in range(keys) for n in (first + int(heads[key]), len(stretches[key]) // 2)]
        out += [row for stretch in stretches for row in stretch]
    return np.array(out, np.int64)
