"""The midpoint rule, a Runge-Kutta method of second order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.integrators.runge_kutta import Stage, runge_kutta

if TYPE_CHECKING:
    from distsim.equations.tree import Assignment
    from distsim.integrators.problem import Problem


class RungeKutta2:
    """``k = dt*f(x, t)``, ``x_new = x + dt*f(x + k/2, t + dt/2)``."""

    name = "rk2"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        return runge_kutta(problem, self.name, (Stage(0, 0), Stage(0.5, 1)))
