"""The typed expression tree: what every string of the language is parsed into.

A tree is plain, immutable, hashable data.  It knows nothing of units, of groups or of how it will be
evaluated; the parser makes it, and the dimension check, the sympy bridge, the NumPy evaluator and the
kernel emitter read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class BinaryOperator(Enum):
    """Arithmetic of two operands; the value is the operator's spelling."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    FLOOR_DIVIDE = "//"
    MODULO = "%"
    POWER = "**"


class Comparator(Enum):
    """Comparison of two operands; the value is the operator's spelling."""

    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    EQUAL = "=="
    NOT_EQUAL = "!="


class Connective(Enum):
    """Logical connection of two or more operands."""

    AND = "and"
    OR = "or"


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, ``int`` or ``float`` as written."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Boolean:
    """``True`` or ``False``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, constant or unit."""

    id: str


@dataclass(frozen=True, slots=True)
class Negative:
    """``-operand``."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """``not operand``."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    operator: BinaryOperator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left comparator right``; a chain ``a < b < c`` is parsed into a conjunction."""

    comparator: Comparator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical:
    """``a and b and ...`` or ``a or b or ...``, elementwise."""

    connective: Connective
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``; `function` is a bare name."""

    function: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Number | Boolean | Name | Negative | Not | Binary | Comparison | Logical | Call


@dataclass(frozen=True, slots=True)
class Assignment:
    """One statement ``target operator value``.

    Parameters
    ----------
    target
        The name written to.
    operator
        ``None`` for ``=``, else the operator of an augmented assignment (``+=`` is ``ADD``).
    value
        The right-hand side.
    """

    target: str
    operator: BinaryOperator | None
    value: Expression


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct sub-expressions, left to right."""
    match expression:
        case Negative(operand) | Not(operand):
            return (operand,)
        case Binary(_, left, right) | Comparison(_, left, right):
            return (left, right)
        case Logical(_, operands):
            return operands
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield `expression` and everything below it, parents first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def rebuild(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return `expression` with `change` applied to each direct child."""
    match expression:
        case Negative(operand):
            return Negative(change(operand))
        case Not(operand):
            return Not(change(operand))
        case Binary(operator, left, right):
            return Binary(operator, change(left), change(right))
        case Comparison(comparator, left, right):
            return Comparison(comparator, change(left), change(right))
        case Logical(connective, operands):
            return Logical(connective, tuple(change(operand) for operand in operands))
        case Call(function, arguments):
            return Call(function, tuple(change(argument) for argument in arguments))
        case _:
            return expression


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Return `expression` with every name in `replacements` replaced, all at once."""
    if isinstance(expression, Name):
        return replacements.get(expression.id, expression)
    return rebuild(expression, lambda child: substitute(child, replacements))


def names(expression: Expression) -> frozenset[str]:
    """Return the names that `expression` reads; function names are not among them."""
    return frozenset(node.id for node in walk(expression) if isinstance(node, Name))


def functions(expression: Expression) -> frozenset[str]:
    """Return the names of the functions that `expression` calls."""
    return frozenset(node.function for node in walk(expression) if isinstance(node, Call))
