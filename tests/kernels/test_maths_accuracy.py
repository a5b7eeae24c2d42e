"""The functions' errors against mpmath, over the whole range."""

import mpmath
import numpy as np
import pytest

from distsim.kernels import maths

COUNT = 250
PRECISION = 300  # bits


def _generator():
    return np.random.default_rng(11)


def _sizes(low, high, count=COUNT):
    """Positive numbers with exponents from `low` to `high`."""
    return np.exp2(_generator().uniform(low, high, count))


def _both(x):
    return np.concatenate([x, -x])


def _between(low, high, count=COUNT):
    return _generator().uniform(low, high, count)


def error_in_ulp(result, exact):
    """The distance from the exact value in units of the last place of a double of that size."""
    if exact == 0 or not np.isfinite(result):
        overflow = mpmath.mpf(2) ** 1024 * (1 - mpmath.mpf(2) ** -54)
        right = (
            result == 0 if exact == 0 else np.isinf(result) and abs(exact) >= overflow and result * exact > 0
        )
        return 0.0 if right else np.inf
    exponent = max(int(mpmath.floor(mpmath.log(abs(exact), 2))), -1022)
    return float(abs(mpmath.mpf(float(result)) - exact) / mpmath.mpf(2) ** (exponent - 52))


ANGLES = [
    _between(-10, 10),
    _both(_sizes(-1074, 46)),
    np.arange(1, 200) * np.pi / 2,
    _between(-(2**46), 2**46),
]
UNIT = [_between(-1, 1, 2 * COUNT), _both(_sizes(-1074, 0)), _both(1 - _sizes(-53, -1)), [1.0, -1.0, 0.5]]
POSITIVE = [_sizes(-1074, 1024), _between(0.3, 3, 2 * COUNT), 1 + _both(_sizes(-52, -1))]

# name: points, exact function, largest error in ulp
CASES = {
    "exp": ([_between(-746, 710, 2 * COUNT), _both(_sizes(-60, 9)), _between(-1, 1)], mpmath.exp, 0.6),
    "expm1": (
        [_between(-50, 710), _both(_sizes(-1074, 9)), _between(-1, 1.5, 3 * COUNT)],
        mpmath.expm1,
        0.95,
    ),
    "exprel": (
        [_between(-50, 718), _both(_sizes(-1070, 9)), _between(-2, 2, 2 * COUNT), -_sizes(-10, 1024)],
        lambda x: mpmath.expm1(x) / x,
        0.85,
    ),
    "bernoulli": (
        [_between(-50, 759), _both(_sizes(-1070, 9)), _between(-2, 2, 2 * COUNT), -_sizes(-10, 1023)],
        lambda x: x / mpmath.expm1(x),
        0.9,
    ),
    "log": (POSITIVE, mpmath.log, 0.8),
    "log1p": (
        [_sizes(-1074, 1024), -_sizes(-1074, 0), _between(-0.99999, 3, 2 * COUNT), _both(_sizes(-52, -1))],
        lambda x: mpmath.log1p(x) if abs(x) > 1e-20 else x - x * x / 2,
        0.8,
    ),
    "log10": (POSITIVE, mpmath.log10, 0.55),
    "sin": (ANGLES, mpmath.sin, 0.8),
    "cos": (ANGLES, mpmath.cos, 0.8),
    "tan": (ANGLES, mpmath.tan, 2.0),
    "sinh": ([_between(-3, 3), _both(_sizes(-1074, 9.47)), _between(700, 711)], mpmath.sinh, 2.0),
    "cosh": ([_between(-3, 3), _both(_sizes(-1074, 9.47)), _between(700, 711)], mpmath.cosh, 1.5),
    "tanh": (
        [_between(-3, 3, 2 * COUNT), _both(_sizes(-1074, 7)), _both(_sizes(-40, -20))],
        mpmath.tanh,
        0.8,
    ),
    "arctan": ([_between(-3, 3, 2 * COUNT), _both(_sizes(-1074, 1024))], mpmath.atan, 1.0),
    "arcsin": (UNIT, mpmath.asin, 1.6),
    "arccos": (UNIT, mpmath.acos, 1.6),
    "sqrt": (POSITIVE, mpmath.sqrt, 0.5),
}


@pytest.mark.parametrize("name", CASES)
def test_error(name):
    points, exact, limit = CASES[name]
    function = getattr(maths, name)
    with mpmath.workprec(PRECISION):
        errors = {
            x: error_in_ulp(function(x), exact(mpmath.mpf(x)))
            for x in np.concatenate(points).tolist()
            if x != 0
        }
    worst = max(errors, key=errors.get)
    assert errors[worst] <= limit, f"{errors[worst]} ulp at {worst!r}"


def test_error_of_power():
    bases = np.concatenate([_sizes(-300, 300), _sizes(-3, 3, 2 * COUNT), 1 + _both(_sizes(-30, -2))])
    # exponents that take the result from the smallest subnormal to infinity
    exponents = _between(-1080, 1030, bases.size) / np.log2(bases)
    with mpmath.workprec(PRECISION):
        errors = [
            error_in_ulp(maths.power(x, y), mpmath.power(mpmath.mpf(x), mpmath.mpf(y)))
            for x, y in zip(bases.tolist(), exponents.tolist(), strict=True)
        ]
    assert max(errors) <= 0.7


def test_powers_and_logarithms_that_are_exact():
    for k in range(-300, 300, 7):
        assert maths.log10(float(f"1e{k}")) == k
    for k in range(-1074, 1024):
        assert maths.power(2.0, k) == 2.0**k
        assert maths.exp(maths.log(2.0) * 0.0) == 1.0
    for x in (3.0, -7.0, 0.1, 1e100):
        assert maths.power(x, 1.0) == x
        assert maths.power(x, 2.0) == x * x
        assert maths.power(x, -1.0) == 1.0 / x
