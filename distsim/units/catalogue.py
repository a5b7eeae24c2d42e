"""All units by name, made from the table when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import numpy as np

from distsim.units.display import UnitLabel, best_label, coherent_label
from distsim.units.inspection import get_dimensions, plain
from distsim.units.prefixes import PREFIXES
from distsim.units.table import DEFINITIONS, SHORT_NAMES, STANDARD_NAMES
from distsim.units.unit import Unit

__all__ = ["STANDARD_UNITS", "UnitCatalogue", "all_units", "get_best_unit", "get_unit", "units_by_name"]


class UnitCatalogue(Mapping[str, Unit]):
    """The units with the given names; each is made on its first look-up and the same object ever after.

    Parameters
    ----------
    names
        Names or short names, in the order in which the catalogue lists them.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Unit:
        if name not in self._names:
            raise KeyError(name)
        return _make(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def _recipes() -> dict[str, tuple[str, str, int, int]]:
    """Return row of the table, prefix and power of every full name.

    Each value is (name, prefix, row, power), `name` being the first of the unit's synonyms.
    """
    return {
        prefix + synonym + _suffix(power): (definition.names[0], prefix, row, power)
        for row, definition in enumerate(DEFINITIONS)
        for prefix in definition.allunits_prefixes
        for power in definition.powers
        for synonym in definition.names
    }


def _suffix(power: int) -> str:
    return "" if power == 1 else str(power)


@cache
def _make(name: str) -> Unit:
    first_name, prefix, row, power = _recipes()[SHORT_NAMES.get(name, name)]
    definition = DEFINITIONS[row]
    canonical = prefix + first_name + _suffix(power)
    if canonical != name:
        return _make(canonical)
    return Unit(
        # A literal power of ten is exact to the last bit; computing it is not.
        float(f"1e{(PREFIXES[prefix] + definition.exponent) * power}"),
        definition.dimension**power,
        canonical,
        prefix + definition.symbol + (f"^{power}" if power > 1 else ""),
    )


@cache
def units_by_name() -> UnitCatalogue:
    """Return the units understood inside strings: full names with prefix and power, and the short names."""
    return UnitCatalogue(
        (
            *(
                prefix + name + _suffix(power)
                for definition in DEFINITIONS
                for prefix in definition.string_prefixes
                for power in definition.powers
                for name in definition.names
            ),
            *SHORT_NAMES,
        )
    )


@cache
def all_units() -> UnitCatalogue:
    """Return the units with every prefix there is, under their full names."""
    return UnitCatalogue(tuple(_recipes()))


STANDARD_UNITS: Final = UnitCatalogue(STANDARD_NAMES)
"""The units of the star import."""


def get_unit(value: Any) -> Unit:
    """Return the unit of a dimension (or of a value) with scale 1 in SI base units: volt, not millivolt."""
    dimension = get_dimensions(value)
    return _as_unit(coherent_label(dimension), dimension)


def get_best_unit(*values: Any) -> Unit:
    """Return the unit in which values of one dimension print most readably."""
    dimension = get_dimensions(values[0])
    numbers = np.concatenate([np.ravel(plain(value)) for value in values])
    return _as_unit(best_label(numbers, dimension), dimension)


def _as_unit(label: UnitLabel, dimension: Any) -> Unit:
    if label.name in _recipes():
        return _make(label.name)
    return Unit(label.value, dimension, label.name, label.symbol, iscompound=True)
