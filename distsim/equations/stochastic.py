"""White noise in a right-hand side: drift, the factor of each noise, and the kind of noise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from distsim.equations.errors import EquationError
from distsim.equations.identifiers import is_white_noise
from distsim.equations.linear import linear_parts
from distsim.equations.render import render
from distsim.equations.tree import Expression, names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class NoiseKind(Enum):
    """Whether the factors of the noise depend on the state or on time."""

    NONE = "none"
    ADDITIVE = "additive"
    MULTIPLICATIVE = "multiplicative"


@dataclass(frozen=True)
class DriftAndNoise:
    """The right-hand side ``drift + sum(factors[xi]*xi)``.

    Attributes
    ----------
    drift
        The part without noise.
    factors
        The factor of each white noise that occurs, sorted by name.
    """

    drift: Expression
    factors: Mapping[str, Expression]


def white_noises(expression: Expression) -> tuple[str, ...]:
    """Return the white noises that `expression` reads, sorted."""
    return tuple(sorted(filter(is_white_noise, names(expression))))


def split_noise(expression: Expression) -> DriftAndNoise:
    """Take the white noise out of a right-hand side.

    Raises
    ------
    EquationError
        If the expression is not linear in the noise.
    """
    noises = white_noises(expression)
    if not noises:
        return DriftAndNoise(expression, {})
    parts = linear_parts(expression, noises)
    if parts is None:
        raise EquationError(f"white noise can only be added, times a factor: '{render(expression)}'")
    factors = {noise: parts.coefficients[noise] for noise in noises if noise in parts.coefficients}
    return DriftAndNoise(parts.rest, factors)


def noise_kind(derivatives: Collection[tuple[str, Expression]]) -> NoiseKind:
    """Return the kind of noise in a system of equations.

    Noise is multiplicative if the factor of any white noise reads a state variable or the time ``t``.

    Parameters
    ----------
    derivatives
        Name and right-hand side of each equation, subexpressions inserted.
    """
    variables = {variable for variable, _ in derivatives} | {"t"}
    kind = NoiseKind.NONE
    for _, expression in derivatives:
        for factor in split_noise(expression).factors.values():
            if names(factor) & variables:
                return NoiseKind.MULTIPLICATIVE
            kind = NoiseKind.ADDITIVE
    return kind
