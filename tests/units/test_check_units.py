"""The decorator that checks units, and the questions about dimensions."""

import numpy as np
import pytest

from distsim.units import (
    DimensionMismatchError,
    Quantity,
    check_units,
    fail_for_dimension_mismatch,
    get_dimensions,
    have_same_dimensions,
    is_dimensionless,
    is_scalar_type,
    units_by_name,
)

U = units_by_name()
mV, nA, Mohm, volt, amp, ohm, second = (U[n] for n in ("mV", "nA", "Mohm", "volt", "amp", "ohm", "second"))


def test_arguments_and_result():
    @check_units(current=amp, resistance=ohm, scale=1, result=volt)
    def voltage(current, resistance, scale=1):
        """Say what it does."""
        return current * resistance * scale

    assert np.isclose(voltage(2 * nA, resistance=10 * Mohm), 20 * mV)
    assert voltage.__doc__ == "Say what it does."
    assert voltage.unit_signature.names == ("current", "resistance", "scale")
    assert voltage.unit_signature.result is volt.dim
    assert voltage(0 * amp, 0 * ohm) == 0
    for wrong in ((1 * volt, 1 * ohm), (1 * amp, 1), (1 * amp, 1 * ohm, 1 * second)):
        with pytest.raises(DimensionMismatchError, match="voltage"):
            voltage(*wrong)


def test_wrong_result():
    @check_units(result=volt)
    def wrong():
        return 1 * amp

    with pytest.raises(DimensionMismatchError, match=r"units are A and V"):
        wrong()


def test_flag_none_and_partner():
    @check_units(flag=bool, anything=None, first=None, second="first", result=bool)
    def function(flag, anything, first, second):
        return flag

    assert function(True, "text", 1 * mV, 2 * volt)
    assert function(np.True_, object, 1, 2)
    with pytest.raises(TypeError, match="flag"):
        function(1, 0, 1 * mV, 1 * mV)
    with pytest.raises(DimensionMismatchError, match="second"):
        function(True, 0, 1 * mV, 1 * amp)


def test_result_computed_from_arguments():
    @check_units(value=None, result=lambda unit: unit**2)
    def square(value):
        return value * value

    assert np.isclose(square(2 * mV), 4 * mV**2)
    assert square(3) == 9
    assert square.unit_signature.result_dimension(volt.dim) is volt.dim**2

    @check_units(result=lambda unit: unit**2)
    def not_square(value):
        return value

    with pytest.raises(DimensionMismatchError):
        not_square(1 * mV)


def test_expressions_and_defaults_are_not_checked():
    @check_units(rate=U["hertz"])
    def function(rate=None):
        return rate

    assert function() is None
    assert function("10*Hz") == "10*Hz"
    assert function(0) == 0
    with pytest.raises(DimensionMismatchError):
        function(10)


def test_unknown_argument_name():
    with pytest.raises(TypeError, match="'curent'"):

        @check_units(curent=amp)
        def function(current):
            return current


def test_questions():
    assert get_dimensions([1 * mV, 0, 2 * mV]) is volt.dim
    assert get_dimensions(volt) is get_dimensions(volt.dim) is volt.dim
    assert have_same_dimensions(3 * mV, 3 * volt)
    assert not have_same_dimensions(3 * mV, 0)
    assert is_dimensionless(3)
    assert is_dimensionless([1, 2])
    assert not is_dimensionless(3 * mV)
    assert is_scalar_type(3)
    assert is_scalar_type(np.float64(3))
    assert not is_scalar_type(3 * mV)
    assert not is_scalar_type(np.zeros(1))
    for wrong in ("3", None, ["a"], {}):
        with pytest.raises(TypeError):
            get_dimensions(wrong)


def test_objects_with_a_dimension_take_part():
    class View:
        """As the state variables of a group will be."""

        dim = volt.dim

        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0])

    assert get_dimensions(View()) is volt.dim
    assert np.all(1 * volt + View() == [2, 3] * volt)
    assert isinstance(np.mean(Quantity(View())), Quantity)


def test_fail_for_dimension_mismatch():
    assert fail_for_dimension_mismatch(1 * mV, 2 * volt) == (volt.dim, volt.dim)
    assert fail_for_dimension_mismatch(1 * mV, 0)
    assert fail_for_dimension_mismatch(3)
    with pytest.raises(DimensionMismatchError, match=r"got 1\. mV \(unit is V\)"):
        fail_for_dimension_mismatch(1 * mV, error_message="got {value}", value=1 * mV)
    with pytest.raises(DimensionMismatchError, match="V and A"):
        fail_for_dimension_mismatch(1 * mV, 1 * amp)
