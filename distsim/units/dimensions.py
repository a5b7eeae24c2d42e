"""SI dimensions: which of the seven base quantities a value is made of, and to what power.

A dimension is one of a kind: the same seven exponents always give the same object, also after pickling or
copying, so dimensions are compared with ``is``.  This module knows nothing of unit names, scales or values.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DIMENSIONLESS", "Dimension", "get_or_create_dimension"]

BASE_SYMBOLS: Final = ("m", "kg", "s", "A", "K", "mol", "cd")
"""Symbols of the base units, in the order of the exponents."""

_KEYWORDS: Final[dict[str, int]] = {
    name: index
    for index, names in enumerate(
        (
            ("m", "meter", "meters", "metre", "metres", "metere", "length"),
            ("kg", "kilogram", "kilograms", "mass"),
            ("s", "second", "seconds", "time"),
            ("A", "amp", "amps", "ampere", "amperes", "current", "electric current"),
            ("K", "kelvin", "kelvins", "temperature"),
            ("mol", "mole", "moles", "quantity", "substance"),
            ("cd", "candela", "candle", "luminosity"),
        )
    )
    for name in names
}

# Exponents that are this close to a fraction with a small denominator are that fraction, so that
# ((x ** (1/3)) ** 2) ** 1.5 comes back to the dimension of x in spite of rounding.
_LARGEST_DENOMINATOR: Final = 1000
_CLOSE: Final = 1e-9

_by_exponents: Final[dict[tuple[float, ...], Dimension]] = {}


class Dimension:
    """Exponents of the seven SI base quantities; made by `get_or_create_dimension` only.

    Attributes
    ----------
    exponents : tuple of float
        Powers of metre, kilogram, second, ampere, kelvin, mole and candela.
    """

    __slots__ = ("exponents",)

    exponents: tuple[float, ...]

    def __new__(cls, exponents: Sequence[float] = (0,) * 7) -> Dimension:
        """Return the one dimension with these exponents."""
        return _intern(tuple(exponents))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Dimension cannot be changed")

    @property
    def dim(self) -> Dimension:
        """The dimension itself, so that dimensions, units and quantities can be treated alike."""
        return self

    @property
    def is_dimensionless(self) -> bool:
        """Whether every exponent is zero."""
        return self is DIMENSIONLESS

    def get_dimension(self, name: str) -> float:
        """Return the exponent of a base quantity by any of its names (``"length"``, ``"m"``, ``"metre"``)."""
        return self.exponents[_KEYWORDS[name]]

    def __mul__(self, other: Dimension) -> Dimension:
        if not isinstance(other, Dimension):
            return NotImplemented
        return _intern(tuple(a + b for a, b in zip(self.exponents, other.exponents, strict=True)))

    def __truediv__(self, other: Dimension) -> Dimension:
        if not isinstance(other, Dimension):
            return NotImplemented
        return _intern(tuple(a - b for a, b in zip(self.exponents, other.exponents, strict=True)))

    def __pow__(self, power: float) -> Dimension:
        power = float(power)
        return _intern(tuple(a * power for a in self.exponents))

    # Equality and hash are those of identity, inherited from object.

    def __str__(self) -> str:
        """Return the base units with their powers, ``"m^2 kg s^-3 A^-1"``, or ``"1"``."""
        return " ".join(_factor(s, e) for s, e in zip(BASE_SYMBOLS, self.exponents, strict=True) if e) or "1"

    def __repr__(self) -> str:
        if self is DIMENSIONLESS:
            return "Dimension()"
        names = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candela")
        return " * ".join(
            name if e == 1 else f"{name} ** {e:g}" for name, e in zip(names, self.exponents, strict=True) if e
        )

    def __reduce__(self) -> tuple[object, ...]:
        return Dimension, (self.exponents,)

    def __copy__(self) -> Dimension:
        return self

    def __deepcopy__(self, memo: object) -> Dimension:
        return self


def _factor(symbol: str, exponent: float) -> str:
    return symbol if exponent == 1 else f"{symbol}^{exponent:g}"


def _tidy(exponent: float) -> float:
    """Return `exponent` as the simple fraction it stands for, an integer where it is one."""
    fraction = Fraction(exponent).limit_denominator(_LARGEST_DENOMINATOR)
    value = float(fraction)
    if abs(value - exponent) > _CLOSE:
        value = float(exponent)
    return int(value) if value.is_integer() else value


def _intern(exponents: tuple[float, ...]) -> Dimension:
    found = _by_exponents.get(exponents)
    if found is None:
        if len(exponents) != 7:
            raise TypeError(f"a dimension has 7 exponents, got {len(exponents)}")
        tidy = tuple(_tidy(exponent) for exponent in exponents)
        found = _by_exponents.get(tidy)
        if found is None:
            found = object.__new__(Dimension)
            object.__setattr__(found, "exponents", tidy)
            _by_exponents[tidy] = found
    return found


DIMENSIONLESS: Final = _intern((0, 0, 0, 0, 0, 0, 0))
"""The dimension of plain numbers."""


def get_or_create_dimension(*args: float | Sequence[float], **keywords: float) -> Dimension:
    """Return the dimension with the given exponents.

    Parameters
    ----------
    *args
        Seven exponents (metre, kilogram, second, ampere, kelvin, mole, candela), as a sequence or one by one.
    **keywords
        Exponents by the name of the quantity or of its base unit: ``length=1``, ``m=1``, ``metre=1``.

    Examples
    --------
    >>> get_or_create_dimension(length=1, time=-1)
    metre * second ** -1
    """
    if args and keywords:
        raise TypeError("give the exponents either in order or by name, not both")
    if len(args) == 1 and not isinstance(args[0], (int, float)):
        return _intern(tuple(args[0]))
    if args:
        return _intern(args)  # type: ignore[arg-type]
    exponents = [0.0] * 7
    for name, value in keywords.items():
        if name not in _KEYWORDS:
            raise TypeError(f"{name!r} is not the name of an SI base quantity or unit")
        exponents[_KEYWORDS[name]] = value
    return _intern(tuple(exponents))
