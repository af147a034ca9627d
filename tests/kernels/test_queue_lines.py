"""Queue lines give lots back in rank order, whatever came and went, and reuse their memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fabsim.engine.arrays import Arrays
from fabsim.kernels import queues
from fabsim.kernels.choose import head
from tests.conftest import write

FAB = """
    toolsets: {T: {area: a, tools: 1, process: 10 min}}
    routes: {r: [{step: S, toolset: T}]}
    products: {P: {route: r}}
"""


def arrays(folder: Path, chain: str, lots: int) -> Arrays:
    made = Arrays(write(folder, FAB, f"horizon: 1 d\nstarts: {{P: {{wafers_per_month: 100}}}}\npolicy: {{fab: [{chain}]}}\n"), 0)
    made._add_lots(lots)
    return made


@pytest.mark.parametrize("chain", ["priority, fifo", "priority, critical_ratio"])
def test_lots_leave_a_line_in_rank_order(tmp_path: Path, chain: str) -> None:
    made = arrays(tmp_path, chain, 2048)
    rng = np.random.Generator(np.random.Philox(5))
    rows = made["lots"]
    waiting: set[int] = set()
    for turn in range(4000):
        if waiting and rng.random() < (0.3 if turn < 2000 else 0.7):
            at = head(made.handle, 0)
            lot = int(made["entries"]["lot"][at])
            assert lot == min(waiting, key=lambda k: (-rows["priority"][k], rows["due_ms"][k], rows["id"][k]))
            assert queues.remove(made.handle, 0, at) == lot
            waiting.remove(lot)
        else:
            lot = int(rng.integers(2048))
            if lot in waiting:
                continue
            due = int(rng.integers(50))
            rows[lot] = 0
            rows["id"][lot], rows["priority"][lot], rows["wafers"][lot] = turn, rng.integers(3), 25
            # both chains rank by `due` here: fifo by the arrival, the ratio by the due date over equal work
            rows["arrive_ms"][lot] = rows["due_ms"][lot] = due
            queues.push(made.handle, 0, lot)
            waiting.add(lot)
        assert made["lines"][0]["count"] == len(waiting)
        assert made["lines"][0]["wafers"] == 25 * len(waiting)
    assert made.world[0]["pool_next"] <= 4096


def test_a_line_asks_for_memory_before_the_pool_is_full(tmp_path: Path) -> None:
    made = arrays(tmp_path, "fifo", 4096)
    made["lots"]["id"] = np.arange(4096)
    made["lots"]["wafers"] = 1
    pushed = 0
    while not queues.pool_is_short(made.handle) and pushed < 4096:
        queues.push(made.handle, 0, pushed)
        pushed += 1
    made.grow_pool()
    assert not queues.pool_is_short(made.handle)
    order = []
    while made["lines"][0]["count"]:
        order.append(int(queues.remove(made.handle, 0, head(made.handle, 0))))
    assert order == list(range(pushed))
