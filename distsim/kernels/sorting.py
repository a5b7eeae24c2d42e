"""The stable counting sort: how the synapses of a rank are put in order, in time proportional to their count.

Sorting by several keys takes one stable pass a key, the least significant first (LSD radix sort; Knuth, The
Art of Computer Programming, vol. 3, 5.2.5).  A permutation `order` lists, place by place, which element
stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from distsim.kernels.compile import compiled, prepare
from distsim.kernels.memory import address_of, int32_at, int64_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys: TypeAlias = NDArray[np.integer[Any]]
    Start: TypeAlias = NDArray[np.int64]
    Order: TypeAlias = NDArray[np.int64]

__all__ = ["counting_sort", "prepare_sorting"]


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


def prepare_sorting() -> None:
    """Compile what `counting_sort` calls, or fetch it from the cache."""
    prepare(sort_by_counting)
