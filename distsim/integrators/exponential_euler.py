"""Exponential Euler: each variable is exact while the others stand still.

For an equation ``x' = a x + b`` whose ``a`` and ``b`` may depend on anything but ``x`` the step is
``x + dt*(a x + b)*exprel(a dt)`` (MacGregor, Neural and Brain Modeling, 1987).  Written this way, and not
with ``b/a``, it stays right where ``a`` is zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.algebra import add, call, is_number, multiply
from distsim.equations.linear import LinearParts, linear_parts
from distsim.equations.render import render
from distsim.equations.tree import Assignment, Expression, Name
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
            parts = linear_parts(derivative, (variable,))
            if parts is None:
                raise UnsupportedEquationsError(
                    f"the equation of {variable!r} is not linear in {variable!r}: '{render(derivative)}'"
                )
            new[variable] = _step(problem, variable, parts, rates)
            if variable in problem.gated:
                new[variable] = select(new[variable], Name(variable))
        return (*rates, *assign_all(problem, new))


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
