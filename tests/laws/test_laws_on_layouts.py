"""Every shipped layout reads, runs the same on both forms of the floor, and obeys the laws of any run."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabsim import layout
from fabsim.engine import FLOORS, simulate
from fabsim.metrics import check_laws
from fabsim.trace import Recorder

LAYOUTS = Path(__file__).parents[2] / "layouts"
SHORT = {
    "minifab": ["horizon=60 d", "warmup=10 d"],
    "queues": ["horizon=30 d", "warmup=5 d"],
    "terafab": ["horizon=4 d", "warmup=1 d", "scale=0.01"],
}
"""A short run of each layout: what a scenario of it is cut down to."""

FILES = sorted(path for name in SHORT for path in (LAYOUTS / name).glob("*.yaml"))
SCENARIOS = [path for path in FILES if "kind: scenario" in path.read_text(encoding="utf-8")]


def test_every_layout_is_tried() -> None:
    assert {path.name for path in LAYOUTS.iterdir() if path.is_dir()} == set(SHORT)
    assert {path.parent.name for path in SCENARIOS} == set(SHORT)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_layout_runs_the_same_on_both_forms_and_obeys_the_laws(path: Path) -> None:
    scenario = layout.read(path, [*SHORT[path.parent.name], "trace=all"])
    digests = []
    for floor in FLOORS:
        recorder = Recorder(scenario, None)
        totals = simulate(scenario, 0, floor=floor, recorder=recorder)
        assert check_laws(scenario, recorder.close(), totals) == []
        assert totals.moves > 0
        digests.append((totals.digest, totals.state_digest, totals.events))
    assert digests[0] == digests[1]
