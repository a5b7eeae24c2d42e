"""NumPy's functions on quantities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from distsim.units import DIMENSIONLESS, DimensionMismatchError, Quantity, get_dimensions, units_by_name
from distsim.units.functions import arange, exprel

U = units_by_name()
mV, ms, volt, amp, second, metre = (U[name] for name in ("mV", "ms", "volt", "amp", "second", "metre"))
X = np.array([3.0, 1.0, 2.0])
MATRIX = np.array([[4.0, 1.0], [2.0, 3.0]])
QX, QM = Quantity(X, volt), Quantity(MATRIX, volt)

KEEP = (
    *(
        [
            "sum",
            "mean",
            "median",
            "std",
            "max",
            "min",
            "amax",
            "amin",
            "ptp",
            "cumsum",
            "diff",
            "sort",
            "flip",
            "ravel",
            "nansum",
            "nanmean",
            "nanstd",
            "nanmax",
        ]
    ),
    *(
        [
            "nanmedian",
            "ediff1d",
            "squeeze",
            "copy",
            "atleast_1d",
            "atleast_2d",
            "trim_zeros",
            "cumulative_sum",
            "fliplr",
            "rot90",
            "tril",
        ]
    ),
)


@pytest.mark.parametrize("name", KEEP)
def test_functions_that_keep_the_unit(name):
    if not hasattr(np, name):
        pytest.skip("not in this NumPy")
    x, q = (MATRIX, QM) if name in ("fliplr", "rot90", "tril") else (X, QX)
    function = getattr(np, name)
    result = function(q)
    assert get_dimensions(result) is volt.dim
    np.testing.assert_array_equal(np.asarray(result), function(x))


@pytest.mark.parametrize(
    "name",
    [
        "sum",
        "mean",
        "std",
        "max",
        "min",
        "cumsum",
        "round",
        "trace",
        "take",
        "copy",
        "flatten",
        "ravel",
        "transpose",
        "squeeze",
    ],
)
def test_methods_that_keep_the_unit(name):
    arguments = ([0, 1],) if name == "take" else ()
    result = getattr(QM, name)(*arguments)
    assert get_dimensions(result) is volt.dim
    np.testing.assert_array_equal(np.asarray(result), getattr(MATRIX, name)(*arguments))


@pytest.mark.parametrize(
    "name",
    [
        "argmax",
        "argmin",
        "argsort",
        "nonzero",
        "isnan",
        "isfinite",
        "sign",
        "any",
        "all",
        "ones_like",
        "zeros_like",
        "count_nonzero",
    ],
)
def test_functions_with_plain_results(name):
    result, expected = getattr(np, name)(QX), getattr(np, name)(X)
    assert not isinstance(result, Quantity)
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    "name",
    [
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "arcsinh",
        "arccosh",
        "arctanh",
        "exp",
        "expm1",
        "exp2",
        "log",
        "log2",
        "log10",
        "log1p",
        "deg2rad",
        "cumprod",
        "sinc",
        "bitwise_not",
    ],
)
def test_functions_that_demand_a_number(name):
    with pytest.raises(DimensionMismatchError, match="unit is V"):
        getattr(np, name)(QX)
    if name not in ("arccosh", "bitwise_not"):
        assert getattr(np, name)(0.5 * mV / mV) == getattr(np, name)(0.5)


@pytest.mark.parametrize(
    "name", ["concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "block"]
)
def test_joining_keeps_and_checks_units(name):
    function = getattr(np, name)
    result = function([QX, 2 * QX])
    assert get_dimensions(result) is volt.dim
    np.testing.assert_array_equal(np.asarray(result), function([X, 2 * X]))
    assert get_dimensions(function([np.zeros(3), QX])) is volt.dim
    with pytest.raises(DimensionMismatchError):
        function([QX, X])
    with pytest.raises(DimensionMismatchError):
        function([QX, Quantity(X, second)])


@pytest.mark.parametrize(
    ("call", "dimension"),
    [
        (lambda: np.var(QX), volt.dim**2),
        (QX.var, volt.dim**2),
        (lambda: np.prod(QM), volt.dim**4),
        (lambda: np.prod(QM, axis=0), volt.dim**2),
        (lambda: np.dot(QX, Quantity(X, amp)), U["watt"].dim),
        (lambda: QX.dot(Quantity(X, amp)), U["watt"].dim),
        (lambda: QM @ QM, volt.dim**2),
        (lambda: np.outer(QX, X), volt.dim),
        (lambda: np.cross(QX, QX), volt.dim**2),
        (lambda: np.convolve(QX, Quantity(X, second)), U["weber"].dim),
        (lambda: np.einsum("i,i", QX, QX), volt.dim**2),
        (lambda: np.trapezoid(QX, dx=1 * ms), U["weber"].dim),
        (lambda: np.gradient(QX, 1 * ms), (volt / second).dim),
        (lambda: np.sqrt(QX), volt.dim**0.5),
        (lambda: np.cbrt(QX), volt.dim ** (1 / 3)),
        (lambda: np.square(QX), volt.dim**2),
        (lambda: np.reciprocal(QX), volt.dim**-1),
        (lambda: np.power(QX, 3), volt.dim**3),
        (lambda: np.abs(QX), volt.dim),
        (lambda: np.maximum(QX, 0), volt.dim),
        (lambda: np.clip(QX, 1 * volt, 2 * volt), volt.dim),
        (lambda: QX.clip(1 * volt, 2 * volt), volt.dim),
        (lambda: np.clip(QX, 0, None), volt.dim),
        (lambda: np.where(X > 1, QX, 0), volt.dim),
        (lambda: np.where(X > 1, QX, -QX), volt.dim),
        (lambda: np.linspace(0 * mV, 1 * mV, 3), volt.dim),
        (lambda: np.append(QX, 1 * volt), volt.dim),
        (lambda: np.insert(QX, 0, 1 * volt), volt.dim),
        (lambda: np.full_like(QX, 3 * mV), volt.dim),
        (lambda: np.interp(1 * ms, [0, 2] * ms, [0, 2] * mV), volt.dim),
        (lambda: np.percentile(QX, 50), volt.dim),
        (lambda: np.average(QX, weights=X), volt.dim),
        (lambda: np.unique(QX), volt.dim),
        (lambda: np.split(QX, 3)[0], volt.dim),
        (lambda: np.meshgrid(QX, Quantity(X, second))[1], second.dim),
        (lambda: np.broadcast_arrays(QX, 1 * second)[1], second.dim),
        (lambda: np.histogram(QX)[1], volt.dim),
        (lambda: np.histogram(QX, density=True)[0], volt.dim**-1),
        (lambda: np.linalg.norm(QX), volt.dim),
        (lambda: np.linalg.inv(QM), volt.dim**-1),
        (lambda: np.linalg.solve(QM, Quantity([1, 2], amp)), (amp / volt).dim),
        (lambda: np.cov(QX), volt.dim**2),
        (lambda: np.fft.rfft(QX), volt.dim),
        (lambda: np.select([X > 1], [QX]), volt.dim),
        (lambda: np.tile(QX, 2), volt.dim),
        (lambda: np.take(QX, 1), volt.dim),
        (lambda: np.hypot(QX, QX), volt.dim),
        (lambda: np.arctan2(QX, QX), DIMENSIONLESS),
        (lambda: np.nan_to_num(QX), volt.dim),
        (lambda: np.pad(QX, 1), volt.dim),
        (lambda: np.diff(QX, prepend=0 * volt), volt.dim),
        (lambda: np.sum(QX, initial=1 * volt), volt.dim),
        (lambda: QX.astype(np.float32), volt.dim),
        (lambda: divmod(QX, 2 * volt)[0], DIMENSIONLESS),
        (lambda: QX // (2 * volt), DIMENSIONLESS),
        (lambda: QX % (2 * volt), volt.dim),
        (lambda: np.corrcoef(QX, QX), DIMENSIONLESS),
    ],
)
def test_dimension_of_the_result(call, dimension):
    assert get_dimensions(call()) is dimension


@pytest.mark.parametrize(
    "call",
    [
        lambda: np.clip(QX, 1, 2),
        lambda: np.where(X > 1, QX, Quantity(X, second)),
        lambda: np.where(X > 1, QX, 1),
        lambda: np.linspace(0 * mV, 1 * second, 3),
        lambda: np.append(QX, 1),
        lambda: np.interp(1, [0, 2] * ms, [0, 2] * mV),
        lambda: np.maximum(QX, 1),
        lambda: np.histogram(QX, bins=[1, 2, 3]),
        lambda: np.searchsorted(np.sort(QX), 1),
        lambda: np.digitize(QX, [1, 2]),
        lambda: np.isclose(QX, X),
        lambda: np.allclose(QX, QX, atol=1),
        lambda: np.array_equal(QX, X),
        lambda: np.copyto(np.zeros(3), QX),
        lambda: np.copyto(QX.copy(), X),
        lambda: np.sum(QX, initial=1 * second),
        lambda: np.add(QX, QX, out=np.zeros(3)),
        lambda: np.mean(QX, out=np.zeros(())),
        lambda: np.fill_diagonal(QM.copy(), 1),
        lambda: QX @ QX + QX,
        lambda: np.remainder(QX, 2),
        lambda: np.diff(QX, append=1),
    ],
)
def test_mismatches(call):
    with pytest.raises(DimensionMismatchError):
        call()


def test_values_close():
    assert np.allclose([1, 2] * mV, [1, 2] * mV)
    assert not np.allclose(1 * mV, 1 * volt)
    assert np.allclose(1 * mV, 2 * mV, atol=1.5 * mV)
    assert np.array_equal(QX, Quantity(X, volt))


def test_output_arrays():
    out = Quantity(np.zeros(3), second)
    assert np.add(QX, QX, out=out) is out
    assert out.dim is volt.dim
    np.testing.assert_array_equal(np.asarray(out), 2 * X)
    counts = Quantity(np.zeros(3), volt)
    assert np.cumsum(QX, out=counts) is counts
    np.testing.assert_array_equal(np.asarray(counts), np.cumsum(X))


def test_arange():
    result = arange(0 * ms, 3 * ms, 1 * ms)
    assert get_dimensions(result) is second.dim
    np.testing.assert_array_equal(np.asarray(result), np.arange(0, 0.003, 0.001))
    assert get_dimensions(arange(0, 3 * ms, 1 * ms)) is second.dim
    np.testing.assert_array_equal(arange(3), [0, 1, 2])
    np.testing.assert_array_equal(arange(1, 3), [1, 2])
    assert arange(3).dtype.kind == "i"
    for wrong in ((3 * ms,), (0 * ms, 3 * ms), (0 * mV, 3 * ms, 1 * ms), (1, 3 * ms, 1 * ms)):
        with pytest.raises(DimensionMismatchError):
            arange(*wrong)


def test_exprel():
    assert exprel(0) == 1
    assert exprel(1e-12) == pytest.approx(1 + 5e-13, rel=1e-15)
    np.testing.assert_allclose(exprel([1.0, -1.0]), np.expm1([1.0, -1.0]) / [1.0, -1.0])
    with pytest.raises(DimensionMismatchError):
        exprel(1 * mV)


@given(arrays(float, st.integers(1, 5), elements=st.floats(-1e3, 1e3)), st.floats(1e-3, 1e3))
def test_scaling_commutes_with_linear_functions(x, factor):
    for function in (np.mean, np.sum, np.max, np.ptp):
        np.testing.assert_allclose(
            np.asarray(function(Quantity(x * factor, metre))), function(x) * factor, rtol=1e-9, atol=1e-6
        )
