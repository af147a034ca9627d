"""What makes two runs the same run: hashes of content, equal on every platform."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from fabsim import __version__
from fabsim.model import Fab, Scenario

STATED_APART = frozenset({"seed", "replications", "horizon"})
"""Keys of a scenario's file that options of a run may say as well, perhaps in other words: what they mean is hashed instead."""


def fingerprint(*values: object) -> str:
    """Return the SHA-256 of plain values, arrays and dataclasses, as 64 hex digits.

    Record arrays are read field by field: the padding between their fields holds anything.
    """
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


def fab_hash(fab: Fab) -> str:
    """Return the hash of a fab: every array and name of it."""
    return fingerprint(fab)


def scenario_hash(scenario: Scenario) -> str:
    """Return the hash of a scenario and its fab, but for its seed, its number of replications and where its files are."""
    content = {f.name: getattr(scenario, f.name) for f in dataclasses.fields(scenario)}
    for name in ("seed", "replications", "sources", "resolved"):
        del content[name]
    return fingerprint(content, [_content(part) for part in scenario.resolved.values()])


def run_key(of_scenario: str, seed: int, replications: tuple[int, ...], origin: str = "") -> str:
    """Return the hash of a run: fabsim's version, the scenario's hash, the seed, the replications, what it started from.

    ``origin``: hash of the checkpoints it started from, empty for a run that began at 0.
    The floor is left out: every floor gives the same run.
    """
    return fingerprint(__version__, of_scenario, seed, replications, *([origin] if origin else []))


def _content(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file says, but for `STATED_APART`."""
    return {key: value for key, value in part.items() if key not in STATED_APART}


def _feed(digest: Any, value: object) -> None:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        _feed(digest, {f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    elif isinstance(value, Mapping):
        digest.update(f"map {len(value)};".encode())
        for key in sorted(value, key=str):
            _feed(digest, str(key))
            _feed(digest, value[key])
    elif isinstance(value, (list, tuple)):
        digest.update(f"list {len(value)};".encode())
        for item in value:
            _feed(digest, item)
    elif isinstance(value, np.ndarray):
        _feed_array(digest, value)
    else:
        text = repr(value.item() if isinstance(value, np.generic) else value)
        digest.update(f"{len(text)}:{text};".encode())


def _feed_array(digest: Any, array: np.ndarray[Any, Any]) -> None:
    digest.update(f"array {array.shape};".encode())
    if array.dtype.names is None:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        digest.update(little.dtype.str.encode() + np.ascontiguousarray(little).tobytes())
        return
    for name in array.dtype.names:
        digest.update(f"{name};".encode())
        _feed_array(digest, array[name])
