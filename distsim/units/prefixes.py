"""The SI prefixes: symbol and power of ten."""

from __future__ import annotations

from typing import Final

__all__ = ["EVERYDAY_PREFIXES", "PREFIXES", "STEP_PREFIXES"]

PREFIXES: Final[dict[str, int]] = {
    "y": -24,
    "z": -21,
    "a": -18,
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "m": -3,
    "c": -2,
    "d": -1,
    "": 0,
    "da": 1,
    "h": 2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
    "Z": 21,
    "Y": 24,
}
"""Every prefix, with ``""`` for none."""

STEP_PREFIXES: Final = tuple(prefix for prefix, exponent in PREFIXES.items() if exponent % 3 == 0)
"""The prefixes in steps of a thousand: those used in printing and understood inside strings."""

EVERYDAY_PREFIXES: Final = ("p", "n", "u", "m", "", "k", "M", "G", "T")
"""The prefixes that the star import provides."""
