"""The constants of a file: expressions of each other, evaluated in the order in which they need it."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from distsim.config.scope import EvaluationError, Scalar, evaluate_tree, reason_for_bad_constant
from distsim.equations import EquationError, parse_expression
from distsim.equations.tree import Expression, names
from distsim.network import Constant
from distsim.network.scope import Scope
from distsim.units import DIMENSIONLESS, DimensionMismatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.config.errors import KeyPath, Problems


def evaluate_constants(
    entries: Mapping[str, Scalar], path: KeyPath, outer: Scope, problems: Problems
) -> dict[str, Constant]:
    """Return the values of `entries`, which may refer to each other in any order and to `outer`.

    What cannot be evaluated is noted in `problems` and left out; what needs it is left out without a word.
    """
    values: dict[str, Constant] = {}
    expressions = _parse(entries, path, values, problems)
    graph = {name: names(expression) & expressions.keys() for name, expression in expressions.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        problems.add((*path, cycle[0]), f"is defined by itself: {' needs '.join(cycle)}")
        return values
    for name in order:
        if not graph[name] <= values.keys() or names(expressions[name]) & (entries.keys() - values.keys()):
            continue
        try:
            values[name] = evaluate_tree(expressions[name], outer.with_constants(values))
        except (EquationError, EvaluationError, DimensionMismatchError) as error:
            problems.add((*path, name), str(error))
    return {name: values[name] for name in entries if name in values}


def _parse(
    entries: Mapping[str, Scalar], path: KeyPath, values: dict[str, Constant], problems: Problems
) -> dict[str, Expression]:
    """Put plain numbers into `values` and return the trees of all others."""
    expressions: dict[str, Expression] = {}
    for name, entry in entries.items():
        reason = reason_for_bad_constant(name)
        if reason is not None:
            problems.add((*path, name), f"{reason}; choose another name")
        elif not isinstance(entry, str):
            values[name] = Constant(entry, DIMENSIONLESS)
        else:
            try:
                expressions[name] = parse_expression(entry)
            except EquationError as error:
                problems.add((*path, name), str(error))
    return expressions
