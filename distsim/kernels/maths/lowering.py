"""What numba is told about `distsim.kernels.maths.primitives`: their types and their LLVM instructions.

Imported for its effect on numba's registry, and only where kernels are compiled.  None of the instructions
carries a fast-math flag, and each has a vector form, so a loop over them is vectorised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numba.core.typing.templates
import numba.extending
from llvmlite import ir

from distsim.kernels.maths import primitives

if TYPE_CHECKING:
    from collections.abc import Callable

# numba's own annotations describe a part of it only
types: Any = numba.core.types
templates: Any = numba.core.typing.templates
lower_builtin: Any = numba.extending.lower_builtin
type_callable: Any = numba.extending.type_callable

DOUBLE = ir.DoubleType()
SINGLE = ir.FloatType()
INT64 = ir.IntType(64)
INT32 = ir.IntType(32)


def _register(
    function: Callable[..., Any],
    signature: Any,
    emit: Callable[[ir.IRBuilder, list[Any]], Any],
) -> None:
    """Give `function` one signature, to which its arguments are converted, and its instructions."""
    name = f"{function.__name__}_template"
    template = type(name, (templates.ConcreteTemplate,), {"key": function, "cases": [signature]})
    templates.infer(template)
    templates.infer_global(function, types.Function(template))

    def lower(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: list[Any]) -> Any:
        return emit(builder, arguments)

    lower_builtin(function, *signature.args)(lower)


def _intrinsic(name: str, operands: int) -> Callable[[ir.IRBuilder, list[Any]], Any]:
    def emit(builder: ir.IRBuilder, arguments: list[Any]) -> Any:
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * operands)
        return builder.call(builder.module.declare_intrinsic(name, [DOUBLE], kind), arguments)

    return emit


def _float32_to_bits(builder: ir.IRBuilder, arguments: list[Any]) -> Any:
    return builder.zext(builder.bitcast(builder.fptrunc(arguments[0], SINGLE), INT32), INT64)


def _bits_to_float32(builder: ir.IRBuilder, arguments: list[Any]) -> Any:
    return builder.fpext(builder.bitcast(builder.trunc(arguments[0], INT32), SINGLE), DOUBLE)


_register(primitives.fma, types.float64(*[types.float64] * 3), _intrinsic("llvm.fma", 3))
_register(primitives.floor, types.float64(types.float64), _intrinsic("llvm.floor", 1))
_register(primitives.ceil, types.float64(types.float64), _intrinsic("llvm.ceil", 1))
_register(primitives.sqrt, types.float64(types.float64), _intrinsic("llvm.sqrt", 1))
_register(primitives.absolute, types.float64(types.float64), _intrinsic("llvm.fabs", 1))
_register(primitives.copysign, types.float64(types.float64, types.float64), _intrinsic("llvm.copysign", 2))
_register(primitives.to_int64, types.int64(types.int64), lambda _, arguments: arguments[0])
_register(
    primitives.to_word,
    types.int64(types.int64),
    lambda builder, arguments: builder.and_(arguments[0], ir.Constant(INT64, 0xFFFFFFFF)),
)
_register(
    primitives.float64_to_bits,
    types.int64(types.float64),
    lambda builder, arguments: builder.bitcast(arguments[0], INT64),
)
_register(
    primitives.bits_to_float64,
    types.float64(types.int64),
    lambda builder, arguments: builder.bitcast(arguments[0], DOUBLE),
)
_register(primitives.float32_to_bits, types.int64(types.float64), _float32_to_bits)
_register(primitives.bits_to_float32, types.float64(types.int64), _bits_to_float32)


def _type_select(_context: Any) -> Callable[..., Any]:
    def typed(condition: Any, if_true: Any, if_false: Any) -> Any:
        both = (if_true, if_false)
        if not isinstance(condition, types.Boolean):
            return None
        if all(isinstance(kind, types.Boolean) for kind in both):
            common = types.boolean
        elif all(isinstance(kind, (types.Integer, types.Boolean)) for kind in both):
            common = types.int64
        elif all(isinstance(kind, (types.Number, types.Boolean)) for kind in both):
            common = types.float64
        else:
            return None
        return common(types.boolean, common, common)

    return typed


def _lower_select(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: list[Any]) -> Any:
    return builder.select(*arguments)


def _type_to_float64(_context: Any) -> Callable[..., Any]:
    def typed(x: Any) -> Any:
        return types.float64(x) if isinstance(x, (types.Number, types.Boolean)) else None

    return typed


def _lower_to_float64(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[Any]) -> Any:
    kind = signature.args[0]
    value = arguments[0]
    if not isinstance(kind, types.Integer) or kind.bitwidth < 64 or not kind.signed:
        return context.cast(builder, value, kind, types.float64)
    # Both halves of the integer become the mantissa of a double: the low one above 2^52, the high one above
    # 2^84 and offset by 2^63 so that it is positive.  Taking the offsets away is exact; the last sum rounds.
    low = builder.and_(value, ir.Constant(INT64, 0xFFFFFFFF))
    low = builder.or_(low, ir.Constant(INT64, 0x4330000000000000))
    high = builder.lshr(value, ir.Constant(INT64, 32))
    high = builder.xor(high, ir.Constant(INT64, 0x4530000080000000))
    offset = ir.Constant(DOUBLE, float(2**84 + 2**63 + 2**52))
    return builder.fadd(builder.fsub(builder.bitcast(high, DOUBLE), offset), builder.bitcast(low, DOUBLE))


type_callable(primitives.select)(_type_select)
lower_builtin(primitives.select, types.Boolean, types.Any, types.Any)(_lower_select)
type_callable(primitives.to_float64)(_type_to_float64)
lower_builtin(primitives.to_float64, types.Any)(_lower_to_float64)
