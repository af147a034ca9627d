"""Bits of a word."""

from __future__ import annotations

from typing import Any

import numba
from numba import types
from numba.extending import intrinsic

from fabsim.kernels.jit import kernel


def _count_python(word: int) -> int:
    return (int(word) & -int(word)).bit_length() - 1


@intrinsic
def _count(typingctx: Any, word: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

    return types.int64(types.uint64), generate


_counter: Any = _count_python if numba.config.DISABLE_JIT else _count


@kernel
def lowest_bit(word: int) -> int:
    """Return the position of the lowest bit that is set in a word (uint64) that is not 0."""
    return _counter(word)
