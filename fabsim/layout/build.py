"""Checked files to the arrays of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fabsim import theory
from fabsim.layout.build_lines import assemble
from fabsim.layout.build_policy import build_furnaces, build_release
from fabsim.layout.build_steps import Steps, Values, build_steps
from fabsim.layout.build_streams import build_streams, started_lots
from fabsim.layout.build_tools import build_changes, size_tools, tool_counts, tools_ever
from fabsim.layout.build_toolsets import build_toolsets
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


def build(fab: CheckedFab, scenario: CheckedScenario, tables: Tables, problems: Problems) -> Scenario:
    """Return the scenario as arrays; raise `InputError` for what is too large."""
    values = Values()
    steps = build_steps(fab, _lot_sizes(fab, scenario), values)
    _check_setups(fab, steps, problems)
    problems.raise_any()
    toolsets = build_toolsets(fab, scenario.file.policy, steps.setup_keys, values)

    def with_tools(tools: Sequence[int]) -> Fab:
        return assemble(fab, steps, toolsets, tables=values.all, tools=tools, problems=problems)

    bare = _in_fab(with_tools([1] * len(toolsets.rows)), fab, scenario, tables, problems)
    sizing = size_tools(fab, scenario, bare, problems)
    problems.raise_any()
    counts = tool_counts(fab, scenario, sizing, problems)
    ever = [tools_ever(history) for history in counts.values()]
    if sum(ever) > MOST_TOOLS:
        problems.at(fab.document.root, ("toolsets",), f"found {sum(ever):,} tools, expected at most {MOST_TOOLS:,}")
    problems.raise_any()
    return replace(bare, fab=with_tools(ever), changes=build_changes(counts), plan=sizing.rows)


def _in_fab(model: Fab, fab: CheckedFab, scenario: CheckedScenario, tables: Tables, problems: Problems) -> Scenario:
    """Return the scenario in a fab of any tools: all that does not depend on how many there are."""

    @cache
    def load_of(product: int, lot_size: int) -> LotLoad:
        return theory.lot_load(model, product, lot_size)

    def raw_ms(product: int, lot_size: int) -> float:
        return load_of(product, lot_size).raw_ms

    file = scenario.file
    streams = build_streams(fab, scenario, raw_ms)
    return Scenario(
        name=file.name or scenario.document.path.stem,
        fab=model,
        streams=streams,
        changes=(),
        initial=build_wip(model, scenario, streams, load_of, problems),
        horizon_ms=max(1, to_ms(file.horizon)),
        warmup_ms=to_ms(file.warmup),
        period_ms=max(1, to_ms(file.period)),
        seed=file.seed,
        replications=file.replications,
        trace=file.trace,
        sample_every=file.sample_every,
        resolved={
            "scenario": plain(scenario.document.root),
            "fab": plain(fab.document.root),
            "tables": tables.hashes(fab.document.path.parent),
        },
        sources=(*scenario.document.sources, *fab.document.sources, *tables.sources),
        layout=fab.document.folder,
        releases=build_release(model, scenario, streams, raw_ms, problems),
        furnaces=build_furnaces(model, scenario, problems),
    )


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
