"""Special values, limits, and the functions whose results are exact."""

import math
from itertools import product

import kernel_samples
import numpy as np
import pytest

from distsim.kernels import maths
from distsim.kernels.maths import LARGEST_ANGLE

EDGES = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 1e308, -1e308, 5e-324, -5e-324]


def same(result, expected):
    """Equal with the sign of zero, or both NaN."""
    if math.isnan(expected):
        return math.isnan(result)
    return result == expected and math.copysign(1, result) == math.copysign(1, expected)


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "expm1",
        "log",
        "log1p",
        "log10",
        "sinh",
        "cosh",
        "tanh",
        "arctan",
        "sqrt",
        "floor",
        "ceil",
        "sign",
    ],
)
@pytest.mark.parametrize("x", EDGES)
def test_edges_are_numpy_s(name, x):
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(np.float64(x))
        result = getattr(maths, name)(x)
    if name == "sign" and x == 0:
        assert result == 0
    elif np.isfinite(expected) and expected != 0:
        assert result == pytest.approx(expected, rel=1e-15)
    else:
        assert same(result, expected)


@pytest.mark.parametrize("name", ["arcsin", "arccos", "sin", "cos", "tan"])
@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324])
def test_edges_of_circular_functions(name, x):
    with np.errstate(all="ignore"):
        assert same(getattr(maths, name)(x), getattr(np, name)(np.float64(x)))


def test_arcs_outside_the_unit_interval():
    for x in (1.0000000000000002, -1.5, 1e300):
        assert math.isnan(maths.arcsin(x))
        assert math.isnan(maths.arccos(x))


def test_angles_beyond_the_largest():
    assert maths.sin(LARGEST_ANGLE) == pytest.approx(math.sin(LARGEST_ANGLE), abs=1e-15)
    assert math.isnan(maths.sin(LARGEST_ANGLE * 1.01))
    assert math.isnan(maths.cos(-LARGEST_ANGLE * 1.01))


def test_exp_at_its_limits():
    assert maths.exp(709.782712893384) == pytest.approx(1.797693134862273e308, rel=1e-12)
    assert maths.exp(709.7827128933841) == math.inf
    assert maths.exp(-745.1332191019411) == 5e-324
    assert maths.exp(-745.1332191019412) == 0
    assert maths.exp(-720.0) == pytest.approx(math.exp(-720.0), abs=5e-324)


def test_bernoulli_at_its_limits():
    assert maths.bernoulli(0.0) == maths.bernoulli(-0.0) == maths.bernoulli(1e-300) == 1.0
    assert maths.bernoulli(761.0) == maths.bernoulli(1e301) == maths.bernoulli(math.inf) == 0.0
    assert maths.bernoulli(-math.inf) == math.inf
    assert math.isnan(maths.bernoulli(math.nan))
    assert maths.bernoulli(-1e308) == 1e308


def test_exprel_at_its_limits():
    assert maths.exprel(0.0) == maths.exprel(-0.0) == maths.exprel(1e-300) == 1.0
    assert maths.exprel(717.0) == maths.exprel(800.0) == maths.exprel(1e5) == maths.exprel(1e301) == math.inf
    assert maths.exprel(math.inf) == math.inf
    assert maths.exprel(-math.inf) == 0.0
    assert math.isnan(maths.exprel(math.nan))
    assert maths.exprel(-1e308) == 1e-308
    assert maths.exprel(-1e302) == pytest.approx(1e-302, rel=1e-15)


@pytest.mark.parametrize(
    ("x", "y"), list(product([*EDGES, 0.5, -0.5, 2.0, -2.0], [*EDGES, 0.75, 2.0, -3.0, 3.0, 2.0**60]))
)
def test_power_s_special_cases_are_c_s(x, y):
    with np.errstate(all="ignore"):
        expected = np.power(np.float64(x), np.float64(y))
    result = maths.power(x, y)
    if np.isfinite(expected) and expected != 0:
        assert result == pytest.approx(expected, rel=1e-15)
    else:
        assert same(result, expected)


@pytest.mark.parametrize("name", ["floor_divide", "modulo"])
def test_floor_division_is_python_s(name):
    generator = np.random.default_rng(2)
    whole = generator.integers(-20, 20, 2000) / 4.0
    x = np.concatenate([whole, generator.uniform(-1e6, 1e6, 2000), whole * 0.1, [-1e-20, 1e-20]])
    y = np.concatenate([generator.choice([0.5, -0.25, 3.0, 0.1, -0.3], x.size - 2), [1.0, -1.0]])
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        expected = a // b if name == "floor_divide" else a % b
        assert getattr(maths, name)(a, b) == expected, (a, b)


@pytest.mark.parametrize("name", ["floor_divide", "modulo"])
@pytest.mark.parametrize(
    ("x", "y"), list(product([0.0, 1.0, -1.0, 2.5, math.inf, -math.inf, math.nan], repeat=2))
)
def test_floor_division_at_the_edges_is_numpy_s(name, x, y):
    with np.errstate(all="ignore"):
        expected = (np.floor_divide if name == "floor_divide" else np.mod)(x, y)
    result = getattr(maths, name)(x, y)
    assert result == expected or (math.isnan(result) and math.isnan(expected))


def test_integer_division_is_python_s():
    numbers = kernel_samples.INTEGERS
    generator = np.random.default_rng(4)
    pairs = [*product(numbers, numbers), *generator.integers(-(2**62), 2**62, (500, 2)).tolist()]
    pairs += list(
        zip(
            generator.integers(-(2**63), 2**63 - 1, 500).tolist(),
            generator.integers(1, 999, 500).tolist(),
            strict=True,
        )
    )
    for x, y in pairs:
        if (x, y) == (-(2**63), -1):
            continue  # does not fit
        assert maths.floor_divide_int(x, y) == (x // y if y else 0), (x, y)
        assert maths.modulo_int(x, y) == (x % y if y else 0), (x, y)


def test_int_truncates():
    generator = np.random.default_rng(6)
    numbers = [
        *generator.uniform(-1e6, 1e6, 500),
        *(generator.uniform(-1, 1, 500) * 2.0**62),
        0.0,
        -0.9,
        2.0**53 + 2,
    ]
    for x in numbers:
        assert maths.int_(x) == int(x)
    for x in (math.nan, math.inf, -math.inf, 2.0**63, -(2.0**63), 1e300):
        assert maths.int_(x) == -(2**63)
    assert maths.int_(-(2.0**63) * (1 - 2**-53)) == int(-(2.0**63) * (1 - 2**-53))


def test_int64_becomes_the_nearest_double():
    generator = np.random.default_rng(8)
    for x in [*kernel_samples.INTEGERS, *generator.integers(-(2**63), 2**63 - 1, 500).tolist()]:
        assert maths.to_float64(x) == float(x)


def test_timestep_counts_as_brian_does():
    dt = 1e-4
    for step in range(0, 20000, 7):
        assert maths.timestep(step * dt, dt) == step
    assert maths.timestep(0.1998e-3, dt) == 1
    assert maths.timestep(0.19991e-3, dt) == 2
    assert maths.timestep(-1e-3, dt) == -9  # truncated, as C's conversion
    for t in np.random.default_rng(9).uniform(-1, 1, 500):
        assert maths.timestep(t, dt) == int((t + 1e-3 * dt) / dt)


def test_clip_is_numpy_s():
    for x, low, high in product([0.0, 1.0, -3.0, 7.0, math.inf, -math.inf, math.nan], repeat=3):
        expected = np.clip(x, low, high)
        assert same(maths.clip(x, low, high), expected) or maths.clip(x, low, high) == expected


def test_select_of_integers_is_exact():
    big = 2**62 + 1
    assert maths.to_int64(maths.select(True, big, 0)) == big
