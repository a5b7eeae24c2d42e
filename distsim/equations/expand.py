"""Subexpressions: their order, and their insertion into whatever uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.errors import EquationError
from distsim.equations.flags import Flag
from distsim.equations.parser import MAXIMUM_DEPTH
from distsim.equations.tree import Expression, children, names, substitute

if TYPE_CHECKING:
    from distsim.equations.model import Equation, Equations


def ordered_subexpressions(equations: Equations) -> tuple[Equation, ...]:
    """Return the subexpressions so that each comes after those it uses.

    Raises
    ------
    EquationError
        If subexpressions use each other in a circle.
    """
    waiting = {equation.name: equation for equation in equations.subexpressions}
    ordered: list[Equation] = []
    while waiting:
        ready = [e for e in waiting.values() if not (e.identifiers & waiting.keys())]
        if not ready:
            raise _cycle(waiting)
        for equation in ready:
            del waiting[equation.name]
        ordered += ready
    return tuple(ordered)


def _cycle(waiting: dict[str, Equation]) -> EquationError:
    """Return the error that names one circle among subexpressions that all wait for another."""
    path = [min(waiting)]
    while True:
        following = min(waiting[path[-1]].identifiers & waiting.keys())
        if following in path:
            circle = [*path[path.index(following) :], following]
            return waiting[following].error(
                f"subexpressions use each other in a circle: {' -> '.join(circle)}"
            )
        path.append(following)


def expansions(equations: Equations) -> dict[str, Expression]:
    """Return what each subexpression stands for, in terms of variables, parameters and names from outside.

    Subexpressions flagged ``constant over dt`` (stored once a step) and ``summed`` (written to another
    group's variable) are not expanded and stay names.
    """
    stored = {Flag.CONSTANT_OVER_DT, Flag.SUMMED}
    expanded: dict[str, Expression] = {}
    for equation in ordered_subexpressions(equations):
        if equation.expression is not None and not (equation.flags & stored):
            expanded[equation.name] = _insert(equation.expression, expanded, equation)
    return expanded


def expand(expression: Expression, equations: Equations) -> Expression:
    """Return `expression` with the subexpressions of `equations` inserted."""
    return _insert(expression, expansions(equations), None)


def expanded_derivatives(equations: Equations) -> tuple[tuple[str, Expression], ...]:
    """Return name and right-hand side of each differential equation, subexpressions inserted."""
    expanded = expansions(equations)
    return tuple(
        (equation.name, _insert(equation.expression, expanded, equation))
        for equation in equations.differential_equations
        if equation.expression is not None
    )


def _insert(expression: Expression, expanded: dict[str, Expression], equation: Equation | None) -> Expression:
    if names(expression).isdisjoint(expanded):
        return expression
    inserted = substitute(expression, expanded)
    if depth(inserted) > MAXIMUM_DEPTH:
        message = "inserting the subexpressions gives an expression that is nested too deeply"
        raise equation.error(message) if equation is not None else EquationError(message)
    return inserted


def depth(expression: Expression) -> int:
    """Return the number of levels of `expression`, 1 for a leaf."""
    level = 0
    row = [expression]
    while row:
        level += 1
        row = [child for node in row for child in children(node)]
    return level
