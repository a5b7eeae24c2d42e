"""Splitting a total down a binary tree, so that each part of it can be drawn without the others.

A network with a fixed number of synapses is cut into leaves.  How many synapses fall into the left half is
drawn by a generator keyed by the node, then again for each half, down to the leaves (Funke et al. 2019,
"Communication-free massively distributed graph generation").  Whoever wants some leaves walks only the paths
to them, and all who walk through a node draw the same numbers there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Amount = TypeVar("Amount", int, NDArray[np.int64])


def split(
    amount: Amount,
    leaves: range,
    wanted: range,
    left_part: Callable[[Amount, range, range], Amount],
) -> Iterator[tuple[int, Amount]]:
    """Yield the leaves in `wanted`, in order, with what falls to each.

    Parameters
    ----------
    amount
        What falls to all of `leaves`: one number, or an array of independent ones.
    leaves
        The node: consecutive leaves.
    wanted
        Consecutive leaves, of which those in `leaves` are yielded.
    left_part
        Returns how much of an amount falls to the first of two neighbouring nodes.
    """
    if leaves.stop <= wanted.start or wanted.stop <= leaves.start:
        return
    if len(leaves) == 1:
        yield leaves.start, amount
        return
    middle = (leaves.start + leaves.stop) // 2
    left, right = range(leaves.start, middle), range(middle, leaves.stop)
    first = left_part(amount, left, right)
    yield from split(first, left, wanted, left_part)
    yield from split(amount - first, right, wanted, left_part)


def boundary(size: int, leaves: int, leaf: int) -> int:
    """Return where leaf number `leaf` starts, with `size` items cut as evenly as they go."""
    return size * leaf // leaves


def leaves_of(part: range, size: int, leaves: int) -> range:
    """Return the leaves that hold any item of `part`."""
    if not part:
        return range(0)
    return range(((part.start + 1) * leaves - 1) // size, (part.stop * leaves - 1) // size + 1)
