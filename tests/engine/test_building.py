"""How synapses are put in order as they are made: rows by source, and the memory that it takes."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from simulation_harness import network_of

from distsim.comm import SerialCommunicator
from distsim.connectivity import Batch
from distsim.engine.build import build_groups, prepare
from distsim.engine.plan import make_plan
from distsim.engine.rows import Drawn, Rows

SIZE = 2000
NETWORK = """
name: building
populations:
  cells: {{N: {size}, model: "dv/dt = -v/(10*ms) : 1", threshold: v > 1, reset: v = 0, method: exact}}
projections:
  synapses: {{source: cells, target: cells, connect: {{fixed_total: {synapses}}}, {more}}}
run: {{duration: 1*ms}}
"""
WEIGHTED = """
    model: "w : 1", on_pre: v += w, dtype: float32, delay: "clip(1.5 + 0.75*randn(), 0.1, 5)*ms",
    initial: {w: rand()}
"""
DELAYED = """on_pre: v += 0.1, delay: "clip(1.5 + 0.75*randn(), 0.1, 5)*ms\""""


def batch(sources, targets):
    return Batch(np.array(sources, np.int32), np.array(targets, np.int32))


def test_what_is_drawn_target_by_target_is_placed_in_rows():
    drawn = Drawn.collect([batch([2, 0], [0, 0]), batch([0, 2, 2], [1, 1, 3])], 4)
    assert drawn.by_target
    assert [part.tolist() for part in drawn.arrays()] == [[2, 0, 0, 2, 2], [0, 0, 1, 1, 3], []]
    rows, places = drawn.place(4, shift=10)
    assert rows.starts.tolist() == [0, 2, 2, 5, 5]
    assert places.tolist() == [10, 11, 10, 11, 13]
    assert len(drawn) == 0


@pytest.mark.parametrize("second", [batch([1], [0]), batch([1, 1], [2, 1])])
def test_what_is_drawn_in_another_order_is_noticed(second):
    assert not Drawn.collect([batch([0, 1], [0, 1]), second], 2).by_target


@pytest.mark.parametrize("size", [5, 100_000], ids=["every source has a row", "few have"])
def test_sources_are_told_by_rows(size):
    sources = np.array([0, 0, 2, 4, 4, 4], np.int32)
    rows = Rows.of_sorted(sources, size)
    assert (len(rows.present) > 0) == (size > 5)
    assert len(rows) == 6
    assert rows.sources().tolist() == sources.tolist()
    for start in range(6):
        for stop in range(start + 1, 7):
            assert rows.sources(start, stop).tolist() == sources[start:stop].tolist()
            around, first = rows.starts_around(start, stop)
            assert around[0] == 0
            assert first + around[-1] == stop
            assert first in rows.starts
            assert first <= start
    assert rows.sources_at(np.array([5, 0, 2])).tolist() == [4, 0, 2]


def test_pieces_of_rows_cover_all_and_are_bounded():
    rows = Rows.of_counts(np.array([3, 0, 2, 9, 1, 1, 0]))
    pieces = list(rows.pieces(5))
    assert [start for start, _ in pieces] + [7] == [0] + [stop for _, stop in pieces]
    assert [int(rows.starts[stop] - rows.starts[start]) for start, stop in pieces] == [5, 9, 2]


@pytest.mark.parametrize(("more", "final_bytes"), [(WEIGHTED, 10), (DELAYED, 6)], ids=["weighted", "uniform"])
def test_building_takes_little_more_memory_than_what_is_built(more, final_bytes):
    synapses = 3_000_000
    text = NETWORK.format(size=SIZE, synapses=synapses, more=more)
    plan = make_plan(network_of(text), 1)
    tracemalloc.start()
    try:
        groups = build_groups(plan, SerialCommunicator())
        prepare(plan, groups, 0)
        final, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(groups.tables["synapses"]) == synapses
    # What does not grow with the synapses: 16 MB of what is being computed; the ring buffer of 1 MB.
    assert final < final_bytes * synapses + 2**21
    assert peak < 1.3 * final + 2**24
