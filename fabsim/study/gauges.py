"""How far each replication is: a small file that workers write and their parent reads.

A memory-mapped file needs no lock and no connection, so a worker that is killed leaves nothing half done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from fabsim.engine import Progress

GAUGE = np.dtype([("now_ms", "i8"), ("wip_lots", "i8"), ("moves", "i8")])


class Gauges:
    """One row per replication, in a file.

    Made once by the parent (`create`) and opened by every worker.
    """

    def __init__(self, path: Path) -> None:
        self.rows: np.memmap[Any, Any] = np.memmap(path, dtype=GAUGE, mode="r+")

    @classmethod
    def create(cls, path: Path, replications: int) -> Gauges:
        """Make a file of ``replications`` rows at zero."""
        path.write_bytes(np.zeros(replications, GAUGE).tobytes())
        return cls(path)

    def writer(self, row: int, *, then: Callable[[], None] | None = None) -> Callable[[Progress], None]:
        """Return what a simulation of replication number ``row`` calls; ``then`` is called after each note."""

        def note(at: Progress) -> None:
            self.rows[row] = (at.now_ms, at.wip_lots, at.moves)
            if then is not None:
                then()

        return note

    def finish(self, row: int, horizon_ms: int) -> None:
        """Note that replication number ``row`` is done."""
        self.rows["now_ms"][row] = horizon_ms

    def reader(self, horizons_ms: Sequence[int]) -> Callable[[], Progress]:
        """Return what adds up all rows, given where each ends: times are means, moves and lots (of those not done) are sums."""
        begin = monotonic()
        horizons = np.array(horizons_ms, np.int64)

        def read() -> Progress:
            rows = np.array(self.rows)
            going = rows["now_ms"] < horizons
            return Progress(
                now_ms=int(rows["now_ms"].mean()),
                horizon_ms=int(horizons.mean()),
                wip_lots=int(rows["wip_lots"][going].sum()),
                moves=int(rows["moves"].sum()),
                elapsed_s=monotonic() - begin,
            )

        return read
