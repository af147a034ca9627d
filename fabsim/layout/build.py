"""Checked files to the arrays of the model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from fabsim import theory
from fabsim.layout.build_lines import assemble
from fabsim.layout.build_steps import Steps, Values, build_steps
from fabsim.layout.build_streams import build_streams, started_lots
from fabsim.layout.build_tools import build_changes, size_tools, tool_counts, tools_ever
from fabsim.layout.build_toolsets import Toolsets, build_toolsets
from fabsim.layout.build_wip import build_wip
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.nodes import Problems, plain
from fabsim.layout.scenario_checks import CheckedScenario
from fabsim.layout.tables import Tables
from fabsim.layout.work import to_ms
from fabsim.model import Fab, Scenario
from fabsim.theory.load import LotLoad

MOST_TOOLS = 1_000_000
"""Tools that a fab may have in all."""

MOST_SETUPS = 4000
"""Setups that one toolset may have: its table has the square of it."""


def build(fab: CheckedFab, scenario: CheckedScenario, tables: Tables, problems: Problems) -> Scenario | None:
    """Return the scenario as arrays; ``None`` after noting what is too large to build."""
    values = Values()
    steps = build_steps(fab, _lot_sizes(fab, scenario), values)
    _check_setups(fab, steps, problems)
    if len(problems):
        return None
    toolsets = build_toolsets(fab, scenario.file.policy, steps.setup_keys, values)
    bare = _with_one_tool_each(fab, scenario, steps, toolsets, values, tables, problems)
    sizing = size_tools(fab, scenario, bare, problems) if bare is not None else None
    if bare is None or sizing is None or len(problems):
        return None
    counts = tool_counts(fab, scenario, sizing, problems)
    ever = [tools_ever(history) for history in counts.values()]
    if sum(ever) > MOST_TOOLS:
        problems.at(fab.document.root, ("toolsets",), f"found {sum(ever):,} tools, expected at most {MOST_TOOLS:,}")
    complete = _guarded(lambda: assemble(fab, steps, toolsets, values.all, ever), fab, problems) if not len(problems) else None
    return None if complete is None else replace(bare, fab=complete, changes=build_changes(counts), plan=sizing.rows)


def _with_one_tool_each(
    fab: CheckedFab, scenario: CheckedScenario, steps: Steps, toolsets: Toolsets, values: Values, tables: Tables, problems: Problems
) -> Scenario | None:
    """Return the scenario in a fab of one tool a toolset: all that does not depend on how many there are."""
    model = _guarded(lambda: assemble(fab, steps, toolsets, values.all, [1] * len(toolsets.rows)), fab, problems)
    if model is None:
        return None

    @cache
    def load_of(product: int, lot_size: int) -> LotLoad:
        return theory.lot_load(model, product, lot_size)

    file = scenario.file
    streams = build_streams(fab, scenario, lambda product, lot_size: load_of(product, lot_size).raw_ms)
    try:
        initial = build_wip(model, scenario, streams, load_of)
    except ValueError as error:
        problems.at(scenario.document.root, ("initial_wip",), str(error))
        return None
    return Scenario(
        name=file.name or scenario.document.path.stem,
        fab=model,
        streams=streams,
        changes=(),
        initial=initial,
        horizon_ms=max(1, to_ms(file.horizon)),
        warmup_ms=to_ms(file.warmup),
        period_ms=max(1, to_ms(file.period)),
        seed=file.seed,
        replications=file.replications,
        trace=file.trace,
        sample_every=file.sample_every,
        resolved=_resolved(fab, scenario, tables),
        sources=(*scenario.document.sources, *fab.document.sources, *tables.sources),
        layout=fab.document.folder,
    )


def _guarded(make: Callable[[], Fab], fab: CheckedFab, problems: Problems) -> Fab | None:
    try:
        return make()
    except ValueError as error:
        problems.at(fab.document.root, ("routes",), str(error))
        return None


def _lot_sizes(fab: CheckedFab, scenario: CheckedScenario) -> dict[str, int]:
    """Return the size of most lots on each route that is started."""
    counts: dict[str, dict[int, float]] = {}
    for product, size, lots in started_lots(scenario.file.starts, scenario.file.horizon):
        sizes = counts.setdefault(fab.file.products[product].route, {})
        sizes[size] = sizes.get(size, 0.0) + lots
    return {route: max(sizes, key=lambda size: (sizes[size], -size)) for route, sizes in counts.items()}


def _check_setups(fab: CheckedFab, steps: Steps, problems: Problems) -> None:
    for name, keys in zip(fab.file.toolsets, steps.setup_keys, strict=True):
        if len(keys) > MOST_SETUPS:
            problems.at(fab.document.root, ("toolsets", name), f"found {len(keys)} setups, expected at most {MOST_SETUPS}")


def _resolved(fab: CheckedFab, scenario: CheckedScenario, tables: Tables) -> dict[str, Any]:
    """Return the files' content; of a table its hash, by its path from the fab's folder."""
    folder = fab.document.path.parent
    hashes = {os.path.relpath(file, folder): hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in tables.sources}
    return {"scenario": plain(scenario.document.root), "fab": plain(fab.document.root), "tables": hashes}
