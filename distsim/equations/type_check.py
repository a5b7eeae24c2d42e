"""Which type an expression has: a number, an integer or a truth value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from distsim.equations.errors import EquationError
from distsim.equations.functions import BUILTIN_FUNCTIONS, FunctionSignature
from distsim.equations.render import render
from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)
from distsim.equations.tree import functions as functions_in
from distsim.equations.variable_type import VariableType

TypeLookup = Callable[[str], VariableType]
"""Gives the type of a name; a name it does not know (`KeyError`), such as a unit, is a float."""


def type_of(
    expression: Expression,
    lookup: TypeLookup,
    functions: Mapping[str, FunctionSignature] = BUILTIN_FUNCTIONS,
    *,
    boolean_factors: bool = False,
) -> VariableType:
    """Return the type of `expression`.

    ``/`` gives a float, also of integers; ``//``, ``%``, ``+``, ``-`` and ``*`` of integers give an integer.

    Parameters
    ----------
    expression
        The expression.
    lookup
        Gives the type of each name.
    functions
        The functions that can be called.
    boolean_factors
        Whether a truth value can be multiplied with a number, as in the statement ``v += w*(rand() < p)``; in
        equations it needs ``int()``.

    Raises
    ------
    EquationError
        If a truth value is used as a number or a number as a truth value.
    """
    return _Typer(lookup, functions, boolean_factors=boolean_factors).type(expression)


def common_type(*types: VariableType) -> VariableType:
    """Return the type that holds values of all the given types."""
    for candidate in (VariableType.FLOAT, VariableType.INTEGER):
        if candidate in types:
            return candidate
    return VariableType.BOOLEAN


class _Typer:
    def __init__(
        self, lookup: TypeLookup, functions: Mapping[str, FunctionSignature], *, boolean_factors: bool
    ) -> None:
        self._lookup = lookup
        self._functions = functions
        self._boolean_factors = boolean_factors

    def type(self, expression: Expression) -> VariableType:
        match expression:
            case Number(value):
                return VariableType.INTEGER if isinstance(value, int) else VariableType.FLOAT
            case Boolean() | Comparison() | Logical() | Not():
                self._check_truth(expression)
                return VariableType.BOOLEAN
            case Name(name):
                return self._of_name(name)
            case Negative(operand):
                return self._number(operand, expression)
            case Binary():
                return self._of_binary(expression)
            case Call():
                return self._of_call(expression)

    def _of_name(self, name: str) -> VariableType:
        try:
            return self._lookup(name)
        except KeyError:
            return VariableType.INTEGER if name in ("i", "N", "t_in_timesteps") else VariableType.FLOAT

    def _check_truth(self, expression: Expression) -> None:
        match expression:
            case Not(operand):
                self._truth(operand, expression)
            case Logical(_, operands):
                for operand in operands:
                    self._truth(operand, expression)
                self._check_chain(operands)
            case Comparison(Comparator.EQUAL | Comparator.NOT_EQUAL, left, right):
                self.type(left)
                self.type(right)
            case Comparison(_, left, right):
                self._number(left, expression)
                self._number(right, expression)

    def _check_chain(self, operands: Sequence[Expression]) -> None:
        """Refuse a function that draws in the middle of a chain, where it would draw twice."""
        for first, second in pairwise(operands):
            if (
                isinstance(first, Comparison)
                and isinstance(second, Comparison)
                and first.right is second.left
            ):
                called = (self._functions.get(name) for name in functions_in(first.right))
                if any(signature is not None and signature.stateful for signature in called):
                    raise EquationError(
                        "a random number cannot stand in the middle of a chain of comparisons"
                    )

    def _truth(self, operand: Expression, whole: Expression) -> None:
        if self.type(operand) is not VariableType.BOOLEAN:
            raise EquationError(f"'{render(operand)}' in '{render(whole)}' is a number, not a condition")

    def _number(self, operand: Expression, whole: Expression) -> VariableType:
        found = self.type(operand)
        if found is VariableType.BOOLEAN:
            raise EquationError(
                f"the condition '{render(operand)}' in '{render(whole)}' is used as a number; "
                f"write 'int({render(operand)})'"
            )
        return found

    def _of_binary(self, expression: Binary) -> VariableType:
        if expression.operator is BinaryOperator.MULTIPLY and self._boolean_factors:
            found = common_type(self.type(expression.left), self.type(expression.right))
            return VariableType.INTEGER if found is VariableType.BOOLEAN else found
        left = self._number(expression.left, expression)
        right = self._number(expression.right, expression)
        if expression.operator is BinaryOperator.DIVIDE:
            return VariableType.FLOAT
        if expression.operator is BinaryOperator.POWER and not isinstance(expression.right, Number):
            # The power of an integer is an integer only if the exponent cannot be negative.
            return VariableType.FLOAT
        return common_type(left, right)

    def _of_call(self, call: Call) -> VariableType:
        arguments = [self.type(argument) for argument in call.arguments]
        signature = self._functions.get(call.function)
        if signature is None:
            raise EquationError(f"the function {call.function!r} is unknown")
        if signature.dtype is not None:
            return signature.dtype
        if call.function == "where":
            arguments = arguments[1:]
        return common_type(*arguments)
