"""log, log1p, log10 and the logarithm as an unevaluated sum, branch-free.

A positive argument is ``2^k m`` with ``sqrt(1/2) <= m < sqrt(2)``; with ``f = m - 1`` and
``s = f / (2 + f)``, ``log m = 2 s + s^3 L(s^2)`` (the series of the inverse hyperbolic tangent), arranged as
``f - f^2/2 + s (f^2/2 + s^2 L)`` so that the leading terms are exact (as in Ng's fdlibm, 1993).  The
polynomials were fitted by Chebyshev interpolation with 60 digits.
"""

from __future__ import annotations

import math

from distsim.kernels.compile import inlined
from distsim.kernels.maths.primitives import (
    absolute,
    bits_to_float64,
    float64_to_bits,
    fma,
    select,
    to_float64,
)

__all__ = ["log", "log1p", "log10", "log_parts"]

SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
ONE_BITS = 0x3FF0000000000000
MANTISSA = 0x000FFFFFFFFFFFFF
TWO_52_BITS = 0x4330000000000000
TWO_54 = 18014398509481984.0
SMALLEST_NORMAL = 2.2250738585072014e-308

# ln 2 = LN2_HIGH + LN2_LOW; the first has 38 bits, so its product with any exponent is exact.
LN2_HIGH = 0.6931471805582987
LN2_LOW = 1.6465949582897082e-12

# 1 / ln 10, in two doubles
LOG10_E_HIGH = 0.4342944819032518
LOG10_E_LOW = 1.098319650216765e-17

TWO_THIRDS_LOW = 3.700743415417188e-17


@inlined
def logarithm_series(z: float) -> float:
    """Return ``(log((1 + s) / (1 - s)) / s - 2) / s^2`` as a function of ``z = s^2 <= 0.0295``, to 2e-18."""
    q = fma(0.13088034850927555, z, 0.13268638369266825)
    q = fma(q, z, 0.15386244737621665)
    q = fma(q, z, 0.18181795547521137)
    q = fma(q, z, 0.22222222392581045)
    q = fma(q, z, 0.28571428570799784)
    q = fma(q, z, 0.40000000000000885)
    return fma(q, z, 0.6666666666666666)


@inlined
def split(x: float) -> tuple[float, float, int]:
    """Return `m` and `k` of a positive, finite ``x = m * 2^k``, and `k` as an integer, offset by 1023."""
    subnormal = x < SMALLEST_NORMAL
    bits = float64_to_bits(select(subnormal, x * TWO_54, x)) + (ONE_BITS - SQRT_HALF_BITS)
    exponent = (bits >> 52) & 0xFFF
    m = bits_to_float64((bits & MANTISSA) + SQRT_HALF_BITS)
    # An integer below 2^52 is converted by making it the mantissa of a double.
    k = bits_to_float64(exponent | TWO_52_BITS) - select(subnormal, 4503599627371573.0, 4503599627371519.0)
    return m, k, exponent


@inlined
def with_limits(x: float, value: float) -> float:
    """Return `value`, but what the logarithm of `x` is where `x` is not positive and finite."""
    value = select(x == math.inf, math.inf, value)
    value = select(x == 0.0, -math.inf, value)
    return select(x >= 0.0, value, math.nan)


@inlined
def log(x: float) -> float:
    """Return the natural logarithm; minus infinity at 0, NaN below.  Error below 0.8 ulp."""
    x = to_float64(x)
    m, k, _ = split(x)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    correction = fma(s, fma(z, logarithm_series(z), half_square), k * LN2_LOW)
    return with_limits(x, fma(k, LN2_HIGH, f - (half_square - correction)))


@inlined
def log1p(x: float) -> float:
    """Return ``log(1 + x)`` without cancellation; minus infinity at -1.  Error below 0.8 ulp."""
    x = to_float64(x)
    # u + error = 1 + x exactly (Knuth's two-sum); the error no longer counts where 1 is far below x.
    u = 1.0 + x
    shift = u - 1.0
    error = select(x > 1e30, 0.0, (1.0 - (u - shift)) + (x - shift))
    m, k, exponent = split(u)
    near_one = k == 0.0
    f = select(near_one, x, m - 1.0)
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    # log(u + error) = log(u) + error / u; 1/m = (1 - s) / (1 + s) to a few per cent is enough for that.
    inverse_power = bits_to_float64((2046 - select(exponent > 2000, 2000, exponent)) << 52)
    inverse = fma(-2.0 * s, fma(-s, 1.0 - s, 1.0), 1.0)
    error = select(near_one, 0.0, error * inverse_power * inverse)
    correction = fma(s, fma(z, logarithm_series(z), half_square), fma(k, LN2_LOW, error))
    value = with_limits(u, fma(k, LN2_HIGH, f - (half_square - correction)))
    return select(absolute(x) < 1e-17, x, value)


@inlined
def log_parts(x: float) -> tuple[float, float]:
    """Return ``log(x) = high + low`` to about 2^-64 of itself, for a positive, finite `x`.

    The quotient `s`, the first two terms of the series and their products are kept as sums of two
    doubles (Dekker 1971, with fused multiply-adds).
    """
    m, k, _ = split(x)
    f = m - 1.0
    denominator = m + 1.0
    denominator_low = m - (denominator - 1.0)
    reciprocal = 1.0 / denominator
    s = f * reciprocal
    s_low = (fma(-s, denominator, f) - s * denominator_low) * reciprocal
    z = s * s
    z_low = fma(s, s, -z) + 2.0 * s * s_low

    q = fma(0.11724327060846747, z, 0.11706126464563398)
    q = fma(q, z, 0.1333480879881234)
    q = fma(q, z, 0.1538459488700718)
    q = fma(q, z, 0.18181818336099848)
    q = fma(q, z, 0.22222222221652765)
    q = fma(q, z, 0.2857142857142937)
    tail = fma(q, z, 0.4) * z

    # a = 2/3 + tail, b = a z, c = 2 + b, log(m) = s c
    a = 0.6666666666666666 + tail
    a_low = ((0.6666666666666666 - a) + tail) + TWO_THIRDS_LOW
    b = a * z
    b_low = fma(a, z, -b) + fma(a, z_low, a_low * z)
    c = 2.0 + b
    c_low = ((2.0 - c) + b) + b_low
    product = s * c
    product_low = fma(s, c, -product) + fma(s, c_low, s_low * c)

    base = k * LN2_HIGH
    total = base + product
    low = (product - (total - base)) + fma(k, LN2_LOW, product_low)
    high = total + low
    return high, (total - high) + low


@inlined
def log10(x: float) -> float:
    """Return the decimal logarithm, exact at whole powers of ten.  Error below 0.6 ulp."""
    x = to_float64(x)
    high, low = log_parts(x)
    product = high * LOG10_E_HIGH
    remainder = fma(high, LOG10_E_HIGH, -product) + fma(high, LOG10_E_LOW, low * LOG10_E_HIGH)
    return with_limits(x, product + remainder)
