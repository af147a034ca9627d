"""Queue lines and tool rows: what of a fab depends on how many tools there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import stable_hash
from fabsim.layout.build_buildings import numbered
from fabsim.layout.build_qualified import mark_qualified
from fabsim.layout.build_steps import Steps
from fabsim.layout.build_tools import Counts, tools_ever
from fabsim.layout.build_toolsets import Toolsets
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.nodes import Problems
from fabsim.model import Fab

MOST_LINES = 5_000_000
"""Queue lines that a fab may have."""

Key = tuple[int, int, int, int, int, int]
"""Batch key, setup key, first entry of the tools that are qualified, set of reticles; then what a step says of its setup, time and when."""

TOLD = 4
"""Numbers of a key that `Fab.line_keys` tells; the others keep lots apart that a tool needs different times for."""


def assemble(
    fab: CheckedFab,
    steps: Steps,
    toolsets: Toolsets,
    *,
    dies: NDArray[np.void],
    tables: Sequence[float],
    counts: Sequence[Counts],
    problems: Problems,
) -> Fab:
    """Return the fab with the tools of each toolset over time; raise `InputError` if it has too many queue lines.

    ``steps``, ``toolsets``: those of one building, which then stand for all, or of each building after the other.
    ``dies``: `fabsim.kernels.records.DIE` of each product; ``tables``: the values of empirical distributions.
    """
    times = len(toolsets.rows) // len(fab.file.toolsets)
    tools = [*map(tools_ever, counts)]
    names = [numbered(name, building) for building in range(times) for name in fab.file.toolsets]
    tool_names = tuple(f"{name}#{k}" for name, count in zip(names, tools, strict=True) for k in range(1, count + 1))
    step_rows, toolset_rows = steps.rows.copy(), toolsets.rows.copy()
    toolset_rows["tools"] = tools
    toolset_rows["first_tool"] = np.cumsum(tools) - tools
    qualified = mark_qualified(step_rows, steps.rules, counts)
    line_keys = _lines(step_rows, toolset_rows)
    if line_keys is None:
        expected = f"expected at most {MOST_LINES:,} queue lines (tools x batches x setups)"
        problems.at(fab.document.root, ("routes",), f"found too many dedicated steps, {expected}")
        problems.raise_any()
    assert line_keys is not None
    products = list(fab.file.products.values())
    routes = {name: k for k, name in enumerate(fab.routes)}
    return Fab(
        name=fab.file.name or fab.document.folder,
        areas=fab.areas,
        toolset_names=tuple(fab.file.toolsets) * times,
        calendar_names=toolsets.calendar_names,
        route_names=tuple(fab.routes) * times,
        step_names=steps.names,
        product_names=tuple(fab.file.products) * times,
        line_keys=line_keys,
        toolsets=toolset_rows,
        calendars=toolsets.calendars,
        steps=step_rows,
        windows=steps.windows,
        opens=steps.opens,
        route_first=steps.route_first,
        product_route=np.array([routes[one.route] + b * len(routes) for b in range(times) for one in products], np.int32),
        dies=np.tile(dies, times),
        setup_ms=toolsets.setup_ms,
        transport=toolsets.transport,
        tables=np.array(tables, np.float64),
        tool_names=tool_names,
        tool_hash=np.array([stable_hash(name) for name in tool_names], np.uint64),
        memory_slots=steps.memory_slots,
        stages=toolsets.stages,
        qualified=qualified,
        reticles=steps.reticles,
    )


def _lines(steps: NDArray[np.void], toolsets: NDArray[np.void]) -> NDArray[np.int32] | None:
    """Return the keys of all queue lines, general ones first, ``None`` if there are too many.

    Steps and toolsets are modified in place: they learn which lines are theirs.
    """
    general: list[dict[Key, int]] = [{} for _ in toolsets]
    dedicated: list[dict[Key, int]] = [{} for _ in toolsets]
    places = []
    is_dedicated = (steps["dedicated_slot"] >= 0).tolist()
    names = ("toolset", "batch_key", "setup_key", "qualified", "reticle", "setup_ms", "setup_always")
    columns = (steps[name].tolist() for name in names)
    for (toolset, batch, setup, qualified, *rest), own in zip(zip(*columns, strict=True), is_dedicated, strict=True):
        line = general[toolset].setdefault((batch, setup, qualified, *rest), len(general[toolset]))
        places.append((line, dedicated[toolset].setdefault((batch, setup, -1, *rest), len(dedicated[toolset])) if own else -1))
    toolsets["lines"] = [len(keys) for keys in general]
    toolsets["dedicated_lines"] = [len(keys) for keys in dedicated]
    blocks = toolsets["dedicated_lines"].astype(np.int64) * toolsets["tools"]
    if toolsets["lines"].sum() + blocks.sum() > MOST_LINES:
        return None
    toolsets["first_line"] = np.cumsum(toolsets["lines"]) - toolsets["lines"]
    toolsets["first_dedicated_line"] = toolsets["lines"].sum() + np.cumsum(blocks) - blocks
    line, dedicated_line = np.array(places, np.int32).T
    steps["line"] = toolsets["first_line"][steps["toolset"]] + line
    steps["dedicated_line"] = np.where(dedicated_line >= 0, toolsets["first_dedicated_line"][steps["toolset"]] + dedicated_line, -1)
    parts = [_keys(k, keys, 1) for k, keys in enumerate(general)]
    parts += [_keys(k, keys, int(toolsets["tools"][k])) for k, keys in enumerate(dedicated)]
    return np.concatenate(parts)


def _keys(toolset: int, keys: dict[Key, int], times: int) -> NDArray[np.int32]:
    one = np.array([(toolset, *key[:TOLD]) for key in keys], np.int32).reshape(-1, 1 + TOLD)
    return np.tile(one, (times, 1))
