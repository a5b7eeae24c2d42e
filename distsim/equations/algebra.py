"""Building expressions: the arithmetic of trees, leaving out what has no effect (``0 + x``, ``1*x``).

Only identities that hold for every finite value are used, and numbers are combined only where both are
literals.
"""

from __future__ import annotations

from distsim.equations.tree import Binary, BinaryOperator, Call, Expression, Negative, Number

ZERO = Number(0)
ONE = Number(1)


def is_number(expression: Expression, value: float) -> bool:
    """Return whether `expression` is the literal `value`."""
    return isinstance(expression, Number) and expression.value == value


def _is_literal(expression: Expression) -> bool:
    return isinstance(expression, Number) or (
        isinstance(expression, Negative) and isinstance(expression.operand, Number)
    )


def _value(literal: Expression) -> int | float:
    if isinstance(literal, Number):
        return literal.value
    return -_value(literal.operand) if isinstance(literal, Negative) else 0


def negative(operand: Expression) -> Expression:
    """Return ``-operand``."""
    if isinstance(operand, Negative):
        return operand.operand
    return operand if is_number(operand, 0) else Negative(operand)


def add(left: Expression, right: Expression) -> Expression:
    """Return ``left + right``."""
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    if _is_literal(left) and _is_literal(right):
        return number(_value(left) + _value(right))
    if left == negative(right):
        return ZERO
    if isinstance(right, Negative):
        return Binary(BinaryOperator.SUBTRACT, left, right.operand)
    if isinstance(left, Negative):
        return Binary(BinaryOperator.SUBTRACT, right, left.operand)
    return Binary(BinaryOperator.ADD, left, right)


def subtract(left: Expression, right: Expression) -> Expression:
    """Return ``left - right``."""
    if left == right:
        return ZERO
    return add(left, negative(right))


def multiply(left: Expression, right: Expression) -> Expression:
    """Return ``left*right``."""
    if is_number(left, 0) or is_number(right, 0):
        return ZERO
    if is_number(left, 1):
        return right
    if is_number(right, 1):
        return left
    if isinstance(left, Negative):
        return negative(multiply(left.operand, right))
    if isinstance(right, Negative):
        return negative(multiply(left, right.operand))
    return Binary(BinaryOperator.MULTIPLY, left, right)


def divide(left: Expression, right: Expression) -> Expression:
    """Return ``left/right``."""
    if is_number(left, 0):
        return ZERO
    if is_number(right, 1):
        return left
    if left == right:
        return ONE
    if isinstance(left, Negative):
        return negative(divide(left.operand, right))
    if isinstance(right, Negative):
        return negative(divide(left, right.operand))
    return Binary(BinaryOperator.DIVIDE, left, right)


def power(base: Expression, exponent: float) -> Expression:
    """Return ``base**exponent``."""
    if exponent == 1:
        return base
    return ONE if exponent == 0 else Binary(BinaryOperator.POWER, base, number(exponent))


def number(value: float) -> Expression:
    """Return a number, a negative one as the negation of its size."""
    return Negative(Number(-value)) if value < 0 else Number(value)


def call(function: str, *arguments: Expression) -> Expression:
    """Return ``function(*arguments)``; ``exp(0)`` and ``exprel(0)`` are 1."""
    if function in ("exp", "exprel") and is_number(arguments[0], 0):
        return ONE
    return Call(function, arguments)


def total(terms: list[Expression]) -> Expression:
    """Return the sum of `terms`, from left to right."""
    result: Expression = ZERO
    for term in terms:
        result = add(result, term)
    return result
