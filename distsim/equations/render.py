"""From the tree back to text: the inverse of the parser, with as few parentheses as the grammar allows."""

from __future__ import annotations

import math
from enum import IntEnum

from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)


class _Binding(IntEnum):
    """How strongly a construct binds its parts; a part that binds less than its place asks for gets
    parentheses.
    """

    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    POWER = 8
    ATOM = 9


_SUMS = (BinaryOperator.ADD, BinaryOperator.SUBTRACT)


def render(expression: Expression) -> str:
    """Return the text of `expression`.

    ``parse_expression(render(e)) == e`` for every tree that the parser can make; a negative or infinite
    `Number`, which only arises from calculation, is written as ``-3`` or ``inf``.
    """
    return _render(expression)[0]


def render_statement(statement: Assignment) -> str:
    """Return the text of one statement."""
    operator = statement.operator.value if statement.operator else ""
    return f"{statement.target} {operator}= {render(statement.value)}"


def _part(expression: Expression, least: _Binding) -> str:
    text, binding = _render(expression)
    return text if binding >= least else f"({text})"


def _render(expression: Expression) -> tuple[str, _Binding]:
    match expression:
        case Number(value):
            text = "nan" if math.isnan(value) else repr(value)
            return text, (_Binding.SIGN if text.startswith("-") else _Binding.ATOM)
        case Boolean(value):
            return repr(value), _Binding.ATOM
        case Name(identifier):
            return identifier, _Binding.ATOM
        case Negative(operand):
            return f"-{_part(operand, _Binding.SIGN)}", _Binding.SIGN
        case Not(operand):
            return f"not {_part(operand, _Binding.NOT)}", _Binding.NOT
        case Binary():
            return _render_binary(expression)
        case Comparison(comparator, left, right):
            # A comparison inside a comparison needs parentheses, or it would read as a chain.
            text = f"{_part(left, _Binding.SUM)} {comparator.value} {_part(right, _Binding.SUM)}"
            return text, _Binding.COMPARISON
        case Logical(connective, operands):
            binding = _Binding.AND if connective is Connective.AND else _Binding.OR
            least = _Binding(binding + 1)
            return f" {connective.value} ".join(_part(operand, least) for operand in operands), binding
        case Call(function, arguments):
            return f"{function}({', '.join(map(render, arguments))})", _Binding.ATOM


def _render_binary(expression: Binary) -> tuple[str, _Binding]:
    operator, left, right = expression.operator, expression.left, expression.right
    if operator is BinaryOperator.POWER:
        # Right-associative, and a sign may follow ** directly.
        return f"{_part(left, _Binding.ATOM)}**{_part(right, _Binding.SIGN)}", _Binding.POWER
    if operator in _SUMS:
        text = f"{_part(left, _Binding.SUM)} {operator.value} {_part(right, _Binding.PRODUCT)}"
        return text, _Binding.SUM
    space = " " if operator in (BinaryOperator.FLOOR_DIVIDE, BinaryOperator.MODULO) else ""
    text = f"{_part(left, _Binding.PRODUCT)}{space}{operator.value}{space}{_part(right, _Binding.SIGN)}"
    return text, _Binding.PRODUCT
