"""The exact solution of a linear system with constant coefficients over one step.

For ``dx/dt = A x + b`` the step is ``x_new = P x + c`` with ``P = exp(A dt)``.  Where variables act on each
other in no circle, which is nearly always so, an entry of ``P`` is a sum over the paths by which one variable
acts on another: the product of the coefficients along the path times the divided difference of
``exp(rate*dt)`` over the rates of the variables on it (`divided_differences`).  The constant ``b`` acts like
one more variable of rate zero.  Variables that do act on each other in a circle are first brought into that
form (`decouple`).

Every entry of ``P`` and ``c`` is a closed piece of its statement, so that whatever is constant can be
computed once.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from distsim.equations.algebra import ONE, ZERO, add, divide, is_number, multiply, negative, total
from distsim.equations.linear import LinearParts, linear_parts
from distsim.equations.render import render
from distsim.equations.tree import Assignment, Binary, BinaryOperator, Expression, Name, Negative
from distsim.integrators.decouple import ChangeOfVariables, decouple
from distsim.integrators.divided_differences import DividedDifferences
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.graph import connected_blocks, paths
from distsim.integrators.statements import DT, assign_all, refuse_noise, select

if TYPE_CHECKING:
    from distsim.integrators.problem import Problem


class Exact:
    """Linear equations with coefficients that are constant during a step, integrated exactly."""

    name = "exact"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        refuse_noise(problem, self.name)
        system = linear_system(problem)
        new, statements = _solve(problem, system, "1")
        if problem.gated:
            # Where a neuron is refractory another system holds: its gated variables stand still.
            standing = {x: LinearParts({}, ZERO) if x in problem.gated else row for x, row in system.items()}
            still, more = _solve(problem, standing, "2", refuse_singular=False)
            statements = (*statements, *more)
            new = {variable: select(new[variable], still[variable]) for variable in new}
        return (*statements, *assign_all(problem, new))


def linear_system(problem: Problem) -> dict[str, LinearParts]:
    """Return, for each state variable, the coefficients of all of them and the constant of its equation.

    Raises
    ------
    UnsupportedEquationsError
        If an equation is not linear, or a coefficient can change during a step.
    """
    system = {}
    for variable, rate in problem.derivatives:
        parts = linear_parts(rate, problem.variables)
        if parts is None:
            raise UnsupportedEquationsError(f"the equation of {variable!r} is not linear: '{render(rate)}'")
        for part in (*parts.coefficients.values(), parts.rest):
            if not problem.is_constant(part):
                raise UnsupportedEquationsError(
                    f"'{render(part)}' in the equation of {variable!r} may change during a time step"
                )
        system[variable] = parts
    return system


def _solve(
    problem: Problem, system: dict[str, LinearParts], label: str, *, refuse_singular: bool = True
) -> tuple[dict[str, Expression], tuple[Assignment, ...]]:
    """Return the new value of each variable, and the statements that compute what these values read."""
    changes: list[ChangeOfVariables] = []
    statements: tuple[Assignment, ...] = ()
    values = dict(problem.values)
    for block in connected_blocks(_successors(system)):
        if len(block) > 1:
            decoupled = decouple(block, system, values, label)
            system = decoupled.system
            changes.append(decoupled.change)
            statements += decoupled.statements
            values |= decoupled.values
    if refuse_singular:
        _refuse_singular(system)
    differences = DividedDifferences(DT, values)
    successors = _successors(system)
    rows = {variable: _row(variable, system, successors, differences) for variable in system}
    for change in reversed(changes):
        rows = change.undo(rows)
    return {variable: _value(rows[variable], system) for variable in system}, statements


def _successors(system: dict[str, LinearParts]) -> dict[str, tuple[str, ...]]:
    """Return which other variables the equation of each variable reads."""
    return {x: tuple(y for y in system if y != x and y in row.coefficients) for x, row in system.items()}


def _refuse_singular(system: dict[str, LinearParts]) -> None:
    # A system without a single equilibrium is left to other methods, as users of the language know it, unless
    # it is nothing but constant slopes.
    if all(not row.coefficients for row in system.values()):
        return
    for variable, row in system.items():
        if is_number(row.coefficient(variable), 0):
            raise UnsupportedEquationsError(
                f"the system of equations has no unique equilibrium: {variable!r} integrates its input "
                "without decay"
            )


def _row(
    variable: str,
    system: dict[str, LinearParts],
    successors: dict[str, tuple[str, ...]],
    differences: DividedDifferences,
) -> LinearParts:
    """Return the new value of `variable` in terms of the old values of all."""
    terms: dict[str, list[Expression]] = {}
    constants: list[Expression] = []
    for path in paths(variable, successors):
        last = path[-1]
        factors = [system[x].coefficient(y) for x, y in itertools.pairwise(path)]
        rates = tuple(system[x].coefficient(x) for x in path)
        terms.setdefault(last, []).append(_product(factors, differences.of(rates)))
        rest = system[last].rest
        if not is_number(rest, 0):
            constants.append(_product([*factors, rest], differences.of((*rates, ZERO))))
    return LinearParts({x: total(of_x) for x, of_x in terms.items()}, total(constants))


def _product(factors: list[Expression], weight: Expression) -> Expression:
    """Return the product of `factors` and `weight`, collecting the denominators beside the weight.

    A constant weight and constant time constants then form one closed piece, also if a numerator varies.
    """
    numerator: Expression = ONE
    denominator: Expression = ONE
    is_negative = False
    for original in factors:
        factor = original
        if isinstance(factor, Negative):
            is_negative = not is_negative
            factor = factor.operand
        if isinstance(factor, Binary) and factor.operator is BinaryOperator.DIVIDE:
            denominator = multiply(denominator, factor.right)
            factor = factor.left
        numerator = multiply(numerator, factor)
    product = multiply(numerator, divide(weight, denominator))
    return negative(product) if is_negative else product


def _value(row: LinearParts, system: dict[str, LinearParts]) -> Expression:
    """Return ``sum(row[x]*x) + constant`` in the order of the variables."""
    terms = [multiply(row.coefficient(x), Name(x)) for x in system]
    return add(total(terms), row.rest)
