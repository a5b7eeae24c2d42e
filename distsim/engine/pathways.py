"""The queues of general pathways, and the ring buffers of additive ones.

Both are rings of slots, one for each step in which something can still arrive.  The number of slots is a
power of two, so that a step finds its slot by a bit mask.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.engine.rows import Rows
from distsim.engine.state import State
from distsim.kernels.emit import Attribute
from distsim.kernels.sorting import counting_sort
from distsim.network import PathwaySide
from distsim.program.operation import Port
from distsim.program.synapses import AdditivePathway, AnyPathway, GeneralPathway


def slots_for(longest: int) -> int:
    """Return the number of slots for delays of up to `longest` steps."""
    return 1 << int(longest).bit_length()


def allocate_ports(state: State, pathways: Iterable[AnyPathway]) -> None:
    """Make the ring buffers that additive pathways push into."""
    longest: dict[Port, int] = {}
    for pathway in pathways:
        if isinstance(pathway, AdditivePathway):
            delay = int(state.arrays[pathway.name, "delay"].max(initial=0)) + pathway.lag
            for part in pathway.parts:
                longest[part.port] = max(longest.get(part.port, 0), delay)
    for port, delay in longest.items():
        slots = slots_for(delay)
        width = state.integer(port.population, "", Attribute.PADDED)
        dtype = np.dtype(port.storage.value)
        state.arrays[port.key] = np.zeros(slots * width, dtype)
        state.set_integer(*port.key, Attribute.MASK, slots - 1)
        state.set_integer(*port.key, Attribute.STRIDE, width * dtype.itemsize)


def allocate_queue(state: State, pathway: GeneralPathway) -> None:
    """Make the queue of a general pathway: rows cut into segments of one delay, and room for what is due."""
    name, projection, arrays = pathway.name, pathway.projection, state.arrays
    delay = arrays[name, "delay"]
    if pathway.pathway.side is PathwaySide.PRE:
        row_start = arrays[projection, "_row_start"]
        present = arrays[projection, "_present"]
        order: NDArray[np.integer[Any]] | None = None
        for attribute in (Attribute.FIRST, Attribute.LENGTH):
            state.set_integer(name, "source", attribute, state.integer(projection, "source", attribute))
    else:
        local = state.integer(pathway.target, "", Attribute.LOCAL)
        row_start, order = counting_sort(arrays[projection, "_target"], max(local, 1))
        present = np.empty(0, np.int32)
        first = state.integer(pathway.target, "", Attribute.FIRST)
        state.set_integer(name, "source", Attribute.FIRST, first)
        state.set_integer(name, "source", Attribute.LENGTH, local)
    segments = _segments(row_start, order, delay)
    rows = np.arange(len(row_start) - 1, dtype=np.int32)
    segments["segment_row"] = np.repeat(rows, np.diff(segments["first_segment"]))
    if order is not None:
        source_rows = Rows(arrays[projection, "_present"], arrays[projection, "_row_start"]).rows()
        segments["row"] = source_rows[segments["order"]]
    arrays[name, "present"] = present
    for key, array in segments.items():
        arrays[name, key] = array
    slots = slots_for(int(delay.max(initial=0)) + pathway.lag)
    capacity = max(len(segments["segment_delay"]), 1)
    # Touched only as far as spikes fill it: a row is queued at most once for each step and delay.
    arrays[name, "due"] = np.empty(slots * capacity, np.int32)
    arrays[name, "due_count"] = np.zeros(slots, np.int64)
    state.set_integer(name, "due", Attribute.MASK, slots - 1)
    state.set_integer(name, "due", Attribute.STRIDE, capacity)


def _segments(
    row_start: NDArray[np.int64], order: NDArray[np.integer[Any]] | None, delay: NDArray[np.uint16]
) -> dict[str, NDArray[Any]]:
    """Cut rows into runs of equal delay.

    Returns
    -------
    dict
        ``order`` (empty where synapses stand in order already), ``first_segment`` of each row,
        ``segment_start`` and ``segment_delay``.
    """
    rows = len(row_start) - 1
    count = int(row_start[-1])
    if len(delay) == 1:
        return {
            "order": np.empty(0, np.int32) if order is None else order.astype(np.int32),
            "first_segment": np.arange(rows + 1, dtype=np.int64),
            "segment_start": row_start.astype(np.int64),
            "segment_delay": np.full(rows, delay[0], np.uint16),
        }
    before = np.arange(count) if order is None else order
    row_of = np.repeat(np.arange(rows, dtype=np.int32), np.diff(row_start))
    places = np.lexsort((delay[before], row_of))
    sorted_rows, sorted_delays = row_of[places], delay[before][places]
    new = np.ones(count, bool)
    new[1:] = (sorted_rows[1:] != sorted_rows[:-1]) | (sorted_delays[1:] != sorted_delays[:-1])
    starts = np.flatnonzero(new)
    return {
        "order": before[places].astype(np.int32),
        "first_segment": np.searchsorted(sorted_rows[starts], np.arange(rows + 1)).astype(np.int64),
        "segment_start": np.concatenate([starts, [count]]).astype(np.int64),
        "segment_delay": sorted_delays[starts].astype(np.uint16),
    }
