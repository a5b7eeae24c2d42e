"""Counting sorts are stable and agree with NumPy's, compiled and plain."""

import numpy as np
import pytest

from distsim.kernels.compile import plain
from distsim.kernels.sorting import (
    counting_sort,
    counting_sort_from,
    row_order,
    sort_rows_by,
    sort_synapses,
)


def modes(function):
    return [pytest.param(function, id="compiled"), pytest.param(plain(function), id="plain")]


@pytest.fixture
def generator():
    return np.random.Generator(np.random.Philox(3))


@pytest.mark.parametrize("sort", modes(counting_sort))
@pytest.mark.parametrize("dtype", [np.int32, np.uint16])
@pytest.mark.parametrize(("size", "n_keys"), [(0, 0), (0, 5), (1, 1), (700, 1), (700, 40), (40, 700)])
def test_counting_sort(sort, dtype, size, n_keys, generator):
    keys = generator.integers(0, max(n_keys, 1), size).astype(dtype)
    start, order = sort(keys, n_keys)
    assert np.array_equal(order, np.argsort(keys, kind="stable"))
    assert np.array_equal(start, np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=n_keys)))))


@pytest.mark.parametrize("sort", modes(counting_sort))
def test_the_largest_key_does_not_overflow(sort):
    start, order = sort(np.array([65535, 0, 65535], np.uint16), 65536)
    assert order.tolist() == [1, 0, 2]
    assert start[65535:].tolist() == [1, 3]


@pytest.mark.parametrize("sort", modes(counting_sort_from))
def test_keys_of_rising_significance(sort, generator):
    minor, major = generator.integers(0, 6, 500), generator.integers(0, 9, 500).astype(np.int32)
    _, order = counting_sort(minor.astype(np.int32), 6)
    start, order = sort(order, major, 9)
    assert np.array_equal(order, np.lexsort((np.arange(500), minor, major)))
    assert np.array_equal(np.diff(start), np.bincount(major, minlength=9))


@pytest.mark.parametrize("key", [-1, 4])
@pytest.mark.parametrize("sort", modes(counting_sort))
def test_keys_out_of_range_are_refused(sort, key):
    with pytest.raises(IndexError, match="out of range"):
        sort(np.array([0, key], np.int32), 4)


@pytest.mark.parametrize("sort", modes(sort_rows_by))
@pytest.mark.parametrize("largest", [1, 60, 65535])
def test_rows_are_sorted_each_on_its_own(sort, largest, generator):
    sources = np.sort(generator.integers(0, 30, 900)).astype(np.int32)
    sources[:700] = 3  # one long row, and empty ones
    generator.shuffle(sources)
    delays = generator.integers(0, largest, 900, endpoint=True).astype(np.uint16)
    start, order = row_order(sources, 30)
    sort(start, order, delays)
    assert np.array_equal(order, np.lexsort((np.arange(900), delays, sources)))


def test_synapses_by_source_delay_target(generator):
    sources = generator.integers(0, 20, 3000).astype(np.int32)
    targets = generator.integers(0, 15, 3000).astype(np.int32)
    delays = generator.integers(1, 4, 3000).astype(np.uint16)
    start, order = sort_synapses(sources, delays, targets, 20, 15)
    assert np.array_equal(order, np.lexsort((np.arange(3000), targets, delays, sources)))
    assert np.array_equal(np.diff(start), np.bincount(sources, minlength=20))
    start, order = sort_synapses(sources[:0], delays[:0], targets[:0], 20, 15)
    assert order.size == 0
    assert not start.any()
