"""The arena: one record, the *world*, that knows where every array of a floor lies.

Kernels take the world alone and look up the arrays they need (`view`).  Passing fifteen arrays to each function costs
1.3 us a call from Python and, where a function is not inlined, a hundred words pushed; one array costs 0.3 us and seven.
The arrays belong to the Python object that made them (`fabsim.engine.arrays`), which must outlive the world.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fabsim.kernels.jit import kernel


@intrinsic
def _pointer(typingctx: Any, address: Any) -> Any:
    """Return the integer ``address`` as a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


pointer: Any = _pointer
"""The intrinsic as kernels call it, without the typing context."""


def viewer(dtype: np.dtype[Any]) -> Any:
    """Return a compiled function ``(address, length) -> array`` of ``dtype`` that copies nothing."""
    if numba.config.DISABLE_JIT:

        def view_python(address: int, length: int) -> Any:
            buffer = (ctypes.c_char * (int(length) * dtype.itemsize)).from_address(int(address))
            array: np.ndarray[Any, Any] = np.ndarray(int(length), dtype, memoryview(buffer))
            return array.view(np.recarray) if dtype.names else array

        return view_python

    @kernel
    def view(address: int, length: int) -> Any:
        return numba.carray(pointer(address), (length,), dtype)

    return view
