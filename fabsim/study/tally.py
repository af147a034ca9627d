"""Adds up what queues do while they run, where nothing else of a run is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.kernels.rows import STATUS_DONE
from fabsim.model import Scenario
from fabsim.terms import HOUR

ALL = "all"
"""The subject that stands for the lots of all streams."""

LOTS = ("lots", "wait", "cycle", "waits", "waits_1h", "out")
SETS = ("queue_lot_ms", "process_lot_ms", "process_ms", "tool_ms")

STREAM_FIGURES: dict[str, Callable[[dict[str, float], float], float]] = {
    "wait h": lambda sums, _: sums["wait"] / sums["lots"] / HOUR,
    "cycle time h": lambda sums, _: sums["cycle"] / sums["lots"] / HOUR,
    "share waiting": lambda sums, _: sums["waits"] / sums["lots"],
    "share over 1 h": lambda sums, _: sums["waits_1h"] / sums["lots"],
    "lots/h": lambda sums, span_ms: sums["out"] * HOUR / span_ms,
}
"""Figures of the completed lots of a stream that were released after the warm-up, ``lots/h`` of those completed after it."""

TOOLSET_FIGURES: dict[str, Callable[[dict[str, float], float], float]] = {
    "queue lots": lambda sums, span_ms: sums["queue_lot_ms"] / span_ms,
    "lots": lambda sums, span_ms: (sums["queue_lot_ms"] + sums["process_lot_ms"]) / span_ms,
    "busy": lambda sums, _: sums["process_ms"] / sums["tool_ms"],
    "idle": lambda sums, _: 1.0 - sums["process_ms"] / sums["tool_ms"],
}
"""Figures of a toolset after the warm-up; the last two are of a tool that knows only work and idleness."""


class Tally:
    """A `fabsim.trace.Sink` that keeps sums alone: of a stream's lots, and of a toolset's time, after the warm-up."""

    def __init__(self, scenario: Scenario) -> None:
        self._warmup_ms = scenario.warmup_ms
        self._span_ms = scenario.horizon_ms - scenario.warmup_ms
        self._streams = [stream.name for stream in scenario.streams]
        self._toolsets = scenario.fab.toolset_names
        self._lots = {name: np.zeros(len(self._streams)) for name in LOTS}
        self._sets = {name: np.zeros(len(self._toolsets)) for name in SETS}

    @property
    def customers(self) -> int:
        """Lots that the figures of streams are made of."""
        return int(self._lots["lots"].sum())

    def lots(self, rows: NDArray[np.void]) -> None:
        """Add the lots among ``rows`` that are done and count."""
        done = rows[(rows["status"] == STATUS_DONE) & (rows["done_ms"] >= self._warmup_ms)]
        self._lots["out"] += self._by_stream(done["stream"], None)
        done = done[done["release_ms"] >= self._warmup_ms]
        stream, wait = done["stream"], done["wait_ms"]
        sums: dict[str, NDArray[Any] | None] = {
            "lots": None,
            "wait": wait,
            "cycle": done["done_ms"] - done["release_ms"],
            "waits": wait > 0,
            "waits_1h": wait > HOUR,
        }
        for name, values in sums.items():
            self._lots[name] += self._by_stream(stream, values)

    def _by_stream(self, stream: NDArray[Any], values: NDArray[Any] | None) -> NDArray[Any]:
        return np.bincount(stream, values, len(self._streams))

    def moves(self, rows: NDArray[np.void]) -> None:
        """Take nothing from ``rows``."""

    def tools(self, rows: NDArray[np.void]) -> None:
        """Add the tools' time of a period after the warm-up."""
        counted = rows[rows["start_ms"] >= self._warmup_ms]
        np.add.at(self._sets["process_ms"], counted["toolset"], counted["process_ms"])
        np.add.at(self._sets["tool_ms"], counted["toolset"], counted["end_ms"] - counted["start_ms"])

    def wip(self, rows: NDArray[np.void]) -> None:
        """Add the lots at toolsets in a period after the warm-up."""
        counted = rows[rows["start_ms"] >= self._warmup_ms]
        for name in ("queue_lot_ms", "process_lot_ms"):
            np.add.at(self._sets[name], counted["toolset"], counted[name])

    def figure(self, subject: str, name: str) -> float:
        """Return a figure of a stream, of `ALL` of them, or of a toolset; ``name`` is one of the tables above."""
        if name in TOOLSET_FIGURES:
            at = self._toolsets.index(subject)
            return TOOLSET_FIGURES[name]({key: float(values[at]) for key, values in self._sets.items()}, self._span_ms)
        those = slice(None) if subject == ALL else self._streams.index(subject)
        return STREAM_FIGURES[name]({key: float(values[those].sum()) for key, values in self._lots.items()}, self._span_ms)
