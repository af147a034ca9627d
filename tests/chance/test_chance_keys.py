"""Names become numbers that stay the same and share nothing."""

from __future__ import annotations

import subprocess
import sys

from fabsim.chance import replication_key, stable_hash


def test_hashes_are_pinned() -> None:
    assert f"{stable_hash('LITHO#1'):016x}" == "331b7afb04ec265d"
    assert f"{replication_key(1, 0):016x}" == "3e531ad03d82402c"


def test_hashes_fit_64_bits_and_differ() -> None:
    found = {stable_hash(f"LITHO#{k}") for k in range(2000)} | {stable_hash(""), stable_hash("Größe")}
    assert len(found) == 2002
    assert all(0 <= value < 2**64 for value in found)


def test_seeds_and_replications_do_not_share_keys() -> None:
    keys = {replication_key(seed, replication) for seed in range(-5, 50) for replication in range(50)}
    assert len(keys) == 55 * 50
    assert all(0 <= key < 2**64 for key in keys)


def test_neighbouring_replications_differ_in_half_the_bits() -> None:
    changed = [(replication_key(1, k) ^ replication_key(1, k + 1)).bit_count() for k in range(400)]
    # 400 x 64 coins: the standard deviation of the mean is 4 / 20
    assert abs(sum(changed) / len(changed) - 32) < 1


def test_importing_chance_loads_neither_numba_nor_numpy() -> None:
    code = "import sys, fabsim.chance; print({'numba', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "set()"
