"""A recorder's tables: names, order, and the same files however the rows were cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal
from trace_builders import rows, scenario

from fabsim.kernels.rows import LOT_ROW, MOVE_ROW, TOOL_ROW, WAIT_COLUMNS, WIP_ROW
from fabsim.terms import InputError
from fabsim.trace import Recorder, Trace, read_trace

FILES = ["lots.parquet", "moves.parquet", "tools.parquet", "wip.parquet"]


def collected(trace: Trace) -> dict[str, pl.DataFrame]:
    assert trace.moves is not None
    return {"lots": trace.lots, "moves": trace.moves.collect(), "tools": trace.tools, "wip": trace.wip}


def move_rows(finish_ms: list[int]) -> NDArray[np.void]:
    """Give a move at each of ``finish_ms``, its lots numbered downwards, its visits numbered in the order of recording."""
    count = len(finish_ms)
    return rows(MOVE_ROW, finish_ms=finish_ms, lot=np.arange(count)[::-1], step=np.arange(count) % 3, tool=2, visit=np.arange(count))


def test_indices_are_recorded_as_names() -> None:
    with Recorder(scenario(), None) as recorder:
        recorder.lots(rows(LOT_ROW, lot=[4], stream=1, wafers=25, done_ms=9, initial=1))
        recorder.moves(rows(MOVE_ROW, lot=[4, 5], step=[1, 2], tool=[1, 2], finish_ms=[8, 9]))
        recorder.tools(rows(TOOL_ROW, tool=[2], toolset=[1], end_ms=100))
        recorder.wip(rows(WIP_ROW, toolset=[0, 1], moves=[3, 4]))
        tables = collected(recorder.close())
    lot = tables["lots"].row(0, named=True)
    assert (lot["lot"], lot["stream"], lot["product"], lot["wafers"], lot["initial"]) == (4, "chip.hot", "chip", 25, 1)
    named = ["step", "route", "index", "toolset", "tool"]
    assert tables["moves"].select(named).rows() == [("EXPOSE", "long", 1, "LITHO", "LITHO#2"), ("BAKE", "short", 0, "FURNACE", "FURNACE#1")]
    assert tables["tools"].select("tool", "toolset", "end_ms").rows() == [("FURNACE#1", "FURNACE", 100)]
    assert tables["wip"].select("toolset", "moves").rows() == [("LITHO", 3), ("FURNACE", 4)]


@pytest.mark.parametrize(("table", "row"), [("lots", LOT_ROW), ("moves", MOVE_ROW), ("tools", TOOL_ROW), ("wip", WIP_ROW)])
def test_every_field_of_a_row_is_a_column(table: str, row: np.dtype[np.void]) -> None:
    extra = {"lots": {"kind", "product", "building"}, "moves": {"route", "index", "toolset"}}.get(table, {"building"})
    with Recorder(scenario(), None) as recorder:
        frame = collected(recorder.close())[table]
    plain = {column for name in row.names or () for column in (WAIT_COLUMNS if name == "waits" else [name])}
    assert set(frame.columns) == plain | extra
    assert frame.is_empty()


def test_rows_are_sorted_by_time_then_subject() -> None:
    with Recorder(scenario(), None) as recorder:
        recorder.lots(rows(LOT_ROW, lot=[1, 2, 3], done_ms=[7, 5, 5]))
        recorder.lots(rows(LOT_ROW, lot=[0], done_ms=[5]))
        recorder.tools(rows(TOOL_ROW, tool=[2, 0, 1], start_ms=[0, 100, 0]))
        tables = collected(recorder.close())
    assert tables["lots"]["lot"].to_list() == [0, 2, 3, 1]
    assert tables["tools"]["tool"].to_list() == ["LITHO#2", "FURNACE#1", "LITHO#1"]


def test_moves_of_a_lot_at_one_instant_keep_the_order_they_were_made_in(tmp_path: Path) -> None:
    moves = rows(MOVE_ROW, lot=[1] * 40, finish_ms=[5] * 39 + [4], visit=range(40))
    with Recorder(scenario(), tmp_path, chunk_rows=7) as recorder:
        for first in range(0, 40, 3):
            recorder.moves(moves[first : first + 3])
        trace = recorder.close()
    assert collected(trace)["moves"]["visit"].to_list() == [39, *range(39)]


@pytest.mark.parametrize("order", ["in time", "shuffled"])
@pytest.mark.parametrize("piece", [1, 4, 50])
def test_chunks_give_the_same_tables_as_one_write(tmp_path: Path, order: str, piece: int) -> None:
    # Three moves an instant, so that most chunks end inside one.
    finish_ms = np.repeat(np.arange(40), 3)
    if order == "shuffled":
        finish_ms = finish_ms * 77 % 120
    moves = move_rows(finish_ms.tolist())
    with Recorder(scenario(), tmp_path / "pieces", chunk_rows=10) as recorder:
        for first in range(0, len(moves), piece):
            recorder.moves(moves[first : first + piece])
            recorder.lots(rows(LOT_ROW, lot=[first], done_ms=[first // 2]))
        pieces = collected(recorder.close())
    with Recorder(scenario(), None) as recorder:
        recorder.moves(moves)
        recorder.lots(rows(LOT_ROW, lot=range(0, len(moves), piece), done_ms=np.arange(0, len(moves), piece) // 2))
        whole = collected(recorder.close())
    assert pieces["moves"].height == 120
    for name, frame in whole.items():
        assert_frame_equal(pieces[name], frame)


def test_rows_are_written_before_the_end_so_that_memory_does_not_grow(tmp_path: Path) -> None:
    with Recorder(scenario(), tmp_path, chunk_rows=10) as recorder:
        for instant in range(30):
            recorder.moves(move_rows([instant]))
        parts = [pl.read_parquet(file).height for file in sorted((tmp_path / "checkpoint").iterdir())]
    assert parts == [9, 9, 9]


def test_the_caller_may_reuse_its_buffer() -> None:
    buffer = rows(LOT_ROW, lot=[1], done_ms=[1])
    with Recorder(scenario(), None) as recorder:
        recorder.lots(buffer)
        buffer["lot"] = 99
        trace = recorder.close()
        buffer["lot"] = 77
    assert trace.lots["lot"].to_list() == [1]


def test_a_closed_folder_holds_the_four_files_and_reads_as_what_was_recorded(tmp_path: Path) -> None:
    with Recorder(scenario(), tmp_path / "rep=0") as recorder:
        recorder.lots(rows(LOT_ROW, lot=[4], stream=2, done_ms=9))
        recorder.moves(move_rows([3, 4]))
        recorder.tools(rows(TOOL_ROW, tool=[0], end_ms=9))
        recorder.wip(rows(WIP_ROW, toolset=[1]))
        tables = collected(recorder.close())
    assert sorted(file.name for file in (tmp_path / "rep=0").iterdir()) == FILES
    again = collected(read_trace(tmp_path / "rep=0"))
    for name, frame in tables.items():
        assert_frame_equal(again[name], frame)
    assert again["lots"].filter(pl.col("product") == "coupon").height == 1


def test_a_scenario_that_traces_lots_only_has_no_moves(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        with Recorder(scenario("lots"), folder) as recorder:
            assert recorder.close().moves is None
    assert not (tmp_path / "moves.parquet").exists()


def test_runs_of_two_fabs_are_scanned_together(tmp_path: Path) -> None:
    for number, stream in enumerate((0, 2)):
        with Recorder(scenario(), tmp_path / str(number)) as recorder:
            recorder.lots(rows(LOT_ROW, lot=[number], stream=stream))
            recorder.close()
    # As after a layout was changed: a product that the first run did not know.
    other = read_trace(tmp_path / "1").lots.with_columns(product=pl.lit("new").cast(pl.Categorical))
    other.write_parquet(tmp_path / "1" / "lots.parquet")
    both = pl.scan_parquet([tmp_path / "0" / "lots.parquet", tmp_path / "1" / "lots.parquet"]).collect()
    assert both["product"].to_list() == ["chip", "new"]


def test_an_exception_drops_the_parts(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Recorder(scenario(), tmp_path, chunk_rows=2) as recorder:
            recorder.moves(move_rows([1, 2, 3]))
            assert list(tmp_path.rglob("*.parquet"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_a_recorder_goes_on_from_what_was_written(tmp_path: Path) -> None:
    """Three chunks, a halt, two chunks that are lost, and the same two again, in the same folder and in another."""

    def record(recorder: Recorder, instants: range) -> None:
        for instant in instants:
            recorder.moves(move_rows([instant] * 3))
            recorder.lots(rows(LOT_ROW, lot=[instant], done_ms=[instant]))

    with Recorder(scenario(), None) as recorder:
        record(recorder, range(30))
        whole = collected(recorder.close())
    with Recorder(scenario(), tmp_path / "run", chunk_rows=10) as recorder:
        record(recorder, range(17))
        written = recorder.written()
        record(recorder, range(17, 25))
    kept = {file.name for file in (tmp_path / "run" / "checkpoint").iterdir()}
    assert kept == {name for one in written.values() for name, _ in one.parts}
    for folder in ("other", "run"):
        with Recorder(scenario(), tmp_path / folder, chunk_rows=10, begin=written, begin_in=tmp_path / "run" / "checkpoint") as recorder:
            record(recorder, range(17, 30))
            trace = collected(recorder.close())
        for name, frame in whole.items():
            assert_frame_equal(trace[name], frame)
        assert {file.name for file in (tmp_path / folder / "checkpoint").iterdir()} == kept


def test_files_that_are_missing_or_cut_are_told(tmp_path: Path) -> None:
    with Recorder(scenario(), tmp_path / "run", chunk_rows=10) as recorder:
        recorder.moves(move_rows(list(range(30))))
        written = recorder.written()
    part = tmp_path / "run" / "checkpoint" / "moves-0.parquet"
    size = part.stat().st_size
    for spoil in (lambda: part.write_bytes(part.read_bytes()[:-1]), part.unlink):
        spoil()
        with pytest.raises(InputError, match=rf"^{part}: the checkpoint is damaged: found no file of {size:,} bytes; run anew$"):
            Recorder(scenario(), tmp_path / "run", begin=written, begin_in=part.parent)


def test_a_folder_that_lacks_a_column_is_told(tmp_path: Path) -> None:
    with Recorder(scenario(), tmp_path / "run", chunk_rows=10) as recorder:
        recorder.moves(move_rows([1, 2]))
        recorder.close()
    lots = tmp_path / "run" / "lots.parquet"
    pl.read_parquet(lots).drop("wafers_lost").write_parquet(lots)
    with pytest.raises(InputError, match=rf"^{lots}: found no column 'wafers_lost': another version of fabsim made this run; run it again"):
        read_trace(tmp_path / "run")
