"""What NumPy's universal functions do to dimensions.

Each rule takes the operands and returns the dimension of the result, ``None`` for a result that never has one
(comparisons, ``isnan``), or raises `DimensionMismatchError`.  Values are only looked at, never computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from distsim.units.dimensions import DIMENSIONLESS, Dimension
from distsim.units.errors import DimensionMismatchError
from distsim.units.inspection import describe, get_dimensions, has_any_dimension, plain

__all__ = ["call_dimensions", "common_dimension", "reduction_dimension", "require_dimensionless"]

Rule: TypeAlias = Callable[[str, Sequence[Any]], Dimension | None]

SIGNS: Final = {
    "add": "+",
    "subtract": "-",
    "remainder": "%",
    "fmod": "%",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}


def _describe_call(name: str, operands: Sequence[Any]) -> str:
    """Return a call as a reader would write it: ``3. mV + 1``, ``maximum(3. mV, 1)``."""
    shown = [describe(operand) for operand in operands]
    if name in SIGNS and len(shown) == 2:
        return f"{shown[0]} {SIGNS[name]} {shown[1]}"
    return f"{name}({', '.join(shown)})"


def common_dimension(action: Callable[[], str], operands: Sequence[Any]) -> Dimension:
    """Return the dimension shared by all operands; a plain zero takes that of the others.

    Parameters
    ----------
    action
        Makes the sentence for the error, called only then.
    operands
        The values.
    """
    dimensions = [get_dimensions(operand) for operand in operands]
    first = dimensions[0]
    if all(dimension is first for dimension in dimensions):
        return first
    deciding = [d for d, o in zip(dimensions, operands, strict=True) if not has_any_dimension(o)]
    if any(dimension is not deciding[0] for dimension in deciding):
        raise DimensionMismatchError(f"{action()}, units do not match", *dimensions)
    return deciding[0]


def require_dimensionless(name: str, operands: Sequence[Any]) -> None:
    """Raise an error unless every operand is dimensionless."""
    for operand in operands:
        dimension = get_dimensions(operand)
        if dimension is not DIMENSIONLESS:
            raise DimensionMismatchError(
                f"{name} takes dimensionless values, not {describe(operand)}", dimension
            )


def _same(name: str, operands: Sequence[Any]) -> Dimension:
    return common_dimension(lambda: f"cannot calculate {_describe_call(name, operands)}", operands)


def _compare(name: str, operands: Sequence[Any]) -> None:
    # Infinity bounds any quantity, and nan equals none, whatever their unit.
    bounds = [
        index
        for index, operand in enumerate(operands)
        if get_dimensions(operand) is DIMENSIONLESS and not np.isfinite(plain(operand)).any()
    ]
    if not bounds:
        common_dimension(lambda: f"cannot compare {_describe_call(name, operands)}", operands)


def _same_but_plain(name: str, operands: Sequence[Any]) -> None:
    _same(name, operands)


def _keep_first(name: str, operands: Sequence[Any]) -> Dimension:  # noqa: ARG001
    return get_dimensions(operands[0])


def _product(name: str, operands: Sequence[Any]) -> Dimension:  # noqa: ARG001
    return get_dimensions(operands[0]) * get_dimensions(operands[1])


def _quotient(name: str, operands: Sequence[Any]) -> Dimension:  # noqa: ARG001
    return get_dimensions(operands[0]) / get_dimensions(operands[1])


def _power(name: str, operands: Sequence[Any]) -> Dimension:  # noqa: ARG001
    base, exponent = get_dimensions(operands[0]), operands[1]
    exponent_dimension = get_dimensions(exponent)
    if exponent_dimension is not DIMENSIONLESS:
        raise DimensionMismatchError(
            f"an exponent has to be dimensionless, not {describe(exponent)}", exponent_dimension
        )
    if base is DIMENSIONLESS:
        return DIMENSIONLESS
    exponents = np.unique(plain(exponent))
    if exponents.size != 1:
        raise TypeError(
            "a quantity with a unit can be raised to one exponent only, not to an array of different ones"
        )
    return base ** float(exponents[0])


def _fixed_power(power: float) -> Rule:
    return lambda name, operands: get_dimensions(operands[0]) ** power  # noqa: ARG005


def _plain_result(name: str, operands: Sequence[Any]) -> None:
    """Accept any unit and give a number without one."""


def _dimensionless(name: str, operands: Sequence[Any]) -> None:
    require_dimensionless(name, operands)


_RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(
        ("add", "subtract", "maximum", "minimum", "fmax", "fmin", "remainder", "fmod", "hypot", "nextafter"),
        _same,
    ),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"), _compare),
    "arctan2": _same_but_plain,
    **dict.fromkeys(
        (
            *("negative", "positive", "absolute", "fabs", "conjugate", "rint", "floor", "ceil", "trunc"),
            *("spacing", "copysign", "ldexp", "modf"),
        ),
        _keep_first,
    ),
    **dict.fromkeys(("multiply", "matmul", "vecdot", "matvec", "vecmat"), _product),
    **dict.fromkeys(("divide", "floor_divide"), _quotient),
    **dict.fromkeys(("power", "float_power"), _power),
    "sqrt": _fixed_power(1 / 2),
    "cbrt": _fixed_power(1 / 3),
    "square": _fixed_power(2),
    "reciprocal": _fixed_power(-1),
    **dict.fromkeys(
        (
            # NumPy before 2.3 calculates x**0 as _ones_like(x).
            *("_ones_like", "sign", "signbit", "isfinite", "isinf", "isnan", "heaviside"),
            *("logical_and", "logical_or", "logical_xor", "logical_not"),
        ),
        _plain_result,
    ),
}


def call_dimensions(ufunc: np.ufunc, operands: Sequence[Any]) -> tuple[Dimension | None, ...]:
    """Return the dimension of each result of ``ufunc(*operands)``.

    Functions without a rule (sin, exp, log, ...) take dimensionless operands only.

    Raises
    ------
    DimensionMismatchError
        If the function makes no sense for these dimensions.
    """
    name = ufunc.__name__
    if name == "divmod":
        return _quotient(name, operands), _same("remainder", operands)
    return (_RULES.get(name, _dimensionless)(name, operands),) * ufunc.nout


def reduction_dimension(ufunc: np.ufunc, operand: Any, count: int | None) -> Dimension | None:
    """Return the dimension of ``ufunc.reduce(operand)`` or ``accumulate``.

    Parameters
    ----------
    ufunc
        A function of two arguments.
    operand
        The array.
    count
        Number of elements that go into each result, ``None`` where it differs from one to the next.
    """
    dimension = get_dimensions(operand)
    name = ufunc.__name__
    rule = _RULES.get(name, _dimensionless)
    if dimension is DIMENSIONLESS or rule is _plain_result:
        return None
    if rule is _same and name not in ("remainder", "fmod"):
        return dimension
    if name == "multiply" and count is not None:
        return dimension**count
    raise DimensionMismatchError(f"{name} cannot run along the elements of {describe(operand)}", dimension)
