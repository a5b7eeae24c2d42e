"""Expressions of a pair: conditions, probabilities, counts and index expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.equations.tree import functions
from distsim.kernels.evaluate import Drawing, evaluate
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request
    from distsim.equations.tree import Expression
    from distsim.kernels.evaluate import RandomSource

RANDOM_FUNCTIONS = frozenset({"rand", "randn", "poisson"})


def is_random(expression: Expression | None, request: Request) -> bool:
    """Tell whether an expression draws random numbers."""
    return expression is not None and any(
        name in RANDOM_FUNCTIONS or isinstance(request.functions.get(name), Drawing)
        for name in functions(expression)
    )


def evaluate_pairs(
    request: Request,
    expression: Expression,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    random: RandomSource | None,
) -> NDArray[Any]:
    """Return the value of `expression` for (n,) pairs: (n,) values, or one without dimensions.

    ``i`` and ``j`` are the pair, ``N_pre`` and ``N_post`` the sizes; every other name is the request's.
    """
    known = {"i": sources, "j": targets, "N_pre": request.source_size, "N_post": request.target_size}

    def lookup(name: str) -> Any:
        return known[name] if name in known else request.pair_values(name, sources, targets)

    return evaluate(expression, lookup, random=random, functions=request.functions)


def evaluate_condition(
    request: Request,
    expression: Expression,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    random: RandomSource | None,
) -> NDArray[np.bool_]:
    """Return (n,) whether each pair satisfies a condition."""
    result = evaluate_pairs(request, expression, sources, targets, random)
    if result.dtype.kind != "b":
        raise ModelError(f"a connect condition must be true or false, not of type {result.dtype}")
    return np.broadcast_to(result, sources.shape)


def evaluate_integers(
    request: Request,
    expression: Expression,
    name: str,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    random: RandomSource | None,
) -> NDArray[np.int64]:
    """Return (n,) integers, the values of the parameter called `name`."""
    result = evaluate_pairs(request, expression, sources, targets, random)
    if result.dtype.kind != "i":
        raise ModelError(f"the expression for '{name}' must be an integer; make it one with int(...)")
    return np.broadcast_to(result, sources.shape)
