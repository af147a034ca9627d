"""Philox gives the published numbers; 64-bit arithmetic wraps as it should, compiled or not."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabsim.kernels.philox import add64, hash_words, mix64, multiply64, philox4x32, uniforms

ONES = 0xFFFFFFFF
VECTORS = [
    ([0] * 6, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ([ONES] * 6, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0], "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
"""Counter and key words and the block they give: kat_vectors of Random123."""

UINT64 = st.integers(0, 2**64 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(("words", "block"), VECTORS)
def test_philox_gives_its_published_blocks(words: list[int], block: str) -> None:
    assert " ".join(f"{int(word):08x}" for word in philox4x32(*map(np.uint64, words))) == block


@given(UINT64, UINT64, UINT64)
def test_uniforms_are_the_words_of_counter_and_subject_under_the_key(key: int, subject: int, counter: int) -> None:
    words = [part for whole in (counter, subject, key) for part in (whole & ONES, whole >> 32)]
    expected = [(int(word) + 0.5) * 2.0**-32 for word in philox4x32(*map(np.uint64, words))]
    found = uniforms(np.uint64(key), np.uint64(subject), np.uint64(counter))
    assert list(found) == expected
    assert all(0.0 < u < 1.0 for u in found)


def test_uniforms_of_neighbouring_counters_subjects_and_keys_are_uncorrelated() -> None:
    triples = [(k, s, c) for k in range(8) for s in range(16) for c in range(64)]
    u = np.array([uniforms(*map(np.uint64, triple)) for triple in triples]).reshape(8, 16, 64, 4) - 0.5
    count = u.size
    assert abs(u.mean()) < 5 * np.sqrt(1 / 12 / count)
    assert abs((u**2).mean() - 1 / 12) < 5 * np.sqrt(1 / 180 / count)
    for axis in range(4):
        product = (u * np.roll(u, 1, axis)).mean()
        assert abs(product) < 5 / 12 / np.sqrt(count), f"axis {axis}"


def test_mix64_gives_the_published_stream_of_splitmix64() -> None:
    states = (1234567 + step * 0x9E3779B97F4A7C15 for step in (1, 2, 3))
    found = [int(mix64(np.uint64(state % 2**64))) for state in states]
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(UINT64, UINT64)
def test_sums_and_products_wrap_at_64_bits(a: int, b: int) -> None:
    assert int(add64(np.uint64(a), np.uint64(b))) == (a + b) % 2**64
    assert int(multiply64(np.uint64(a), np.uint64(b))) == a * b % 2**64


def test_a_hash_depends_on_the_order_of_its_words() -> None:
    assert len({int(hash_words(*order)) for order in permutations((-2, -1, 0, 1, 2, 3))}) == 720


@given(st.tuples(INT64, INT64, INT64, INT64, INT64, INT64), st.integers(0, 5), st.integers(0, 62))
def test_a_hash_changes_with_any_bit_of_any_word(words: tuple[int, ...], word: int, bit: int) -> None:
    other = list(words)
    other[word] ^= 1 << bit
    assert hash_words(*other) != hash_words(*words)
