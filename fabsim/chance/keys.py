"""Names to numbers: what a draw belongs to never depends on an index that another policy shifts."""

from __future__ import annotations

from hashlib import blake2b


def stable_hash(text: str) -> int:
    """Return 64 bits of BLAKE2b of the text, the same on every platform and in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def replication_key(seed: int, replication: int) -> int:
    """Return the 64-bit Philox key of one replication: neighbouring seeds and replications share nothing."""
    return stable_hash(f"seed {seed} replication {replication}")
