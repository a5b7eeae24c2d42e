"""Truncation, sign, limits, floor division and its remainder, and time as a number of steps; branch-free."""

from __future__ import annotations

import math

from distsim.kernels.compile import inlined
from distsim.kernels.maths.primitives import (
    absolute,
    bits_to_float32,
    copysign,
    float32_to_bits,
    float64_to_bits,
    floor,
    fma,
    select,
    to_float64,
    to_int64,
)

__all__ = [
    "clip",
    "floor_divide",
    "floor_divide_int",
    "int_",
    "modulo",
    "modulo_int",
    "sign",
    "timestep",
    "to_single",
]

TWO_32 = 4294967296.0
TWO_52 = 4503599627370496.0
MANTISSA = 0x000FFFFFFFFFFFFF
SMALLEST_INT64 = -0x8000000000000000


@inlined
def int_(x: float) -> int:
    """Return `x` without its fraction, as an int64.

    NaN and what does not fit give the smallest int64, as on x86.
    """
    x = to_float64(x)
    size = absolute(x)
    inside = size < 9.223372036854775808e18
    size = select(inside, size, 0.0)
    # AVX2 cannot convert to int64: each half of the number is made the mantissa of a double instead.
    above = floor(size * (1.0 / TWO_32))
    below = floor(fma(-above, TWO_32, size))
    whole = ((float64_to_bits(above + TWO_52) & MANTISSA) << 32) + (
        float64_to_bits(below + TWO_52) & MANTISSA
    )
    return to_int64(select(inside, select(x < 0.0, -whole, whole), SMALLEST_INT64))


@inlined
def to_single(x: float) -> float:
    """Return `x` rounded to single precision, as a double."""
    return bits_to_float32(float32_to_bits(x))


@inlined
def timestep(t: float, dt: float) -> int:
    """Return the number of whole steps `dt` in `t`, forgiving a thousandth of a step, as Brian 2 does."""
    t = to_float64(t)
    dt = to_float64(dt)
    return int_((t + 1e-3 * dt) / dt)


@inlined
def sign(x: float) -> float:
    """Return -1.0, 0.0 or 1.0; NaN for NaN."""
    x = to_float64(x)
    return select(x > 0.0, 1.0, select(x < 0.0, -1.0, select(x == 0.0, 0.0, x)))


@inlined
def clip(x: float, low: float, high: float) -> float:
    """Return `x` limited to [low, high]; as NumPy, `high` where they cross, NaN if one of the three is."""
    x = to_float64(x)
    low = to_float64(low)
    high = to_float64(high)
    # Written so that a NaN limit is taken and a NaN value stays.
    x = select((x >= low) | (x != x), x, low)  # noqa: PLR0124
    return select((x <= high) | (x != x), x, high)  # noqa: PLR0124


@inlined
def floored_parts(x: float, y: float) -> tuple[float, float]:
    """Return the quotient rounded down and remainder, ``x = quotient * y + remainder``."""
    quotient = floor(x / y)
    remainder = fma(-quotient, y, x)
    # The division may have rounded up to the next whole number.
    quotient = quotient - select(copysign(1.0, y) * remainder < 0.0, 1.0, 0.0)
    remainder = fma(-quotient, y, x)
    # An infinite divisor leaves the number as it is or, of the other sign, is taken away once.
    apart = (x != 0.0) & ((x < 0.0) != (y < 0.0))
    endless = (absolute(y) == math.inf) & (absolute(x) < math.inf)
    quotient = select(endless, select(apart, -1.0, 0.0), quotient)
    remainder = select(endless, select(apart, y, x), remainder)
    return quotient, remainder


@inlined
def floor_divide(x: float, y: float) -> float:
    """Return ``x // y`` of doubles: the quotient rounded down; ``x / y`` (infinite or NaN) where `y` is 0."""
    x = to_float64(x)
    y = to_float64(y)
    quotient, _ = floored_parts(x, y)
    quotient = select(absolute(x) == math.inf, math.nan, quotient)
    return select(y == 0.0, x / y, quotient)


@inlined
def modulo(x: float, y: float) -> float:
    """Return ``x % y`` of doubles with the sign of `y`; NaN where `y` is 0.

    Exact (one rounding, as Python's) while the quotient is below 2^52; beyond, where a double has no
    fraction left, it is within [0, y] and means nothing.
    """
    x = to_float64(x)
    y = to_float64(y)
    _, remainder = floored_parts(x, y)
    size = absolute(remainder)
    size = select(size > absolute(y), 0.0, size)
    return copysign(size, y)


@inlined
def integer_parts(x: int, y: int) -> tuple[int, int]:
    """Return the quotient rounded down and remainder of int64; 0 and 0 where `y` is 0."""
    x = to_int64(x)
    y = to_int64(y)
    nothing = y == 0
    divisor = to_int64(select(nothing, 1, y))
    inverse = 1.0 / to_float64(divisor)
    # The first quotient is good to 53 bits, the second to what is left, the third corrects the rounding;
    # processors have no vector division of integers.
    first = int_(floor(to_float64(x) * inverse))
    remainder = x - first * divisor
    second = int_(floor(to_float64(remainder) * inverse))
    remainder = remainder - second * divisor
    quotient = first + second
    below = (remainder != 0) & ((remainder < 0) != (divisor < 0))
    quotient = select(below, quotient - 1, quotient)
    remainder = select(below, remainder + divisor, remainder)
    above = select(divisor > 0, remainder >= divisor, remainder <= divisor)
    quotient = select(above, quotient + 1, quotient)
    remainder = select(above, remainder - divisor, remainder)
    return to_int64(select(nothing, 0, quotient)), to_int64(select(nothing, 0, remainder))


@inlined
def floor_divide_int(x: int, y: int) -> int:
    """Return ``x // y`` of integers; 0 where `y` is 0 (as NumPy)."""
    quotient, _ = integer_parts(x, y)
    return quotient


@inlined
def modulo_int(x: int, y: int) -> int:
    """Return ``x % y`` of integers, with the sign of `y`; 0 where `y` is 0 (as NumPy)."""
    _, remainder = integer_parts(x, y)
    return remainder
