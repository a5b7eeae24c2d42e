"""Exact sampling, vectorised: who is drawn of many, without repeats, and how many fall to either side."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.random import Generator

UniformOfRows: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""Gives a uniform number in [0, 1) for each of (n,) sorted rows, another at every call."""


def uniform_integers(generator: Generator, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (n,) integers, each uniform in [0, size) of its own, to within 2**-53."""
    # The largest uniform number, 1 - 2**-53, times any size rounds to less than that size.
    return np.asarray(generator.random(sizes.size) * sizes, np.int64)


def distinct(
    generator: Generator, counts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw from each row a set of distinct integers with one generator; see `distinct_of_rows`."""
    return distinct_of_rows(lambda rows: generator.random(rows.size), counts, sizes)


def distinct_of_rows(
    uniform: UniformOfRows, counts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw from each row a set of distinct integers, all sets of its size equally likely.

    A row keeps drawing uniformly and drops what it has already, until it has enough; where more than half
    are wanted, those left out are drawn instead.

    Parameters
    ----------
    uniform
        Gives the random numbers.
    counts
        (n_rows,) how many to draw from each row.
    sizes
        (n_rows,) row r draws from the integers in [0, sizes[r]); not less than its count.

    Returns
    -------
    rows, values
        (sum of counts,) int64, sorted by row and then value.
    """
    if not counts.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    width = int(sizes.max())
    dense = counts > sizes // 2
    wanted = np.where(dense, sizes - counts, counts)
    missing = wanted
    keys = np.empty(0, np.int64)
    while missing.any():
        rows = np.repeat(np.arange(counts.size), missing)
        drawn = _sorted_set(rows * width + np.asarray(uniform(rows) * sizes[rows], np.int64))
        if keys.size:
            places = np.minimum(np.searchsorted(keys, drawn), keys.size - 1)
            drawn = drawn[keys[places] != drawn]
            keys = _merge(keys, drawn)
        else:
            keys = drawn
        missing = wanted - np.bincount(keys // width, minlength=counts.size)
    if dense.any():
        keys = _complement(keys, dense, sizes, width)
    rows = keys // width
    return rows, keys - rows * width


def _complement(
    keys: NDArray[np.int64], dense: NDArray[np.bool_], sizes: NDArray[np.int64], width: int
) -> NDArray[np.int64]:
    """Return `keys` with what the `dense` rows hold replaced by what they do not hold."""
    belongs = dense[keys // width]
    rows = np.flatnonzero(dense)
    ends = np.cumsum(sizes[rows])
    everything = np.arange(ends[-1]) + np.repeat(rows * width - (ends - sizes[rows]), sizes[rows])
    held = np.zeros(everything.size, bool)
    held[np.searchsorted(everything, keys[belongs])] = True
    remaining: NDArray[np.int64] = everything[~held]
    if belongs.all():
        return remaining
    return _merge(keys[~belongs], remaining)


def _sorted_set(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct values, sorted; many times faster than `numpy.unique`, which hashes first."""
    ordered = np.sort(values)
    first = np.ones(ordered.size, bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _merge(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return two sorted arrays as one; the stable sort finds their runs."""
    return np.sort(np.concatenate((first, second)), kind="stable")


def hypergeometric(uniform: float, left: int, right: int, drawn: int) -> int:
    """Return how many of `drawn` distinct items, of `left` and `right` ones, are left ones.

    Inverts the cumulative probability, summed over all counts that matter from the ratios of neighbouring
    probabilities, so that the sizes are unlimited; NumPy's own generator stops at 1e9.

    Parameters
    ----------
    uniform
        A uniform number in [0, 1).
    left, right
        How many items there are.
    drawn
        How many are drawn, at most all; the work goes with its square root.
    """
    lowest, highest = max(0, drawn - right), min(drawn, left)
    total = left + right
    if lowest == highest:
        return lowest
    mean = drawn * left / total
    deviation = sqrt(mean * (right / total) * ((total - drawn) / max(total - 1, 1)))
    reach = 14 * deviation + 30
    first = max(lowest, int(mean - reach))
    last = min(highest, int(mean + reach) + 1)
    count = np.arange(first, last, dtype=np.float64)
    ratios = ((drawn - count) / (count + 1)) * ((left - count) / (count + float(right - drawn + 1)))
    logarithms = np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    cumulative = np.cumsum(np.exp(logarithms - logarithms.max()))
    return first + int(np.searchsorted(cumulative, uniform * cumulative[-1], side="right"))
