"""The targets of a source, made from counters: what a connection rule that keeps nothing gives.

A rule that can name the targets of one source without looking at any other source is packed into a few
integers (`pack`).  `begin_row` and `next_targets` then list the targets of a source that are on this rank, a
block at a time and in ascending order.  Whoever builds stored synapses and whoever makes them anew at each
spike call the same functions, so both see the same network.

Pairs that connect with one probability are found by the distances between them, which follow the geometric
distribution: the whole part of ``log(u)/log(1 - p)`` for uniform `u` (Devroye 1986, X.2).  The targets of a
source, itself left out if it may not connect to itself, are numbered and cut into chunks of equal length.  In
each, the distances begin anew, from the counters (source, chunk, pair of draws).  Chunks follow from the
probability and the number of targets alone, so a rank draws those that overlap its own targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.kernels.compile import compiled, inlined, internal, prepare
from distsim.kernels.maths import bits_to_float64, float64_to_bits, floor, log, log1p, select
from distsim.kernels.memory import address_of, float64_at, int32_at, int64_at
from distsim.kernels.random import uniform_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BLOCK",
    "PACKED",
    "WORK",
    "begin_row",
    "count_rows",
    "draw_rows",
    "next_targets",
    "pack",
    "prepare_drawing",
    "row_goes_on",
]

ALL = 0
ONE = 1
DRAWN = 2
"""What the first packed integer says: every target, the target of the same number, or a random choice."""

PAIRS = 8
BLOCK = 2 * PAIRS
"""Targets that are listed at a time, at most: one call of the generator gives two distances."""
EXPECTED = 32
"""Targets expected in a chunk: few, so that a rank draws little that is not its own."""
PACKED = 12
"""Number of packed integers."""
WORK = 6
"""Number of integers that say how far a row has been listed."""
COUNTED = 1 << 16
"""Sources whose synapses are counted in one go."""
SMALLEST_PROBABILITY = 2.0**-64


@compiled
def scale_of_distances(probability_bits: int) -> int:
    """Return the bits of 1/log(1 - p) for those of a probability p."""
    return float64_to_bits(1.0 / log1p(-bits_to_float64(probability_bits)))


def pack(
    kind: int,
    key: tuple[int, int],
    probability: float,
    target_size: int,
    targets: range,
    excluded: range,
    offset: int,
) -> NDArray[np.int64]:
    """Return the description of a rule that the functions here go by.

    Parameters
    ----------
    kind
        `ALL`, `ONE` or `DRAWN`.
    key
        Of the random numbers.
    probability
        How likely a pair connects, in [0, 1]; of `DRAWN` only.
    target_size
        Number of targets on all ranks.
    targets
        Those that are wanted.
    excluded
        The targets that are sources too, and may not connect to themselves.
    offset
        Source s is target ``s + offset``, where that is among `excluded`.

    Returns
    -------
    ndarray
        (PACKED,) int64.
    """
    length, scale = max(target_size, 1), 0
    if kind == DRAWN:
        # Of what is less likely not one is drawn: there are fewer pairs than 2**62.
        likely = probability >= SMALLEST_PROBABILITY
        targets = targets if likely else range(0)
        probability = max(probability, SMALLEST_PROBABILITY)
        length = int(min(EXPECTED / probability, length))
        # By our own logarithm, which has the same bits on every machine; -0.0 for certainty.
        scale = scale_of_distances(int(np.float64(probability).view(np.int64))) or 0
    return np.array(
        [
            *(kind, *key, target_size, targets.start, targets.stop),
            *(excluded.start, excluded.stop, offset, length),
            *(scale, 0),
        ],
        dtype=np.int64,
    )


@inlined
def row_goes_on(work: NDArray[np.int64]) -> bool:
    """Tell whether a row has targets that may not have been listed yet."""
    return bool(work[0] < work[1])


@internal
def begin_row(packed: NDArray[np.int64], source: int, work: NDArray[np.int64]) -> None:
    """Begin to list the targets of a source.

    Parameters
    ----------
    packed
        As `pack` returns it.
    work : (WORK,) int64
        Is set to: the next chunk and the one behind the last; the next pair of draws; the last number listed;
        the number behind the last that is wanted; the target that is left out.
    """
    kind, size, start, stop = packed[0], packed[3], packed[4], packed[5]
    itself = source + packed[8]
    if kind == ONE:
        start, stop = max(start, source), min(stop, source + 1)
    if itself < packed[6] or itself >= packed[7]:
        itself = size
    # Numbers of targets pass over the one that is left out.
    if start > itself:
        start -= 1
    if stop > itself:
        stop -= 1
    length = packed[9]
    work[0] = start // length
    work[1] = (stop + length - 1) // length if start < stop else work[0]
    work[2] = 0
    work[3] = work[0] * length - 1 if kind == DRAWN else start - 1
    work[4] = stop
    work[5] = itself


@internal
def next_targets(
    packed: NDArray[np.int64],
    source: int,
    work: NDArray[np.int64],
    distances: NDArray[np.float64],
    targets: NDArray[np.int64],
) -> int:
    """List the next targets of a source; only while `row_goes_on`.

    Parameters
    ----------
    work
        As `begin_row` left it, and earlier calls.
    distances : (BLOCK,) float64
        Room for numbers on the way.
    targets : (BLOCK,) int64
        Is filled with targets, from the first on.

    Returns
    -------
    int
        How many they are; there may be none.
    """
    if packed[0] == DRAWN:
        return drawn_targets(packed, source, work, distances, targets)
    first = work[3] + 1
    count = min(work[4] - first, BLOCK)
    itself = work[5]
    for k in range(count):
        target = first + k
        targets[k] = target + 1 if target >= itself else target
    work[3] = first + count - 1
    if first + count >= work[4]:
        work[0] = work[1]
    return int(count)


@inlined
def drawn_targets(
    packed: NDArray[np.int64],
    source: int,
    work: NDArray[np.int64],
    distances: NDArray[np.float64],
    targets: NDArray[np.int64],
) -> int:
    """List targets by the distances between them; see `next_targets`."""
    key0, key1 = packed[1], packed[2]
    scale = bits_to_float64(packed[10])
    length = packed[9]
    chunk, pair, itself = work[0], work[2], work[5]
    # Longer than any chunk is far enough.
    limit = float(length)
    for k in range(PAIRS):
        first, second = uniform_pair(key0, key1, source, chunk, pair + k, 0)
        # 1 - u is in (0, 1].
        near, far = log(1.0 - first) * scale, log(1.0 - second) * scale
        distances[k] = floor(select(near < limit, near, limit))
        distances[PAIRS + k] = floor(select(far < limit, far, limit))
    start = packed[4] - 1 if packed[4] > itself else packed[4]
    behind = (chunk + 1) * length
    stop = min(behind, work[4])
    number = work[3]
    count = 0
    for k in range(BLOCK):
        number += 1 + int(distances[k])
        if number >= stop:
            work[0] = chunk + 1
            work[2] = 0
            work[3] = behind - 1
            return count
        if number >= start:
            targets[count] = number + 1 if number >= itself else number
            count += 1
    work[2] = pair + PAIRS
    work[3] = number
    return count


@compiled
def list_rows(
    packed_at: int,
    work_at: int,
    distances_at: int,
    block_at: int,
    first: int,
    rows: int,
    counts_at: int,
    targets_at: int,
    capacity: int,
) -> int:
    """List the targets of some sources; see `draw_rows`."""
    packed, work = int64_at(packed_at, PACKED), int64_at(work_at, WORK)
    distances, block = float64_at(distances_at, BLOCK), int64_at(block_at, BLOCK)
    counts, targets = int64_at(counts_at, rows), int32_at(targets_at, capacity)
    total = 0
    for row in range(rows):
        begin_row(packed, first + row, work)
        before = total
        while row_goes_on(work):
            count = next_targets(packed, first + row, work, distances, block)
            if total + count <= capacity:
                for k in range(count):
                    targets[total + k] = block[k]
            total += count
        counts[row] = total - before
    return total


def _list(
    packed: NDArray[np.int64], sources: range, targets: NDArray[np.int32]
) -> tuple[NDArray[np.int64], int]:
    """Return how many targets each source has, and how many that are; what there is room for is listed."""
    work, distances = np.empty(WORK, np.int64), np.empty(BLOCK)
    block, counts = np.empty(BLOCK, np.int64), np.empty(len(sources), np.int64)
    total = list_rows(
        *(address_of(array) for array in (packed, work, distances, block)),
        *(sources.start, len(sources), address_of(counts), address_of(targets), len(targets)),
    )
    return counts, int(total or 0)


def draw_rows(
    packed: NDArray[np.int64], sources: range, expected: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the targets of some sources, for code that runs once.

    Parameters
    ----------
    packed
        As `pack` returns it.
    sources
        Numbers of sources following each other.
    expected
        About how many synapses there will be.

    Returns
    -------
    counts
        (n_sources,) how many targets each source has.
    targets
        (sum of counts,) int32, source by source and ascending within a source.
    """
    targets = np.empty(expected, np.int32)
    counts, total = _list(packed, sources, targets)
    if total > expected:
        targets = np.empty(total, np.int32)
        _list(packed, sources, targets)
    return counts, targets[:total]


def count_rows(packed: NDArray[np.int64], sources: range) -> int:
    """Return how many synapses some sources have, for code that runs once."""
    nowhere = np.empty(0, np.int32)
    pieces = range(sources.start, sources.stop, COUNTED)
    return sum(_list(packed, range(at, min(at + COUNTED, sources.stop)), nowhere)[1] for at in pieces)


def prepare_drawing() -> None:
    """Compile what `pack` and `draw_rows` call, or fetch it from the cache."""
    for function in (scale_of_distances, list_rows):
        prepare(function)
