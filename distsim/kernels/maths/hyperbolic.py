"""sinh, cosh and tanh, from the parts of expm1; branch-free."""

from __future__ import annotations

import math

from distsim.kernels.compile import inlined
from distsim.kernels.maths.exponential import expm1_parts, scaled
from distsim.kernels.maths.primitives import absolute, copysign, fma, select, to_float64

__all__ = ["cosh", "sinh", "tanh"]


@inlined
def tanh(x: float) -> float:
    """Return the hyperbolic tangent, ``E / (E + 2)`` with ``E = expm1(2 |x|)``.  Error below 0.8 ulp."""
    x = to_float64(x)
    size = absolute(x)
    high, low, n = expm1_parts(2.0 * select(size > 22.0, 22.0, size))
    high = scaled(high, n)
    low = scaled(low, n)
    # One division; the error of the quotient and the low parts are divided by multiplication.
    total = high + low
    low = (high - total) + low
    denominator = 2.0 + total
    # two-sum, as either term may be the larger one
    part = denominator - 2.0
    denominator_low = ((2.0 - (denominator - part)) + (total - part)) + low
    reciprocal = 1.0 / denominator
    quotient = total * reciprocal
    remainder = fma(-quotient, denominator, total) + (low - quotient * denominator_low)
    value = fma(remainder, reciprocal, quotient)
    # Two to the power of the smallest numbers is one: there the function is the identity.
    return copysign(select(size < 1e-8, size, value), x)


@inlined
def sinh(x: float) -> float:
    """Return the hyperbolic sine.  Error below 2 ulp."""
    x = to_float64(x)
    size = absolute(x)
    high, low, n = expm1_parts(select(size > 711.0, 711.0, size))
    # half = expm1(|x|) / 2, which overflows only where the result does
    half = scaled(high + low, n - 1.0)
    bounded = select(half > 1e300, 1e300, half)
    value = half + 0.5 * (bounded / (bounded + 0.5))
    return copysign(select(size < 1e-8, size, value), x)


@inlined
def cosh(x: float) -> float:
    """Return the hyperbolic cosine.  Error below 1.5 ulp."""
    x = to_float64(x)
    size = absolute(x)
    high, low, n = expm1_parts(select(size > 711.0, 711.0, size))
    # half = exp(|x|) / 2
    half = scaled(high + low, n - 1.0) + 0.5
    value = half + 0.25 / half
    return select(size == math.inf, math.inf, value)
