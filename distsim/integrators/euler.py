"""Euler's method, and Euler-Maruyama for equations with additive noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.algebra import add, multiply
from distsim.equations.tree import Assignment, Name
from distsim.integrators.statements import DT, assign_all, draw_noises, gate, refuse_multiplicative_noise

if TYPE_CHECKING:
    from distsim.integrators.problem import Problem


class Euler:
    """``x_new = x + dt*(f(x, t) + g(t)*xi)``."""

    name = "euler"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        refuse_multiplicative_noise(problem, self.name)
        new = {
            variable: add(Name(variable), multiply(DT, gate(problem, variable, rate)))
            for variable, rate in problem.derivatives
        }
        return (*draw_noises(problem), *assign_all(problem, new))
