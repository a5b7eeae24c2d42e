"""Explicit methods given as text: how one step of ``dx/dt = f(x, t) + g(x, t)*xi`` is made.

The text is a block of statements.  They may use ``x``, ``t``, ``dt``, ``f(x, t)``, ``g(x, t)``, ``dW``,
numbers, functions and what earlier statements assign; the last one assigns ``x_new``::

    k = dt * f(x, t)
    x_new = x + dt * f(x + k/2, t + dt/2)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.equations import EquationError, NoiseKind, parse_statements
from distsim.equations.algebra import ZERO
from distsim.equations.functions import BUILTIN_FUNCTIONS
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import (
    Assignment,
    Call,
    Expression,
    Name,
    children,
    functions,
    names,
    rebuild,
    substitute,
)
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.statements import (
    assign,
    assign_all,
    draw_noises,
    gate,
    increment,
    refuse_multiplicative_noise,
    refuse_noise,
    temporary,
)

if TYPE_CHECKING:
    from distsim.integrators.problem import Problem

_STATE, _TIME, _STEP, _NOISE, _RESULT = "x", "t", "dt", "dW", "x_new"
_DRIFT, _FACTOR = "f", "g"


@dataclass(frozen=True, slots=True)
class ExplicitMethod:
    """A method made from its description.

    Parameters
    ----------
    name
        The name users choose it by, in lower case.
    description
        The statements of a step.
    noise
        The kind of noise up to which it can integrate equations.
    """

    name: str
    description: tuple[Assignment, ...]
    noise: NoiseKind = NoiseKind.NONE

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step."""
        if self.noise is NoiseKind.NONE:
            refuse_noise(problem, self.name)
        elif self.noise is NoiseKind.ADDITIVE:
            refuse_multiplicative_noise(problem, self.name)
        step = _Step(problem, self.name)
        statements = draw_noises(problem)
        for number, statement in enumerate(self.description, 1):
            values = {variable: step.value_of(statement.value, variable) for variable in problem.variables}
            if statement.target == _RESULT:
                return (*statements, *assign_all(problem, values))
            for variable, value in values.items():
                statements.append(assign(temporary(f"{number}d", variable), value))
            step.remember(statement.target, f"{number}d")
        raise AssertionError("a description ends with the new value")


class _Step:
    """Writes the pieces of a description out for each variable."""

    def __init__(self, problem: Problem, method: str) -> None:
        self._problem = problem
        self._method = method
        self._labels: dict[str, str] = {}

    def remember(self, name: str, label: str) -> None:
        """Take note of what an intermediate value is called."""
        self._labels[name] = label

    def value_of(self, expression: Expression, variable: str) -> Expression:
        """Return a piece of the description for one variable."""
        match expression:
            case Name(identifier):
                return self._name(identifier, variable)
            case Call(function, (state, time)) if function in (_DRIFT, _FACTOR):
                moved = {other: self.value_of(state, other) for other in self._problem.variables}
                moved["t"] = self.value_of(time, variable)
                return substitute(self._right_hand_side(function, variable), moved)
            case _:
                return rebuild(expression, lambda child: self.value_of(child, variable))

    def _name(self, identifier: str, variable: str) -> Expression:
        if identifier == _STATE:
            return Name(variable)
        if identifier in self._labels:
            return Name(temporary(self._labels[identifier], variable))
        if identifier == _NOISE:
            noise = self._noise_of(variable)
            return ZERO if noise is None else increment(noise)
        return Name(identifier)

    def _right_hand_side(self, function: str, variable: str) -> Expression:
        split = self._problem.split[variable]
        if function == _DRIFT:
            return gate(self._problem, variable, split.drift)
        noise = self._noise_of(variable)
        return ZERO if noise is None else gate(self._problem, variable, split.factors[noise])

    def _noise_of(self, variable: str) -> str | None:
        noises = sorted(self._problem.split[variable].factors)
        if len(noises) > 1:
            raise UnsupportedEquationsError(
                f"{self._method} can integrate one white noise in an equation, but that of '{variable}' has "
                f"{' and '.join(noises)}"
            )
        return noises[0] if noises else None


def explicit_method(name: str, description: str, noise: NoiseKind = NoiseKind.NONE) -> ExplicitMethod:
    """Return the method of a description.

    Parameters
    ----------
    name
        The name users choose it by.
    description
        Its text; see the module.
    noise
        The kind of noise up to which it can integrate equations.

    Raises
    ------
    EquationError
        If the text does not describe a method.
    """
    statements = parse_statements(description)
    known = {_STATE, _TIME, _STEP, *([] if noise is NoiseKind.NONE else [_NOISE])}
    for statement in statements:
        if statement.operator is not None or statement.target in {_STATE, _TIME, _STEP, _NOISE}:
            raise EquationError(f"the description of {name} must assign new names", statement.target)
        unknown = sorted(names(statement.value) - known)
        if unknown:
            raise EquationError(
                f"the description of {name} mentions '{unknown[0]}', which nothing before it assigns"
                + did_you_mean(unknown[0], known)
            )
        _check_calls(name, statement.value, noise)
        known.add(statement.target)
    targets = [statement.target for statement in statements]
    if targets[-1:] != [_RESULT] or targets.count(_RESULT) > 1:
        raise EquationError(f"the description of {name} must end by assigning {_RESULT}")
    return ExplicitMethod(name.lower(), statements, noise)


def _check_calls(name: str, expression: Expression, noise: NoiseKind) -> None:
    own = {_DRIFT} if noise is NoiseKind.NONE else {_DRIFT, _FACTOR}
    for function in sorted(functions(expression)):
        if function not in own and (
            function not in BUILTIN_FUNCTIONS or BUILTIN_FUNCTIONS[function].stateful
        ):
            raise EquationError(f"the description of {name} calls '{function}', which it cannot")
    _check_arguments(name, expression, own)


def _check_arguments(name: str, expression: Expression, own: set[str]) -> None:
    if isinstance(expression, Call) and expression.function in own and len(expression.arguments) != 2:
        raise EquationError(
            f"the description of {name} must call {expression.function} with state and time: "
            f"{expression.function}(x, t)"
        )
    for child in children(expression):
        _check_arguments(name, child, own)
