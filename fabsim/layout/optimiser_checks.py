"""How a policy's optimisers fit the scenario and its fab."""

from __future__ import annotations

from collections.abc import Callable

from fabsim.layout.nodes import Mark, Names, Node, Problems
from fabsim.layout.optimiser_file import Furnaces, Release
from fabsim.layout.scenario_file import ScenarioFile
from fabsim.layout.stream_file import Schedule

MOST_PLANS = 1_000_000
"""Plans that one run may make."""

MOST_PERIODS = 500
"""Periods that one release plan may have."""


def check_optimisers(
    root: Node, file: ScenarioFile, products: Names, toolsets: Names, product_of: Callable[[str], str], problems: Problems
) -> None:
    """Note what is wrong with `policy.release` and `policy.furnaces`; ``product_of``: the product of a stream."""
    checks = _Checks(root, file, problems)
    if file.policy.release is not None:
        checks.release(file.policy.release, products, product_of)
    if file.policy.furnaces is not None:
        checks.furnaces(file.policy.furnaces, toolsets)


class _Checks:
    def __init__(self, root: Node, file: ScenarioFile, problems: Problems) -> None:
        self._root = root
        self._file = file
        self._problems = problems

    def release(self, release: Release, products: Names, product_of: Callable[[str], str]) -> None:
        path = ("policy", "release")
        started = {
            product_of(name): name
            for name, stream in self._file.starts.items()
            if not isinstance(stream.pattern, Schedule) and any(rate for _, rate in stream.wafers_per_month or ())
        }
        if not release.products:
            self._at((*path, "products"), "found nothing, expected at least one product")
        named = self._root.value["policy"].value["release"].entries("products")
        for product in release.products:
            where = ".".join((*path, "products", product))
            if products.names and product not in products:
                self._problems.add(_key_mark(self._root, (*path, "products"), product), where, products.unknown(product))
            elif product not in started:
                message = f"found {product!r}, expected a product that `starts` starts at a rate"
                self._problems.add(_key_mark(self._root, (*path, "products"), product), where, message)
        for product, stream in started.items():
            if named and product not in release.products:
                self._at((*path, "products"), f"found no {product!r}, expected every product started at a rate (stream {stream!r})")
        if release.horizon / release.every > MOST_PERIODS:
            self._at((*path, "horizon"), f"found more than {MOST_PERIODS} periods, expected a shorter horizon or longer periods")
        self._count((*path, "every"), release.every)

    def furnaces(self, furnaces: Furnaces, toolsets: Names) -> None:
        path = ("policy", "furnaces")
        if not furnaces.toolsets:
            self._at((*path, "toolsets"), "found an empty list, expected at least one toolset")
        for k, name in enumerate(furnaces.toolsets):
            if toolsets.names and name not in toolsets:
                self._at((*path, "toolsets", k), toolsets.unknown(name))
            elif name in furnaces.toolsets[:k]:
                self._at((*path, "toolsets", k), f"found {name!r} twice, expected each toolset once")
        if furnaces.horizon < furnaces.look_ahead:
            self._at((*path, "horizon"), "found less than the time of look_ahead, expected at least as much")
        self._count((*path, "every"), furnaces.every)

    def _count(self, path: tuple[str, ...], every: float) -> None:
        if self._file.horizon / every > MOST_PLANS:
            self._at(path, f"found more than {MOST_PLANS:,} plans in the run, expected a longer time between two")

    def _at(self, path: tuple[str | int, ...], message: str) -> None:
        self._problems.at(self._root, path, message)


def _key_mark(root: Node, path: tuple[str, ...], key: str) -> Mark:
    node = root
    for part in path:
        node = node.value[part]
    return node.keys[key]
