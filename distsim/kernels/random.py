"""Counter-based random numbers: every number is a function of a key and a counter, and of nothing else.

The generator is Philox 4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC 2011).  The key names the seed and the stream (`stream_key`); the four 32-bit words of the counter name
the neuron or synapse, the draw and the step, as the caller lays them out.  No generator has a state, so a
number does not depend on the rank, on the order of the draws, or on what others draw.

The arithmetic is on int64 masked to 32 bits, which LLVM vectorises (a 32 by 32 bit product is one
instruction) and which Python's integers do as well.  Keys and counters are integers in ``[0, 2^32)``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from distsim.kernels.compile import compiled, inlined, prepare
from distsim.kernels.maths import bits_to_float64, float64_to_bits, fma, log, sqrt, to_word
from distsim.kernels.maths.trigonometric import HALF_PI_1, ROUNDER, in_quadrant, sine_and_cosine
from distsim.kernels.memory import address_of, float64_at, uint32_at

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "NORMAL_CODE",
    "REPEAT_SHIFT",
    "fill_normal",
    "fill_uniform",
    "normal",
    "normal_pair",
    "philox",
    "prepare_filling",
    "stream_key",
    "uniform",
    "uniform_pair",
]

MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
# what is added to the key each round: the golden ratio and sqrt(3) - 1, in units of 2^-32
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
LOW_WORD = 0xFFFFFFFF

TWO_52 = 4503599627370496.0
TWO_52_BITS = 0x4330000000000000

# How many numbers the array functions draw with one set of counters in memory (1 MB).
CHUNK = 65536

# What the last word of a counter holds: the number of the draw, those of normal numbers from a code on that
# uniform ones do not reach, and above it the number of a synapse among those of its pair.
NORMAL_CODE = 128
REPEAT_SHIFT = 8


def stream_key(seed: int, name: str) -> tuple[int, int]:
    """Return the key of a stream: two words of a hash of the seed and the name of the operation that draws.

    Parameters
    ----------
    seed
        Any integer.
    name
        What draws; another name gives an independent stream.

    Returns
    -------
    tuple of int
        Two integers in ``[0, 2^32)``, the same on every machine.
    """
    digest = hashlib.blake2b(f"{seed}\n{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


@inlined
def philox_round(key0: int, key1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Return one round of Philox 4x32."""
    product0 = MULTIPLIER_0 * c0
    product1 = MULTIPLIER_1 * c2
    return (
        ((product1 >> 32) & LOW_WORD) ^ c1 ^ (key0 & LOW_WORD),
        product1 & LOW_WORD,
        ((product0 >> 32) & LOW_WORD) ^ c3 ^ (key1 & LOW_WORD),
        product0 & LOW_WORD,
    )


@inlined
def philox(
    key0: int, key1: int, counter0: int, counter1: int, counter2: int, counter3: int
) -> tuple[int, int, int, int]:
    """Return four random words in ``[0, 2^32)`` for a key and a counter (ten rounds)."""
    # Whatever type the integers have: numba would make floats of uint64 and int64, NumPy's would overflow.
    k = to_word(key0)
    m = to_word(key1)
    a = to_word(counter0)
    b = to_word(counter1)
    c = to_word(counter2)
    d = to_word(counter3)
    a, b, c, d = philox_round(k, m, a, b, c, d)
    a, b, c, d = philox_round(k + WEYL_0, m + WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 2 * WEYL_0, m + 2 * WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 3 * WEYL_0, m + 3 * WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 4 * WEYL_0, m + 4 * WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 5 * WEYL_0, m + 5 * WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 6 * WEYL_0, m + 6 * WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 7 * WEYL_0, m + 7 * WEYL_1, a, b, c, d)
    a, b, c, d = philox_round(k + 8 * WEYL_0, m + 8 * WEYL_1, a, b, c, d)
    return philox_round(k + 9 * WEYL_0, m + 9 * WEYL_1, a, b, c, d)


@inlined
def unit_interval(high: int, low: int) -> float:
    """Return a multiple of 2^-53 in ``[0, 1)`` from the upper 27 and 26 bits of two words."""
    # An integer below 2^52 is converted by making it the mantissa of a double.
    upper = bits_to_float64((high >> 5) | TWO_52_BITS) - TWO_52
    lower = bits_to_float64((low >> 6) | TWO_52_BITS) - TWO_52
    return fma(upper, 2.0**-27, lower * 2.0**-53)


@inlined
def uniform_pair(
    key0: int, key1: int, counter0: int, counter1: int, counter2: int, counter3: int
) -> tuple[float, float]:
    """Return two independent numbers, uniform on ``[0, 1)`` with 53 bits."""
    a, b, c, d = philox(key0, key1, counter0, counter1, counter2, counter3)
    return unit_interval(a, b), unit_interval(c, d)


@inlined
def uniform(key0: int, key1: int, counter0: int, counter1: int, counter2: int, counter3: int) -> float:
    """Return the first of `uniform_pair`."""
    first, _ = uniform_pair(key0, key1, counter0, counter1, counter2, counter3)
    return first


@inlined
def normal_pair(
    key0: int, key1: int, counter0: int, counter1: int, counter2: int, counter3: int
) -> tuple[float, float]:
    """Return two independent standard normal numbers (Box & Muller 1958); none is beyond 8.6."""
    first, second = uniform_pair(key0, key1, counter0, counter1, counter2, counter3)
    # 1 - u is in (0, 1].
    radius = sqrt(-2.0 * log(1.0 - first))
    # The angle in quarter turns less its nearest whole number is exact.
    turns = 4.0 * second
    shifted = turns + ROUNDER
    sine, cosine = sine_and_cosine((turns - (shifted - ROUNDER)) * HALF_PI_1, 0.0)
    quadrant = float64_to_bits(shifted)
    return (
        radius * in_quadrant(quadrant + 1, quadrant + 1, sine, cosine),
        radius * in_quadrant(quadrant, quadrant, sine, cosine),
    )


@inlined
def normal(key0: int, key1: int, counter0: int, counter1: int, counter2: int, counter3: int) -> float:
    """Return the first of `normal_pair`."""
    first, _ = normal_pair(key0, key1, counter0, counter1, counter2, counter3)
    return first


Words: TypeAlias = NDArray[np.uint32]
Counters: TypeAlias = tuple[Words | int, Words | int, Words | int, Words | int]


@compiled
def _fill_uniform(
    key0: int, key1: int, at0: int, at1: int, at2: int, at3: int, out_at: int, size: int
) -> None:
    c0, c1, c2, c3 = uint32_at(at0, size), uint32_at(at1, size), uint32_at(at2, size), uint32_at(at3, size)
    out = float64_at(out_at, size)
    for i in range(size):
        out[i] = uniform(key0, key1, c0[i], c1[i], c2[i], c3[i])


@compiled
def _fill_normal(
    key0: int, key1: int, at0: int, at1: int, at2: int, at3: int, out_at: int, size: int
) -> None:
    c0, c1, c2, c3 = uint32_at(at0, size), uint32_at(at1, size), uint32_at(at2, size), uint32_at(at3, size)
    out = float64_at(out_at, size)
    for i in range(size):
        out[i] = normal(key0, key1, c0[i], c1[i], c2[i], c3[i])


def _fill(
    draw: Callable[..., int | None], key: tuple[int, int], counters: Counters, out: NDArray[np.float64]
) -> None:
    words = [np.broadcast_to(np.asarray(counter), out.shape) for counter in counters]
    for start in range(0, out.shape[0], CHUNK):
        chunk = slice(start, start + CHUNK)
        parts = [np.ascontiguousarray(word[chunk], np.uint32) for word in words]
        place = out[chunk]
        draw(*key, *(address_of(part) for part in parts), address_of(place), len(place))


def fill_uniform(key: tuple[int, int], counters: Counters, out: NDArray[np.float64]) -> None:
    """Write `uniform` of each counter into `out`, for code that runs once.

    Parameters
    ----------
    key
        As `stream_key` gives it.
    counters
        The four words, each one integer or an array of uint32 with the shape of `out`, ``(n,)``.
    out : (n,) float64 [1]
        Contiguous.
    """
    _fill(_fill_uniform, key, counters, out)


def fill_normal(key: tuple[int, int], counters: Counters, out: NDArray[np.float64]) -> None:
    """Write `normal` of each counter into `out`; the arguments are those of `fill_uniform`."""
    _fill(_fill_normal, key, counters, out)


def prepare_filling(function: str) -> None:
    """Compile what ``rand`` or ``randn`` in code that runs once calls, or fetch it from the cache."""
    prepare(_fill_normal if function == "randn" else _fill_uniform)
