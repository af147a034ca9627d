"""The state of a run between two events, and the file that keeps it.

All of it is plain arrays and numbers.  At the instant of a state everything before has happened on the floor and nothing of the instant
itself: the fab-level processes are rebuilt from the scenario, each with what it does from that instant on.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, is_zipfile

import numpy as np
from numpy.typing import NDArray

from fabsim.engine.arrays import OWN
from fabsim.kernels.rows import LOT_ROW, MOVE_ROW, TOOL_ROW, WIP_ROW
from fabsim.kernels.world import DTYPES, WORLD
from fabsim.terms import InputError
from fabsim.trace import Written

HEAD = "head"
ROWS = {"lots": LOT_ROW, "moves": MOVE_ROW, "tools": TOOL_ROW, "wip": WIP_ROW}
TYPES = {"world": WORLD, **DTYPES}

Content = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class State:
    """A run at an instant; its arrays may be the floor's own, so it is written before the floor goes on."""

    now_ms: int
    worlds: tuple[Content, ...]
    """The arrays of each part of the run (`fabsim.engine.buildings.Parts.content`)."""
    written: Mapping[str, Written]
    """How far each table is (`fabsim.trace.Recorder.written`)."""
    simulate_s: float
    wall_s: float


def record_types() -> str:
    """Return a hash of every record type of a state: states of two fabsims can be exchanged only if theirs are equal."""
    described = [(name, list(_fields(dtype)), dtype.itemsize) for name, dtype in (*TYPES.items(), *ROWS.items())]
    return blake2b(repr(described).encode(), digest_size=8).hexdigest()


def _fields(dtype: np.dtype[Any]) -> Iterator[tuple[str, str, int]]:
    for name, (kind, at, *_) in (dtype.fields or {"": (dtype, 0)}).items():
        yield name, f"{kind.base.str}{kind.shape}", at


def write_state(state: State, about: Mapping[str, Any], path: Path) -> None:
    """Write a state and, as its head, what the caller tells ``about`` it; ``path`` is the old file or the whole new one."""
    written = {name: {"parts": one.parts, "last": one.last, "in_order": one.in_order} for name, one in state.written.items()}
    head = {"now_ms": state.now_ms, "simulate_s": state.simulate_s, "wall_s": state.wall_s, "worlds": len(state.worlds), "written": written}
    text = json.dumps({**about, "records": record_types(), **head})
    arrays = {HEAD: np.frombuffer(text.encode(), np.uint8)}
    for number, content in enumerate(state.worlds):
        arrays |= {f"{number}/{name}": _raw(array) for name, array in content.items()}
    arrays |= {f"rows/{name}": _raw(one.rows) for name, one in state.written.items()}
    temporary = path.with_name(f".{path.name}")
    with temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        _to_disk(file)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def read_head(path: Path) -> dict[str, Any]:
    """Return what a state's file says about it, without its arrays; raise `InputError` for a file that is damaged."""
    with _opened(path) as kept:
        return _head(kept)


def read_state(path: Path) -> State:
    """Return the state that a file keeps, made with the `record_types` of now; raise `InputError` for a file that is damaged."""
    with _opened(path) as kept:
        head = _head(kept)
        worlds = [
            {name: kept[f"{number}/{name}"].view(TYPES[name]) for name in (("world", *OWN) if number else TYPES)}
            for number in range(head["worlds"])
        ]
        written = {name: _written(one, kept[f"rows/{name}"].view(ROWS[name])) for name, one in head["written"].items()}
        return State(head["now_ms"], tuple(worlds), written, head["simulate_s"], head["wall_s"])


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Yield the arrays in a file; each is checked against its checksum where it is read."""
    try:
        if not is_zipfile(path):
            raise BadZipFile("its end is missing")
        with np.load(path, allow_pickle=False) as kept:
            yield kept
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError, struct.error, BadZipFile) as error:
        reason = str(error.args[0] if error.args else type(error).__name__)
        raise InputError(f"{path}: the checkpoint is damaged: {reason}; run anew") from error


def _head(kept: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(kept[HEAD].tobytes())
    return head


def _written(one: Mapping[str, Any], rows: NDArray[np.void]) -> Written:
    return Written(tuple((name, size) for name, size in one["parts"]), one["last"], one["in_order"], rows)


def _raw(array: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(array).view(np.ndarray).view(np.uint8)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
