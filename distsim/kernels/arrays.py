"""What numba is told about `distsim.kernels.memory`: an array made of a pointer, and prefetching.

The arrays carry no owner, so no reference is counted, and LLVM sees one pointer and one length each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numba.core.cgutils
import numba.extending
import numba.np.arrayobj
import numpy as np
from llvmlite import ir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["register"]

# numba's own annotations describe a part of it only
types: Any = numba.core.types
cgutils: Any = numba.core.cgutils
arrayobj: Any = numba.np.arrayobj
lower_builtin: Any = numba.extending.lower_builtin
type_callable: Any = numba.extending.type_callable

INT32 = ir.IntType(32)
BYTE_POINTER = ir.IntType(8).as_pointer()


def _register_array(function: Callable[..., Any], element: type) -> None:
    array_type: Any = types.Array(numba.from_dtype(np.dtype(element)), 1, "C")

    def resolve(_context: Any) -> Callable[..., Any]:
        def typed(address: Any, size: Any) -> Any:
            if isinstance(address, types.Integer) and isinstance(size, types.Integer):
                return array_type(types.int64, types.int64)
            return None

        return typed

    def lower(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[Any]) -> Any:
        address, size = arguments
        kind = context.get_data_type(signature.return_type.dtype)
        itemsize = context.get_constant(types.intp, context.get_abi_sizeof(kind))
        array = arrayobj.make_array(signature.return_type)(context, builder)
        arrayobj.populate_array(
            array,
            data=builder.inttoptr(address, kind.as_pointer()),
            shape=cgutils.pack_array(builder, [size]),
            strides=cgutils.pack_array(builder, [itemsize]),
            itemsize=itemsize,
            meminfo=None,
        )
        return array._getvalue()

    type_callable(function)(resolve)
    lower_builtin(function, types.int64, types.int64)(lower)


def _register_prefetch(function: Callable[..., Any]) -> None:
    def resolve(_context: Any) -> Callable[..., Any]:
        def typed(array: Any, index: Any) -> Any:
            if isinstance(array, types.Array) and isinstance(index, types.Integer):
                return types.none(array, types.int64)
            return None

        return typed

    def lower(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[Any]) -> Any:
        array = arrayobj.make_array(signature.args[0])(context, builder, arguments[0])
        kind = ir.FunctionType(ir.VoidType(), [BYTE_POINTER, INT32, INT32, INT32])
        intrinsic = builder.module.declare_intrinsic("llvm.prefetch", [BYTE_POINTER], kind)
        address = builder.bitcast(builder.gep(array.data, [arguments[1]]), BYTE_POINTER)
        # for writing, to be kept in all levels, in the data cache
        write, locality, data = (ir.Constant(INT32, value) for value in (1, 3, 1))
        builder.call(intrinsic, [address, write, locality, data])
        return context.get_dummy_value()

    type_callable(function)(resolve)
    lower_builtin(function, types.Array, types.int64)(lower)


def register(elements: Mapping[Callable[..., Any], type], prefetch: Callable[..., Any]) -> None:
    """Give numba the functions that make arrays, with their element types, and the one that prefetches."""
    for function, element in elements.items():
        _register_array(function, element)
    _register_prefetch(prefetch)
