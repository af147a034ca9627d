"""The arrays of a run: made from a scenario, grown when they are full, known to the kernels through their world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabsim.chance import replication_key, stable_hash
from fabsim.engine.chambers import chamber_calendars, chamber_counts
from fabsim.engine.lasts import is_endless, last_tables
from fabsim.kernels import loop, reasons, wheel
from fabsim.kernels.arena import handle
from fabsim.kernels.philox import mix64
from fabsim.kernels.rank import CRITICAL_RATIO
from fabsim.kernels.records import LATE_REWORK, LATE_SCRAP, PLANNED, SCHEDULE, TRIGGER_PROCESS_TIME, TRIGGER_WAFERS
from fabsim.kernels.rows import LOT_ROW, MOVE_ROW
from fabsim.kernels.state import CAUSE, DTYPES, ENTRY, LINE, LOT, NEVER, NODE, NONE, RETICLE, SET, STREAM, TOOL, WATCH, WORLD
from fabsim.model import Fab, Scenario, Stream

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
        self._set("steps", fab.steps.copy())
        sets = _sets(fab)
        tables = _ints(fab, w, sets)
        lasts, last_at = last_tables(scenario, len(tables))
        self._set("ints", np.concatenate([tables, lasts]))
        w["transport_at"] = len(fab.tables)
        w["losses_at"] = len(fab.tables) + fab.transport.size
        plans = int(w["losses_at"]) + len(fab.windows)
        planned = [x for s in scenario.streams for x in plan_of(scenario, s)]
        self._set("reals", np.concatenate([fab.tables, fab.transport.ravel(), fab.windows["loss"], *planned]))
        self._set("streams", _streams(scenario, plans))
        sets["drains"][fab.line_keys[last_at != NONE, 0]] = 1
        self._set("sets", sets)
        self._set("tools", _tools(fab))
        self._set("nodes", _nodes(fab))
        self._set("causes", _causes(fab, self["tools"]))
        self._set("lines", _lines(fab, int(w["qualified_at"])))
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
        self._set("touched", np.zeros(end_set - first_set, np.int64))
        self._set("moves", np.zeros(RECORDS, MOVE_ROW))
        self._set("done", np.zeros(RECORDS, LOT_ROW))
        most = int((sets["tools"] * sets["slots"])[first_set:end_set].max())
        self._set("out", np.zeros(4 * most + 4096, DTYPES["out"]))
        self._out = self["out"].view(np.int64).reshape(-1, 3)
        self._set("far", np.zeros(2 * loop.SLACK + int(tools["causes"].sum() + tools["chamber_causes"].sum()), DTYPES["far"]))
        self._set("later", np.zeros(0, DTYPES["later"]))
        self._set("wheel", np.full(wheel.BUCKETS, NONE, DTYPES["wheel"]))
        self._set("marks", np.zeros(wheel.WORDS, DTYPES["marks"]))
        self._add_later(2 * loop.SLACK)
        self._set("lots", np.zeros(0, LOT))
        self._set("memory", np.zeros(0, np.int64))
        self._set("entries", np.zeros(0, ENTRY))
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
            self._set(name, np.zeros(0, DTYPES[name]))
        self._own(first_set, end_set)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def _set(self, name: str, array: NDArray[Any]) -> None:
        owned = np.require(array, DTYPES[name], ["C", "O", "W"])
        if len(owned) == 0:
            owned = np.zeros(1, DTYPES[name])
        self._arrays[name] = owned
        at = list(DTYPES).index(name)
        self.world[0]["address"][at] = owned.ctypes.data
        self.world[0]["length"][at] = len(array)

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
        lots = np.zeros(rows, LOT)
        lots[:old] = self["lots"][:old]
        for name in ("id", "expected_at", "kept_tool"):
            lots[name][old:] = NONE
        lots["next_free"][old:-1] = np.arange(old + 1, rows)
        lots["next_free"][-1] = self.world[0]["free_lot"]
        self.world[0]["free_lot"] = old
        self._set("lots", lots)
        slots = int(self.world[0]["slots"])
        memory = np.full(rows * slots, NONE, np.int64)
        memory[: old * slots] = self["memory"][: old * slots]
        self._set("memory", memory)
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
                self._set(name, array.copy())
            elif name in DTYPES:
                self[name][: len(array)] = array  # where it is: parts have it in common
        self._out = self["out"].view(np.int64).reshape(-1, 3)

    def _length(self, name: str) -> int:
        return int(self.world[0]["length"][list(DTYPES).index(name)])

    def _grow(self, name: str, rows: int) -> None:
        old = self._length(name)
        array = np.zeros(rows, DTYPES[name])
        array[:old] = self[name][:old]
        self._set(name, array)


def _ints(fab: Fab, w: Any, sets: NDArray[Any]) -> NDArray[np.int64]:
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


def _share(fab: Fab, w: Any) -> bool:
    """Return whether lots of some building go to a toolset of another."""
    home = np.arange(len(fab.steps)) // w["building_steps"]
    return bool((fab.steps["toolset"] // w["building_sets"] != home).any())


def _copy(source: NDArray[Any], target: NDArray[Any]) -> None:
    for name in source.dtype.names or ():
        if name in (target.dtype.names or ()):
            target[name] = source[name]


def _sets(fab: Fab) -> NDArray[Any]:
    sets = np.zeros(len(fab.toolsets), SET)
    _copy(fab.toolsets, sets)
    sets["uniform"] = (sets["setup_keys"] == 0) & (sets["dedicated_lines"] == 0)
    sets["uniform"][fab.line_keys[(fab.line_keys[:, 3:] >= 0).any(axis=1), 0]] = 0
    counting = (fab.calendars["trigger"] == TRIGGER_WAFERS) | (fab.calendars["trigger"] == TRIGGER_PROCESS_TIME)
    sets["counts"][fab.calendars["toolset"][counting]] = 1
    chain = fab.toolsets["chain"].copy()
    for _ in range(5):
        sets["timed"] |= (chain & 15) == CRITICAL_RATIO
        chain >>= 4
    refusing = (fab.windows["if_late"] == LATE_REWORK) | (fab.windows["if_late"] == LATE_SCRAP)
    sets["refuses"][fab.steps["toolset"][fab.windows["to_step"][refusing]]] = 1
    sets["open_first"] = NONE
    sets["open_last"] = NONE
    sets["open_ready"] = NONE
    sets["newcomer"] = NONE
    sets["expected"] = NONE
    return sets


def _tools(fab: Fab) -> NDArray[Any]:
    tools = np.zeros(len(fab.tool_names), TOOL)
    tools["name_hash"] = fab.tool_hash
    tools["cause"] = NONE
    tools["kept_for"] = NONE
    node = cause = chamber = 0
    for toolset, (row, chambers) in enumerate(zip(fab.toolsets, chamber_counts(fab).tolist(), strict=True)):
        span = slice(row["first_tool"], row["first_tool"] + row["tools"])
        tools["toolset"][span] = toolset
        tools["local"][span] = np.arange(row["tools"])
        tools["first_node"][span] = node + np.arange(row["tools"]) * row["slots"]
        tools["causes"][span] = row["calendars"]
        tools["chamber_causes"][span] = row["chamber_calendars"]
        causes = row["calendars"] + row["chamber_calendars"]
        tools["first_cause"][span] = cause + np.arange(row["tools"]) * causes
        tools["first_chamber"][span] = chamber + np.arange(row["tools"]) * chambers
        node += row["tools"] * row["slots"]
        cause += row["tools"] * causes
        chamber += row["tools"] * chambers
    return tools


def _nodes(fab: Fab) -> NDArray[Any]:
    nodes = np.zeros(int((fab.toolsets["tools"] * fab.toolsets["slots"]).sum()), NODE)
    nodes["tool"] = np.repeat(np.arange(len(fab.tool_names)), np.repeat(fab.toolsets["slots"], fab.toolsets["tools"]))
    nodes["previous"] = NONE
    nodes["next"] = NONE
    return nodes


def _causes(fab: Fab, tools: NDArray[Any]) -> NDArray[Any]:
    """Return the calendars of each tool, tool after tool, its own before those of its chambers."""
    count = tools["causes"] + tools["chamber_causes"]
    owner = np.repeat(np.arange(len(tools)), count)
    k = np.arange(len(owner)) - tools["first_cause"][owner]
    calendar = fab.toolsets["first_calendar"][tools["toolset"][owner]] + k
    causes = np.zeros(len(owner), CAUSE)
    causes["chamber"], causes["of"] = NONE, 1
    for toolset in np.flatnonzero(fab.toolsets["chamber_calendars"]):
        mine = np.flatnonzero((tools["toolset"][owner] == toolset) & (k >= tools["causes"][owner]))
        found = np.array(chamber_calendars(fab, int(toolset))).T[:, k[mine] - tools["causes"][owner[mine]]]
        calendar[mine], causes["number"][mine], causes["of"][mine] = found[0], found[2], found[3]
        causes["chamber"][mine] = tools["first_chamber"][owner[mine]] + found[1]
    _copy(fab.calendars[calendar], causes)
    causes["tool"] = owner
    names = tools["name_hash"][owner] ^ fab.calendars["name_hash"][calendar]
    causes["subject"] = [mix64(np.uint64(name)) for name in names]
    for row in np.flatnonzero(causes["chamber"] != NONE):
        causes["subject"][row] = mix64(causes["subject"][row] ^ np.uint64(causes["number"][row] + 1))
    return causes


def _streams(scenario: Scenario, at: int) -> NDArray[Any]:
    """Return the streams, whose plans stand one after the other from ``at``."""
    streams = np.zeros(len(scenario.streams), STREAM)
    fab = scenario.fab
    for row, stream in zip(streams, scenario.streams, strict=True):
        row["name_hash"] = stable_hash(stream.name)
        row["first_step"] = fab.route_first[fab.product_route[stream.product]]
        row["wafers"], row["priority"], row["pattern"] = stream.lot_size, stream.priority, stream.pattern
        row["due_ms"] = NONE if stream.due_ms < 0 else stream.due_ms
        row["limit"], row["uses"] = stream.limit, stream.uses
        row["endless"] = is_endless(scenario, stream)
        row["plan_at"], row["points"] = at, len(plan_of(scenario, stream)[0])
        at += 2 * int(row["points"])
    return streams


def plan_of(scenario: Scenario, stream: Stream) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the instants [ms] and the accumulated lots of a stream's plan, of a schedule what its lots are due after [ms].

    A stream that is planned in the run begins with no lots.
    """
    policy = scenario.releases
    if stream.pattern == SCHEDULE:
        return stream.times_ms, np.full(len(stream.times_ms), float(stream.due_ms)) if stream.dues_ms is None else stream.dues_ms
    if policy is None or stream.pattern not in PLANNED:
        return stream.times_ms, stream.lots
    ends = policy.every_ms * np.arange(-(-scenario.horizon_ms // policy.every_ms) + 1, dtype=float)
    return ends, np.zeros(len(ends))


def _lines(fab: Fab, qualified_at: int) -> NDArray[Any]:
    lines = np.zeros(len(fab.line_keys), LINE)
    lines["toolset"], lines["batch_key"], lines["setup_key"], qualified, reticle = fab.line_keys.T
    lines["qualified"] = np.where(qualified >= 0, qualified_at + qualified, NONE)
    needs = reticle >= 0
    lines["reticle"] = NONE
    lines["reticle"][needs] = (np.cumsum(fab.reticles) - fab.reticles)[reticle[needs]]
    lines["reticles"][needs] = fab.reticles[reticle[needs]]
    lines["position"] = NONE
    lines["plan_ms"] = NEVER
    alone = np.where(lines["qualified"] == NONE, reasons.SETUP, reasons.QUALIFICATION)
    alone = np.where(lines["reticle"] == NONE, alone, reasons.RETICLE)
    lines["why"] = np.where(lines["batch_key"] == NONE, alone, reasons.BATCH)
    return lines
