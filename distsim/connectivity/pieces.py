"""Cutting work into pieces of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def pieces_of_range(whole: range, size: int) -> Iterator[range]:
    """Yield `whole` in consecutive ranges of at most `size`."""
    for start in range(whole.start, whole.stop, size):
        yield range(start, min(start + size, whole.stop))


def pieces_of_counts(counts: NDArray[np.int64], size: int) -> Iterator[slice]:
    """Yield consecutive slices of (n,) `counts` whose sums are at most `size`, or that hold one count."""
    ends = np.cumsum(counts)
    start = 0
    while start < counts.size:
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + size, side="right")))
        yield slice(start, stop)
        start = stop


def chunks_of(part: range, size: int) -> range:
    """Return the numbers of the chunks of `size` that contain any of `part`."""
    return range(part.start // size, -(-part.stop // size)) if part else range(0)
