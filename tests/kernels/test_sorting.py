"""The counting sort is stable and agrees with NumPy's, compiled and plain."""

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
