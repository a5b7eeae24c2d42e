"""What numba is told about `distsim.kernels.memory`: an array made of a pointer, and prefetching.

Imported for its effect on numba's registry, and only where kernels are compiled.  The arrays carry no owner,
so no reference is counted, and LLVM sees one pointer and one length each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numba.core.cgutils
import numba.extending
import numba.np.arrayobj
import numpy as np
from llvmlite import ir

from distsim.kernels import memory

if TYPE_CHECKING:
    from collections.abc import Callable

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


ELEMENTS = {
    memory.float64_at: np.float64,
    memory.float32_at: np.float32,
    memory.int64_at: np.int64,
    memory.int32_at: np.int32,
    memory.uint32_at: np.uint32,
    memory.uint16_at: np.uint16,
    memory.uint8_at: np.uint8,
    memory.bool_at: np.bool_,
}

for each, element_type in ELEMENTS.items():
    _register_array(each, element_type)
_register_prefetch(memory.prefetch)
