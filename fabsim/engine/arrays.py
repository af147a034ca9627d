"""The arrays of a run: made from a scenario, grown when they are full, known to the kernels through their world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import replication_key
from fabsim.engine.chambers import chamber_counts
from fabsim.engine.lasts import last_tables
from fabsim.engine.rows import causes_of, lines_of, nodes_of, plan_of, sets_of, streams_of, tools_of
from fabsim.engine.tables import int_tables
from fabsim.kernels import loop, wheel
from fabsim.kernels.arena import handle
from fabsim.kernels.records import LINE_BYTES
from fabsim.kernels.state import NEVER, NONE, RETICLE, WATCH
from fabsim.kernels.world import DTYPES, WORLD
from fabsim.model import Fab, Scenario

FIRST_LOTS = 1024
"""Rows for lots at the start; doubled whenever they are full."""

OWN = ("touched", "moves", "done", "out", "far", "later", "wheel", "marks", "lots", "memory", "entries")
"""Arrays that each part of a run has for itself."""

RECORDS = 65_536
"""Rows of the buffers for moves and lots that are done, flushed when they are nearly full."""


class Arrays:
    """Owns the arrays of a run, or of the part of it that happens in one building, and the world that points at them.

    Parts have the tables of the fab in common, each with rows of its own in them; lots and pending events are each part's own.
    """

    def __init__(self, scenario: Scenario, replication: int) -> None:
        fab = scenario.fab
        self.world: NDArray[Any] = np.zeros(1, WORLD).view(np.recarray)
        self._arrays: dict[str, NDArray[Any]] = {}
        w = self.world[0]
        w["key"] = replication_key(scenario.seed, replication)
        w["sample_every"] = {"lots": 0, "sample": scenario.sample_every, "all": 1}[scenario.trace]
        w["slots"] = fab.memory_slots
        w["loses_wafers"] = bool((scenario.fab.steps["wafer_scrap"] > 0).any())
        w["largest_lot"] = max((stream.lot_size for stream in scenario.streams), default=1)
        w["areas"] = len(fab.areas)
        w["building_sets"] = len(fab.toolsets) // scenario.buildings
        w["building_steps"] = len(fab.steps) // scenario.buildings
        w["shared"] = _share(fab, w)
        reserve = scenario.reserve
        w["reserve_from"] = reserve.priority if reserve else NEVER
        w["reserve_ahead"] = reserve.priority if reserve and reserve.ahead else NEVER
        w["free_lot"] = NONE
        w["pool_free"] = NONE
        w["later_free"] = NONE
        self._set("steps", fab.steps)
        sets = sets_of(fab)
        tables = int_tables(fab, w, sets)
        lasts, last_at = last_tables(scenario, len(tables))
        self._set("ints", np.concatenate([tables, lasts]))
        w["transport_at"] = len(fab.tables)
        w["losses_at"] = len(fab.tables) + fab.transport.size
        plans = int(w["losses_at"]) + len(fab.windows)
        planned = [x for s in scenario.streams for x in plan_of(scenario, s)]
        self._set("reals", np.concatenate([fab.tables, fab.transport.ravel(), fab.windows["loss"], *planned]))
        self._set("streams", streams_of(scenario, plans))
        sets["drains"][fab.line_keys[last_at != NONE, 0]] = 1
        self._set("sets", sets)
        self._set("tools", tools_of(fab))
        self._set("nodes", nodes_of(fab))
        self._set("causes", causes_of(fab, self["tools"]))
        self._set("lines", lines_of(fab, int(w["qualified_at"])))
        self["lines"]["last_at"] = last_at
        self._set("reticles", np.array([(NONE, 0)] * int(fab.reticles.sum()), RETICLE))
        self._set("active", np.zeros(len(fab.line_keys), np.int32))
        self._set("watches", np.zeros(0, WATCH))
        for name in ("sets", "tools", "streams"):
            self[name]["watch"] = NONE
        self._set("stages", fab.stages)
        self._set("chambers", np.zeros(int((chamber_counts(fab) * fab.toolsets["tools"]).sum()), np.int32))
        self._own(0, len(fab.toolsets))

    def _own(self, first_set: int, end_set: int) -> None:
        """Take these toolsets with their tools, and make what is a part's own."""
        w, sets = self.world[0], self["sets"]
        w["first_set"], w["end_set"] = first_set, end_set
        w["first_tool"] = sets["first_tool"][first_set]
        w["end_tool"] = sets["first_tool"][end_set - 1] + sets["tools"][end_set - 1]
        self.handle = handle(self.world, "world")
        """The world as kernels take it."""
        tools = self["tools"][w["first_tool"] : w["end_tool"]]
        self._make("touched", end_set - first_set)
        self._make("moves", RECORDS)
        self._make("done", RECORDS)
        most = int((sets["tools"] * sets["slots"])[first_set:end_set].max())
        self._make("out", 4 * most + 4096)
        self._out = self["out"].view(np.int64).reshape(-1, 3)
        self._make("far", 2 * loop.SLACK + int(tools["causes"].sum() + tools["chamber_causes"].sum()))
        self._make("later", 0)
        w["bucket"] = NEVER
        w["bucket_bits"] = wheel.bucket_bits(len(tools))
        self._make("wheel", wheel.BUCKETS)[:] = NONE
        self._make("marks", wheel.WORDS)
        self._add_later(2 * loop.SLACK)
        for name in ("lots", "memory", "entries"):
            self._make(name, 0)
        w["pool_most"] = 2
        self._add_lots(FIRST_LOTS)

    def part(self, first_set: int, end_set: int) -> Arrays:
        """Return a part with these toolsets, before anything has happened."""
        part = copy(self)
        part.restrict(first_set, end_set)
        return part

    def restrict(self, first_set: int, end_set: int) -> None:
        """Become a part: these toolsets and a world of its own, the tables in common with what this was copied from."""
        self.world = self.world.copy()
        self._arrays = dict(self._arrays)
        for name in ("free_lot", "pool_free", "later_free"):
            self.world[0][name] = NONE
        for name in OWN:
            self._make(name, 0)
        self._own(first_set, end_set)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def _set(self, name: str, array: NDArray[Any]) -> None:
        """Take a copy of an array."""
        self._make(name, len(array))[: len(array)] = array

    def _make(self, name: str, rows: int) -> NDArray[Any]:
        """Make an array of zeros that begins with a line of the cache, as its rows do whose size is a multiple of one; return it."""
        dtype = DTYPES[name]
        size = max(rows, 1) * dtype.itemsize
        room = np.zeros(size + LINE_BYTES, np.uint8)
        first = -room.ctypes.data % LINE_BYTES
        made: NDArray[Any] = room[first : first + size].view(dtype)
        at = list(DTYPES).index(name)
        self._arrays[name] = made
        self.world[0]["address"][at] = made.ctypes.data
        self.world[0]["length"][at] = rows
        return made

    def add(self, name: str, array: NDArray[Any]) -> None:
        """Take an array in place of what stands under a name."""
        self._set(name, array)

    def make_room(self, reason: int, flush: Callable[[], None]) -> None:
        """Make the room for lack of which the floor could not go on (`fabsim.kernels.loop`); ``flush`` empties the records."""
        if reason == loop.NEEDS_FLUSH:
            flush()
        elif reason == loop.NEEDS_POOL:
            self.grow_pool()
        elif reason == loop.NEEDS_LOTS:
            self.grow_lots()
        else:
            self.grow_events()

    def grow_lots(self) -> None:
        """Double the room for lots in process, with the memory and the queue entries they need."""
        self._add_lots(2 * self._length("lots"))

    def _add_lots(self, rows: int) -> None:
        old = self._length("lots")
        lots = self._grow("lots", rows)
        for name in ("id", "expected_at", "kept_tool"):
            lots[name][old:] = NONE
        lots["next_free"][old:-1] = np.arange(old + 1, rows)
        lots["next_free"][-1] = self.world[0]["free_lot"]
        self.world[0]["free_lot"] = old
        slots = int(self.world[0]["slots"])
        self._grow("memory", rows * slots)[old * slots :] = NONE
        if self._length("entries") < 4 * rows:
            self._grow("entries", 4 * rows)

    def grow_pool(self) -> None:
        """Double the pool of queue entries."""
        self._grow("entries", 2 * self._length("entries"))

    def grow_events(self) -> None:
        """Double the room for the compiled loop's pending events."""
        self._add_later(2 * self._length("later"))
        self._grow("far", 2 * self._length("far"))

    def _add_later(self, rows: int) -> None:
        old = self._length("later")
        self._grow("later", rows)
        self["later"]["following"][old:-1] = np.arange(old + 1, rows)
        self["later"]["following"][-1] = self.world[0]["later_free"]
        self.world[0]["later_free"] = old

    def asked(self, count: int) -> list[list[int]]:
        """Return the first ``count`` events that a transition has asked for, as [time_ms, key, row]."""
        events: list[list[int]] = self._out[:count].tolist()
        return events

    def content(self, *, whole: bool) -> dict[str, NDArray[Any]]:
        """Return the world and what is a part's own or, of the ``whole``, all arrays; they are the run's, not copies."""
        return {"world": self.world, **{name: self[name][: self._length(name)] for name in (DTYPES if whole else OWN)}}

    def restore(self, content: Mapping[str, NDArray[Any]]) -> None:
        """Go on from the `content` of a run of the same fab and starts, under this one's policy."""
        for field in WORLD.names or ():
            if field not in ("address", "length", "reserve_from", "reserve_ahead"):
                self.world[field] = content["world"][field]
        for name, array in content.items():
            if name in OWN:
                self._set(name, array)
            elif name in DTYPES:
                self[name][: len(array)] = array  # where it is: parts have it in common
        self._out = self["out"].view(np.int64).reshape(-1, 3)

    def _length(self, name: str) -> int:
        return int(self.world[0]["length"][list(DTYPES).index(name)])

    def _grow(self, name: str, rows: int) -> NDArray[Any]:
        old, before = self._length(name), self[name]
        array = self._make(name, rows)
        array[:old] = before[:old]
        return array


def _share(fab: Fab, w: Any) -> bool:
    """Return whether lots of some building go to a toolset of another."""
    home = np.arange(len(fab.steps)) // w["building_steps"]
    return bool((fab.steps["toolset"] // w["building_sets"] != home).any())
