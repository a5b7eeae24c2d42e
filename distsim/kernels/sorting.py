"""Stable counting sorts: how the synapses of a rank are put in order, in time proportional to their number.

Sorting by several keys takes one stable pass a key, the least significant first (LSD radix sort; Knuth, The
Art of Computer Programming, vol. 3, 5.2.5).  A permutation `order` lists, place by place, which element
stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from distsim.kernels.compile import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys: TypeAlias = NDArray[np.integer[Any]]
    Start: TypeAlias = NDArray[np.int64]
    Order: TypeAlias = NDArray[np.int64]

__all__ = ["counting_sort", "counting_sort_from", "row_order", "sort_rows_by", "sort_synapses"]

SHORT_ROW = 16
"""Rows up to this length are sorted by insertion."""


@compiled
def counting_sort(keys: Keys, n_keys: int) -> tuple[Start, Order]:
    """Sort elements by an integer key; equal keys stay in their order.

    Parameters
    ----------
    keys
        (n,) integers in [0, n_keys).
    n_keys
        Number of different keys there may be.

    Returns
    -------
    start
        (n_keys + 1,) int64; the elements with key k stand at ``start[k]:start[k + 1]``.
    order
        (n,) int64 permutation.

    Raises
    ------
    IndexError
        For a key out of range.
    """
    start = np.zeros(n_keys + 1, np.int64)
    for element in range(keys.size):
        key = int(keys[element])
        if key < 0 or key >= n_keys:
            raise IndexError("a key to sort by is out of range")
        start[key + 1] += 1
    for key in range(n_keys):
        start[key + 1] += start[key]
    place = start[:n_keys].copy()
    order = np.empty(keys.size, np.int64)
    for element in range(keys.size):
        key = int(keys[element])
        order[place[key]] = element
        place[key] += 1
    return start, order


@compiled
def counting_sort_from(order: Order, keys: Keys, n_keys: int) -> tuple[Start, Order]:
    """Sort elements that stand in `order` by a further, more significant key.

    Parameters
    ----------
    order
        (n,) int64 permutation; elements with equal keys stay in this order.
    keys
        (n,) integers in [0, n_keys), by element, not by place.
    n_keys
        Number of different keys there may be.

    Returns
    -------
    start, order
        As `counting_sort` does.
    """
    start = np.zeros(n_keys + 1, np.int64)
    for element in range(keys.size):
        key = int(keys[element])
        if key < 0 or key >= n_keys:
            raise IndexError("a key to sort by is out of range")
        start[key + 1] += 1
    for key in range(n_keys):
        start[key + 1] += start[key]
    place = start[:n_keys].copy()
    result = np.empty(order.size, np.int64)
    for element in order:
        key = int(keys[element])
        result[place[key]] = element
        place[key] += 1
    return start, result


def row_order(sources: Keys, size: int) -> tuple[Start, Order]:
    """Gather synapses in rows by their source; within a row they stay in their order.

    Parameters
    ----------
    sources
        (n,) row of each synapse, in [0, size).
    size
        Number of rows.

    Returns
    -------
    row_start
        (size + 1,) int64; row r stands at ``row_start[r]:row_start[r + 1]``.
    order
        (n,) int64; which synapse stands at each place.
    """
    return counting_sort(sources, size)


def sort_synapses(
    sources: Keys, delays: Keys, targets: Keys, n_sources: int, n_targets: int
) -> tuple[Start, Order]:
    """Sort synapses by source, then delay, then target; equal ones stay in their order.

    Parameters
    ----------
    sources, targets
        (n,) integers in [0, n_sources) and [0, n_targets).
    delays
        (n,) delays in steps, not negative.
    n_sources, n_targets
        Number of rows, and of local targets.

    Returns
    -------
    row_start, order
        As `row_order` does.
    """
    _, order = counting_sort(targets, n_targets)
    n_delays = int(delays.max()) + 1 if delays.size else 0
    if n_delays > 1:
        _, order = counting_sort_from(order, delays, n_delays)
    return counting_sort_from(order, sources, n_sources)


@compiled
def sort_rows_by(row_start: Start, order: Order, keys: Keys) -> None:
    """Sort each row by a key, in place; equal keys stay in their order.

    Parameters
    ----------
    row_start
        (n_rows + 1,) int64; row r is ``order[row_start[r]:row_start[r + 1]]``.
    order
        (n,) int64 elements, place by place; sorted within each row on return.
    keys
        (n,) integers, by element, not by place.
    """
    longest = 0
    for row in range(row_start.size - 1):
        longest = max(longest, row_start[row + 1] - row_start[row])
    copy = np.empty(longest, np.int64)
    for row in range(row_start.size - 1):
        begin, end = row_start[row], row_start[row + 1]
        if end - begin <= SHORT_ROW:
            for place in range(begin + 1, end):
                element = order[place]
                key = int(keys[element])
                hole = place
                while hole > begin and int(keys[order[hole - 1]]) > key:
                    order[hole] = order[hole - 1]
                    hole -= 1
                order[hole] = element
            continue
        lowest = highest = int(keys[order[begin]])
        for place in range(begin, end):
            element = order[place]
            copy[place - begin] = element
            key = int(keys[element])
            lowest = min(lowest, key)
            highest = max(highest, key)
        count = np.zeros(highest - lowest + 2, np.int64)
        for place in range(begin, end):
            count[int(keys[order[place]]) - lowest + 1] += 1
        for index in range(highest - lowest):
            count[index + 1] += count[index]
        for position in range(end - begin):
            element = copy[position]
            index = int(keys[element]) - lowest
            order[begin + count[index]] = element
            count[index] += 1
