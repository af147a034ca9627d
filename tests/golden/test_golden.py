"""One short run of each shipped layout, to the last digit: what changes here changes results, and must be meant.

Refresh with ``FABSIM_REFRESH_GOLDEN=1 pytest tests/golden`` and say why in the commit.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fabsim import layout
from fabsim.engine import simulate
from fabsim.metrics.dies import good_dies
from fabsim.trace import Recorder

LAYOUTS = Path(__file__).parents[2] / "layouts"
GOLDEN = Path(__file__).with_name("golden.json")
RUNS = {
    "minifab": ("minifab/scenario.yaml", ["horizon=30 d"]),
    "queues": ("queues/priority_mm5.yaml", ["horizon=60 d"]),
    "terafab-steady": ("terafab/steady.yaml", ["horizon=3 d", "scale=0.01"]),
    "terafab-scrap": ("terafab/steady.yaml", ["horizon=3 d", "scale=0.01", "fab.scrap=0.1 %"]),
    "terafab-ramp": ("terafab/ramp.yaml", ["horizon=3 d", "scale=0.01"]),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_short_run_gives_the_pinned_result(name: str) -> None:
    path, overrides = RUNS[name]
    scenario = layout.read(LAYOUTS / path, overrides)
    recorder = Recorder(scenario, None)
    totals = simulate(scenario, 0, recorder=recorder)
    found = {
        "digest": f"{totals.digest:016x}",
        "state_digest": f"{totals.state_digest:016x}",
        "moves": totals.moves,
        "completed": totals.completed,
        "scrapped": totals.scrapped,
        "in_process": totals.in_process,
        "good_dies": int(good_dies(scenario, recorder.close(), 0)["good_dies"].sum()),
    }
    pinned = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    if os.environ.get("FABSIM_REFRESH_GOLDEN"):
        GOLDEN.write_text(json.dumps(pinned | {name: found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return
    assert found == pinned[name]
