"""Routes: one table or several, each row a step that other rows name by its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabsim.layout.nodes import Names, found
from fabsim.layout.smt2020.amounts import distribution, duration, plain, unit
from fabsim.layout.smt2020.rows import Row, word
from fabsim.layout.smt2020.toolsets import BY_FAMILY, Family, Setups

Step = dict[str, Any]

COLUMNS = (
    "step", "toolset", "process", "per", "interval", "batch_min", "batch_max", "recipe", "setup", "setup_time",
    "setup_when", "sampling", "rework", "rework_to", "dedicated_to", "queue_time_from", "queue_time",
)  # fmt: skip
"""Columns of a route's table in the layout."""

PER = {"per_lot": "lot", "per_piece": "wafer", "per_batch": "batch"}


class RouteReader:
    """Translates one route; its toolsets learn which setups they have (modified in place)."""

    def __init__(self, rows: Sequence[Row], families: Mapping[str, Family], setups: Setups, kin: str) -> None:
        """``kin``: the family of the parts that have this route."""
        self._rows = [(str(row.whole("STEP")), row) for row in rows]
        """Each row behind its step's number."""
        self._setups = setups
        self._kin = kin
        self._families = families
        self._toolsets = Names("a toolset of the table 'tool'", families)
        self._places: dict[str, int] = {}
        for k, (number, row) in enumerate(self._rows):
            if self._places.setdefault(number, k) != k:
                row.refuse("STEP", f"found the step {number} twice")
        self._numbers = Names("the number of a step of this route", self._places)
        self.by_kin = False
        """Whether batches depend on the family of the part."""
        self.names = {number: _name(number, rows[k]) for number, k in self._places.items()}
        """The steps' names by their numbers."""

    def steps(self) -> list[Step]:
        """Return the steps as rows of the layout's table."""
        steps = [self._step(number, row) for number, row in self._rows]
        for number, row in self._rows:
            self._bind(number, row, steps)
            self._window(number, row, steps)
        return steps

    def _step(self, number: str, row: Row) -> Step:
        name = row.known("STNFAM", self._toolsets)
        step: Step = {
            "step": self.names[number],
            "toolset": name,
            "process": distribution(row, "PDIST", "PTIME", unit(row, "PTUNITS")),
        }
        per = PER[row.one_of("PTPER", *PER)]
        if per != "lot":
            step["per"] = per
        if name:
            self._interval(row, step, self._families[name], per)
            self._batch(number, row, step, self._families[name], per)
            self._setup(row, step, self._families[name])
        share = row.number("StepPercent", "100", most=100)
        if share != 100:
            step["sampling"] = f"{plain(share)} %"
        self._rework(number, row, step)
        return step

    def _interval(self, row: Row, step: Step, family: Family, per: str) -> None:
        """Add the cascade interval: of wafers for times per piece, of lots for times per lot."""
        column, other = ("PartInterval", "BatchInterval") if per == "wafer" else ("BatchInterval", "PartInterval")
        if row.text(other):
            row.refuse(other, f"found it beside PTPER {row.text('PTPER')!r}, expected {column} there")
        if row.text(column):
            units = column.replace("Interval", "IntUnits")
            between, process = row.number(column), row.number("PTIME")
            if between > process and row.text(units) == row.text("PTUNITS"):
                row.refuse(column, f"found {plain(between)}, expected at most PTIME, {plain(process)}")
            step["interval"] = duration(row, column, units)
        elif family.slots > 1:
            row.refuse(column, "found nothing at a toolset with STNCAP above 1, expected the interval of its cascade")

    def _batch(self, number: str, row: Row, step: Step, family: Family, per: str) -> None:
        for column in ("BATCHMN", "BATCHMX"):
            if row.text(column) and not family.batches:
                row.refuse(column, "found it at a toolset without BATCHCRITF, expected an empty cell")
        sizes = {key: row.whole(column) for key, column in (("batch_min", "BATCHMN"), ("batch_max", "BATCHMX")) if row.text(column)}
        step.update(sizes)
        if "batch_max" not in sizes:
            if sizes or per == "batch":
                row.refuse("BATCHMX", "found nothing, expected the wafers that fit into a batch")
            return
        if sizes.get("batch_min", 1) > sizes["batch_max"]:
            row.refuse("BATCHMN", f"found {row.text('BATCHMN')}, expected at most BATCHMX, {row.text('BATCHMX')}")
        if family.batches == BY_FAMILY:
            self.by_kin = True
            step["recipe"] = word(f"{self._kin}.{number}")

    def _setup(self, row: Row, step: Step, family: Family) -> None:
        if not row.text("SETUP"):
            for column in ("STIME", "WHEN"):
                if row.text(column):
                    row.refuse(column, "found it at a step without SETUP, expected an empty cell")
            family.bare_steps.append(step)
            return
        setup = step["setup"] = row.name("SETUP")
        always = row.one_of("WHEN", "need", "always", "") == "always"
        if always:
            step["setup_when"] = "always"
        if row.text("STIME"):
            step["setup_time"] = distribution(row, "SDIST", "STIME", unit(row, "STUNITS"))
            family.given_setups.setdefault(setup, row)
        elif always or self._setups.varies(setup):
            step["setup_time"] = self._setups.from_any(row)
            family.told_setups.setdefault(setup, row)
        else:
            family.setups.setdefault(setup, row)

    def _rework(self, number: str, row: Row, step: Step) -> None:
        if not row.text("RWKSTEP"):
            if row.text("REWORK"):
                row.refuse("REWORK", "found it at a step without RWKSTEP, expected an empty cell")
            return
        row.one_of("RWKTYPE", "lot", "")
        share = row.number("REWORK", most=100)
        if share >= 100:
            row.refuse("REWORK", f"found {plain(share)}, expected below 100: the lot would never go on")
        step["rework"] = f"{plain(share)} %"
        step["rework_to"] = self.names.get(self._other(number, row, "RWKSTEP", earlier=True), "")

    def _bind(self, number: str, row: Row, steps: list[Step]) -> None:
        """Let the step that FORSTEP names return to the tool of this one."""
        if row.one_of("SVESTN", "", "no", "yes") != "yes":
            if row.text("FORSTEP"):
                row.refuse("FORSTEP", "found it at a step without SVESTN yes, expected an empty cell")
            return
        other = self._other(number, row, "FORSTEP", earlier=False)
        if not other:
            return
        bound = steps[self._places[other]]
        if "dedicated_to" in bound:
            row.refuse("FORSTEP", f"found {other}, which is bound to {bound['dedicated_to']!r} already")
        elif bound["toolset"] != row.text("STNFAM"):
            row.refuse("FORSTEP", f"found a step at {bound['toolset']!r}, expected one at the same toolset {row.text('STNFAM')!r}")
        bound["dedicated_to"] = self.names[number]

    def _window(self, number: str, row: Row, steps: list[Step]) -> None:
        """Let a queue-time window end at the step that STEP_CQT names."""
        if not row.text("STEP_CQT"):
            if row.text("CQT"):
                row.refuse("CQT", "found it at a step without STEP_CQT, expected an empty cell")
            return
        other = self._other(number, row, "STEP_CQT", earlier=False)
        if other:
            window = {"from": self.names[number], "limit": duration(row, "CQT", "CQTUNITS")}
            steps[self._places[other]].setdefault("queue_time", []).append(window)

    def _other(self, number: str, row: Row, column: str, *, earlier: bool) -> str:
        """Return the number of the step that a cell names, nothing if it is not before (or at) the row's, or after it."""
        other = str(row.whole(column))
        if other not in self._numbers:
            row.refuse(column, self._numbers.unknown(other))
            return ""
        if (self._places[other] <= self._places[number]) != earlier:
            row.refuse(column, f"{found(other)}, expected {'this step or an earlier' if earlier else 'a later'} one")
            return ""
        return other


def _name(number: str, row: Row) -> str:
    """Return a step's name: its number, which is its identity, and its description as far as a name may hold it."""
    described = word(row.text("DESC"))
    return f"{number}.{described}" if described else number
