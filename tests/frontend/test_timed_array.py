"""Timed arrays called from Python."""

import numpy as np
import pytest

from distsim.frontend.clocks import defaultclock
from distsim.frontend.timed_array import TimedArray
from distsim.kernels.timed import packed_timed_array, timed_values
from distsim.units import DimensionMismatchError, get_dimensions, units_by_name

U = units_by_name()
ms, nA = U["ms"], U["nA"]


def test_values_hold_for_dt_and_the_last_for_ever():
    stimulus = TimedArray([1, 2, 3] * nA, dt=1 * ms)
    assert stimulus(0 * ms) == 1 * nA
    assert stimulus(0.99 * ms) == 1 * nA
    assert stimulus(1 * ms) == 2 * nA
    assert stimulus(-5 * ms) == 1 * nA
    np.testing.assert_array_equal(np.asarray(stimulus([0, 2, 50] * ms)), np.array([1, 3, 3]) * 1e-9)
    assert TimedArray([1, 2], dt=1 * ms)(1 * ms) == 2


def test_columns():
    stimulus = TimedArray([[1, 2], [3, 4]], dt=1 * ms)
    assert stimulus(0 * ms, 1) == 2
    np.testing.assert_array_equal(stimulus(1 * ms, [0, 1]), [3, 4])
    with pytest.raises(IndexError):
        stimulus(0 * ms, 3)
    with pytest.raises(TypeError, match="has columns"):
        stimulus(0 * ms)
    with pytest.raises(TypeError, match="no columns"):
        TimedArray([1, 2], dt=1 * ms)(0 * ms, 1)


def test_exact_multiples_of_dt_are_where_kernels_have_them():
    stimulus = TimedArray(np.arange(1000), dt=0.1 * ms)
    times = np.arange(1000) * 0.1e-3
    packed = packed_timed_array(stimulus.values, stimulus.dt, defaultclock.dt_)
    np.testing.assert_array_equal(stimulus(times * U["second"]), timed_values(packed, times, 0))
    np.testing.assert_array_equal(stimulus(times * U["second"]), np.arange(1000))


def test_its_description():
    stimulus = TimedArray([[1, 2], [3, 4]] * nA, dt=2 * ms, name="stimulus")
    described = stimulus.describe()
    np.testing.assert_allclose(described.values, [[1e-9, 2e-9], [3e-9, 4e-9]])
    assert (described.dt, described.dimension) == (0.002, get_dimensions(nA))
    assert stimulus.name == "stimulus"
    assert stimulus.is_locally_constant(0.001)
    assert not stimulus.is_locally_constant(0.0015)
    assert not stimulus.is_locally_constant(0.004)


@pytest.mark.parametrize("values", [[], 3, np.zeros((2, 2, 2))])
def test_bad_shapes(values):
    with pytest.raises(ValueError, match="one or two dimensions"):
        TimedArray(values, dt=1 * ms)


def test_bad_units():
    with pytest.raises(DimensionMismatchError):
        TimedArray([1, 2], dt=1 * nA)
    with pytest.raises(DimensionMismatchError):
        TimedArray([1, 2], dt=1 * ms)(3)
