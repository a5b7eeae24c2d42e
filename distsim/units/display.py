"""Values and dimensions as text: which unit to print in, and how.

A value is printed in the known unit of its dimension whose scale leaves it nearest to ten, so 2000 V reads
``2. kV``; a dimension without a unit of its own is printed as a product of powers of base units.  This module
knows units as names and powers of ten only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from distsim.units.dimensions import BASE_SYMBOLS, DIMENSIONLESS, Dimension
from distsim.units.prefixes import PREFIXES, STEP_PREFIXES
from distsim.units.table import COMPOUNDS, DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = [
    "UnitLabel",
    "best_label",
    "coherent_label",
    "format_dimension",
    "format_quantity",
    "format_values",
    "register_label",
]

# Mean magnitude, as a power of ten, that the printed numbers should come nearest to.
_IDEAL_MAGNITUDE: Final = 1.0


@dataclass(frozen=True, slots=True)
class UnitLabel:
    """A unit to print in.

    Parameters
    ----------
    name
        As typed in Python, ``"mvolt"``.
    symbol
        As printed after a number, ``"mV"``.
    value
        The unit in SI base units, 0.001.
    """

    name: str
    symbol: str
    value: float


# Units that the user asked to be printed (`register_new_unit`), by dimension.
_registered: Final[dict[Dimension, list[UnitLabel]]] = {}


def register_label(label: UnitLabel, dimension: Dimension) -> None:
    """Let values of `dimension` without a standard unit be printed in the unit `label`."""
    labels = _registered.setdefault(dimension, [])
    if label not in labels:
        labels.append(label)
        labels.sort(key=lambda known: known.value)


@cache
def _standard_labels(dimension: Dimension) -> tuple[UnitLabel, ...]:
    """Return the units of the table with this dimension, smallest first; empty where there is none."""
    # Mass is printed in prefixed grams, since the kilogram takes no prefix.
    for definition in DEFINITIONS:
        if definition.dimension is DIMENSIONLESS or definition.names[0] == "kilogram":
            continue
        prefixes = STEP_PREFIXES if len(definition.allunits_prefixes) > 1 else definition.allunits_prefixes
        for power in definition.powers:
            if definition.dimension**power is dimension:
                suffix, mark = ("", "") if power == 1 else (str(power), f"^{power}")
                return tuple(
                    UnitLabel(
                        "kilogram" + suffix
                        if (prefix, definition.names[0]) == ("k", "gram")
                        else prefix + definition.names[0] + suffix,
                        prefix + definition.symbol + mark,
                        float(f"1e{(PREFIXES[prefix] + definition.exponent) * power}"),
                    )
                    for prefix in prefixes
                )
    return ()


@cache
def _compound_label(dimension: Dimension) -> UnitLabel:
    """Return a compound unit of SI scale, in the last resort a product of powers of base units."""
    for name, symbol, compound in COMPOUNDS:
        if compound is dimension:
            return UnitLabel(name, symbol, 1.0)
    return UnitLabel(repr(dimension), str(dimension), 1.0)


def _labels(dimension: Dimension) -> tuple[UnitLabel, ...]:
    return (
        _standard_labels(dimension) or tuple(_registered.get(dimension, ())) or (_compound_label(dimension),)
    )


def coherent_label(dimension: Dimension) -> UnitLabel:
    """Return the unit of `dimension` with scale 1 in SI base units (volt, not millivolt)."""
    for label in _standard_labels(dimension):
        if label.value == 1:
            return label
    return _compound_label(dimension)


def best_label(values: NDArray[Any], dimension: Dimension) -> UnitLabel:
    """Return the unit that prints `values` most readably.

    Parameters
    ----------
    values : array
        In SI base units.
    dimension
        Their dimension.

    Returns
    -------
    label
        The unit in which the mean logarithm of the absolute values that are printed, zeros and non-finite
        ones left out, is nearest to that of ten.
    """
    labels = _labels(dimension)
    if len(labels) == 1:
        return labels[0]
    magnitudes = np.abs(_shown(values))
    magnitudes = magnitudes[(magnitudes > 0) & np.isfinite(magnitudes)]
    if magnitudes.size == 0:
        return min(labels, key=lambda label: abs(np.log10(label.value)))
    magnitude = float(np.mean(np.log10(magnitudes)))
    # Rounding makes the choice at an exact tie (the smaller unit) independent of the last bit.
    return min(
        labels, key=lambda label: round(abs(magnitude - float(np.log10(label.value)) - _IDEAL_MAGNITUDE), 9)
    )


def _shown(values: NDArray[Any]) -> NDArray[Any]:
    """Return the elements that NumPy prints: of a long array only those at its ends."""
    options = np.get_printoptions()
    edge = int(options["edgeitems"])
    if values.size <= options["threshold"]:
        return values
    for axis, length in enumerate(values.shape):
        if length > 2 * edge:
            ends = [*range(edge), *range(length - edge, length)]
            values = np.take(values, ends, axis=axis)
    return values


def format_values(values: NDArray[Any], precision: int | None = None, *, as_code: bool = False) -> str:
    """Return numbers as NumPy prints them, scalars with the trailing dot of array elements."""
    if values.ndim == 0:
        # NumPy's print options apply to arrays only, hence the detour for a scalar.
        return np.array_str(values.reshape(1), precision=precision).strip("[] ")
    return (np.array_repr if as_code else np.array_str)(values, precision=precision)


def format_quantity(value: Any, dimension: Dimension, precision: int | None = None) -> str:
    """Return a value in its best unit, ``"3. mV"``.

    Parameters
    ----------
    value : array_like
        In SI base units.
    dimension
        Its dimension.
    precision
        Digits after the point, as in `numpy.set_printoptions`.
    """
    values = np.asarray(value)
    if dimension is DIMENSIONLESS:
        return format_values(values, precision)
    label = best_label(values, dimension)
    return f"{format_values(values / label.value, precision)} {label.symbol}"


@cache
def format_dimension(dimension: Dimension) -> str:
    """Return the simplest unit of SI scale for `dimension`: ``"V"``, ``"S/m^2"``, ``"V*s"``, ``"1"``.

    It is meant for messages, where ``S/m^2`` says more than ``m^-4 kg^-1 s^3 A^2``.
    """
    if dimension is DIMENSIONLESS:
        return "1"
    return _write(min(_factorings(dimension), key=_effort))


_Factors: TypeAlias = tuple[tuple[str, float], ...]
"""Unit symbols with their powers."""


def _factorings(dimension: Dimension) -> Iterator[_Factors]:
    """Yield ways to write `dimension`: a power of a unit, a unit times a power of a base unit, base units."""
    yield tuple((s, e) for s, e in zip(BASE_SYMBOLS, dimension.exponents, strict=True) if e)
    coherent = [d for d in DEFINITIONS if d.exponent == 0 and d.dimension is not DIMENSIONLESS]
    everyday = [d for d in coherent if d.standard_prefixes]
    base = [d for d in everyday if d.symbol in BASE_SYMBOLS]
    for definition in coherent:
        if definition.dimension is dimension:
            yield ((definition.symbol, 1),)
    for definition in everyday:
        # A rate reads better as a quotient, m/s, than as a product, m*Hz.
        if definition.symbol == "Hz":
            continue
        for power in _POWERS:
            if definition.dimension**power is dimension:
                yield ((definition.symbol, power),)
        rest = dimension / definition.dimension
        for other in base:
            for power in _POWERS:
                if other.dimension**power is rest:
                    yield ((definition.symbol, 1), (other.symbol, power))


_POWERS: Final = (1, 2, 3, 4, 0.5, -1, -2, -3, -4, -0.5)


def _effort(factors: _Factors) -> tuple[float, ...]:
    """Return the key by which the simplest way to write a dimension comes first."""
    return (
        len(factors),
        sum(abs(power) for _, power in factors),
        sum(power < 0 for _, power in factors),
        len(_write(factors)),
    )


def _write(factors: _Factors) -> str:
    """Return factors as ``a*b/c``."""
    above = [_powered(symbol, power) for symbol, power in factors if power > 0]
    if not above:
        return "*".join(_powered(symbol, power) for symbol, power in factors)
    below = [_powered(symbol, -power) for symbol, power in factors if power < 0]
    return "/".join(["*".join(above), *below])


def _powered(symbol: str, power: float) -> str:
    return symbol if power == 1 else f"{symbol}^{power:g}"
