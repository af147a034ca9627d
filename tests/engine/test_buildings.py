"""Buildings that share nothing run side by side, with the result of one floor for all of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from fabsim import layout
from fabsim.engine import simulate
from fabsim.metrics import check_laws, summarize
from fabsim.trace import Recorder, Totals, Trace

SMALL = ["fab.buildings.wafers_per_month=600", "scale=0.01", "horizon=20 d", "initial_wip={x_factor: 1.2}", "trace=all"]


def ran(overrides: list[str], floor: str = "compiled", threads: int = 1) -> tuple[Trace, Totals]:
    scenario = layout.read("terafab/ramp.yaml", SMALL + overrides)
    assert scenario.buildings == 3
    recorder = Recorder(scenario, None)
    totals = simulate(scenario, 0, floor=floor, recorder=recorder, threads=threads)
    trace = recorder.close()
    assert check_laws(scenario, trace, totals) == []
    return trace, totals


@pytest.mark.parametrize("shared", [[], ["fab.toolsets.SCRUB.shared=true"]], ids=["apart", "shared"])
def test_threads_and_forms_of_the_floor_give_the_same_run_and_tables(shared: list[str]) -> None:
    one, two, readable = ran(shared), ran(shared, threads=2), ran(shared, floor="components")
    for trace, totals in (two, readable):
        assert (totals.digest, totals.state_digest, totals.events) == (one[1].digest, one[1].state_digest, one[1].events)
        assert trace.lots.equals(one[0].lots)
        assert trace.tools.equals(one[0].tools)
        assert trace.wip.equals(one[0].wip)
        assert trace.moves is not None
        assert one[0].moves is not None
        assert trace.moves.collect().equals(one[0].moves.collect())


def test_lots_stay_in_their_building_and_figures_are_of_all() -> None:
    trace, totals = ran([])
    scenario = layout.read("terafab/ramp.yaml", SMALL)
    summary, _ = summarize(scenario, [trace], [totals], "compiled")
    assert trace.moves is not None
    tool = trace.tools.select("tool", at="building").unique()
    moved = trace.moves.collect().join(tool, on="tool").join(trace.lots.select("lot", "building"), on="lot")
    assert moved.height == totals.moves
    assert moved.filter(pl.col("at") != pl.col("building")).height == 0
    assert sorted(trace.lots["building"].unique()) == [1, 2]  # the third is begun later
    assert list(summary["toolsets"]) == list(scenario.fab.toolset_names)
    assert summary["lots"]["released"] == trace.lots.height


def test_a_run_that_is_recorded_on_disk_is_the_same_in_threads(tmp_path: Path) -> None:
    scenario = layout.read("terafab/ramp.yaml", SMALL)
    files = []
    for threads in (1, 2):
        with Recorder(scenario, tmp_path / str(threads), chunk_rows=500) as recorder:
            simulate(scenario, 0, recorder=recorder, threads=threads)
            recorder.close()
        files.append({path.name: pl.read_parquet(path) for path in (tmp_path / str(threads)).glob("*.parquet")})
    assert files[0].keys() == files[1].keys() != set()
    assert all(frame.equals(files[1][name]) for name, frame in files[0].items())
