"""The pieces that the statements of several methods are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.algebra import add, divide, multiply, power
from distsim.equations.stochastic import NoiseKind
from distsim.equations.tree import Assignment, Call, Expression, Name, Number, substitute
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.problem import NOT_REFRACTORY, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

DT = Name("dt")
TIME = Name("t")


def new_value(variable: str) -> str:
    """Return the name of the temporary that holds the new value of `variable`."""
    return f"_{variable}"


def temporary(label: str, variable: str) -> str:
    """Return the name of a further temporary of `variable`; see `Integrator` for `label`."""
    return f"_{label}_{variable}"


def assign(target: str, value: Expression) -> Assignment:
    """Return ``target = value``."""
    return Assignment(target, None, value)


def assign_all(problem: Problem, values: Mapping[str, Expression]) -> list[Assignment]:
    """Return the statements that compute every new value and then assign all of them."""
    return [
        *(assign(new_value(variable), values[variable]) for variable in problem.variables),
        *(assign(variable, Name(new_value(variable))) for variable in problem.variables),
    ]


def gate(problem: Problem, variable: str, rate: Expression) -> Expression:
    """Return a rate of change, times ``int(not_refractory)`` if `variable` stands still while refractory."""
    if variable not in problem.gated:
        return rate
    return multiply(Call("int", (Name(NOT_REFRACTORY),)), rate)


def select(running: Expression, standing: Expression) -> Expression:
    """Return the new value where the neuron is not refractory, and where it is."""
    return running if running == standing else Call("where", (Name(NOT_REFRACTORY), running, standing))


def draw_noises(problem: Problem) -> list[Assignment]:
    """Return the statements that draw each white noise once: a number of variance ``1/dt`` and unit
    ``s**-0.5``.
    """
    # The same number as dt**.5*randn()/dt up to rounding.
    scale = divide(power(DT, 0.5), DT)
    return [assign(noise, multiply(scale, Call("randn", ()))) for noise in problem.noises]


def increment(noise: str) -> Expression:
    """Return the increment of the Wiener process over the step, ``dW = xi*dt``."""
    return multiply(DT, Name(noise))


def at(expression: Expression, values: Mapping[str, Expression], fraction: float = 0) -> Expression:
    """Return `expression` at another state and at ``t + fraction*dt``."""
    moved = dict(values)
    if fraction:
        moved["t"] = add(TIME, DT if fraction == 1 else multiply(Number(fraction), DT))
    return substitute(expression, moved)


def refuse_noise(problem: Problem, method: str) -> None:
    """Raise the error of a method for equations without noise, if there is any."""
    if problem.noises:
        raise UnsupportedEquationsError(
            f"{method} cannot integrate equations with white noise ({problem.noises[0]})"
        )


def refuse_multiplicative_noise(problem: Problem, method: str) -> None:
    """Raise the error of a method for additive noise, if a factor of the noise depends on the state or on
    time.
    """
    if problem.noise_kind is NoiseKind.MULTIPLICATIVE:
        raise UnsupportedEquationsError(
            f"{method} cannot integrate multiplicative noise, whose factor depends on a state variable or "
            "on t; "
            "use heun or milstein"
        )
