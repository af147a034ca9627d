"""The arena: one record, the *world*, that knows where every array of a floor lies.

Kernels take the world alone and look up the tables they need.  Passing fifteen arrays to each function costs 1.3 us a call
from Python and, where a function is not inlined, a hundred words pushed; one array costs 0.3 us and seven.  A `Table` is an
address and a length: unlike an array it has no reference count, which took a seventh of the time of a run.
The arrays belong to the Python object that made them (`fabsim.engine.arrays`), which must outlive the world.
"""

from __future__ import annotations

import ctypes
import operator
from typing import Any

import numba
import numpy as np
from llvmlite.ir import FunctionType, VoidType
from numba import types
from numba.core import cgutils
from numba.extending import NativeValue, intrinsic, make_attribute_wrapper, models, overload, register_model, unbox

from fabsim.kernels.jit import kernel
from fabsim.kernels.records import LINE_BYTES


class Table(types.Type):  # type: ignore[misc]
    """Rows of one element type at an address."""

    def __init__(self, element: Any, name: str) -> None:
        self.element = element
        super().__init__(name=f"Table({name})")


@register_model(Table)
class TableModel(models.StructModel):  # type: ignore[misc]
    """A table as compiled code holds it."""

    def __init__(self, manager: Any, table: Table) -> None:
        super().__init__(manager, table, [("address", types.int64), ("length", types.int64)])


make_attribute_wrapper(Table, "address", "address")
make_attribute_wrapper(Table, "length", "length")


class Handle:
    """A table's address as Python passes it to a kernel; keeps the array alive."""

    __slots__ = ("_numba_type_", "address", "array")

    def __init__(self, array: np.ndarray[Any, Any], name: str) -> None:
        self.array = array
        self.address = array.ctypes.data
        # where numba looks first, without a detour through Python
        self._numba_type_ = Table(numba.from_dtype(array.dtype), name)


@unbox(Table)
def _unbox_handle(table: Table, handle: Any, c: Any) -> NativeValue:
    made = cgutils.create_struct_proxy(table)(c.context, c.builder)
    address = c.pyapi.object_getattr_string(handle, "address")
    made.address = c.pyapi.long_as_longlong(address)
    c.pyapi.decref(address)
    made.length = c.context.get_constant(types.int64, 1)
    return NativeValue(made._getvalue(), is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


def handle(array: np.ndarray[Any, Any], name: str) -> Any:
    """Return what kernels take for an array of one record: a table's handle or, as plain Python, the array."""
    return array if numba.config.DISABLE_JIT else Handle(array, name)


def viewer(name: str, dtype: np.dtype[Any]) -> Any:
    """Return a function ``(address, length) -> table`` of ``dtype``; the table is indexed like an array and copies nothing."""
    if numba.config.DISABLE_JIT:
        return lambda address, length: _python_view(address, length, dtype)
    table = Table(numba.from_dtype(dtype), name)

    @intrinsic
    def make(typingctx: Any, address: Any, length: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            made = cgutils.create_struct_proxy(table)(context, builder)
            made.address, made.length = arguments
            return made._getvalue()

        return table(types.int64, types.int64), generate

    maker: Any = make

    @kernel
    def view(address: int, length: int) -> Any:
        return maker(address, length)

    return view


def placed(name: str, dtype: np.dtype[Any], world: np.dtype[Any], position: int) -> Any:
    """Return a function ``world -> table`` of ``dtype``, which lies where the world's ``address`` and ``length`` say at a position.

    No kernel changes these two.  Told so, the compiler need not look them up again after each store, as it must where a store might
    have been to them.
    """
    if numba.config.DISABLE_JIT:
        return lambda w: _python_view(w[0]["address"][position], w[0]["length"][position], dtype)
    table = Table(numba.from_dtype(dtype), name)
    assert world.fields is not None
    offsets = [world.fields[field][1] + 8 * position for field in ("address", "length")]

    @intrinsic
    def look_up(typingctx: Any, w: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            row = cgutils.create_struct_proxy(w)(context, builder, value=arguments[0]).address
            made = cgutils.create_struct_proxy(table)(context, builder)
            made.address, made.length = (_unchanged(context, builder, row, offset) for offset in offsets)
            return made._getvalue()

        return table(w), generate

    finder: Any = look_up

    @kernel
    def find(w: Any) -> Any:
        return finder(w)

    return find


def _python_view(address: int, length: int, dtype: np.dtype[Any]) -> Any:
    buffer = (ctypes.c_char * (int(length) * dtype.itemsize)).from_address(int(address))
    array: np.ndarray[Any, Any] = np.ndarray(int(length), dtype, memoryview(buffer))
    return array.view(np.recarray) if dtype.names else array


def _unchanged(context: Any, builder: Any, row: Any, offset: int) -> Any:
    """Return an int64 at an offset of a row that nothing changes."""
    at = builder.add(row, context.get_constant(types.int64, offset))
    found = builder.load(builder.inttoptr(at, context.get_value_type(types.int64).as_pointer()))
    found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return found


def _pointer(context: Any, builder: Any, table: Table, value: Any, index: Any) -> Any:
    """Return the address of row ``index`` as a pointer to an element."""
    made = cgutils.create_struct_proxy(table)(context, builder, value=value)
    data = context.get_data_type(table.element)
    size = context.get_abi_sizeof(data)
    offset = builder.mul(index, context.get_constant(types.int64, size))
    return builder.inttoptr(builder.add(made.address, offset), data.as_pointer())


@intrinsic
def _get(typingctx: Any, table: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, table, arguments[0], arguments[1])
        if isinstance(table.element, types.Record):
            return pointer
        return context.unpack_value(builder, table.element, pointer)

    return table.element(table, types.int64), generate


@intrinsic
def _set(typingctx: Any, table: Any, index: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, table, arguments[0], arguments[1])
        if isinstance(table.element, types.Record):
            data = context.get_data_type(table.element)
            builder.store(builder.load(builder.bitcast(arguments[2], data.as_pointer())), pointer)
        else:
            context.pack_value(builder, table.element, arguments[2], pointer)
        return context.get_dummy_value()

    return types.void(table, types.int64, table.element), generate


@intrinsic
def _fetch(typingctx: Any, table: Any, index: Any, line: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row = builder.ptrtoint(_pointer(context, builder, table, arguments[0], arguments[1]), context.get_value_type(types.int64))
        offset = builder.mul(arguments[2], context.get_constant(types.int64, LINE_BYTES))
        at = builder.inttoptr(builder.add(row, offset), context.get_value_type(types.voidptr))
        word = context.get_value_type(types.int32)
        kind = FunctionType(VoidType(), [at.type, word, word, word])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(fetch, [at, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(table, types.int64, types.int64), generate


get: Any = _get
put: Any = _set
"""The intrinsics as kernels call them, without the typing context."""

fetch: Any = (lambda *_: None) if numba.config.DISABLE_JIT else _fetch
"""``fetch(table, index, line)``: ask for a line of a row's memory before it is needed; changes nothing, and any index will do."""


@overload(operator.getitem)
def _getitem(table: Any, index: Any) -> Any:
    if not isinstance(table, Table):
        return None

    def checked(table: Any, index: Any) -> Any:
        if index < 0 or index >= table.length:
            raise IndexError("index outside of a table of the floor")
        return get(table, index)

    def unchecked(table: Any, index: Any) -> Any:
        return get(table, index)

    return checked if numba.config.BOUNDSCHECK else unchecked


@overload(operator.setitem)
def _setitem(table: Any, index: Any, value: Any) -> Any:
    if not isinstance(table, Table):
        return None

    def checked(table: Any, index: Any, value: Any) -> Any:
        if index < 0 or index >= table.length:
            raise IndexError("index outside of a table of the floor")
        put(table, index, value)

    def unchecked(table: Any, index: Any, value: Any) -> Any:
        put(table, index, value)

    return checked if numba.config.BOUNDSCHECK else unchecked


@overload(len)
def _len(table: Any) -> Any:
    if not isinstance(table, Table):
        return None

    def length(table: Any) -> Any:
        return table.length

    return length
