"""The stochastic Heun method, for noise in the sense of Stratonovich.

The drift is that of Euler's method; the factor of each noise is the mean of its values at the start and at
the point that this noise alone leads to (Kloeden and Platen, Numerical Solution of Stochastic Differential
Equations, 1992).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.algebra import ZERO, add, multiply, number, total
from distsim.equations.tree import Assignment, Expression, Name
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


class Heun:
    """``x_new = x + dt*f(x, t) + (g(x, t) + g(x + g(x, t)*dW, t + dt))*dW/2``."""

    name = "heun"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        statements = draw_noises(problem)
        terms: dict[str, list[Expression]] = {
            x: [Name(x), multiply(DT, gate(problem, x, problem.split[x].drift))] for x in problem.variables
        }
        for index, noise in enumerate(problem.noises):
            factors = {
                x: gate(problem, x, problem.split[x].factors.get(noise, ZERO)) for x in problem.variables
            }
            support: dict[str, Expression] = {}
            for x, factor in factors.items():
                if factor != ZERO:
                    support[x] = Name(temporary(f"1s{index}", x))
                    moved = add(Name(x), multiply(factor, increment(noise)))
                    statements.append(assign(temporary(f"1s{index}", x), moved))
            for x, factor in factors.items():
                if factor != ZERO:
                    both = add(factor, at(factor, support, 1))
                    terms[x].append(multiply(multiply(number(0.5), increment(noise)), both))
        return (*statements, *assign_all(problem, {x: total(of_x) for x, of_x in terms.items()}))
