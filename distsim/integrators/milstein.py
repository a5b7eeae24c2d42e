"""The derivative-free Milstein method, for diagonal noise in the sense of Stratonovich.

The derivative of the noise's factor is replaced by a difference over the distance that the noise typically
leads in one step (Kloeden and Platen, Numerical Solution of Stochastic Differential Equations, 1992, section
11.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.algebra import ZERO, add, divide, multiply, number, power, subtract, total
from distsim.equations.tree import Assignment, Expression, Name
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.statements import (
    DT,
    assign,
    assign_all,
    at,
    draw_noises,
    gate,
    increment,
    temporary,
)

if TYPE_CHECKING:
    from distsim.integrators.problem import Problem


class Milstein:
    """``x_new = x + dt*f + g*dW + (g(x + dt*f + sqrt(dt)*g) - g(x))*dW**2/(2*sqrt(dt))``."""

    name = "milstein"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        _refuse_shared_noise(problem)
        statements = draw_noises(problem)
        drifts = {x: multiply(DT, gate(problem, x, problem.split[x].drift)) for x in problem.variables}
        terms: dict[str, list[Expression]] = {x: [Name(x), drifts[x]] for x in problem.variables}
        root = power(DT, 0.5)
        for index, noise in enumerate(problem.noises):
            (variable,) = (x for x in problem.variables if noise in problem.split[x].factors)
            factor = gate(problem, variable, problem.split[variable].factors[noise])
            support: dict[str, Expression] = {}
            for x in problem.variables:
                moved = add(Name(x), drifts[x])
                if x == variable:
                    moved = add(moved, multiply(root, factor))
                support[x] = Name(temporary(f"1s{index}", x))
                statements.append(assign(temporary(f"1s{index}", x), moved))
            dw = increment(noise)
            change = subtract(at(factor, support), factor)
            correction = divide(multiply(change, power(dw, 2)), multiply(number(2), root))
            terms[variable] += [multiply(factor, dw), correction if change != ZERO else ZERO]
        return (*statements, *assign_all(problem, {x: total(of_x) for x, of_x in terms.items()}))


def _refuse_shared_noise(problem: Problem) -> None:
    users: dict[str, str] = {}
    for variable, split in problem.split.items():
        if len(split.factors) > 1:
            raise UnsupportedEquationsError(
                f"milstein needs diagonal noise, but {variable!r} has {len(split.factors)} noises"
            )
        for noise in split.factors:
            if noise in users:
                raise UnsupportedEquationsError(
                    f"milstein needs diagonal noise, but {users[noise]!r} and {variable!r} share {noise!r}"
                )
            users[noise] = variable
