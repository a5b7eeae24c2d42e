"""Constant expressions with units, evaluated to quantities: ``20*ms``, ``3200*scale``, ``sqrt(2)*mV``."""

from __future__ import annotations

import operator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.equations.errors import EquationError
from distsim.equations.functions import BUILTIN_FUNCTIONS, CONSTANTS
from distsim.equations.parser import parse_expression
from distsim.equations.render import render
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)
from distsim.units import (
    STANDARD_UNITS,
    DimensionMismatchError,
    Quantity,
    get_dimensions,
    is_dimensionless,
    units_by_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ARITHMETIC: Mapping[BinaryOperator, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        BinaryOperator.ADD: operator.add,
        BinaryOperator.SUBTRACT: operator.sub,
        BinaryOperator.MULTIPLY: operator.mul,
        BinaryOperator.DIVIDE: operator.truediv,
        BinaryOperator.FLOOR_DIVIDE: operator.floordiv,
        BinaryOperator.MODULO: operator.mod,
    }
)
_COMPARISONS: Mapping[Comparator, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        Comparator.LESS: operator.lt,
        Comparator.LESS_EQUAL: operator.le,
        Comparator.GREATER: operator.gt,
        Comparator.GREATER_EQUAL: operator.ge,
        Comparator.EQUAL: operator.eq,
        Comparator.NOT_EQUAL: operator.ne,
    }
)


def _exprel(x: float) -> float:
    return 1.0 if x == 0 else float(np.expm1(x)) / x


_OF_NUMBERS: Mapping[str, Callable[[float], Any]] = MappingProxyType(
    {
        "exp": np.exp, "log": np.log, "log10": np.log10, "expm1": np.expm1, "log1p": np.log1p,
        "exprel": _exprel, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
        "tanh": np.tanh, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "int": int,
    }
)  # fmt: skip
_OF_QUANTITIES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"sqrt": np.sqrt, "abs": abs, "sign": np.sign}
)
_LARGEST_INTEGER = 2**63


def evaluate_quantity(
    expression: Expression | str, names: Mapping[str, object] = MappingProxyType({})
) -> Quantity | float | int | bool:
    """Evaluate a constant expression.

    Parameters
    ----------
    expression
        The expression or its text.
    names
        Values of the constants that can be used besides the units and ``pi``, ``e`` and ``inf``; they win
        over units.

    Returns
    -------
    Quantity, float, int or bool
        A plain number if the result has no dimension; an ``int`` stays one.

    Raises
    ------
    EquationError
        If a name is unknown, a function cannot be used in a constant, or the value does not exist.
    DimensionMismatchError
        If the units do not fit.
    """
    tree = parse_expression(expression) if isinstance(expression, str) else expression
    text = expression if isinstance(expression, str) else render(expression)
    try:
        with np.errstate(all="ignore"):
            result: Quantity | float | int | bool = _plain(_Evaluator(names).value(tree))
    except EquationError as error:
        raise error if error.text else EquationError(error.message, text.strip()) from None
    except (ZeroDivisionError, OverflowError) as error:
        raise EquationError(f"the value cannot be computed ({error})", text.strip()) from None
    return result


def _plain(value: Any) -> Any:
    """Return NumPy scalars and dimensionless zero-dimensional arrays as Python numbers."""
    if isinstance(value, Quantity) and not is_dimensionless(value):
        return value
    if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0:
        return np.asarray(value).item()
    return value


class _Evaluator:
    def __init__(self, names: Mapping[str, object]) -> None:
        self._names = names

    def value(self, expression: Expression) -> Any:
        match expression:
            case Number(value) | Boolean(value):
                return value
            case Name(name):
                return self._of_name(name)
            case Negative(operand):
                return -self.value(operand)
            case Not(operand):
                return not self._truth(operand)
            case Logical(Connective.AND, operands):
                return all(self._truth(operand) for operand in operands)
            case Logical(Connective.OR, operands):
                return any(self._truth(operand) for operand in operands)
            case Comparison(comparator, left, right):
                return bool(_COMPARISONS[comparator](self.value(left), self.value(right)))
            case Binary(BinaryOperator.POWER, left, right):
                return _power(self.value(left), self.value(right))
            case Binary(kind, left, right):
                return self._arithmetic(expression, kind, self.value(left), self.value(right))
            case Call(function, arguments):
                return self._call(function, [self.value(argument) for argument in arguments])

    def _truth(self, expression: Expression) -> bool:
        value = self.value(expression)
        if not isinstance(value, (bool, np.bool_)):
            raise EquationError(f"'{render(expression)}' is not a condition")
        return bool(value)

    def _of_name(self, name: str) -> Any:
        if name in self._names:
            value = self._names[name]
            if np.ndim(value) != 0 or isinstance(value, str):  # type: ignore[arg-type]
                raise EquationError(f"the constant {name!r} is not a single number")
            return value
        if name in CONSTANTS:
            return CONSTANTS[name]
        try:
            return units_by_name()[name]
        except KeyError:
            known = {*self._names, *CONSTANTS, *STANDARD_UNITS}
            raise EquationError(f"the name {name!r} is unknown{did_you_mean(name, known)}") from None

    def _arithmetic(self, expression: Expression, kind: BinaryOperator, left: Any, right: Any) -> Any:
        try:
            if kind is BinaryOperator.DIVIDE and np.ndim(right) == 0 and float(right) == 0:
                raise ZeroDivisionError("division by zero")
            result = _ARITHMETIC[kind](left, right)
        except DimensionMismatchError as error:
            raise DimensionMismatchError(f"in '{render(expression)}': {error}") from None
        if isinstance(result, int) and abs(result) >= _LARGEST_INTEGER:
            return float(result)
        return result

    def _call(self, function: str, arguments: list[Any]) -> Any:
        if function in _OF_NUMBERS and len(arguments) == 1:
            if not is_dimensionless(arguments[0]):
                raise DimensionMismatchError(
                    f"{function}() needs a plain number", get_dimensions(arguments[0])
                )
            return _OF_NUMBERS[function](arguments[0])
        if function in ("floor", "ceil") and len(arguments) == 1 and is_dimensionless(arguments[0]):
            return float(getattr(np, function)(arguments[0]))
        if function == "clip" and len(arguments) == 3:
            low, high = arguments[1:]
            value = max(arguments[0], low)
            return min(value, high)
        if function in _OF_QUANTITIES and len(arguments) == 1:
            return _OF_QUANTITIES[function](arguments[0])
        known = (*_OF_NUMBERS, *_OF_QUANTITIES, "floor", "ceil", "clip")
        if function in known:
            raise EquationError(f"{function}() has the wrong number of arguments, or arguments with a unit")
        hint = "" if function in BUILTIN_FUNCTIONS else did_you_mean(function, known)
        raise EquationError(f"{function}() cannot be used in a constant{hint}")


def _power(base: Any, exponent: Any) -> Any:
    """Return a power; integers too large for 64 bits become floats instead of filling the memory."""
    if isinstance(base, int) and isinstance(exponent, int):
        if exponent < 0 or abs(base).bit_length() * exponent > 63:
            return float(base) ** float(exponent)
        return base**exponent
    result = base**exponent
    if isinstance(result, complex):
        raise EquationError("a power of a negative number with a broken exponent does not exist")
    return result
