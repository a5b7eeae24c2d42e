"""Timed arrays in kernels: values that hold for a time each.

The array is packed with what is needed to find a value: ``[bin width, bins per value, times, columns,
values...]``, times first.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from distsim.kernels.compile import inlined
from distsim.kernels.maths import clip, floor

HEADER = 4
BINS_PER_STEP = 8


def packed_timed_array(values: NDArray[np.float64], array_dt: float, dt: float) -> NDArray[np.float64]:
    """Pack the values of a timed array.

    Time is rounded to bins much finer than a step before it is cut to whole values, so that exact
    multiples of `array_dt` never fall back by one.

    Parameters
    ----------
    values
        (n_times,) or (n_times, n_columns).
    array_dt
        How long a value holds [s].
    dt
        The step of the clock that reads it [s].
    """
    bins = 2.0 ** max(0, math.ceil(math.log2(BINS_PER_STEP * array_dt / dt)))
    times, columns = values.shape[0], values.shape[1] if values.ndim == 2 else 1
    return np.concatenate([[array_dt / bins, bins, float(times), float(columns)], values.ravel()])


@inlined
def timed_value(packed: NDArray[np.float64], t: float, column: float) -> float:
    """Return the value at time `t` [s]: the first before 0, the last for ever after.

    A column that is not there gives NaN.
    """
    times, columns = packed[2], packed[3]
    row = clip(floor(floor(t / packed[0] + 0.5) / packed[1]), 0.0, times - 1.0)
    inside = (column >= 0.0) & (column < columns)
    place = HEADER + np.int64(row * columns + (column if inside else 0.0))
    return packed[place] if inside else np.nan


def timed_values(
    packed: NDArray[np.float64], t: NDArray[np.float64] | float, column: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Return `timed_value` of arrays, for code that runs once."""
    times, columns = packed[2], packed[3]
    row = np.clip(np.floor(np.floor(np.asarray(t) / packed[0] + 0.5) / packed[1]), 0.0, times - 1.0)
    inside = (np.asarray(column) >= 0.0) & (np.asarray(column) < columns)
    place = HEADER + (row * columns + np.where(inside, column, 0.0)).astype(np.int64)
    return np.where(inside, packed[place], np.nan)
