"""What explicit Runge-Kutta methods share in which each slope needs only the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.equations.algebra import add, divide, multiply, number, total
from distsim.equations.tree import Assignment, Expression, Name
from distsim.integrators.statements import DT, assign, assign_all, at, gate, refuse_noise, temporary

if TYPE_CHECKING:
    from distsim.integrators.problem import Problem


@dataclass(frozen=True, slots=True)
class Stage:
    """One slope of the method.

    Attributes
    ----------
    position
        Where in the step it is taken (0 ... 1), reached along the slope before.
    weight
        Its weight in the result, relative to the sum of all weights.
    """

    position: float
    weight: int


def runge_kutta(problem: Problem, method: str, stages: tuple[Stage, ...]) -> tuple[Assignment, ...]:
    """Return the statements of one step."""
    refuse_noise(problem, method)
    statements: list[Assignment] = []
    for number_of_stage, stage in enumerate(stages, 1):
        state: dict[str, Expression] = {}
        if stage.position:
            for variable in problem.variables:
                before = Name(temporary(f"{number_of_stage - 1}k", variable))
                moved = temporary(f"{number_of_stage}x", variable)
                statements.append(
                    assign(moved, add(Name(variable), multiply(number(stage.position), before)))
                )
                state[variable] = Name(moved)
        for variable, derivative in problem.derivatives:
            slope = gate(problem, variable, at(derivative, state, stage.position))
            statements.append(assign(temporary(f"{number_of_stage}k", variable), multiply(DT, slope)))
    weights = sum(stage.weight for stage in stages)
    new = {}
    for variable in problem.variables:
        terms = [
            multiply(number(stage.weight), Name(temporary(f"{index}k", variable)))
            for index, stage in enumerate(stages, 1)
            if stage.weight
        ]
        new[variable] = add(Name(variable), divide(total(terms), number(weights)))
    return (*statements, *assign_all(problem, new))
