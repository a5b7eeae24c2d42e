"""Counting sorts: how the synapses of a rank are put in order, in time proportional to their count.

Sorting by several keys takes one stable pass a key, the least significant first (LSD radix sort; Knuth, The
Art of Computer Programming, vol. 3, 5.2.5).  A permutation `order` lists, place by place, which element
stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy import int64

from distsim.kernels.compile import compiled, prepare
from distsim.kernels.memory import address_of, int32_at, int64_at, uint16_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys: TypeAlias = NDArray[np.integer[Any]]
    Start: TypeAlias = NDArray[np.int64]
    Order: TypeAlias = NDArray[np.int64]

__all__ = [
    "any_repeats",
    "counting_sort",
    "number_repeats",
    "order_within_rows",
    "place_in_rows",
    "prepare_sorting",
]


@compiled
def sort_by_counting(
    keys_at: int, size: int, start_at: int, n_keys: int, order_at: int, place_at: int
) -> int:
    """Fill the arrays of `counting_sort`; return how many keys were in range before the first that is not."""
    keys = int32_at(keys_at, size)
    start = int64_at(start_at, n_keys + 1)
    order = int64_at(order_at, size)
    place = int64_at(place_at, n_keys + 1)
    for key in range(n_keys + 1):
        start[key] = 0
    for element in range(size):
        key = keys[element]
        if key < 0 or key >= n_keys:
            return element
        start[key + 1] += 1
    place[0] = 0
    for key in range(n_keys):
        start[key + 1] += start[key]
        place[key + 1] = start[key + 1]
    for element in range(size):
        key = keys[element]
        order[place[key]] = element
        place[key] += 1
    return size


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
    keys = np.ascontiguousarray(keys, np.int32)
    start, place = np.empty(n_keys + 1, np.int64), np.empty(n_keys + 1, np.int64)
    order = np.empty(keys.size, np.int64)
    sorted_keys = sort_by_counting(
        address_of(keys), keys.size, address_of(start), n_keys, address_of(order), address_of(place)
    )
    if sorted_keys != keys.size:
        raise IndexError("a key to sort by is out of range")
    return start, order


@compiled
def place_runs(
    sources_at: int,
    size: int,
    targets_at: int,
    lengths_at: int,
    runs: int,
    cursor_at: int,
    rows: int,
    placed_at: int,
    n_placed: int,
) -> None:
    """Write the targets of some synapses into the rows of their sources; see `place_in_rows`."""
    sources = int32_at(sources_at, size)
    targets, lengths = int32_at(targets_at, runs), int32_at(lengths_at, runs)
    cursor = int64_at(cursor_at, rows)
    placed = int32_at(placed_at, n_placed)
    synapse = 0
    for run in range(runs):
        for _ in range(lengths[run]):
            source = sources[synapse]
            placed[cursor[source]] = targets[run]
            cursor[source] += 1
            synapse += 1


def place_in_rows(
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    lengths: NDArray[np.int32],
    cursor: NDArray[np.int64],
    placed: NDArray[np.int32],
) -> None:
    """Write the targets of some synapses into the rows of their sources.

    Parameters
    ----------
    sources
        (n,) of the synapses.
    targets, lengths
        (n_runs,) targets, and how many synapses following each other have each.
    cursor
        (n_sources,) where the next synapse of each source goes; is moved on.
    placed
        Targets of the synapses of all rows; written to.
    """
    place_runs(
        *(address_of(sources), sources.size, address_of(targets), address_of(lengths), targets.size),
        *(address_of(cursor), cursor.size, address_of(placed), placed.size),
    )


@compiled
def number_repeats_of_rows(
    starts_at: int, rows: int, targets_at: int, size: int, repeats_at: int, n_repeats: int
) -> int:
    """Count how often neighbours in a row have the same target; see `number_repeats`."""
    starts = int64_at(starts_at, rows + 1)
    targets = int32_at(targets_at, size)
    repeats = uint16_at(repeats_at, n_repeats)
    largest = 0
    for row in range(rows):
        repeat = 0
        for synapse in range(starts[row] + 1, starts[row + 1]):
            if targets[synapse] == targets[synapse - 1]:
                repeat += 1
                largest = max(largest, repeat)
            else:
                repeat = 0
            if n_repeats > 0:
                repeats[synapse] = repeat
    return largest


def number_repeats(starts: NDArray[np.int64], targets: NDArray[np.int32]) -> NDArray[np.uint16]:
    """Return (n,) the number of each synapse among those of its pair; empty where no pair has two.

    Parameters
    ----------
    starts
        (n_rows + 1,) where each row of one source begins.
    targets
        (n,) ascending in each row.

    Raises
    ------
    OverflowError
        If a pair has more than 65,536 synapses.
    """
    if not any_repeats(starts, targets):
        return np.empty(0, np.uint16)
    repeats = np.zeros(targets.size, np.uint16)
    rows = address_of(starts), starts.size - 1, address_of(targets), targets.size
    number_repeats_of_rows(*rows, address_of(repeats), repeats.size)
    return repeats


def any_repeats(starts: NDArray[np.int64], targets: NDArray[np.int32]) -> bool:
    """Tell whether any pair has two synapses; arguments and errors as for `number_repeats`."""
    rows = address_of(starts), starts.size - 1, address_of(targets), targets.size
    largest = number_repeats_of_rows(*rows, 0, 0)
    if largest is not None and largest > np.iinfo(np.uint16).max:
        raise OverflowError("a pair of neurons can have 65,536 synapses at most")
    return bool(largest)


@compiled
def sort_rows_by_counting(
    keys_at: int, starts_at: int, rows: int, order_at: int, size: int, place_at: int, n_keys: int
) -> None:
    """Sort each row by its keys; see `order_within_rows`."""
    starts = int64_at(starts_at, rows + 1)
    keys = uint16_at(keys_at, size)
    order = int64_at(order_at, size)
    place = int64_at(place_at, n_keys + 1)
    first = starts[0]
    for row in range(rows):
        start, stop = starts[row] - first, starts[row + 1] - first
        if start == stop:
            continue
        lowest, highest = int64(keys[start]), int64(keys[start])
        for element in range(start, stop):
            lowest = min(lowest, int64(keys[element]))
            highest = max(highest, int64(keys[element]))
        for key in range(lowest, highest + 2):
            place[key] = 0
        for element in range(start, stop):
            place[int64(keys[element]) + 1] += 1
        place[lowest] = start
        for key in range(lowest, highest):
            place[key + 1] += place[key]
        for element in range(start, stop):
            own = int64(keys[element])
            order[place[own]] = element
            place[own] += 1


def order_within_rows(keys: NDArray[np.uint16], starts: NDArray[np.int64]) -> Order:
    """Return the stable order by key within each row.

    Parameters
    ----------
    keys
        (n,) keys of the elements of some rows that follow each other.
    starts
        (n_rows + 1,) where each row begins, the first of them at element 0 of `keys`.
    """
    order = np.empty(keys.size, np.int64)
    place = np.empty(int(keys.max(initial=0)) + 2, np.int64)
    sort_rows_by_counting(
        *(address_of(keys), address_of(starts), starts.size - 1, address_of(order), keys.size),
        *(address_of(place), place.size - 1),
    )
    return order


def prepare_sorting() -> None:
    """Compile what sorts synapses, or fetch it from the cache."""
    for function in (sort_by_counting, place_runs, number_repeats_of_rows, sort_rows_by_counting):
        prepare(function)
