"""Progress of several replications, added up from a file."""

from __future__ import annotations

from pathlib import Path

from fabsim.engine import Progress
from fabsim.study.gauges import Gauges


def test_a_reader_sees_what_writers_of_other_handles_note(tmp_path: Path) -> None:
    read = Gauges.create(tmp_path / "progress", 2).reader([1000, 1000])
    Gauges(tmp_path / "progress").writer(0)(Progress(400, 1000, wip_lots=7, moves=30, elapsed_s=1.0))
    Gauges(tmp_path / "progress").writer(1)(Progress(200, 1000, wip_lots=5, moves=20, elapsed_s=9.0))
    at = read()
    assert (at.now_ms, at.horizon_ms, at.wip_lots, at.moves) == (300, 1000, 12, 50)
    assert at.elapsed_s >= 0.0


def test_a_finished_replication_counts_as_time_and_moves_but_has_no_lots_in_process(tmp_path: Path) -> None:
    gauges = Gauges.create(tmp_path / "progress", 2)
    gauges.writer(0)(Progress(900, 1000, wip_lots=7, moves=30, elapsed_s=1.0))
    gauges.writer(1)(Progress(500, 1000, wip_lots=5, moves=20, elapsed_s=1.0))
    gauges.finish(0, 1000)
    at = gauges.reader([1000, 1000])()
    assert (at.now_ms, at.wip_lots, at.moves) == (750, 5, 50)


def test_a_writer_tells_whoever_wants_to_know(tmp_path: Path) -> None:
    told: list[int] = []
    Gauges.create(tmp_path / "progress", 1).writer(0, then=lambda: told.append(1))(Progress(1, 2, 3, 4, 5.0))
    assert told == [1]
