"""What monitors give of events: arrays that a condition, given as a string, may index.

What comes of working with them are arrays and quantities like any others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from distsim.units import DIMENSIONLESS, Dimension, Quantity
from distsim.units.inspection import plain

if TYPE_CHECKING:
    Array: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[Any]]
else:
    Array = np.ndarray

Where: TypeAlias = Callable[[str], NDArray[np.bool_]]
"""Tells for which events a condition holds."""


class RecordedArray(Array):
    """Recorded numbers without a unit, ``M.i['t > 5*ms']``."""

    where: Where | None = None

    def __getitem__(self, key: Any) -> Any:
        return np.asarray(self)[self.where(key) if isinstance(key, str) and self.where else key]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        arrays = [np.asarray(each) if isinstance(each, RecordedArray) else each for each in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __repr__(self) -> str:
        return repr(np.asarray(self))


class RecordedQuantity(Quantity):
    """Recorded quantities, ``M.t['i == 3']``."""

    where: Where | None = None

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.where(key) if isinstance(key, str) and self.where else key)


def recorded_values(values: NDArray[Any], dimension: Dimension, where: Where) -> Any:
    """Return values in SI units as an array or quantity that conditions may index.

    Parameters
    ----------
    values
        (n,) one for each event.
    where
        Tells which events a condition selects.
    """
    if dimension is DIMENSIONLESS:
        numbers = np.asarray(plain(values)).view(RecordedArray)
        numbers.where = where
        return numbers
    quantities = RecordedQuantity(values, dim=dimension)
    quantities.where = where
    return quantities
