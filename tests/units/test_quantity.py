"""Arithmetic of quantities: values are those of floats, units are tracked or refused."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from distsim.units import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    Quantity,
    get_dimensions,
    units_by_name,
)

U = units_by_name()
mV, nA, ms, ohm, volt, amp, second, siemens = (
    U[name] for name in ("mV", "nA", "ms", "ohm", "volt", "amp", "second", "siemens")
)

values = st.floats(-1e6, 1e6, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-6)
vectors = arrays(float, 4, elements=values)
dimensions = st.lists(st.integers(-3, 3), min_size=7, max_size=7).map(Dimension)


@given(vectors, vectors, dimensions, dimensions)
def test_values_are_those_of_plain_arrays(x, y, d, e):
    a, b = Quantity(x, d), Quantity(y, e)
    np.testing.assert_array_equal(np.asarray(a * b), x * y)
    assert get_dimensions(a * b) is d * e
    np.testing.assert_array_equal(np.asarray(a + Quantity(y, d)), x + y)
    assert get_dimensions(a - Quantity(y, d)) is d
    assert get_dimensions(a**2) is d**2
    np.testing.assert_array_equal(a < Quantity(y, d), x < y)
    np.testing.assert_array_equal(np.asarray(-a), -x)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(np.asarray(a / b), x / y)
        assert get_dimensions(a / b) is d / e


@given(vectors, dimensions, dimensions)
def test_sum_of_different_dimensions_is_refused(x, d, e):
    if d is e:
        return
    with pytest.raises(DimensionMismatchError):
        Quantity(x, d) + Quantity(x, e)
    with pytest.raises(DimensionMismatchError):
        Quantity(x, d) == Quantity(x, e)  # noqa: B015


@given(vectors, dimensions)
def test_identity_survives_pickling(x, d):
    a = Quantity(x, d)
    for b in (pickle.loads(pickle.dumps(a)), copy.copy(a), copy.deepcopy(a)):  # noqa: S301
        assert b.dim is d
        np.testing.assert_array_equal(np.asarray(b), x)


def test_dimensionless_results_collapse():
    assert type(3 * mV / mV) is float
    assert 3 * mV / mV == 3
    assert type([1, 2] * mV / mV) is np.ndarray
    assert type(2 * amp * (3 * ohm) / (1 * volt)) is float
    assert type((3 * mV) ** 0) is float
    assert type(ms / ms) is float


def test_lists_take_units():
    assert ([5, 10] * ms).tolist() == [5 * ms, 10 * ms]
    assert get_dimensions((1, 2) * ms) is second.dim
    assert get_dimensions(np.arange(3) * ms) is second.dim


@pytest.mark.parametrize("zero", [0, 0.0, np.zeros(2), [0, 0]])
def test_plain_zero_agrees_with_everything(zero):
    x = [1, 2] * mV
    assert np.all(x + zero == x)
    assert np.all(zero + x == x)
    assert np.all(x > zero)
    assert get_dimensions(zero - x) is volt.dim


def test_zero_with_a_unit_does_not():
    with pytest.raises(DimensionMismatchError):
        3 * mV + 0 * second


def test_infinity_and_nan_compare_but_do_not_add():
    assert 3 * mV < np.inf
    assert -np.inf < 3 * mV
    assert np.all(3 * mV != np.array(np.nan))
    for bound in (np.inf, np.nan):
        with pytest.raises(DimensionMismatchError):
            3 * mV - bound


def test_comparison_with_things_without_units():
    assert (3 * mV).__eq__(None) is False
    assert 3 * mV != None  # noqa: E711
    assert 3 * mV != "a"
    with pytest.raises(DimensionMismatchError):
        3 * mV == 1  # noqa: B015
    with pytest.raises(TypeError):
        3 * mV + "a"


def test_exponents():
    assert np.isclose((10 * mV) ** 0.5 * (10 * mV) ** 0.5, 10 * mV)
    assert 2 ** (3 * mV / mV) == 8
    assert get_dimensions((3 * mV) ** np.float64(-1)) is volt.dim**-1
    with pytest.raises(DimensionMismatchError, match=r"3\. mV"):
        2 ** (3 * mV)
    with pytest.raises(TypeError, match="one exponent"):
        ([1, 2] * mV) ** [1, 2]
    assert get_dimensions(([1, 2] * mV) ** [2, 2]) is volt.dim**2


def test_message_names_values_and_units():
    with pytest.raises(DimensionMismatchError) as error:
        3 * mV + 1
    assert str(error.value) == "cannot calculate 3. mV + 1, units do not match (units are V and 1)"
    assert error.value.dimensions == (volt.dim, DIMENSIONLESS)
    again = pickle.loads(pickle.dumps(error.value))  # noqa: S301
    assert str(again) == str(error.value)
    assert isinstance(error.value, TypeError)


def test_in_place_on_an_array_changes_its_aliases():
    x = [1, 2] * mV
    alias = x
    x += 1 * mV
    assert alias is x
    assert np.allclose(alias, [2, 3] * mV)
    x *= 2 * amp
    assert get_dimensions(alias) is volt.dim * amp.dim
    view = x[:1]
    view[:] = 0
    assert x[0] == 0
    with pytest.raises(DimensionMismatchError):
        x += 1 * mV


def test_in_place_on_a_scalar_makes_a_new_object():
    x = 1 * mV
    alias = x
    x += 1 * mV
    assert alias == 1 * mV
    assert x == 2 * mV


def test_in_place_division_that_cancels_the_unit_gives_a_plain_array():
    x = [1, 2] * mV
    memory = np.asarray(x)
    x /= mV
    assert type(x) is np.ndarray
    assert np.shares_memory(x, memory)
    np.testing.assert_array_equal(x, [1, 2])


def test_plain_array_cannot_take_a_unit_in_place():
    x = np.ones(2)
    with pytest.raises(DimensionMismatchError):
        x *= 3 * mV
    np.testing.assert_array_equal(x, 1)


def test_items():
    x = [1, 2, 3] * mV
    assert x[0] == 1 * mV
    assert isinstance(x[1:], Quantity)
    x[0] = 5 * mV
    x[1] = 0
    assert [float(e) for e in x] == [0.005, 0.0, 0.003]
    assert max(x) == 5 * mV
    assert x.item(0) == 5 * mV
    assert (3 * mV).item() == 3 * mV
    for wrong in (1, 1 * second):
        with pytest.raises(DimensionMismatchError):
            x[0] = wrong
    with pytest.raises(DimensionMismatchError):
        x.fill(1)
    with pytest.raises(DimensionMismatchError):
        x.put([0], 1)
    assert 5 * mV in x
    assert not np.iterable(3 * mV)


def test_stripping_units():
    x = [1, 2] * mV
    assert type(np.asarray(x)) is np.ndarray
    assert np.shares_memory(np.asarray(x), x)
    assert not np.shares_memory(np.array(x), x)
    assert float(3 * mV) == 0.003
    assert int(3 * volt) == 3
    assert not bool(0 * mV)
    with pytest.raises(TypeError):
        float(x)


def test_construction():
    assert Quantity([1 * mV, 2 * mV]).tolist() == [1 * mV, 2 * mV]
    assert Quantity(3, dim=volt) == 3 * volt
    assert Quantity([1, 2], dim=volt.dim).dtype == float
    assert Quantity.with_dimensions(2, length=1) == 2 * U["metre"]
    assert Quantity.with_dimensions(2, volt.dim) == 2 * volt
    assert Quantity(3).dim is DIMENSIONLESS
    plain = np.zeros(3)
    assert np.shares_memory(Quantity(plain, volt), plain)
    assert not np.shares_memory(Quantity(plain, volt, copy=True), plain)
    with pytest.raises(DimensionMismatchError):
        Quantity([1 * mV, 2 * amp])
    for wrong in ("text", None, object()):
        with pytest.raises(TypeError):
            Quantity(wrong)
        with pytest.raises(TypeError):
            wrong * mV


def test_units_of_reductions_along_products():
    x = Quantity(np.ones((2, 3)), volt)
    assert get_dimensions(x.prod()) is volt.dim**6
    assert get_dimensions(x.prod(axis=0)) is volt.dim**2
    assert get_dimensions(np.multiply.reduce(x, axis=1)) is volt.dim**3
    with pytest.raises(DimensionMismatchError):
        x.cumprod()
    with pytest.raises(DimensionMismatchError):
        np.multiply.accumulate(x)
    assert get_dimensions(np.add.accumulate(x)) is volt.dim
    assert get_dimensions(np.multiply.outer(x, x)) is volt.dim**2


def test_ufunc_at():
    x = [1, 2] * volt
    np.add.at(x, [0, 0], 1 * volt)
    assert x.tolist() == [3 * volt, 2 * volt]
    with pytest.raises(DimensionMismatchError):
        np.add.at(x, [0], 1 * second)
    with pytest.raises(DimensionMismatchError):
        np.multiply.at(x, [0], 1 * second)


def test_complex_values():
    x = (3 * mV) * (1 + 2j)
    assert x.real == 3 * mV
    assert x.imag == 6 * mV
    assert type(x / mV) is complex
    assert abs(3 * mV * 1j) == 3 * mV
