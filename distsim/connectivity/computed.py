"""Neuron numbers on one side computed by an expression from the other side."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.connectivity.expressions import evaluate_integers
from distsim.connectivity.parameters import boolean, check_range
from distsim.equations.tree import Expression, Number, names
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.connectivity.candidates import Candidates
    from distsim.connectivity.protocol import Request

UNKNOWN = -1
"""Stands for the neuron number that is yet to be computed."""


class Side(Enum):
    """Which of a pair's neurons; the value is its index, and the ending of its variables."""

    SOURCE = ("i", "_pre")
    TARGET = ("j", "_post")

    def is_used_by(self, expression: Expression | None) -> bool:
        """Tell whether an expression depends on the neuron of this side."""
        index, suffix = self.value
        return expression is not None and any(
            name == index or (name.endswith(suffix) and name != f"N{suffix}") for name in names(expression)
        )


def without(request: Request, side: Side) -> Request:
    """Return the request with the neurons on `side` hidden, for evaluations before they are computed."""

    def visible(name: str, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Any:
        known = targets if side is Side.SOURCE else sources
        nobody = np.empty(0, np.int64)
        hidden = (nobody, targets) if side is Side.SOURCE else (sources, nobody)
        values = np.asarray(request.pair_values(name, *hidden))
        if values.ndim and values.size != known.size:
            index, suffix = side.value
            raise ModelError(
                f"'{name}' depends on '{index}', which is not known yet; is '{name}{suffix}' meant?"
            )
        return values

    return replace(request, pair_values=visible)


def compute(request: Request, side: Side, candidates: Candidates) -> tuple[Candidates, NDArray[np.int64]]:
    """Return the pairs whose neuron on `side` exists, and (n,) that neuron.

    Raises
    ------
    PairIndexError
        For a number out of range, unless the request says to skip those.
    ModelError
        If the expression is not an integer, or depends on what it is to compute.
    """
    name = side.value[0]
    expression = request.parameters[name]
    if isinstance(expression, int | np.integer):
        expression = Number(int(expression))
    if not isinstance(expression, Expression):
        raise ModelError(f"'{name}' must be an integer expression, not {expression!r}")
    if side.is_used_by(expression):
        raise ModelError(
            f"the expression for '{name}' cannot depend on '{name}' or on variables of its neuron"
        )
    random = candidates.random(request, name)
    known = without(request, side)
    neurons = evaluate_integers(known, expression, name, candidates.sources, candidates.targets, random)
    size = request.source_size if side is Side.SOURCE else request.target_size
    if boolean(request, "skip_if_invalid", default=False):
        valid = (neurons >= 0) & (neurons < size)
        return candidates.where(valid), neurons[valid]
    return candidates, check_range(neurons, name, size)
