"""The counting sorts are stable and agree with NumPy's, compiled and plain."""

import numpy as np
import pytest

from distsim.kernels import sorting
from distsim.kernels.compile import plain


@pytest.fixture(params=["compiled", "plain"])
def sort(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(sorting, "sort_by_counting", plain(sorting.sort_by_counting))
    return sorting.counting_sort


@pytest.fixture
def generator():
    return np.random.Generator(np.random.Philox(3))


@pytest.mark.parametrize("dtype", [np.int32, np.uint16])
@pytest.mark.parametrize(("size", "n_keys"), [(0, 0), (0, 5), (1, 1), (700, 1), (700, 40), (40, 700)])
def test_counting_sort(sort, dtype, size, n_keys, generator):
    keys = generator.integers(0, max(n_keys, 1), size).astype(dtype)
    start, order = sort(keys, n_keys)
    assert np.array_equal(order, np.argsort(keys, kind="stable"))
    assert np.array_equal(start, np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=n_keys)))))


def test_the_largest_key_does_not_overflow(sort):
    start, order = sort(np.array([65535, 0, 65535], np.uint16), 65536)
    assert order.tolist() == [1, 0, 2]
    assert start[65535:].tolist() == [1, 3]


@pytest.mark.parametrize("key", [-1, 4])
def test_keys_out_of_range_are_refused(sort, key):
    with pytest.raises(IndexError, match="out of range"):
        sort(np.array([0, key], np.int32), 4)


@pytest.fixture(params=["compiled", "plain"])
def rows(request, monkeypatch):
    """Return the module with the functions for rows, which call compiled code or its Python source."""
    if request.param == "plain":
        for name in ("place_runs", "number_repeats_of_rows", "sort_rows_by_counting"):
            monkeypatch.setattr(sorting, name, plain(getattr(sorting, name)))
    return sorting


def test_targets_are_placed_in_the_rows_of_their_sources(rows, generator):
    sources = generator.integers(0, 9, 300).astype(np.int32)
    targets = np.sort(generator.integers(0, 20, 300)).astype(np.int32)
    values, lengths = np.unique(targets, return_counts=True)
    counts = np.bincount(sources, minlength=9)
    starts = np.concatenate(([0], np.cumsum(counts)))
    cursor, placed = starts[:-1].copy(), np.full(300, -1, np.int32)
    rows.place_in_rows(sources, values, lengths.astype(np.int32), cursor, placed)
    assert np.array_equal(placed, targets[np.argsort(sources, kind="stable")])
    assert np.array_equal(cursor, starts[1:])


@pytest.mark.parametrize(
    ("starts", "targets", "repeats"),
    [
        ([0, 3, 3, 6], [1, 1, 2, 2, 2, 2], [0, 1, 0, 0, 1, 2]),
        ([0, 2, 4], [1, 2, 2, 3], []),
        ([0], [], []),
    ],
)
def test_synapses_of_a_pair_are_numbered(rows, starts, targets, repeats):
    numbers = rows.number_repeats(np.array(starts, np.int64), np.array(targets, np.int32))
    assert numbers.dtype == np.uint16
    assert numbers.tolist() == repeats


def test_a_pair_with_too_many_synapses_is_refused(rows):
    starts = np.array([0, 65537], np.int64)
    with pytest.raises(OverflowError, match="65,536"):
        rows.number_repeats(starts, np.zeros(65537, np.int32))
    assert rows.number_repeats(np.array([0, 65536]), np.zeros(65536, np.int32))[-1] == 65535


def test_order_within_rows(rows, generator):
    starts = np.array([1000, 1000, 1040, 1300, 1301, 1500], np.int64)
    keys = generator.choice(np.array([0, 3, 4, 900, 65535], np.uint16), 500)
    order = rows.order_within_rows(keys, starts)
    row = np.repeat(np.arange(5), np.diff(starts))
    assert np.array_equal(order, np.lexsort((keys, row)))
