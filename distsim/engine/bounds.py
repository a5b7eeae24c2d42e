"""Between which limits an expression lies, whatever the pair of neurons and the random numbers.

Each operation is followed at the ends of the intervals of its operands (Moore 1966).  Rounding to nearest is
monotonic, so the ends bound what is computed and not only what is meant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Call,
    Comparison,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
)
from distsim.network import ModelError

LARGEST_NORMAL = 8.6
"""No standard normal number of `distsim.kernels.random` is beyond it."""
Interval = tuple[float, float]


def bounds(expression: Expression, known: Callable[[Expression], Interval | None]) -> Interval:
    """Return the least and the largest value that an expression can have.

    Parameters
    ----------
    known
        Gives the limits of a constant part, or of a name; None for what is made of other parts.

    Raises
    ------
    ModelError
        If there are no limits.
    """
    found = known(expression)
    if found is None:
        found = _of_parts(expression, known)
    if not (math.isfinite(found[0]) and math.isfinite(found[1])):
        raise ModelError("it has no limits")
    return found


def _of_parts(expression: Expression, known: Callable[[Expression], Interval | None]) -> Interval:
    match expression:
        case Negative(operand):
            low, high = bounds(operand, known)
            return -high, -low
        case Binary(operator, left, right):
            return _of_operator(operator, bounds(left, known), bounds(right, known))
        case Call("rand", _):
            return 0.0, 1.0
        case Call("randn", _):
            return -LARGEST_NORMAL, LARGEST_NORMAL
        case Comparison() | Logical() | Not():
            return 0.0, 1.0
        case Call(function, arguments):
            return _of_function(function, [bounds(argument, known) for argument in arguments])
        case Name(name):
            raise ModelError(f"it depends on '{name}'")
        case _:
            raise ModelError("it has no limits")


def _of_operator(operator: BinaryOperator, left: Interval, right: Interval) -> Interval:
    if operator is BinaryOperator.DIVIDE and right[0] <= 0 <= right[1]:
        raise ModelError("it may divide by zero")
    operations: dict[BinaryOperator, Callable[[float, float], float]] = {
        BinaryOperator.ADD: lambda a, b: a + b,
        BinaryOperator.SUBTRACT: lambda a, b: a - b,
        BinaryOperator.MULTIPLY: lambda a, b: a * b,
        BinaryOperator.DIVIDE: lambda a, b: a / b,
    }
    ends = [operations[operator](a, b) for a, b in product(left, right)]
    return min(ends), max(ends)


def _of_function(function: str, arguments: list[Interval]) -> Interval:
    low, high = arguments[0]
    if function == "abs":
        ends = abs(low), abs(high)
        return (0.0 if low <= 0 <= high else min(ends)), max(ends)
    if function == "sqrt" and low < 0:
        raise ModelError("it may take the root of a negative number")
    rising: dict[str, Callable[..., float]] = {
        "sqrt": math.sqrt,
        "int": math.trunc,
        "floor": math.floor,
        "ceil": math.ceil,
        "clip": lambda x, least, most: min(max(x, least), most),
    }
    return (
        float(rising[function](*(ends[0] for ends in arguments))),
        float(rising[function](*(ends[1] for ends in arguments))),
    )
