"""The parts of a step that do not depend on the model: finding spikes, and handing them to synapses.

These functions are compiled once for all models.  Like the emitted kernels they read their data from a row
of the table, in the order in which `distsim.kernels.emit.steps` writes them.

Spikes are handed over in *chunks*: ``bounds[base + rank*stride + population]`` and the entry after it say
where, in the list `ids`, the spikes of one population and one rank begin and end.  Chunks are visited in rank
order, which is the order of global numbers, so sums come out the same for any number of ranks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.kernels.compile import inlined, internal
from distsim.kernels.memory import (
    float32_at,
    float64_at,
    int32_at,
    int64_at,
    prefetch,
    uint8_at,
    uint16_at,
)

Integers = NDArray[np.int64]
Identifiers = NDArray[np.int32]
LOOK_AHEAD = 16
"""How many synapses before its use a ring buffer's element is fetched from memory."""


@internal
def collect(table: Integers, row: int, spikes: Identifiers, cursor: int) -> int:
    """Append the neurons marked in a population's spike mask to `spikes`.

    The mask stays as it is: the reset may go by it.

    Returns
    -------
    int
        The cursor behind the last spike.
    """
    count, first = table[row + 1], table[row + 2]
    words = (count + 7) // 8
    mask_words = int64_at(table[row], words)
    mask = uint8_at(table[row], words * 8)
    for word in range(words):
        if mask_words[word] != 0:
            for neuron in range(word * 8, min(word * 8 + 8, count)):
                if mask[neuron] != 0:
                    spikes[cursor] = first + neuron
                    cursor += 1
    return cursor


@internal
def emit_scheduled(table: Integers, row: int, step: int, spikes: Identifiers, cursor: int) -> int:
    """Append the spikes of a spike generator that fall into `step` to `spikes`.

    ``starts[k]`` is where the spikes of the generator's step ``k`` begin; with a period, steps repeat.
    """
    size, period, every = table[row + 2], table[row + 3], table[row + 4]
    if step % every != 0:
        return cursor
    own_step = step // every
    if period > 0:
        own_step = own_step % period
    if own_step >= size - 1:
        return cursor
    starts = int64_at(table[row], size)
    neurons = int32_at(table[row + 1], starts[size - 1])
    for spike in range(starts[own_step], starts[own_step + 1]):
        spikes[cursor] = neurons[spike]
        cursor += 1
    return cursor


@inlined
def find_row(present: Identifiers, rows: int, source: int) -> int:
    """Return the row of a source neuron, or -1 if no synapse of it is here.

    `present` lists the sources that have a row, ascending; empty, every source has one.
    """
    if present.shape[0] == 0:
        return source if source < rows else -1
    low, high = 0, present.shape[0]
    while low < high:
        middle = (low + high) // 2
        if present[middle] < source:
            low = middle + 1
        else:
            high = middle
    if low < present.shape[0] and present[low] == source:
        return low
    return -1


@internal
def deliver_float64(
    table: Integers,
    row: int,
    step: int,
    ids: Identifiers,
    bounds: Integers,
    base: int,
    stride: int,
    ranks: int,
) -> int:
    """Push one step's spikes through a projection with float64 weights; return the number of events."""
    ring = float64_at(table[row + 13], table[row + 14])
    weights = float64_at(table[row + 11], table[row + 12])
    return deliver(table, row, step, ids, bounds, base, stride, ranks, ring, weights)


@internal
def deliver_float32(
    table: Integers,
    row: int,
    step: int,
    ids: Identifiers,
    bounds: Integers,
    base: int,
    stride: int,
    ranks: int,
) -> int:
    """Push one step's spikes through a projection with float32 weights; return the number of events."""
    ring = float32_at(table[row + 13], table[row + 14])
    weights = float32_at(table[row + 11], table[row + 12])
    return deliver(table, row, step, ids, bounds, base, stride, ranks, ring, weights)


@internal
def deliver(
    table: Integers,
    row: int,
    step: int,
    ids: Identifiers,
    bounds: Integers,
    base: int,
    stride: int,
    ranks: int,
    ring: Any,
    weights: Any,
) -> int:
    """Push one step's spikes through a projection; arrays of one weight or delay serve all synapses.

    Spikes from before the pathway was there are none of its business.
    """
    if step < table[row + 17]:
        return 0
    population, first_source, sources = table[row], table[row + 1], table[row + 2]
    present = int32_at(table[row + 3], table[row + 4])
    rows = table[row + 6] - 1
    starts = int64_at(table[row + 5], rows + 1)
    targets = int32_at(table[row + 7], table[row + 8])
    delays = uint16_at(table[row + 9], table[row + 10])
    weight_step = 1 if table[row + 12] > 1 else 0
    mask, slot_size = table[row + 15], table[row + 16]
    one_delay = table[row + 10] == 1
    events = 0
    for rank in range(ranks):
        chunk = base + rank * stride + population
        for spike in range(bounds[chunk], bounds[chunk + 1]):
            source = ids[spike] - first_source
            if source < 0 or source >= sources:
                continue
            found = find_row(present, rows, source)
            if found < 0:
                continue
            start, stop = starts[found], starts[found + 1]
            events += stop - start
            if one_delay:
                slot = ((step + np.int64(delays[0])) & mask) * slot_size
                for synapse in range(start, stop):
                    ring[slot + targets[synapse]] += weights[synapse * weight_step]
            else:
                for synapse in range(start, stop):
                    ahead = min(synapse + LOOK_AHEAD, stop - 1)
                    prefetch(ring, ((step + np.int64(delays[ahead])) & mask) * slot_size + targets[ahead])
                    place = ((step + np.int64(delays[synapse])) & mask) * slot_size + targets[synapse]
                    ring[place] += weights[synapse * weight_step]
    return events


@internal
def queue_segments(
    table: Integers,
    row: int,
    step: int,
    ids: Identifiers,
    bounds: Integers,
    base: int,
    stride: int,
    ranks: int,
) -> int:
    """Queue one step's spikes for a pathway whose code runs when they arrive; return the number of events.

    A row's synapses are sorted by delay; each run of equal delay is a segment, and what is queued in the
    slot of its arrival is the segment's number.  Spikes from before the pathway was there are passed over.
    """
    if step < table[row + 17]:
        return 0
    population, first_source, sources = table[row], table[row + 1], table[row + 2]
    present = int32_at(table[row + 3], table[row + 4])
    rows = table[row + 6] - 1
    first_segments = int64_at(table[row + 5], rows + 1)
    segment_starts = int64_at(table[row + 7], table[row + 8])
    segment_delays = uint16_at(table[row + 9], table[row + 10])
    due = int32_at(table[row + 11], table[row + 12])
    counts = int64_at(table[row + 13], table[row + 14])
    mask, capacity = table[row + 15], table[row + 16]
    events = 0
    for rank in range(ranks):
        chunk = base + rank * stride + population
        for spike in range(bounds[chunk], bounds[chunk + 1]):
            source = ids[spike] - first_source
            if source < 0 or source >= sources:
                continue
            found = find_row(present, rows, source)
            if found < 0:
                continue
            for segment in range(first_segments[found], first_segments[found + 1]):
                slot = (step + np.int64(segment_delays[segment])) & mask
                due[slot * capacity + counts[slot]] = segment
                counts[slot] += 1
                events += segment_starts[segment + 1] - segment_starts[segment]
    return events


@internal
def write_message(
    spikes: Identifiers, bounds: Integers, first: int, header: int, message: Identifiers, room: int
) -> int:
    """Write a message for the other ranks: a header of counts followed by the spikes.

    Parameters
    ----------
    first
        The first of the chunks, in `bounds`.
    header
        Number of chunks.
    room
        Integers that `message` may have; if that is not enough, nothing is written.

    Returns
    -------
    int
        Length of the message.
    """
    start, stop = bounds[first], bounds[first + header]
    length: int = header + stop - start
    if length <= room:
        for chunk in range(header):
            message[chunk] = bounds[first + chunk + 1] - bounds[first + chunk]
        shift = header - start
        for spike in range(start, stop):
            message[shift + spike] = spikes[spike]
    return length


@internal
def unpack(messages: Identifiers, length: int, header: int, ranks: int, bounds: Integers) -> None:
    """Find the chunks in the messages of all ranks.

    Parameters
    ----------
    messages
        (ranks * length,) messages of equal room, each a header of counts followed by the spikes.
    header
        Number of counts: (steps of the epoch) x (spiking populations).
    bounds
        (ranks * (header + 1),) filled with where each chunk begins in `messages`.
    """
    for rank in range(ranks):
        cursor = rank * length + header
        for chunk in range(header):
            bounds[rank * (header + 1) + chunk] = cursor
            cursor += messages[rank * length + chunk]
        bounds[rank * (header + 1) + header] = cursor
