"""Functions of the user's in code strings."""

import numpy as np
import pytest

from distsim.equations.functions import SECOND, AnyDimension, SameAs
from distsim.equations.variable_type import VariableType
from distsim.frontend.binomial import BinomialFunction
from distsim.frontend.functions import (
    DEFAULT_FUNCTIONS,
    Function,
    FunctionDeclarationError,
    as_function,
    declare_types,
    implementation,
    timestep,
)
from distsim.frontend.plain_functions import without_units
from distsim.units import DIMENSIONLESS, DimensionMismatchError, check_units, get_dimensions, units_by_name

U = units_by_name()
ms, mV, nA, volt, amp, second, Hz = (U[n] for n in ("ms", "mV", "nA", "volt", "amp", "second", "Hz"))
VOLT, AMP = get_dimensions(volt), get_dimensions(amp)
threshold = 10 * mV


@check_units(v=volt, result=1)
def over_threshold(v):
    return (v - threshold) / (2 * mV)


@check_units(v=volt, result=1)
def doubled(v):
    return 2 * over_threshold(v)


def test_bodies_may_mention_units():
    described = as_function(over_threshold).describe("over_threshold")
    assert np.isclose(described.function(0.014), 2)
    np.testing.assert_allclose(described.function(np.array([0.014, 0.01])), [2, 0])
    assert over_threshold(14 * mV) == 2
    with pytest.raises(DimensionMismatchError):
        over_threshold(14 * ms)


def test_functions_that_call_others():
    assert np.isclose(as_function(doubled).describe("doubled").function(0.014), 4)


def test_closures_and_default_arguments():
    scale = 5 * mV

    def function(v, offset=1 * mV, *, more=2 * mV):
        return (v + offset + more) / scale

    assert np.isclose(without_units(function)(0.002), 1)
    assert without_units(function).__name__ == "function"


def test_functions_without_units_are_left_alone():
    def function(v):
        return np.exp(v)

    assert without_units(function) is function
    assert without_units(np.sin) is np.sin


def test_a_function_that_calls_itself():
    def factorial(n):
        return 1 if n < 1 else n * factorial(n - 1)

    assert without_units(factorial)(4) == 24


def test_what_is_declared():
    @check_units(a=volt, b="a", c=None, d=bool, result=lambda a, *_: a**2)
    def f(a, b, c, d):
        return a

    signature = as_function(f).describe("f").signature
    assert signature.arguments == (VOLT, SameAs(0), AnyDimension.ANY, DIMENSIONLESS)
    assert signature.result_dimension((VOLT, VOLT, AMP, DIMENSIONLESS)) is VOLT**2
    assert signature.name == "f"

    @check_units(a=1, result=bool)
    def g(a):
        return a > 0

    assert as_function(g).describe("g").signature.dtype is VariableType.BOOLEAN


def test_function_objects():
    f = Function(lambda a, b: a + b, arg_units=[volt, "a"], return_unit=volt, return_type="highest")
    assert f(1 * mV, 2 * mV) == 3 * mV
    signature = f.describe("f").signature
    assert signature.arguments == (VOLT, SameAs(0))
    assert signature.dtype is None
    assert Function(np.hypot, arg_units=[1, 1], return_unit=1).describe("h").signature.arity == 2
    with pytest.raises(ValueError, match="units of 1"):
        Function(np.hypot, arg_names=["a", "b"], arg_units=[1], return_unit=1)
    with pytest.raises(ValueError, match="no argument 'c'"):
        Function(lambda a, b: a, arg_units=[1, "c"], return_unit=1)
    with pytest.raises(TypeError, match="a Python function"):
        Function(3)


def test_functions_that_cannot_be_called_in_code():
    with pytest.raises(
        FunctionDeclarationError, match=r"'f' declares no units.*@check_units\(x=1, result=1\)"
    ):
        Function(lambda x: x).describe("f")
    with pytest.raises(FunctionDeclarationError, match="no unit of its result"):
        Function(check_units(x=1)(lambda x: x)).describe("f")
    with pytest.raises(FunctionDeclarationError, match="stateless=False"):
        Function(lambda: 1, arg_units=[], return_unit=1, stateless=False).describe("f")
    with pytest.raises(FunctionDeclarationError, match="auto_vectorise"):
        Function(lambda: 1, arg_units=[], return_unit=1, auto_vectorise=True).describe("f")


def test_types():
    @declare_types(n="integer", result="integer")
    @check_units(n=1, result=1)
    def f(n):
        return n

    assert as_function(f).arg_types == ("integer",)
    assert as_function(f).describe("f").signature.dtype is VariableType.INTEGER
    g = declare_types(n="integer", result="boolean")(Function(lambda n: n, arg_units=[1], return_unit=1))
    assert g.return_type == "boolean"
    with pytest.raises(ValueError, match="type of an argument"):
        declare_types(n="text")
    with pytest.raises(ValueError, match="type of a result"):
        declare_types(result="any")
    with pytest.raises(TypeError, match="no argument named"):
        declare_types(m="integer")(lambda n: n)


def test_implementations():
    @implementation("cpp", "double f(double x) { return 2*x; }")
    @implementation("cython", "cdef double f(double x): return 2*x")
    @implementation("anything", "...")
    @check_units(x=volt, result=volt)
    def f(x):
        return 2 * x

    assert isinstance(f, Function)
    assert f(1 * mV) == 2 * mV
    assert f.describe("f").function(3.0) == 6
    assert f.implementations.others == {"cpp", "cython", "anything"}

    @implementation("numpy", discard_units=True)
    @check_units(x=volt, result=volt)
    def g(x):
        return 3 * x

    assert g(1 * mV) == 3 * mV
    assert g.describe("g").function(1.0) == 3

    @implementation("numpy", code=lambda x: 5 * x)
    @check_units(x=1, result=1)
    def h(x):
        return 3 * x

    assert h.describe("h").function(1.0) == 5
    assert "numpy" in h.implementations
    with pytest.raises(TypeError, match="discard_units"):
        implementation("cpp", "...", discard_units=True)


def test_timestep():
    assert timestep(1.2 * ms, 0.1 * ms) == 12
    assert isinstance(timestep(1.2 * ms, 0.1 * ms), int)
    np.testing.assert_array_equal(timestep([1, 2.05] * ms, 0.1 * ms), [10, 20])
    with pytest.raises(DimensionMismatchError, match="timestep needs times"):
        timestep(3, 1 * ms)


def test_the_functions_of_the_language():
    assert DEFAULT_FUNCTIONS["int"](2.7) == 2
    np.testing.assert_array_equal(DEFAULT_FUNCTIONS["int"](np.array([-1.5, 1.5])), [-1, 1])
    assert DEFAULT_FUNCTIONS["clip"](3 * mV, 1 * mV, 2 * mV) == 2 * mV
    assert DEFAULT_FUNCTIONS["exprel"](0) == 1
    signature = DEFAULT_FUNCTIONS["timestep"].describe("timestep").signature
    assert signature.arguments == (SECOND, SECOND)


def test_binomial_numbers():
    np.random.seed(0)  # noqa: NPY002
    few, many = BinomialFunction(10, 0.1), BinomialFunction(1000, 0.3)
    assert not few.approximate
    assert many.approximate
    assert 0 <= few() <= 10
    assert abs(many(2000).mean() - 300) < 5 * np.sqrt(210 / 2000)
    with pytest.raises(ValueError, match="0 <= p <= 1"):
        BinomialFunction(3, 2)
