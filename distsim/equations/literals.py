"""Values from outside as expressions of the language: ``5*ms`` as ``0.005*second``."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np

from distsim.equations.tree import Binary, BinaryOperator, Boolean, Expression, Name, Negative, Number
from distsim.equations.unit_text import base_unit_name
from distsim.units import DIMENSIONLESS, Dimension, get_dimensions

_BASE_NAMES = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candela")


def expression_of_value(value: object) -> Expression:
    """Return a number or a scalar quantity as an expression that evaluates to exactly that value.

    Raises
    ------
    TypeError
        If the value is no single number.
    """
    if isinstance(value, (bool, np.bool_)):
        return Boolean(bool(value))
    dimension = get_dimensions(value)
    if dimension is DIMENSIONLESS and isinstance(value, Integral):
        return expression_of_number(int(value))
    array = np.asarray(value)
    if array.ndim != 0 or not isinstance(array.item(), Real):
        raise TypeError(f"a single number or quantity is needed here, not {value!r}")
    number = expression_of_number(float(array))
    unit = expression_of_dimension(dimension)
    return number if unit is None else Binary(BinaryOperator.MULTIPLY, number, unit)


def expression_of_number(number: float) -> Expression:
    """Return a number as an expression; a negative one as the negation of its size."""
    if np.isinf(number):
        return Negative(Name("inf")) if number < 0 else Name("inf")
    return Negative(Number(-number)) if number < 0 else Number(number)


def expression_of_dimension(dimension: Dimension) -> Expression | None:
    """Return the unit of scale one with this dimension, or ``None`` for no dimension."""
    if dimension is DIMENSIONLESS:
        return None
    name = base_unit_name(dimension)
    if name is not None:
        return Name(name)
    product: Expression | None = None
    for base, exponent in zip(_BASE_NAMES, dimension.exponents, strict=True):
        if exponent:
            power = (
                Name(base)
                if exponent == 1
                else Binary(BinaryOperator.POWER, Name(base), expression_of_number(exponent))
            )
            product = power if product is None else Binary(BinaryOperator.MULTIPLY, product, power)
    return product
