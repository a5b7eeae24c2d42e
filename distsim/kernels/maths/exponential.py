"""exp, expm1, exprel and its reciprocal, branch-free.

The argument is reduced to ``x = n ln 2 + r + low`` with ``|r| <= ln(2)/2`` (Cody & Waite 1980, the products
made with fused multiply-adds), ``e^r = 1 + r + r^2 Q(r)`` with a polynomial of degree 10 fitted by Chebyshev
interpolation with 60 digits, and the result is scaled by 2^n in two steps so that it passes through
the subnormal numbers to zero with one rounding.
"""

from __future__ import annotations

import math

from distsim.kernels.compile import inlined
from distsim.kernels.maths.primitives import (
    absolute,
    bits_to_float64,
    copysign,
    float64_to_bits,
    fma,
    select,
    to_float64,
)

__all__ = ["bernoulli", "exp", "expm1", "expm1_parts", "exponential_of_sum", "exprel", "scaled", "scaled_up"]

# Adding 1.5 * 2^52 rounds a double to a whole number, which then stands in the lowest bits of the sum: the
# way to an integer exponent for processors without a vector instruction for it.
ROUNDER = 6755399441055744.0
ONE_BITS = 0x3FF0000000000000

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471805599453
LN2_LOW = 2.3190468138462996e-17


@inlined
def exponential_series(r: float) -> float:
    """Return ``(e^r - 1 - r) / r^2`` for ``|r| <= 0.35``, to 2e-18.

    Even and odd powers are summed apart, which nearly halves the chain of dependent operations.
    """
    z = r * r
    even = fma(2.0915433598076003e-09, z, 2.755727183153613e-07)
    odd = fma(2.5106262550879078e-08, z, 2.755725286336732e-06)
    even = fma(even, z, 2.480158732699005e-05)
    odd = fma(odd, z, 0.00019841269876840357)
    even = fma(even, z, 0.0013888888888883332)
    odd = fma(odd, z, 0.008333333333325551)
    even = fma(even, z, 0.04166666666666667)
    odd = fma(odd, z, 0.1666666666666667)
    return fma(fma(even, r, odd), r, 0.5)


@inlined
def scaled(x: float, n: float) -> float:
    """Return ``x * 2^n`` for a whole `n` between -2000 and 2000, rounded once if ``x 2^(n/2)`` is normal."""
    half = fma(n, 0.5, ROUNDER)
    rest = (n - (half - ROUNDER)) + ROUNDER
    first = bits_to_float64((float64_to_bits(half) << 52) + ONE_BITS)
    second = bits_to_float64((float64_to_bits(rest) << 52) + ONE_BITS)
    return (x * first) * second


@inlined
def scaled_up(x: float, n: float) -> float:
    """Return ``x * 2^n`` for a whole `n` between -1000 and 1036, where the result cannot be subnormal."""
    shifted = (n - 13.0) + ROUNDER
    return (x * 8192.0) * bits_to_float64((float64_to_bits(shifted) << 52) + ONE_BITS)


@inlined
def exponential_of_sum(x: float, low: float) -> float:
    """Return ``exp(x + low)`` where `low` is a correction, ``|low| <= 2^-50 |x|``."""
    # The comparisons are false for a NaN, which therefore passes through.
    x = select(x > 710.0, 710.0, select(x < -746.0, -746.0, x))
    n = fma(x, LOG2_E, ROUNDER) - ROUNDER
    reduced = fma(-n, LN2_HIGH, x)
    low = fma(-n, LN2_LOW, low)
    r = reduced + low
    # 1 + r is kept as a sum, since the rounding of r would cost a quarter of a unit.
    high = 1.0 + reduced
    low = (reduced - (high - 1.0)) + low
    return scaled(high + fma(r * r, exponential_series(r), low), n)


@inlined
def exp(x: float) -> float:
    """Return the exponential function; 0 below -745.13, infinity above 709.78.  Error below 0.6 ulp."""
    return exponential_of_sum(to_float64(x), 0.0)


@inlined
def expm1_parts(x: float) -> tuple[float, float, float]:
    """Return ``expm1(x) = (high + low) * 2^n`` to about 2^-60, for `x` between -60 and 730.

    Returns
    -------
    tuple of float
        ``(high, low, n)``; `low` is at most a few hundredths of `high`.
    """
    n = fma(x, LOG2_E, ROUNDER) - ROUNDER
    reduced = fma(-n, LN2_HIGH, x)
    correction = -n * LN2_LOW
    r = reduced + correction
    square = r * r
    square_low = fma(r, r, -square)
    # (e^r 2^n - 1) = 2^n ((1 - 2^-n) + r + r^2 Q); the first sum is exact as `high` and its rounding error.
    # 2^-n no longer counts above 2^60, where its exponent would not fit.
    power = select(n > 60.0, 60.0, n) + ROUNDER
    offset = 1.0 - bits_to_float64(ONE_BITS - (float64_to_bits(power) << 52))
    high = offset + reduced
    low = (reduced - (high - offset)) + fma(0.5, square_low, correction)
    low = fma(square, exponential_series(r), low)
    return high, low, n


@inlined
def expm1(x: float) -> float:
    """Return ``exp(x) - 1`` without cancellation.  Error below 0.95 ulp."""
    x = to_float64(x)
    bounded = select(x > 710.0, 710.0, select(x < -40.0, -40.0, x))
    high, low, n = expm1_parts(bounded)
    return copysign(scaled(high + low, n), x)


@inlined
def exprel(x: float) -> float:
    """Return ``(exp(x) - 1) / x``; 1 at 0, infinity above 716.4.  Error below 0.85 ulp."""
    x = to_float64(x)
    tiny = absolute(x) < 1e-17
    bounded = select(x > 718.0, 718.0, select(x < -40.0, -40.0, x))
    high, low, n = expm1_parts(select(tiny, 1.0, bounded))
    # One division: the quotient's own error is found with a fused multiply-add and divided by multiplication.
    divisor = select(tiny, 1.0, x)
    reciprocal = 1.0 / divisor
    quotient = high * reciprocal
    remainder = fma(-quotient, divisor, high) + low
    value = scaled_up(fma(remainder, reciprocal, quotient), n)
    # The exponential of the largest bound is finite when it is divided by a larger number.
    value = select(x > 718.0, math.inf, value)
    # At negative infinity the remainder is 0 * infinity.
    value = select(x < -1e300, -reciprocal, value)
    return select(tiny, 1.0, value)


@inlined
def bernoulli(x: float) -> float:
    """Return ``x / (exp(x) - 1)``, the reciprocal of exprel; 1 at 0, 0 above 760.  Error below 0.9 ulp.

    It is so called in numerical analysis, and costs one division where ``1/exprel(x)`` costs two.
    """
    x = to_float64(x)
    tiny = absolute(x) < 1e-17
    bounded = select(x > 760.0, 760.0, select(x < -40.0, -40.0, x))
    high, low, n = expm1_parts(select(tiny, 1.0, bounded))
    numerator = select(x > 760.0, 760.0, x)
    divisor = high + low
    low = (high - divisor) + low
    reciprocal = 1.0 / divisor
    quotient = numerator * reciprocal
    remainder = fma(-quotient, divisor, numerator) - quotient * low
    value = scaled(fma(remainder, reciprocal, quotient), -n)
    value = select(x > 760.0, 0.0, value)
    # At negative infinity the remainder is infinity less infinity.
    value = select(x < -1e300, -x, value)
    return select(tiny, 1.0, value)
