"""Constant expressions: what is known before anything runs, and which names constants may have."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from distsim.equations import EquationError, evaluate_quantity, is_identifier, parse_expression
from distsim.equations.functions import BUILTIN_FUNCTIONS, CONSTANTS
from distsim.equations.render import render
from distsim.equations.tree import Expression, names
from distsim.network import Constant
from distsim.network.scope import Scope
from distsim.units import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    Quantity,
    get_dimensions,
    units_by_name,
)

Scalar: TypeAlias = str | int | float | bool

_RESERVED = frozenset(
    (
        *("t", "dt", "t_in_timesteps", "i", "j", "N", "xi", "delay", "lastspike", "lastupdate"),
        *("refractory", "not_refractory", "N_incoming", "N_outgoing"),
    )
)


class EvaluationError(ValueError):
    """A constant expression has no value that can be used."""


def evaluate(value: Scalar, scope: Scope) -> Constant:
    """Return the value of a constant expression.

    Parameters
    ----------
    value
        A number, or the text of an expression.
    scope
        The constants it may use.

    Raises
    ------
    EvaluationError
        If it is not an expression, uses unknown names, mixes units, or has no finite value.
    """
    if not isinstance(value, str):
        return Constant(value, DIMENSIONLESS)
    try:
        return evaluate_tree(parse_expression(value), scope)
    except EquationError as error:
        raise EvaluationError(str(error)) from error
    except DimensionMismatchError as error:
        raise EvaluationError(str(error)) from error


def evaluate_tree(expression: Expression, scope: Scope) -> Constant:
    """Return the value of a parsed constant expression; see `evaluate`."""
    # All names are given where one is unknown, so that the message can suggest the nearest.
    used = names(expression)
    found = used if all(scope.find(name) is not None for name in used) else scope.constants.keys()
    values = {name: _quantity(scope.constants[name]) for name in found if name in scope.constants}
    try:
        result = evaluate_quantity(expression, values)
    except EquationError:
        raise
    except (ArithmeticError, ValueError) as error:
        raise EvaluationError(f"'{render(expression)}' cannot be calculated: {error}") from error
    plain = np.asarray(result)
    if plain.dtype.kind not in "biuf":
        raise EvaluationError(f"'{render(expression)}' is {plain}, not a real number")
    if np.isnan(plain):
        raise EvaluationError(f"'{render(expression)}' is not a number (nan)")
    return Constant(plain.item(), get_dimensions(result))


def _quantity(constant: Constant) -> object:
    if constant.dimension is DIMENSIONLESS:
        return constant.value
    return Quantity(constant.value, dim=constant.dimension)


def reason_for_bad_constant(name: str) -> str | None:
    """Return why a constant may not be called `name`, or None if it may."""
    if not is_identifier(name) or name.startswith("_"):
        return f"'{name}' cannot be a name"
    if name in BUILTIN_FUNCTIONS:
        return f"'{name}' is a function of the language"
    if name in CONSTANTS:
        return f"'{name}' is a constant of the language"
    if name in _RESERVED or name.startswith("xi_"):
        return f"'{name}' has a meaning of its own in equations"
    if name.endswith(("_pre", "_post")):
        return "names that end in '_pre' or '_post' belong to synapses"
    if name in units_by_name():
        return f"'{name}' is a unit"
    return None


def same_dimension(constant: Constant, wanted: Dimension) -> bool:
    """Return whether a constant can be used where `wanted` is needed; 0 fits everywhere."""
    return constant.dimension is wanted or (constant.dimension is DIMENSIONLESS and constant.value == 0)
