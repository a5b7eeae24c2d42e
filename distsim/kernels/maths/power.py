"""The general power, branch-free."""

from __future__ import annotations

import math

from distsim.kernels.compile import inlined
from distsim.kernels.maths.exponential import exponential_of_sum
from distsim.kernels.maths.logarithm import log_parts
from distsim.kernels.maths.primitives import absolute, copysign, floor, fma, select, to_float64

__all__ = ["power"]


@inlined
def power(x: float, y: float) -> float:
    """Return ``x ** y`` for doubles, with C99's special cases.  Error below 0.7 ulp.

    A negative `x` has a power only where `y` is whole; the sign is that of an odd power.  ``power(x, 0)``
    and ``power(1, y)`` are 1, even for NaN.
    """
    x = to_float64(x)
    y = to_float64(y)
    size = absolute(x)
    high, low = log_parts(size)
    high = select(size == 1.0, 0.0, high)
    # Exponents so large that the product would overflow give 0, 1 or infinity anyway.
    exponent = select(y > 1e300, 1e300, select(y < -1e300, -1e300, y))
    product = exponent * high
    product_low = fma(exponent, high, -product) + exponent * low
    product_low = select(absolute(product) < 1000.0, product_low, 0.0)
    value = exponential_of_sum(product, product_low)
    extreme = (size == 0.0) | (size == math.inf)
    value = select(extreme, select((size == 0.0) ^ (y < 0.0), 0.0, math.inf), value)
    whole = floor(y) == y
    odd = whole & (floor(0.5 * y) != 0.5 * y)
    value = copysign(value, select(odd, x, 1.0))
    value = select((x < 0.0) & (size != math.inf) & (not whole), math.nan, value)
    value = select((x != x) | (y != y), math.nan, value)  # noqa: PLR0124  (what a NaN is)
    return select((x == 1.0) | (y == 0.0), 1.0, value)
