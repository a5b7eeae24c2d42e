"""Parameters of a request, checked: constants as numbers, expressions as trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.connectivity.expressions import evaluate_pairs
from distsim.connectivity.generators import PositionRandom
from distsim.connectivity.protocol import PairIndexError
from distsim.equations.tree import Boolean, Expression
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request

ROUNDING = 1e-9
"""A count computed in floating point may miss a whole number by this much of its value."""


def expression(request: Request, name: str) -> Expression | None:
    """Return a parameter that is an expression and depends on the pair, else None."""
    value = request.parameters.get(name)
    return value if isinstance(value, Expression) and _constant(request, value) is None else None


def number(request: Request, name: str) -> float | int | None:
    """Return a parameter that is one number, given or computed from constants, else None."""
    value = request.parameters.get(name)
    if isinstance(value, Expression):
        value = _constant(request, value)
    return None if value is None else _scalar(name, value)


def boolean(request: Request, name: str, *, default: bool) -> bool:
    """Return an option that is true or false."""
    if name not in request.parameters:
        return default
    value = number(request, name)
    if not isinstance(value, bool):
        raise ModelError(f"'{name}' must be true or false, not {value!r}")
    return value


def count(request: Request, name: str, default: int | None = None) -> int:
    """Return a whole number that is not negative."""
    if name not in request.parameters and default is not None:
        return default
    value = number(request, name)
    if value is None or isinstance(value, bool) or not np.isfinite(value):
        raise ModelError(f"'{name}' must be one whole number, not {value!r}")
    whole = round(value)
    if abs(value - whole) > ROUNDING * max(1.0, abs(value)):
        raise ModelError(f"'{name}' must be a whole number, not {value}; round it with int(...)")
    if whole < 0:
        raise ModelError(f"'{name}' must not be negative, it is {whole}")
    return whole


def probability(request: Request, name: str) -> Expression | float:
    """Return a probability for all pairs, in [0, 1], or an expression of the pair.

    A number outside [0, 1] is taken for a mistake; an expression may give one, meaning always or never.
    """
    varying = expression(request, name)
    if varying is not None:
        return varying
    value = number(request, name)
    if value is None or isinstance(value, bool) or np.isnan(value):
        raise ModelError(f"'{name}' must be a probability, not {value!r}")
    if not 0 <= value <= 1 and not isinstance(request.parameters[name], Expression):
        raise ModelError(f"'{name}' must be between 0 and 1, it is {value}")
    return float(min(max(value, 0.0), 1.0))


def condition(request: Request) -> Expression | None:
    """Return the condition of a request, None if every pair satisfies it."""
    value = request.parameters.get("condition")
    if isinstance(value, bool | np.bool_):
        return None if value else Boolean(value=False)
    if value is not None and not isinstance(value, Expression):
        raise ModelError(f"'condition' must be a boolean expression, not {value!r}")
    return value


def per_pair(request: Request, name: str, default: int) -> Expression | int:
    """Return a whole number for all pairs, or an expression of the pair."""
    varying = expression(request, name)
    return count(request, name, default) if varying is None else varying


def indices(request: Request, name: str, size: int) -> NDArray[np.int64]:
    """Return neuron numbers, each checked to be one of `size`.

    Raises
    ------
    PairIndexError
        For a number out of range.
    ModelError
        For numbers that are not integers.
    """
    value = np.asarray(request.parameters[name])
    if value.dtype.kind not in "iu" and value.size:
        raise ModelError(f"'{name}' must hold integers, not {value.dtype}")
    return check_range(value.astype(np.int64), name, size)


def check_range(values: NDArray[np.int64], name: str, size: int) -> NDArray[np.int64]:
    """Return `values`, or raise a PairIndexError that names the first one out of range."""
    wrong = (values < 0) | (values >= size)
    if wrong.any():
        raise PairIndexError(
            f"{name} = {values[wrong].flat[0]} is out of range: there are {size} to choose from"
        )
    return values


def _constant(request: Request, value: Expression) -> Any:
    """Return the value of an expression that does not depend on the pair, else None.

    What depends on the pair gives no values for no pairs; what does not gives its one value even then.
    """
    nobody = np.empty(0, np.int64)
    random = PositionRandom(request, "constant", range(0))
    result = evaluate_pairs(request, value, nobody, nobody, random)
    return result if result.ndim == 0 else None


def _scalar(name: str, value: Any) -> float | int | bool:
    """Return one number as Python's own type."""
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "biuf":
        raise ModelError(f"'{name}' must be one number, not {value!r}")
    scalar: float | int | bool = array.item()
    return scalar
