"""The sink of a floor: rows come in, parquet files come out, memory stays bounded."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabsim.model import Scenario
from fabsim.terms import InputError
from fabsim.trace.folder import CHECKPOINT
from fabsim.trace.record import Trace, read_trace
from fabsim.trace.tables import Table, tables

CHUNK_ROWS = 1 << 19
"""Rows kept in memory before they are written; also the rows of a row group (about 30 MiB of moves)."""


@dataclass(frozen=True)
class Written:
    """How far a table is: what stands in files, and the rows that do not yet."""

    parts: tuple[tuple[str, int], ...]
    """Name and size [B] of each file, in order."""
    last: int
    """Greatest time in them [ms]."""
    in_order: bool
    """Whether each file begins later than the one before ends."""
    rows: NDArray[np.void]


class Recorder:
    """Records one run of ``scenario`` into ``folder``, or into memory where ``folder`` is None.

    Its methods may be called any number of times, with chunks of any length, and copy what they keep.  Every file comes out sorted as
    `Trace` says, however the rows were cut: rows of an instant stay together, so a floor that writes in the order of time needs no sort
    beyond a chunk; a table written in another order is sorted as a whole at the end.  Until `close` all stands in ``folder/checkpoint``,
    which leaving the context removes, unless `written` was asked for: then it belongs to the caller.

    ``begin``: what `written` said of a recorder whose files stand in ``begin_in``; the recorder goes on from there, and what ``folder``
    holds of later is removed.  Files that are missing or of another size raise `InputError`.
    """

    def __init__(
        self,
        scenario: Scenario,
        folder: Path | None,
        *,
        chunk_rows: int = CHUNK_ROWS,
        begin: dict[str, Written] | None = None,
        begin_in: Path | None = None,
    ) -> None:
        self._folder = folder
        self._parts = None if folder is None else folder / CHECKPOINT
        self._kept = begin
        self._writers = {name: _Writer(table, self._parts, chunk_rows) for name, table in tables(scenario).items()}
        if self._parts is not None:
            if begin_in != self._parts:
                shutil.rmtree(self._parts, ignore_errors=True)
            self._parts.mkdir(parents=True, exist_ok=True)
            self._drop_later()
        for name, one in (begin or {}).items():
            self._writers[name].restore(one, begin_in)

    def lots(self, rows: NDArray[np.void]) -> None:
        """Record ``rows``, `fabsim.kernels.rows.LOT_ROW`, shape ``(lots,)``."""
        self._writers["lots"].add(rows)

    def moves(self, rows: NDArray[np.void]) -> None:
        """Record ``rows``, `fabsim.kernels.rows.MOVE_ROW`, shape ``(moves,)``; not for a scenario with ``trace: lots``."""
        self._writers["moves"].add(rows)

    def tools(self, rows: NDArray[np.void]) -> None:
        """Record ``rows``, `fabsim.kernels.rows.TOOL_ROW`, shape ``(tools,)``."""
        self._writers["tools"].add(rows)

    def wip(self, rows: NDArray[np.void]) -> None:
        """Record ``rows``, `fabsim.kernels.rows.WIP_ROW`, shape ``(toolsets,)``."""
        self._writers["wip"].add(rows)

    def written(self) -> dict[str, Written]:
        """Return how far each table is; its files are on disk to stay."""
        self._kept = {name: writer.written() for name, writer in self._writers.items()}
        return self._kept

    def close(self) -> Trace:
        """Write what is left and return the trace; nothing can be recorded afterwards."""
        if self._folder is None or self._parts is None:
            frames = {name: writer.frame() for name, writer in self._writers.items()}
            moves = frames.get("moves")
            return Trace(frames["lots"], None if moves is None else moves.lazy(), frames["tools"], frames["wip"])
        files = [writer.close() for writer in self._writers.values()]
        for file in files:
            file.replace(self._folder / file.name)
        self._leave()
        return read_trace(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._parts is not None and self._kept is None:
            shutil.rmtree(self._parts, ignore_errors=True)
        else:
            self._drop_later()

    def _drop_later(self) -> None:
        """Remove the files written since the run began, or since `written` was asked for."""
        kept = {name for one in (self._kept or {}).values() for name, _ in one.parts}
        for file in list(self._parts.glob("*.parquet")) if self._parts is not None else ():
            if file.name not in kept:
                file.unlink()


class _Writer:
    """One table on its way to disk: rows in memory, then parts, then one file."""

    def __init__(self, table: Table, folder: Path | None, chunk_rows: int) -> None:
        self._table, self._folder, self._chunk_rows = table, folder, chunk_rows
        self._rows: list[NDArray[np.void]] = []
        self._count = 0
        self._parts: list[Path] = []
        self._last = np.iinfo(np.int64).min
        self._in_order = True
        self._safe = 0

    def written(self) -> Written:
        """Return how far the table is, its files brought to disk."""
        for part in self._parts[self._safe :]:
            _sync(part)
        self._safe = len(self._parts)
        sizes = tuple((part.name, part.stat().st_size) for part in self._parts)
        return Written(sizes, self._last, self._in_order, np.concatenate([np.empty(0, self._table.row), *self._rows]))

    def restore(self, begin: Written, source: Path | None) -> None:
        """Go on from what a writer with its files in ``source`` had written."""
        self._rows, self._count = [begin.rows], len(begin.rows)
        self._last, self._in_order = begin.last, begin.in_order
        for name, size in begin.parts:
            assert source is not None
            assert self._folder is not None
            if not (source / name).is_file() or (source / name).stat().st_size != size:
                raise InputError(f"{source / name}: the checkpoint is damaged: found no file of {size:,} bytes; run anew")
            if source != self._folder:
                shutil.copyfile(source / name, self._folder / name)
            self._parts.append(self._folder / name)

    def add(self, rows: NDArray[np.void]) -> None:
        self._rows.append(rows.copy())
        self._count += len(rows)
        if self._folder is not None and self._count >= self._chunk_rows:
            self._flush()

    def frame(self) -> pl.DataFrame:
        """Return the rows in memory, sorted."""
        return self._table.frame(self._sorted())

    def close(self) -> Path:
        """Return the sorted file of all rows."""
        assert self._folder is not None
        file = self._folder / f"{self._table.name}.parquet"
        if not self._parts:
            self.frame().write_parquet(file)
            return file
        rows = self._sorted()
        self._write(rows, len(rows))
        whole = pl.scan_parquet(self._parts, hive_partitioning=False)
        if not self._in_order:
            whole = whole.with_row_index("row").sort(self._table.time, self._table.subject, "row").drop("row")
        whole.sink_parquet(file, row_group_size=self._chunk_rows)
        return file

    def _flush(self) -> None:
        rows = self._sorted()
        times = rows[self._table.time]
        # The last instant stays: the floor may not have written all of it yet.
        whole = int(np.searchsorted(times, times[-1]))
        self._write(rows, whole)
        self._rows, self._count = [rows[whole:].copy()], len(rows) - whole

    def _sorted(self) -> NDArray[np.void]:
        """Return the rows in memory by time and subject; rows equal in both keep the order they were written in."""
        rows = np.concatenate([np.empty(0, self._table.row), *self._rows])
        times, subjects = rows[self._table.time].copy(), rows[self._table.subject].copy()
        if np.any(times[1:] < times[:-1]):
            return rows[np.lexsort((subjects, times))]
        # A floor writes in the order of time: only rows that share an instant are left to sort.
        same = times[1:] == times[:-1]
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows[tied] = rows[tied[np.lexsort((subjects[tied], times[tied]))]]
        return rows

    def _write(self, rows: NDArray[np.void], count: int) -> None:
        """Write the first ``count`` of the sorted ``rows`` as the next part."""
        assert self._folder is not None
        if not count:
            return
        times = rows[self._table.time]
        self._in_order &= bool(times[0] > self._last)
        self._last = max(self._last, int(times[count - 1]))
        part = self._folder / f"{self._table.name}-{len(self._parts)}.parquet"
        self._table.frame(rows[:count]).write_parquet(part, compression="lz4")
        self._parts.append(part)


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
