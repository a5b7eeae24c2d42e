"""The operations that the maths functions are made of, as plain Python.

Each has a twin in `distsim.kernels.maths.lowering`, one or a few machine instructions, that gives the same
bits for every argument (the payload of a NaN excepted).  In compiled code the twin is used; calling one of
these from Python, in debug mode or in a test, runs the body below.

Floating-point results are `numpy.float64`, not `float`, because dividing those by zero gives an infinity as
compiled code does, where Python's would raise.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import struct
from typing import TypeVar, cast

import numpy as np

__all__ = [
    "absolute",
    "bits_to_float32",
    "bits_to_float64",
    "ceil",
    "copysign",
    "float32_to_bits",
    "float64_to_bits",
    "floor",
    "fma",
    "select",
    "sqrt",
    "to_float64",
    "to_int64",
    "to_word",
]

# libm's fma is correctly rounded (a C99 requirement that glibc, musl and macOS meet), as the instruction is.
_libm_fma = ctypes.CDLL(ctypes.util.find_library("m")).fma
_libm_fma.argtypes = (ctypes.c_double, ctypes.c_double, ctypes.c_double)
_libm_fma.restype = ctypes.c_double

Value = TypeVar("Value", bool, int, float)

_WORD = (1 << 64) - 1
_SIGN = 1 << 63
_HALF_WORD = (1 << 32) - 1


def fma(a: float, b: float, c: float) -> float:
    """Return ``a * b + c``, rounded once."""
    return np.float64(_libm_fma(a, b, c))


def select(condition: bool, if_true: Value, if_false: Value) -> Value:
    """Return one of two values, without a branch: both have been computed.

    In compiled code the two become a common type: int64 for two integers, bool for two booleans, else
    float64.
    """
    return if_true if condition else if_false


def to_float64(x: float) -> float:
    """Return a number of any type as a double, rounded to nearest.

    AVX2 has no instruction for int64; the compiled twin is made of ones that it has.
    """
    return np.float64(x)


def to_int64(x: int) -> int:
    """Return an integer or boolean of any type as an int64, the lowest 64 bits if it does not fit.

    In plain Python a `numpy.int64`, which overflows and divides by zero as compiled code does.
    """
    return cast("int", np.int64((int(x) + _SIGN) % (_SIGN << 1) - _SIGN))


def to_word(x: int) -> int:
    """Return the lowest 32 bits of an integer, not negative; in plain Python an `int`."""
    return int(x) & _HALF_WORD


def float64_to_bits(x: float) -> int:
    """Return the int64 with the bits of a double."""
    bits: int = struct.unpack("<q", struct.pack("<d", x))[0]
    return bits


def bits_to_float64(bits: int) -> float:
    """Return the double with the bits of an int64 (of the lowest 64 bits of an `int`)."""
    return np.float64(struct.unpack("<d", struct.pack("<Q", int(bits) & _WORD))[0])


def float32_to_bits(x: float) -> int:
    """Return the bits of a number rounded to single precision, as a non-negative int64."""
    bits: int = struct.unpack("<I", np.float32(x).tobytes())[0]
    return bits


def bits_to_float32(bits: int) -> float:
    """Return the single-precision number with the lowest 32 bits of an integer, widened to a double."""
    return np.float64(struct.unpack("<f", struct.pack("<I", int(bits) & _HALF_WORD))[0])


def floor(x: float) -> float:
    """Return the largest whole double not above `x`."""
    return cast("float", np.floor(np.float64(x)))


def ceil(x: float) -> float:
    """Return the smallest whole double not below `x`."""
    return cast("float", np.ceil(np.float64(x)))


def sqrt(x: float) -> float:
    """Return the square root, correctly rounded; NaN below zero."""
    return cast("float", np.sqrt(np.float64(x)))


def absolute(x: float) -> float:
    """Return the double without its sign."""
    return cast("float", np.abs(np.float64(x)))


def copysign(x: float, sign: float) -> float:
    """Return `x` with the sign bit of `sign`."""
    return cast("float", np.copysign(np.float64(x), np.float64(sign)))
