"""Random numbers from a counter: a draw is a function of who draws and for the how-many-th time, not of when.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.  All 64-bit
arithmetic is written so that no intermediate result overflows: NumPy's scalars warn of that in plain Python, and the
compiler sees through it.
"""

from __future__ import annotations

import numpy as np

from fabsim.kernels.jit import inlined

WORD = np.uint64(0xFFFFFFFF)
WORD_BITS = np.uint64(32)

MULTIPLY_0, MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
ROUNDS = 10

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


@inlined
def add64(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return a + b modulo 2^64."""
    low = (a & WORD) + (b & WORD)
    high = (a >> WORD_BITS) + (b >> WORD_BITS) + (low >> WORD_BITS)
    return ((high & WORD) << WORD_BITS) | (low & WORD)


@inlined
def multiply64(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return a * b modulo 2^64."""
    a_low, a_high = a & WORD, a >> WORD_BITS
    b_low, b_high = b & WORD, b >> WORD_BITS
    low = a_low * b_low
    high = (low >> WORD_BITS) + (a_low * b_high & WORD) + (a_high * b_low & WORD)
    return ((high & WORD) << WORD_BITS) | (low & WORD)


@inlined
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of a block from four words of counter and two of key, each in a uint64."""
    for _ in range(ROUNDS):
        p0 = MULTIPLY_0 * c0
        p1 = MULTIPLY_1 * c2
        c0, c1, c2, c3 = (p1 >> WORD_BITS) ^ c1 ^ k0, p1 & WORD, (p0 >> WORD_BITS) ^ c3 ^ k1, p0 & WORD
        k0 = (k0 + WEYL_0) & WORD
        k1 = (k1 + WEYL_1) & WORD
    return c0, c1, c2, c3


@inlined
def uniforms(key: np.uint64, subject: np.uint64, counter: np.uint64) -> tuple[float, float, float, float]:
    """Return four independent uniforms in (0, 1): (x + 1/2) 2^-32 for the words x of the block.

    ``key``: of the replication (`fabsim.chance.replication_key`); ``subject``: stable hash of who draws; ``counter``:
    which of its draws.  Each is a uint64 or an int from 0; no two different triples share a block.
    """
    k, s, c = np.uint64(key), np.uint64(subject), np.uint64(counter)
    words = philox4x32(c & WORD, c >> WORD_BITS, s & WORD, s >> WORD_BITS, k & WORD, k >> WORD_BITS)
    return _unit(words[0]), _unit(words[1]), _unit(words[2]), _unit(words[3])


@inlined
def _unit(word: np.uint64) -> float:
    # processors convert signed integers faster
    return (np.int64(word) + 0.5) * 2.0**-32


@inlined
def mix64(x: np.uint64) -> np.uint64:
    """Return the bits of ``x`` well mixed: a bijection, the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    x = np.uint64(x)
    x = multiply64(x ^ (x >> SHIFT_1), MIX_1)
    x = multiply64(x ^ (x >> SHIFT_2), MIX_2)
    return x ^ (x >> SHIFT_3)


@inlined
def hash_words(a: int, b: int, c: int, d: int, e: int, f: int) -> np.uint64:
    """Return a hash of six int64 that depends on their order; digests add such hashes with `add64`."""
    h = mix64(GOLDEN ^ np.uint64(np.int64(a)))
    h = mix64(h ^ np.uint64(np.int64(b)))
    h = mix64(h ^ np.uint64(np.int64(c)))
    h = mix64(h ^ np.uint64(np.int64(d)))
    h = mix64(h ^ np.uint64(np.int64(e)))
    return mix64(h ^ np.uint64(np.int64(f)))
