"""The stable counting sort: how the synapses of a rank are put in order, in time proportional to their count.

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

__all__ = ["counting_sort"]


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
