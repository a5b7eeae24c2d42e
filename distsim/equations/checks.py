"""The dimension checks of whole models and blocks of statements, which say where an expression stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.dimensions import (
    DimensionLookup,
    UnknownNameError,
    dimension_of,
    fits_anything,
    standard_dimension,
)
from distsim.equations.errors import EquationError
from distsim.equations.flags import EquationKind
from distsim.equations.functions import BUILTIN_FUNCTIONS, SECOND, FunctionSignature
from distsim.equations.identifiers import is_white_noise
from distsim.equations.render import render_statement
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Assignment, Binary, Expression, Name
from distsim.units import Dimension, DimensionMismatchError, format_dimension

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from distsim.equations.model import Equation, Equations


def check_equations(
    equations: Equations,
    lookup: DimensionLookup,
    functions: Mapping[str, FunctionSignature] = BUILTIN_FUNCTIONS,
    values: Mapping[str, float] | None = None,
) -> None:
    """Check the dimensions of every right-hand side of a model.

    Parameters
    ----------
    equations
        The model; its own names are known without `lookup`, and so are units, constants, ``t``, ``dt`` and
        noises.
    lookup
        Dimensions of the names from outside, raising `KeyError` for unknown ones.
    functions
        The functions that can be called.
    values
        Values of constants that may stand in exponents.

    Raises
    ------
    DimensionMismatchError, EquationError
        As `dimension_of`, with the line of the equation.
    """
    inside = {equation.name: equation.dimension for equation in equations.values()}
    known = layered_lookup(inside, lookup)
    for equation in equations.values():
        if equation.expression is not None:
            _check_equation(equation, equation.expression, known, functions, values, inside)


def check_statements(
    statements: Iterable[Assignment],
    lookup: DimensionLookup,
    functions: Mapping[str, FunctionSignature] = BUILTIN_FUNCTIONS,
    values: Mapping[str, float] | None = None,
) -> dict[str, Dimension]:
    """Check the dimensions of a block of statements.

    A name that neither `lookup` nor an earlier statement knows becomes a new local variable when it is first
    assigned.

    Returns
    -------
    dict
        The local variables and their dimensions.
    """
    local: dict[str, Dimension] = {}
    known = layered_lookup(local, lookup)
    for statement in statements:
        try:
            _check_statement(statement, local, known, functions, values)
        except DimensionMismatchError as error:
            raise DimensionMismatchError(
                f"{error}\n    in the statement: {render_statement(statement)}"
            ) from None
        except EquationError as error:
            if error.text:
                raise
            raise EquationError(error.message, render_statement(statement)) from None
    return local


def layered_lookup(inside: Mapping[str, Dimension], lookup: DimensionLookup) -> DimensionLookup:
    """Return a lookup that knows `inside` first, then ``t``, ``dt`` and noises, then `lookup`, then units."""

    def find(name: str) -> Dimension:
        if name in inside:
            return inside[name]
        if name in ("t", "dt") or is_white_noise(name):
            return standard_dimension(name)
        try:
            return lookup(name)
        except KeyError:
            return standard_dimension(name)

    return find


def _check_equation(
    equation: Equation,
    expression: Expression,
    lookup: DimensionLookup,
    functions: Mapping[str, FunctionSignature],
    values: Mapping[str, float] | None,
    inside: Mapping[str, Dimension],
) -> None:
    equation.check_draws(functions)
    try:
        found = dimension_of(expression, lookup, functions, values)
    except DimensionMismatchError as error:
        raise DimensionMismatchError(
            f"{error}\n    line {equation.line}: {equation.text or equation}"
        ) from None
    except UnknownNameError as error:
        raise equation.error(error.message + did_you_mean(error.name, inside)) from None
    except EquationError as error:
        raise error if error.text else equation.error(error.message) from None
    differential = equation.kind is EquationKind.DIFFERENTIAL
    needed = equation.dimension / SECOND if differential else equation.dimension
    if found is not needed and not fits_anything(expression):
        left = f"d{equation.name}/dt" if differential else equation.name
        raise DimensionMismatchError(
            f"{equation.text or equation}   # line {equation.line}: the right-hand side has unit "
            f"{format_dimension(found)}, but {left} needs {format_dimension(needed)}"
        )


def _check_statement(
    statement: Assignment,
    local: dict[str, Dimension],
    lookup: DimensionLookup,
    functions: Mapping[str, FunctionSignature],
    values: Mapping[str, float] | None,
) -> None:
    try:
        needed = lookup(statement.target)
    except KeyError:
        if statement.operator is not None:
            raise UnknownNameError(statement.target) from None
        local[statement.target] = dimension_of(statement.value, lookup, functions, values)
        return
    value = statement.value
    if statement.operator is not None:
        value = Binary(statement.operator, Name(statement.target), value)
    found = dimension_of(value, lookup, functions, values)
    if found is not needed and not fits_anything(value):
        raise DimensionMismatchError(
            f"the value has unit {format_dimension(found)}, but {statement.target!r} needs "
            f"{format_dimension(needed)}"
        )
