"""The dimension check: which dimension an expression has, and whether its parts agree.

A mismatch names the smallest sub-expression that is inconsistent and the units of both of its sides.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from distsim.equations.errors import EquationError
from distsim.equations.functions import (
    BUILTIN_FUNCTIONS,
    CONSTANTS,
    SECOND,
    AnyDimension,
    FunctionSignature,
    SameAs,
)
from distsim.equations.identifiers import is_white_noise
from distsim.equations.render import render
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparison,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)
from distsim.units import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    format_dimension,
    get_dimensions,
    units_by_name,
)

DimensionLookup = Callable[[str], Dimension]
"""Gives the dimension of a name and raises `KeyError` for one that it does not know."""


def dimension_of(
    expression: Expression,
    lookup: DimensionLookup,
    functions: Mapping[str, FunctionSignature] = BUILTIN_FUNCTIONS,
    values: Mapping[str, float] | None = None,
) -> Dimension:
    """Return the dimension of `expression` and check everything in it.

    Parameters
    ----------
    expression
        The expression.
    lookup
        Gives the dimension of each name, raising `KeyError` for an unknown one.
    functions
        The functions that can be called.
    values
        Values of constants that may stand in the exponent of a quantity with a unit.

    Raises
    ------
    DimensionMismatchError
        If two parts that must agree do not.
    EquationError
        If a name or function is unknown, or an exponent of a quantity with units is not constant.

    Notes
    -----
    A literal ``0`` can be added to and compared with anything, ``inf`` compared with anything; both are
    accepted as arguments that must have the dimension of another argument.
    """
    return _Checker(lookup, functions, values or {}).dimension(expression)


def fits_anything(expression: Expression, *, infinity: bool = True) -> bool:
    """Return whether `expression` is a literal zero (or, with `infinity`, infinity), which fits every
    dimension.
    """
    match expression:
        case Number(value):
            return value == 0 or (infinity and math.isinf(value))
        case Name("inf"):
            return infinity
        case Negative(operand):
            return fits_anything(operand, infinity=infinity)
        case _:
            return False


def standard_dimension(name: str) -> Dimension:
    """Return the dimension of a name that means the same in every group: ``t``, ``dt``, noises, constants,
    units.

    Raises
    ------
    KeyError
        If `name` is none of these.
    """
    if name in ("t", "dt"):
        return SECOND
    if name in ("t_in_timesteps", "i", "N") or name in CONSTANTS:
        return DIMENSIONLESS
    if is_white_noise(name):
        return SECOND**-0.5
    return get_dimensions(units_by_name()[name])


class UnknownNameError(EquationError):
    """A name that nothing defines."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the name {name!r} is unknown")
        self.args = (name,)
        self.name = name


class _Checker:
    """Walks an expression from the leaves up."""

    def __init__(
        self, lookup: DimensionLookup, functions: Mapping[str, FunctionSignature], values: Mapping[str, float]
    ) -> None:
        self._lookup = lookup
        self._functions = functions
        self._values = values

    def dimension(self, expression: Expression) -> Dimension:
        match expression:
            case Number() | Boolean():
                return DIMENSIONLESS
            case Name(name):
                return self._of_name(name)
            case Negative(operand):
                return self.dimension(operand)
            case Not(operand):
                self.dimension(operand)
                return DIMENSIONLESS
            case Logical(_, operands):
                for operand in operands:
                    self.dimension(operand)
                return DIMENSIONLESS
            case Comparison(_, left, right):
                self._common(expression, left, right, "compares", infinity=True)
                return DIMENSIONLESS
            case Binary():
                return self._of_binary(expression)
            case Call():
                return self._of_call(expression)

    def _of_name(self, name: str) -> Dimension:
        try:
            return self._lookup(name)
        except KeyError:
            pass
        try:
            return standard_dimension(name)
        except KeyError:
            pass
        if name in self._functions:
            raise EquationError(f"{name!r} is a function: call it, as in '{name}(...)'")
        raise UnknownNameError(name)

    def _common(
        self, whole: Expression, left: Expression, right: Expression, verb: str, *, infinity: bool
    ) -> Dimension:
        """Return the dimension that both sides have; a literal that fits anything takes the other side's."""
        left_dimension, right_dimension = self.dimension(left), self.dimension(right)
        if left_dimension is right_dimension or fits_anything(right, infinity=infinity):
            return left_dimension
        if fits_anything(left, infinity=infinity):
            return right_dimension
        raise DimensionMismatchError(
            f"'{render(whole)}' {verb} values of different units: '{render(left)}' has unit "
            f"{format_dimension(left_dimension)}, '{render(right)}' has unit "
            f"{format_dimension(right_dimension)}"
        )

    def _of_binary(self, expression: Binary) -> Dimension:
        left, right = expression.left, expression.right
        match expression.operator:
            case BinaryOperator.ADD:
                return self._common(expression, left, right, "adds", infinity=False)
            case BinaryOperator.SUBTRACT:
                return self._common(expression, left, right, "subtracts", infinity=False)
            case BinaryOperator.MODULO:
                return self._common(expression, left, right, "takes the remainder of", infinity=False)
            case BinaryOperator.FLOOR_DIVIDE:
                # A quotient that still had a unit would be rounded to whole SI units, which nobody means.
                self._common(expression, left, right, "divides without remainder", infinity=False)
                return DIMENSIONLESS
            case BinaryOperator.MULTIPLY:
                return self.dimension(left) * self.dimension(right)
            case BinaryOperator.DIVIDE:
                return self.dimension(left) / self.dimension(right)
            case BinaryOperator.POWER:
                return self._of_power(expression)

    def _of_power(self, expression: Binary) -> Dimension:
        base, exponent = self.dimension(expression.left), self.dimension(expression.right)
        if exponent is not DIMENSIONLESS:
            raise DimensionMismatchError(
                f"the exponent in '{render(expression)}' must be a plain number, but "
                f"'{render(expression.right)}' has "
                f"unit {format_dimension(exponent)}"
            )
        if base is DIMENSIONLESS:
            return DIMENSIONLESS
        value = self._constant(expression.right)
        if value is None or not math.isfinite(value):
            raise EquationError(
                f"the exponent in '{render(expression)}' must be a constant number, because "
                f"'{render(expression.left)}' has unit {format_dimension(base)}"
            )
        return base**value

    def _constant(self, expression: Expression) -> float | None:
        """Return the value of an exponent made of numbers and known constants, or ``None``."""
        match expression:
            case Number(value):
                return float(value)
            case Name(name):
                of_name = self._values.get(name)
                return None if of_name is None else float(of_name)
            case Negative(operand):
                of_operand = self._constant(operand)
                return None if of_operand is None else -of_operand
            case Binary(kind, left, right) if kind in _EXPONENT_ARITHMETIC:
                values = self._constant(left), self._constant(right)
                if values[0] is None or values[1] is None:
                    return None
                if kind is BinaryOperator.DIVIDE and values[1] == 0:
                    return None
                return _EXPONENT_ARITHMETIC[kind](values[0], values[1])
            case _:
                return None

    def _of_call(self, call: Call) -> Dimension:
        signature = self._functions.get(call.function)
        if signature is None:
            known = [name for name, other in self._functions.items() if not other.internal]
            raise EquationError(
                f"the function {call.function!r} is unknown{did_you_mean(call.function, known)}"
            )
        if len(call.arguments) != signature.arity:
            raise EquationError(
                f"{call.function}() takes {_arguments(signature.arity)}, but '{render(call)}' gives "
                f"{len(call.arguments)}"
            )
        dimensions = [self.dimension(argument) for argument in call.arguments]
        for position, rule in enumerate(signature.arguments):
            if not isinstance(rule, AnyDimension):
                self._check_argument(call, position, rule, dimensions)
        return signature.result_dimension(tuple(dimensions))

    def _check_argument(
        self, call: Call, position: int, rule: Dimension | SameAs, dimensions: list[Dimension]
    ) -> None:
        argument, found = call.arguments[position], dimensions[position]
        if isinstance(rule, Dimension):
            if found is not rule and not (rule is not DIMENSIONLESS and fits_anything(argument)):
                needs = "a plain number" if rule is DIMENSIONLESS else f"unit {format_dimension(rule)}"
                raise DimensionMismatchError(
                    f"{call.function}() needs {needs}, but '{render(argument)}' has unit "
                    f"{format_dimension(found)}"
                )
            return
        model = call.arguments[rule.index]
        needed = dimensions[rule.index]
        if found is needed or fits_anything(argument):
            return
        if fits_anything(model):
            # The result then has the dimension of the argument that is no bare zero.
            dimensions[rule.index] = found
            return
        raise DimensionMismatchError(
            f"{call.function}() needs '{render(argument)}' to have the unit of '{render(model)}': they "
            "have units "
            f"{format_dimension(found)} and {format_dimension(needed)}"
        )


_EXPONENT_ARITHMETIC: Mapping[BinaryOperator, Callable[[float, float], float]] = {
    BinaryOperator.ADD: operator.add,
    BinaryOperator.SUBTRACT: operator.sub,
    BinaryOperator.MULTIPLY: operator.mul,
    BinaryOperator.DIVIDE: operator.truediv,
}


def _arguments(number: int) -> str:
    return {0: "no arguments", 1: "1 argument"}.get(number, f"{number} arguments")
