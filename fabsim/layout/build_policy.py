"""What a scenario decides beside its rank chains, as the model has it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fabsim.kernels.records import PLANNED
from fabsim.layout.nodes import Problems
from fabsim.layout.optimiser_file import Demand as DemandEntry
from fabsim.layout.scenario_checks import CheckedScenario
from fabsim.layout.work import to_ms
from fabsim.model import Fab, Stream
from fabsim.model.policy import Demand, FurnacePolicy, ReleasePolicy, ReservePolicy
from fabsim.terms import DAY, MONTH


def build_release(
    fab: Fab, scenario: CheckedScenario, streams: tuple[Stream, ...], raw_ms: Callable[[int, int], float], problems: Problems
) -> ReleasePolicy | None:
    """Return the release policy, None if the streams follow their own plans; ``raw_ms``: raw process time of a product's lots [ms]."""
    release, file = scenario.file.policy.release, scenario.file
    if release is None:
        return None
    demands = tuple(
        _demand(fab.product_names.index(name), entry, file.scale, file.horizon + release.horizon)
        for name, entry in release.products.items()
    )
    products = {demand.product for demand in demands}
    planned = [(s.product, s.lot_size) for s in streams if s.product in products and s.pattern in PLANNED]
    longest = max(release.x_factor * raw_ms(product, size) for product, size in planned)
    if release.horizon < longest + release.every:
        message = f"found {release.horizon / DAY:g} d, expected at least {(longest + release.every) / DAY:.1f} d: cycle time and a period"
        problems.at(scenario.document.root, ("policy", "release", "horizon"), message)
    return ReleasePolicy(
        demands=demands,
        every_ms=max(1, to_ms(release.every)),
        horizon_ms=to_ms(release.horizon),
        x_factor=release.x_factor,
        utilization=release.utilization,
        queue_ms=to_ms(release.queue),
    )


def build_reserve(scenario: CheckedScenario) -> ReservePolicy | None:
    """Return for which lots tools are kept, None if for none."""
    reserve = scenario.file.policy.reserve
    return None if reserve is None else ReservePolicy(reserve.priority, ahead=reserve.from_ == "start")


def _demand(product: int, entry: DemandEntry, scale: float, until_ms: float) -> Demand:
    """Return a demand accumulated up to ``until_ms``; before its first month nothing is wanted."""
    months = np.array([month for month, _ in entry.demand]) * MONTH
    rates = np.array([0.0, *(rate for _, rate in entry.demand)]) * (scale / MONTH)
    times = np.concatenate([[0.0], months[(months > 0) & (months < until_ms)], [until_ms]])
    rate_from = rates[np.searchsorted(months, times[:-1], side="right")]
    return Demand(product, entry.value, times, np.concatenate([[0.0], np.cumsum(rate_from * np.diff(times))]))


def build_furnaces(fab: Fab, scenario: CheckedScenario, problems: Problems) -> FurnacePolicy | None:
    """Return the schedules' policy, None if all batches follow the rank chains."""
    furnaces = scenario.file.policy.furnaces
    if furnaces is None:
        return None
    toolsets = tuple(fab.toolset_names.index(name) for name in furnaces.toolsets)
    for k, toolset in enumerate(toolsets):
        batching = (fab.steps["toolset"] == toolset) & (fab.steps["batch_key"] >= 0)
        if not batching.any() or fab.toolsets["slots"][toolset] != 1:
            message = f"found {furnaces.toolsets[k]!r}, expected a toolset with batches and one slot"
            problems.at(scenario.document.root, ("policy", "furnaces", "toolsets", k), message)
    return FurnacePolicy(
        toolsets=toolsets,
        every_ms=max(1, to_ms(furnaces.every)),
        look_ahead_ms=to_ms(furnaces.look_ahead),
        horizon_ms=to_ms(furnaces.horizon),
        x_factor=furnaces.x_factor,
        hot_weight=furnaces.hot_weight,
        batch_cost_ms=to_ms(furnaces.batch_cost),
        effort=furnaces.effort,
    )
