"""Dimensions are one of a kind and form a group."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distsim.units import DIMENSIONLESS, Dimension, get_or_create_dimension

exponents = st.lists(st.integers(-4, 4), min_size=7, max_size=7)
dimensions = exponents.map(Dimension)
powers = st.sampled_from([-3, -2, -1, -0.5, 1 / 3, 0.5, 2 / 3, 1, 1.5, 2, 3])


@given(dimensions, dimensions, dimensions)
def test_products_form_a_commutative_group(a, b, c):
    assert a * b is b * a
    assert (a * b) * c is a * (b * c)
    assert a * DIMENSIONLESS is a
    assert a / a is DIMENSIONLESS
    assert a / b is a * b**-1


@given(dimensions, powers, powers)
def test_powers(a, p, q):
    assert (a**p) ** q is a ** (p * q)
    assert a**p * a**q is a ** (p + q)
    assert (a**p) ** (1 / p) is a
    assert a**0 is DIMENSIONLESS


@given(dimensions)
def test_identity_survives_copies(a):
    assert pickle.loads(pickle.dumps(a)) is a  # noqa: S301
    assert copy.copy(a) is a
    assert copy.deepcopy([a])[0] is a
    assert Dimension(a.exponents) is a


def test_distinct_exponents_give_distinct_dimensions():
    assert Dimension((1, 0, 0, 0, 0, 0, 0)) is not Dimension((0, 1, 0, 0, 0, 0, 0))
    assert Dimension((1, 0, 0, 0, 0, 0, 0)) != Dimension((2, 0, 0, 0, 0, 0, 0))


def test_names_of_the_base_quantities():
    speed = get_or_create_dimension(length=1, time=-1)
    assert speed is get_or_create_dimension(m=1, s=-1)
    assert speed is get_or_create_dimension([1, 0, -1, 0, 0, 0, 0])
    assert speed is get_or_create_dimension(1, 0, -1, 0, 0, 0, 0)
    assert speed.get_dimension("time") == -1
    with pytest.raises(TypeError, match="furlong"):
        get_or_create_dimension(furlong=1)
    with pytest.raises(TypeError, match="7 exponents"):
        get_or_create_dimension(1, 2)


def test_text():
    volt = get_or_create_dimension(m=2, kg=1, s=-3, A=-1)
    assert str(volt) == "m^2 kg s^-3 A^-1"
    assert str(volt**0.5) == "m kg^0.5 s^-1.5 A^-0.5"
    assert repr(volt) == "metre ** 2 * kilogram * second ** -3 * amp ** -1"
    assert str(DIMENSIONLESS) == "1"


def test_cannot_be_changed():
    with pytest.raises(AttributeError):
        DIMENSIONLESS.exponents = (1,) * 7
