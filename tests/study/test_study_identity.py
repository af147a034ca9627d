"""Equal content gives equal hashes, and any difference in content another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from fabsim.study.identity import fingerprint, run_key

PADDED = np.dtype([("flag", "i1"), ("time_ms", "i8")], align=True)


@dataclass(frozen=True)
class Thing:
    name: str
    values: tuple[int, ...]


def test_bytes_between_the_fields_of_a_record_do_not_count() -> None:
    clean, dirty = np.zeros(2, PADDED), np.frombuffer(bytearray(b"\xff" * 32), PADDED)
    dirty["flag"], dirty["time_ms"] = 0, 0
    assert clean.tobytes() != dirty.tobytes()
    assert fingerprint(clean) == fingerprint(dirty)


def test_order_of_keys_and_kind_of_sequence_do_not_count() -> None:
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": (1, 2), "a": 1})


def test_numpy_scalars_count_as_the_numbers_they_are() -> None:
    assert fingerprint(np.float64(0.5), np.int32(3), np.str_("x")) == fingerprint(0.5, 3, "x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, "1"),
        (True, "True"),
        (["ab", "c"], ["a", "bc"]),
        ([[1], 2], [[1, 2]]),
        ({"a": None}, {}),
        (Thing("x", (1, 2)), Thing("x", (2, 1))),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.array([(1, 2)], PADDED), np.array([(1, 3)], PADDED)),
    ],
)
def test_different_content_gives_different_hashes(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_seed_and_replications_are_part_of_what_a_run_is() -> None:
    keys = {run_key("a", 1, (0,)), run_key("a", 2, (0,)), run_key("a", 1, (1,)), run_key("a", 1, (0, 1)), run_key("b", 1, (0,))}
    assert len(keys) == 5


def test_a_hash_does_not_change_between_versions_of_python() -> None:
    """Pinned as first computed: folders of earlier runs are found by it."""
    assert fingerprint({"a": [1, 2.5, None, True]}, np.arange(3, dtype=np.int32)).startswith("4192d72dc22323cd")
