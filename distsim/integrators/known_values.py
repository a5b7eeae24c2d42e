"""The value of an expression whose names are all known, to tell apart what symbols cannot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from distsim.equations.functions import CONSTANTS
from distsim.equations.tree import Binary, BinaryOperator, Expression, Name, Negative, Number
from distsim.units import units_by_name

if TYPE_CHECKING:
    from collections.abc import Mapping


def known_value(expression: Expression, values: Mapping[str, float]) -> float | None:
    """Return the value of `expression` in base units, or ``None`` if it is not known.

    Parameters
    ----------
    expression
        An expression of arithmetic; a function call makes the value unknown.
    values
        The known names; units and the constants ``pi``, ``e`` and ``inf`` are known too.
    """
    match expression:
        case Number(value):
            return float(value)
        case Name(identifier):
            return _value_of_name(identifier, values)
        case Negative(operand):
            of_operand = known_value(operand, values)
            return None if of_operand is None else -of_operand
        case Binary(operator, left, right):
            of_left, of_right = known_value(left, values), known_value(right, values)
            return None if of_left is None or of_right is None else _arithmetic(operator, of_left, of_right)
        case _:
            return None


def _value_of_name(identifier: str, values: Mapping[str, float]) -> float | None:
    if identifier in values:
        return float(values[identifier])
    if identifier in CONSTANTS:
        return CONSTANTS[identifier]
    units = units_by_name()
    return float(units[identifier]) if identifier in units else None


def _arithmetic(operator: BinaryOperator, left: float, right: float) -> float | None:
    try:
        match operator:
            case BinaryOperator.ADD:
                result = left + right
            case BinaryOperator.SUBTRACT:
                result = left - right
            case BinaryOperator.MULTIPLY:
                result = left * right
            case BinaryOperator.DIVIDE:
                result = left / right
            case BinaryOperator.POWER:
                result = math.pow(left, right)
            case _:
                return None
    except (ArithmeticError, ValueError):
        return None
    return result if math.isfinite(result) else None
