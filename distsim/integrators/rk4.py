"""The classical Runge-Kutta method of fourth order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.integrators.runge_kutta import Stage, runge_kutta

if TYPE_CHECKING:
    from distsim.equations.tree import Assignment
    from distsim.integrators.problem import Problem


class RungeKutta4:
    """Slopes at the start, twice in the middle, at the end; ``x_new = x + (k1 + 2 k2 + 2 k3 + k4)/6``."""

    name = "rk4"

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        return runge_kutta(problem, self.name, (Stage(0, 1), Stage(0.5, 2), Stage(0.5, 2), Stage(1, 1)))
