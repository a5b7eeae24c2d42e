"""sin, cos, tan and their inverses, branch-free.

The circular functions subtract ``n pi/2`` from the argument, with pi/2 in three doubles and the remainder in
two (Cody & Waite 1980; with a fused multiply-add the first subtraction is exact), and choose between two
polynomials on ``|r| <= pi/4`` by the quadrant.  The remainder is good to 2^-60 of itself up to
`LARGEST_ANGLE`, beyond which neighbouring doubles are more than a hundredth of a radian apart and the
result is NaN.  The polynomials were fitted by Chebyshev interpolation with 60 digits.
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
    sqrt,
    to_float64,
)

__all__ = ["LARGEST_ANGLE", "arccos", "arcsin", "arctan", "cos", "sin", "sine_and_cosine", "tan"]

ROUNDER = 6755399441055744.0
SIGN = -0x8000000000000000

LARGEST_ANGLE = 2.0**46

TWO_OVER_PI = 0.6366197723675814
HALF_PI_1 = 1.5707963267948966
HALF_PI_2 = 6.123233995736766e-17
HALF_PI_3 = -1.4973849048591698e-33

PI_HIGH = 3.141592653589793
PI_LOW = 1.2246467991473532e-16
QUARTER_PI_HIGH = 0.7853981633974483
QUARTER_PI_LOW = 3.061616997868383e-17


@inlined
def reduced_angle(x: float) -> tuple[float, float, int]:
    """Return ``x - n pi/2`` as a sum of two doubles, and an integer with the lowest two bits of `n`."""
    shifted = fma(x, TWO_OVER_PI, ROUNDER)
    n = shifted - ROUNDER
    first = fma(-n, HALF_PI_1, x)
    product = n * HALF_PI_2
    product_low = fma(n, HALF_PI_2, -product)
    # Knuth's two-sum of `first` and `-product`
    r = first - product
    part = r - first
    error = (first - (r - part)) - (product + part)
    low = error - fma(n, HALF_PI_3, product_low)
    high = r + low
    return high, (r - high) + low, float64_to_bits(shifted)


@inlined
def sine_and_cosine(r: float, low: float) -> tuple[float, float]:
    """Return sine and cosine of ``r + low``, ``|r| <= 0.8``, to about 0.7 ulp."""
    z = r * r
    p = fma(-7.583460730932482e-13, z, 1.6058475241471918e-10)
    p = fma(p, z, -2.5052105867120928e-08)
    p = fma(p, z, 2.755731921825871e-06)
    p = fma(p, z, -0.00019841269841263637)
    p = fma(p, z, 0.008333333333333331)
    p = fma(p, z, -0.16666666666666666)
    q = fma(-1.1377916032287982e-11, z, 2.0876079046308e-09)
    q = fma(q, z, -2.755731694045189e-07)
    q = fma(q, z, 2.480158729810958e-05)
    q = fma(q, z, -0.001388888888888695)
    q = fma(q, z, 0.041666666666666664)
    half = 0.5 * z
    near_one = 1.0 - half
    sine = r + fma(z * r, p, low * near_one)
    cosine = near_one + (((1.0 - near_one) - half) + fma(z * z, q, -(r * low)))
    return sine, cosine


@inlined
def in_quadrant(swap: int, negate: int, sine: float, cosine: float) -> float:
    """Return sine, or cosine if the lowest bit of `swap` is set, negated if the second of `negate` is."""
    value = select((swap & 1) != 0, cosine, sine)
    return bits_to_float64(float64_to_bits(value) ^ ((negate << 62) & SIGN))


@inlined
def sin(x: float) -> float:
    """Return the sine, up to `LARGEST_ANGLE`, NaN beyond.  Error below 0.8 ulp."""
    x = to_float64(x)
    inside = absolute(x) <= LARGEST_ANGLE
    high, low, quadrant = reduced_angle(x)
    sine, cosine = sine_and_cosine(high, low)
    value = in_quadrant(quadrant, quadrant, sine, cosine)
    # -0.0, which the two-sum loses
    value = select(x == 0.0, x, value)
    return select(inside, value, math.nan)


@inlined
def cos(x: float) -> float:
    """Return the cosine, up to `LARGEST_ANGLE`, NaN beyond.  Error below 0.8 ulp."""
    x = to_float64(x)
    inside = absolute(x) <= LARGEST_ANGLE
    high, low, quadrant = reduced_angle(x)
    sine, cosine = sine_and_cosine(high, low)
    return select(inside, in_quadrant(quadrant + 1, quadrant + 1, sine, cosine), math.nan)


@inlined
def tan(x: float) -> float:
    """Return the tangent, up to `LARGEST_ANGLE`, NaN beyond.  Error below 2 ulp."""
    x = to_float64(x)
    inside = absolute(x) <= LARGEST_ANGLE
    high, low, quadrant = reduced_angle(x)
    sine, cosine = sine_and_cosine(high, low)
    odd = (quadrant & 1) != 0
    value = select(odd, -cosine, sine) / select(odd, sine, cosine)
    value = select(x == 0.0, x, value)
    return select(inside, value, math.nan)


@inlined
def arctan(x: float) -> float:
    """Return the inverse tangent.  Error below 1 ulp."""
    x = to_float64(x)
    size = absolute(x)
    # arctan(x) = offset + arctan(t) with |t| <= tan(pi/8)
    middle = size > 0.4142135623730951
    large = size > 2.414213562373095
    above = select(large, -1.0, select(middle, size - 1.0, size))
    below = select(large, size, select(middle, size + 1.0, 1.0))
    t = above / below
    offset = select(large, HALF_PI_1, select(middle, QUARTER_PI_HIGH, 0.0))
    offset_low = select(large, HALF_PI_2, select(middle, QUARTER_PI_LOW, 0.0))
    z = t * t
    p = fma(0.01627194475162406, z, -0.034558092551413795)
    p = fma(p, z, 0.04551108126325172)
    p = fma(p, z, -0.052303478730160745)
    p = fma(p, z, 0.058789145444006215)
    p = fma(p, z, -0.06666423628069258)
    p = fma(p, z, 0.0769229630497447)
    p = fma(p, z, -0.09090908751076636)
    p = fma(p, z, 0.11111111105106705)
    p = fma(p, z, -0.14285714285659326)
    p = fma(p, z, 0.199999999999998)
    p = fma(p, z, -0.3333333333333333)
    return copysign(offset + (t + fma(z * t, p, offset_low)), x)


@inlined
def arcsine_series(z: float) -> float:
    """Return ``(arcsin(t) / t - 1) / t^2`` as a function of ``z = t^2 <= 0.25``, to 2e-17."""
    p = fma(0.028964515529972108, z, -0.015148720316881725)
    p = fma(p, z, 0.0175870063207938)
    p = fma(p, z, 0.00539062009261862)
    p = fma(p, z, 0.010338017463461142)
    p = fma(p, z, 0.011476901613736898)
    p = fma(p, z, 0.013971439493000882)
    p = fma(p, z, 0.01735237793331728)
    p = fma(p, z, 0.022372173551590945)
    p = fma(p, z, 0.030381944123781472)
    p = fma(p, z, 0.044642857146538865)
    p = fma(p, z, 0.07499999999998344)
    return fma(p, z, 0.16666666666666669)


@inlined
def arcsin(x: float) -> float:
    """Return the inverse sine; NaN outside [-1, 1].  Error below 1.6 ulp."""
    x = to_float64(x)
    size = absolute(x)
    # arcsin(x) = pi/2 - 2 arcsin(sqrt((1 - x) / 2))
    large = size > 0.5
    z = select(large, 0.5 - 0.5 * size, size * size)
    t = select(large, sqrt(z), size)
    tail = t * z * arcsine_series(z)
    beyond = HALF_PI_1 - (2.0 * t + (2.0 * tail - HALF_PI_2))
    return copysign(select(large, beyond, t + tail), x)


@inlined
def arccos(x: float) -> float:
    """Return the inverse cosine; NaN outside [-1, 1].  Error below 1.6 ulp."""
    x = to_float64(x)
    size = absolute(x)
    large = size > 0.5
    z = select(large, 0.5 - 0.5 * size, size * size)
    t = select(large, sqrt(z), x)
    tail = t * z * arcsine_series(z)
    near = HALF_PI_1 - (t + (tail - HALF_PI_2))
    positive = 2.0 * (t + tail)
    negative = PI_HIGH - (2.0 * t + (2.0 * tail - PI_LOW))
    return select(large, select(x > 0.0, positive, negative), near)
