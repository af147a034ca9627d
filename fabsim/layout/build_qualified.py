"""Which tools may do which steps: tools qualified for some recipes only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabsim.layout.build_tools import Counts, tools_ever
from fabsim.layout.fab_checks import CheckedFab
from fabsim.layout.fab_file import Step
from fabsim.layout.nodes import Problems, dotted, value_mark
from fabsim.layout.toolset_file import Qualified, Toolset
from fabsim.terms import DAY


@dataclass(frozen=True)
class Rule:
    """Which tools of its toolset may do a recipe."""

    tools: Qualified
    """A share of the tools, or their numbers from 1."""
    turn: int
    """With a share: the recipe's number among those of its toolset, from 0."""

    def qualified(self, counts: Counts) -> NDArray[np.bool_]:
        """Return whether each tool ever installed is qualified, shape ``(tools,)``; ``counts``: tools over time.

        Of a share s tool k is, where k + turn passes a multiple of 1 / s, so that of any run of tools each recipe has its share
        within one tool, and of any run of recipes each tool.  Where that leaves no tool at some time, one that is there is added.
        """
        ever = np.arange(tools_ever(counts))
        if isinstance(self.tools, tuple):
            return np.array(np.isin(ever + 1, self.tools))
        passed = np.floor((np.arange(len(ever) + 1) + self.turn) * self.tools + 1e-9)
        may: NDArray[np.bool_] = np.diff(passed) > 0
        for _, there in tools_there(counts):
            if there and not may[there].any():
                may[there[self.turn % len(there)]] = True
        return may


def rule_of(step: Step, toolset: Toolset) -> Qualified | None:
    """Return which tools may do a step, ``None`` for all; one bound to an earlier step's tool has no rule of its own."""
    tools = None if step.dedicated_to is not None else step.qualified or toolset.qualified
    return None if tools == 1.0 else tools


def tools_there(counts: Counts) -> Iterator[tuple[int, list[int]]]:
    """Yield the instants [ms] at which tools come or go, and the numbers, from 0, of those that are there from then on."""
    there: list[int] = []
    new = 0
    for at, tools in counts:
        del there[tools:]
        more = tools - len(there)
        there += range(new, new + more)
        new += more
        yield at, there


def mark_qualified(steps: NDArray[np.void], rules: Sequence[Rule], counts: Sequence[Counts]) -> NDArray[np.int8]:
    """Turn the steps' rules into first entries in the table returned: for each tool of the step's toolset whether it may do it.

    ``steps`` is modified in place; -1 where every tool may.  Recipes with the same tools have the same entries.
    """
    first: dict[tuple[int, bytes], int] = {}
    tables: list[NDArray[np.int8]] = []
    length = 0
    found: dict[tuple[int, int], int] = {}
    for toolset, rule in sorted(set(zip(steps["toolset"].tolist(), steps["qualified"].tolist(), strict=True))):
        may = np.zeros(0, np.int8) if rule < 0 else rules[rule].qualified(counts[toolset]).astype(np.int8)
        if may.all():
            found[toolset, rule] = -1
            continue
        if (toolset, may.tobytes()) not in first:
            first[toolset, may.tobytes()] = length
            tables.append(may)
            length += len(may)
        found[toolset, rule] = first[toolset, may.tobytes()]
    steps["qualified"] = [found[key] for key in zip(steps["toolset"].tolist(), steps["qualified"].tolist(), strict=True)]
    return np.concatenate([np.zeros(0, np.int8), *tables])


def check_qualified(fab: CheckedFab, counts: Sequence[Counts], problems: Problems) -> None:
    """Note every step that none of the tools there may do at some time; ``counts``: the tools of each toolset of a building."""
    numbers = {name: k for k, name in enumerate(fab.file.toolsets)}
    for route in fab.routes.values():
        for entry in route.steps:
            step = entry.step
            assert step is not None
            tools = rule_of(step, fab.file.toolsets[step.toolset])
            if isinstance(tools, tuple) and (at := _without(Rule(tools, 0), counts[numbers[step.toolset]])) is not None:
                expected = f"expected at least one tool of {step.toolset!r} that is there from day {at / DAY:g} on"
                message = f"found {list(tools)}, {expected}"
                if step.qualified is None:
                    problems.at(fab.document.root, ("toolsets", step.toolset, "qualified"), message)
                else:
                    problems.add(value_mark(entry.node, ("qualified",)), dotted(filter(None, (entry.where, "qualified"))), message)


def _without(rule: Rule, counts: Counts) -> int | None:
    """Return the first instant at which tools are there but none that is qualified [ms]."""
    may = rule.qualified(counts)
    return next((at for at, there in tools_there(counts) if there and not may[there].any()), None)
