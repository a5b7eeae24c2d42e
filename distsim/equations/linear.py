"""Splits an expression into the parts that multiply given variables and the rest: ``a*x + b*y + c``.

This is how linear systems are recognised and how the white noise is taken out of a right-hand side.  The tree
is taken apart as it stands, which keeps the user's own grouping and needs no computer algebra; only where the
expression is linear but not visibly so is sympy asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.equations.algebra import ONE, ZERO, add, divide, is_number, multiply, negative
from distsim.equations.tree import Binary, BinaryOperator, Expression, Name, Negative, names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


@dataclass(frozen=True)
class LinearParts:
    """The value ``sum(coefficients[x]*x) + rest``, neither `coefficients` nor `rest` reading any of the
    variables.

    Attributes
    ----------
    coefficients
        The factor of each variable that occurs.
    rest
        What is left when every variable is zero.
    """

    coefficients: dict[str, Expression]
    rest: Expression

    def coefficient(self, variable: str) -> Expression:
        """Return the factor of `variable`, zero if it does not occur."""
        return self.coefficients.get(variable, ZERO)

    def map(self, change: Callable[[Expression], Expression]) -> LinearParts:
        """Return the parts with `change`, a linear operation, applied to each."""
        changed = {variable: change(factor) for variable, factor in self.coefficients.items()}
        return LinearParts(
            {x: factor for x, factor in changed.items() if not is_number(factor, 0)}, change(self.rest)
        )

    def plus(self, other: LinearParts) -> LinearParts:
        """Return the sum of two values."""
        variables = dict.fromkeys((*self.coefficients, *other.coefficients))
        summed = {x: add(self.coefficient(x), other.coefficient(x)) for x in variables}
        return LinearParts(
            {x: factor for x, factor in summed.items() if not is_number(factor, 0)},
            add(self.rest, other.rest),
        )


def linear_parts(expression: Expression, variables: Collection[str]) -> LinearParts | None:
    """Return the linear parts of `expression` in `variables`, or ``None`` if it is not linear in them."""
    parts = visible_linear_parts(expression, variables)
    if parts is None:
        # Imported when needed: it takes most of a second, and hardly any model gets here.
        from distsim.equations.sympy_bridge import symbolic_linear_parts  # noqa: PLC0415

        found = symbolic_linear_parts(expression, variables)
        parts = None if found is None else LinearParts(*found)
    return parts


def visible_linear_parts(expression: Expression, variables: Collection[str]) -> LinearParts | None:
    """As `linear_parts`, for an expression that is linear as it is written, without simplification."""
    if names(expression).isdisjoint(variables):
        return LinearParts({}, expression)
    match expression:
        case Name(identifier):
            return LinearParts({identifier: ONE}, ZERO)
        case Negative(operand):
            parts = visible_linear_parts(operand, variables)
            return None if parts is None else parts.map(negative)
        case Binary(operator, left, right):
            return _of_binary(operator, left, right, variables)
        case _:
            return None


def _of_binary(
    operator: BinaryOperator, left: Expression, right: Expression, variables: Collection[str]
) -> LinearParts | None:
    of_left, of_right = visible_linear_parts(left, variables), visible_linear_parts(right, variables)
    if of_left is None or of_right is None:
        return None
    match operator:
        case BinaryOperator.ADD:
            return of_left.plus(of_right)
        case BinaryOperator.SUBTRACT:
            return of_left.plus(of_right.map(negative))
        case BinaryOperator.MULTIPLY if not of_right.coefficients:
            return of_left.map(lambda part: multiply(part, right))
        case BinaryOperator.MULTIPLY if not of_left.coefficients:
            return of_right.map(lambda part: multiply(left, part))
        case BinaryOperator.DIVIDE if not of_right.coefficients:
            return of_left.map(lambda part: divide(part, right))
        case BinaryOperator.POWER if is_number(right, 1):
            return of_left
        case _:
            return None
