"""Exponential Euler: each variable is exact while the others stand still.

For an equation ``x' = a x + b`` the step is ``x + dt*(a x + b)*exprel(a dt)`` (MacGregor, Neural and Brain
Modeling, 1987), with ``a`` and ``b`` as they are at its start.  Written this way, and not with ``b/a``, it
stays right where ``a`` is zero.  What ``a`` and ``b`` read of ``x`` itself stands inside functions and
denominators only, as in the exponential integrate-and-fire neuron; powers of ``x`` are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.algebra import add, call, is_number, multiply
from distsim.equations.linear import LinearParts, linear_parts
from distsim.equations.render import render
from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Call,
    Expression,
    Name,
    names,
    rebuild,
    substitute,
)
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.statements import DT, assign, assign_all, refuse_noise, select, temporary

if TYPE_CHECKING:
    from distsim.integrators.problem import Problem


class ExponentialEuler:
    """Equations that are each linear in their own variable, such as those of Hodgkin-Huxley models."""

    name = "exponential_euler"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        refuse_noise(problem, self.name)
        rates: list[Assignment] = []
        new: dict[str, Expression] = {}
        for variable, derivative in problem.derivatives:
            parts = _parts(derivative, variable)
            if parts is None:
                raise UnsupportedEquationsError(
                    f"the equation of {variable!r} is not linear in {variable!r}: '{render(derivative)}'"
                )
            new[variable] = _step(problem, variable, parts, rates)
            if variable in problem.gated:
                new[variable] = select(new[variable], Name(variable))
        return (*rates, *assign_all(problem, new))


def _parts(derivative: Expression, variable: str) -> LinearParts | None:
    """Return coefficient and rest of a derivative; ``None`` if it is not linear in its variable.

    What a function makes of the variable, or a denominator, is frozen like the other variables: the
    exponential of an integrate-and-fire neuron goes to the rest.
    """
    frozen: dict[str, Expression] = {}
    parts = linear_parts(_freeze(derivative, variable, frozen), (variable,))
    return None if parts is None else parts.map(lambda part: substitute(part, frozen))


def _freeze(expression: Expression, variable: str, frozen: dict[str, Expression]) -> Expression:
    """Return `expression` with a new name for each piece in which the variable is frozen."""

    def freeze(piece: Expression) -> Expression:
        if variable not in names(piece):
            return piece
        name = temporary(f"{len(frozen)}z", variable)
        frozen[name] = piece
        return Name(name)

    match expression:
        case Call():
            return freeze(expression)
        case Binary(BinaryOperator.DIVIDE, left, right):
            if _is_factor(variable, right) and (parts := linear_parts(expression, (variable,))) is not None:
                # The denominator cancels, as in g*v*(E - v)/v.
                return add(multiply(parts.coefficient(variable), Name(variable)), parts.rest)
            return Binary(BinaryOperator.DIVIDE, _freeze(left, variable, frozen), freeze(right))
        case _:
            return rebuild(expression, lambda child: _freeze(child, variable, frozen))


def _is_factor(variable: str, expression: Expression) -> bool:
    """Return whether `expression` is the variable, or visibly a product with it."""
    match expression:
        case Binary(BinaryOperator.MULTIPLY, left, right):
            return _is_factor(variable, left) or _is_factor(variable, right)
        case _:
            return expression == Name(variable)


def _step(problem: Problem, variable: str, parts: LinearParts, rates: list[Assignment]) -> Expression:
    """Return the new value of `variable`, adding to `rates` the statement that computes its coefficient."""
    old, coefficient = Name(variable), parts.coefficient(variable)
    if is_number(coefficient, 0):
        return add(old, multiply(DT, parts.rest))
    if problem.is_constant(coefficient):
        # Closed factors, which can be computed once.
        exponent = multiply(DT, coefficient)
        growth = multiply(call("exp", exponent), old)
        return add(growth, multiply(multiply(DT, call("exprel", exponent)), parts.rest))
    # The coefficient is read twice; as a temporary it is computed once.
    rate = Name(temporary("1a", variable))
    rates.append(assign(rate.id, coefficient))
    if is_number(parts.rest, 0):
        return multiply(old, call("exp", multiply(DT, rate)))
    slope = add(multiply(rate, old), parts.rest)
    return add(old, multiply(multiply(DT, slope), call("exprel", multiply(DT, rate))))
