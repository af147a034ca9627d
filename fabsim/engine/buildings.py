"""A run's parts: buildings that share no toolset do not meet between fab-level events, so each is a floor of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.engine.arrays import Arrays
from fabsim.kernels.queues import rerank
from fabsim.model import Scenario


class Parts:
    """The parts of a run of ``scenario``, whose buildings are apart: one a building if ``split``, or a single one for all."""

    def __init__(self, scenario: Scenario, replication: int, *, split: bool) -> None:
        whole = Arrays(scenario, replication)
        self._toolsets = len(scenario.fab.toolsets) // scenario.buildings
        self._streams = len(scenario.streams) // scenario.buildings
        self._toolset_of = whole["tools"]["toolset"]
        self.apart = split and scenario.buildings > 1 and not whole.world[0]["shared"]
        self.all = [whole]
        """The parts, building after building."""
        if self.apart:
            self.all = [whole.part(b * self._toolsets, (b + 1) * self._toolsets) for b in range(scenario.buildings)]

    def of_stream(self, stream: int) -> int:
        """Return which part a release stream belongs to."""
        return stream // self._streams if self.apart else 0

    def of_tool(self, tool: int) -> int:
        """Return which part a tool belongs to."""
        return int(self._toolset_of[tool]) // self._toolsets if self.apart else 0

    def of_toolset(self, toolset: int) -> int:
        """Return which part a toolset belongs to."""
        return toolset // self._toolsets if self.apart else 0

    def of_line(self, line: int) -> int:
        """Return which part a queue line belongs to."""
        return self.of_toolset(int(self.all[0]["lines"]["toolset"][line]))

    def total(self, name: str) -> int:
        """Return the sum of a counter of the worlds."""
        return sum(int(part.world[0][name]) for part in self.all)

    def content(self) -> tuple[dict[str, NDArray[Any]], ...]:
        """Return the arrays of each part; what they have in common stands in the first."""
        return tuple(part.content(whole=not number) for number, part in enumerate(self.all))

    def restore(self, contents: Iterable[Mapping[str, NDArray[Any]]]) -> None:
        """Go on from the `content` of a run of the same fab; where its rank chains were others, waiting lots are ranked anew."""
        sets = self.all[0]["sets"]
        ranks = {name: sets[name].copy() for name in ("chain", "timed")}
        for part, content in zip(self.all, contents, strict=True):
            part.restore(content)
        if not np.array_equal(sets["chain"], ranks["chain"]):
            for name, values in ranks.items():
                sets[name] = values
            for part in self.all:
                rerank(part.handle)
