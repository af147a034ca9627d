"""Checked files to the arrays of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from fabsim import theory
from fabsim.layout.build_buildings import MOST_BUILDINGS, peak, shared_toolsets, split_starts, spread, tile_steps, tile_toolsets
from fabsim.layout.build_dies import build_dies
from fabsim.layout.build_draws import Values
from fabsim.layout.build_lines import assemble
from fabsim.layout.build_policy import build_furnaces, build_release, build_reserve
from fabsim.layout.build_qualified import check_qualified
from fabsim.layout.build_steps import Steps, build_steps
from fabsim.layout.build_streams import build_streams, started_lots
from fabsim.layout.build_tools import Counts, Sizing, build_changes, size_tools, tool_counts, tools_ever
from fabsim.layout.build_toolsets import Toolsets, build_toolsets
from fabsim.layout.build_wip import build_wip
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.nodes import Problems, plain
from fabsim.layout.scenario_checks import CheckedScenario
from fabsim.layout.scenario_file import WipFactor
from fabsim.layout.tables import Tables
from fabsim.layout.work import to_ms
from fabsim.model import Change, Fab, Scenario
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
    dies = build_dies(fab.file.products.values(), scenario.file.scale)

    def with_tools(steps: Steps, toolsets: Toolsets, counts: Sequence[Counts]) -> Fab:
        return assemble(fab, steps, toolsets, dies=dies, tables=values.all, counts=counts, problems=problems)

    bare = _in_fab(with_tools(steps, toolsets, [[(0, 1)]] * len(toolsets.rows)), fab, scenario, tables, problems)
    buildings = _buildings(bare, fab, scenario, problems)
    sizings, counts = _tools(fab, scenario, bare, buildings, problems)
    apart = [history for of_building in counts for history in of_building]
    joined = [_joined(of_toolset) for of_toolset in zip(*counts, strict=True)]
    if (found := sum(map(tools_ever, apart))) > MOST_TOOLS:
        problems.at(fab.document.root, ("toolsets",), f"found {found:,} tools, expected at most {MOST_TOOLS:,}")
    for of_building in counts:
        check_qualified(fab, of_building, problems)
    problems.raise_any()
    whole = replace(
        bare,
        fab=with_tools(steps, toolsets, joined),
        changes=build_changes(joined),
        plan=tuple(row for sizing in sizings for row in sizing.rows),
        buildings=len(buildings),
    )
    if len(buildings) == 1:
        return whole
    tiled = tile_steps(steps, len(toolsets.rows), shared_toolsets(fab), len(buildings))
    site = with_tools(tiled, tile_toolsets(toolsets, len(buildings)), apart)
    return replace(whole, apart=_apart(whole, site, buildings, build_changes(apart)))


def _buildings(bare: Scenario, fab: CheckedFab, scenario: CheckedScenario, problems: Problems) -> list[Scenario]:
    """Return each building's part of the scenario: its starts and its initial WIP, in a fab of one building."""
    streams = split_starts(bare.streams, fab.file.buildings.wafers_per_month if fab.file.buildings else None)
    if len(streams) > MOST_BUILDINGS:
        problems.at(fab.document.root, ("buildings",), f"found starts for more than {MOST_BUILDINGS:,} buildings")
    for k, change in enumerate(scenario.file.changes):
        if change.building > len(streams):
            problems.at(scenario.document.root, ("changes", k, "building"), f"found {change.building}, expected at most {len(streams)}")
    problems.raise_any()
    if len(streams) == 1:
        return [bare]
    if not isinstance(scenario.file.initial_wip, WipFactor):
        return [replace(bare, streams=mine, initial=tuple(wip)) for mine, wip in zip(streams, spread(bare.initial, streams), strict=True)]
    load_of = _loads(bare.fab)
    return [replace(bare, streams=mine, initial=build_wip(bare.fab, scenario, mine, load_of, problems)) for mine in streams]


def _tools(
    fab: CheckedFab, scenario: CheckedScenario, bare: Scenario, buildings: list[Scenario], problems: Problems
) -> tuple[list[Sizing], list[list[Counts]]]:
    """Return how the toolsets of each building are sized, and the tools of each over time."""
    sizings = _sizings(fab, scenario, bare, buildings, problems)
    problems.raise_any()
    size = fab.file.buildings.wafers_per_month if fab.file.buildings else 1.0
    scales = [scenario.file.scale] if len(buildings) == 1 else [min(1.0, peak(part.streams) / size) for part in buildings]
    found = [
        tool_counts(fab, scenario, sizing, problems, building=b, scale=scale)
        for b, (sizing, scale) in enumerate(zip(sizings, scales, strict=True))
    ]
    return sizings, [list(counts.values()) for counts in found]


def _sizings(fab: CheckedFab, scenario: CheckedScenario, bare: Scenario, buildings: list[Scenario], problems: Problems) -> list[Sizing]:
    """Return how the toolsets with ``tools: auto`` of each building are sized; those that buildings share stand in the first."""
    auto = {name: toolset.shared for name, toolset in fab.file.toolsets.items() if toolset.tools == "auto"}
    if len(buildings) == 1:
        return [size_tools(fab, scenario, bare, problems, wanted=auto, building=0)]
    shared, own = ([name for name, is_shared in auto.items() if is_shared == wanted] for wanted in (True, False))
    of_all = size_tools(fab, scenario, bare, problems, wanted=shared, building=0)
    first, *others = (size_tools(fab, scenario, part, problems, wanted=own, building=b) for b, part in enumerate(buildings))
    return [Sizing(of_all.months | first.months, (*of_all.rows, *first.rows)), *others]


def _joined(histories: Sequence[Counts]) -> Counts:
    """Return the tools over time of buildings together."""
    at = sorted({instant for history in histories for instant, _ in history})
    return [(t, sum(max((h for h in history if h[0] <= t), default=(0, 0))[1] for history in histories)) for t in at]


def _apart(whole: Scenario, site: Fab, buildings: list[Scenario], changes: tuple[Change, ...]) -> Scenario:
    """Return the scenario with its buildings apart, in a fab ``site`` that has all of them."""
    products, streams, steps = len(whole.fab.product_names), len(whole.streams), len(whole.fab.steps)
    initial = [
        replace(row, stream=row.stream + b * streams, step=row.step + b * steps) for b, part in enumerate(buildings) for row in part.initial
    ]
    return replace(
        whole,
        fab=site,
        streams=tuple(replace(one, product=one.product + b * products) for b, part in enumerate(buildings) for one in part.streams),
        changes=changes,
        initial=tuple(sorted(initial, key=lambda row: (-row.age_ms, row.stream, -row.step))),
    )


def _loads(model: Fab) -> Callable[[int, int], LotLoad]:
    """Return a function that tells what a lot of a product and size costs, each worked out once."""

    @cache
    def load_of(product: int, lot_size: int) -> LotLoad:
        return theory.lot_load(model, product, lot_size)

    return load_of


def _in_fab(model: Fab, fab: CheckedFab, scenario: CheckedScenario, tables: Tables, problems: Problems) -> Scenario:
    """Return the scenario in a fab of any tools: all that does not depend on how many there are."""
    load_of = _loads(model)

    def raw_ms(product: int, lot_size: int) -> float:
        return load_of(product, lot_size).raw_ms

    file = scenario.file
    streams = build_streams(fab, scenario, raw_ms, problems)
    problems.raise_any()
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
        reserve=build_reserve(scenario),
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
