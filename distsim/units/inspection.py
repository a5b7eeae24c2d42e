"""Questions about the dimension of any value: a number, an array, a quantity, or anything with a ``dim``.

Nothing here depends on how quantities are made, so that the arithmetic rules can use it.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from distsim.units.dimensions import DIMENSIONLESS, Dimension
from distsim.units.display import format_quantity
from distsim.units.errors import DimensionMismatchError

__all__ = [
    "describe",
    "fail_for_dimension_mismatch",
    "get_dimensions",
    "has_any_dimension",
    "have_same_dimensions",
    "is_dimensionless",
    "is_scalar_type",
    "mentions_quantity",
    "plain",
]


def get_dimensions(value: Any) -> Dimension:
    """Return the dimension of `value`.

    Parameters
    ----------
    value
        A number, array, nested list of them, quantity, unit, dimension, or any object with a ``dim``.

    Raises
    ------
    TypeError
        If `value` is nothing that could have a dimension, such as a string.
    """
    dimension = getattr(value, "dim", None)
    if isinstance(dimension, Dimension):
        return dimension
    if isinstance(value, (numbers.Number, np.number, np.bool_, np.ndarray)):
        return DIMENSIONLESS
    if isinstance(value, (list, tuple)):
        return _dimension_of_sequence(value)
    if hasattr(value, "__array__"):
        return DIMENSIONLESS
    raise TypeError(f"a value of type {type(value).__name__!r} has no dimension: {value!r}")


def _dimension_of_sequence(values: list[Any] | tuple[Any, ...]) -> Dimension:
    """Return the dimension that all elements share."""
    if not mentions_quantity(values):
        if any(isinstance(value, str) or value is None for value in values):
            raise TypeError(f"the sequence holds elements without a dimension: {values!r}")
        return DIMENSIONLESS
    found: Dimension | None = None
    for value in values:
        if has_any_dimension(value):
            continue
        dimension = get_dimensions(value)
        if found is None:
            found = dimension
        elif found is not dimension:
            raise DimensionMismatchError(
                "cannot put values of different units into one array", found, dimension
            )
    return DIMENSIONLESS if found is None else found


def mentions_quantity(value: Any) -> bool:
    """Whether `value` has a dimension of its own, or is a list or tuple in which something has."""
    if isinstance(value, (list, tuple)):
        return any(mentions_quantity(element) for element in value)
    return isinstance(getattr(value, "dim", None), Dimension)


def plain(value: Any) -> Any:
    """Return `value` without its unit: quantities become arrays of SI values, also inside containers."""
    if isinstance(value, (list, tuple)):
        return type(value)(plain(element) for element in value) if mentions_quantity(value) else value
    if isinstance(value, dict):
        return {key: plain(element) for key, element in value.items()}
    return np.asarray(value) if isinstance(getattr(value, "dim", None), Dimension) else value


def has_any_dimension(value: Any) -> bool:
    """Whether `value` is a plain zero, or all zeros, or empty.

    Such a value may be added to and compared with anything.  A zero that has a unit, such as
    ``0*second``, does not count.
    """
    if mentions_quantity(value) or isinstance(value, str) or value is None:
        return False
    if isinstance(value, (int, float)):
        return value == 0
    array = np.asarray(value)
    return array.dtype.kind in "biufc" and not array.any()


def is_dimensionless(value: Any) -> bool:
    """Whether `value` has no unit."""
    return get_dimensions(value) is DIMENSIONLESS


def have_same_dimensions(first: Any, second: Any) -> bool:
    """Whether two values have the same dimension; a plain zero counts as dimensionless."""
    return get_dimensions(first) is get_dimensions(second)


def is_scalar_type(value: Any) -> bool:
    """Whether `value` is a plain scalar number; quantities and arrays with a shape are not."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and not mentions_quantity(value)
    return isinstance(value, (numbers.Number, np.number, np.bool_))


def describe(value: Any) -> str:
    """Return `value` as it should appear in a message, at most a line long."""
    has_unit = mentions_quantity(value)
    text = format_quantity(plain(value), get_dimensions(value)) if has_unit else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


def fail_for_dimension_mismatch(
    first: Any, second: Any = None, error_message: str | None = None, **error_quantities: Any
) -> tuple[Dimension, Dimension]:
    """Raise an error unless two values have the same dimension.

    Parameters
    ----------
    first, second
        The values.  Without `second`, `first` has to be dimensionless.  Plain zeros agree with everything.
    error_message
        What to say; may contain ``{name}`` for the names in `error_quantities`.
    **error_quantities
        Values to show in the message.

    Returns
    -------
    dimensions
        Those of both values.

    Raises
    ------
    DimensionMismatchError
        If they differ.
    """
    first_dimension = get_dimensions(first)
    second_dimension = DIMENSIONLESS if second is None else get_dimensions(second)
    if (
        first_dimension is second_dimension
        or has_any_dimension(first)
        or (second is not None and has_any_dimension(second))
    ):
        return first_dimension, second_dimension
    if error_message is None:
        error_message = "the units do not match"
    elif error_quantities:
        shown = {name: describe(value) for name, value in error_quantities.items()}
        error_message = error_message.format(**shown)
    if second is None:
        raise DimensionMismatchError(error_message, first_dimension)
    raise DimensionMismatchError(error_message, first_dimension, second_dimension)
