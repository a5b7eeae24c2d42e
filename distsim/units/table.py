"""The one table of base and derived units from which every unit, prefixed or squared, is generated.

It holds data only: names, symbols, dimensions and powers of ten.  `catalogue` makes `Unit` objects from it
when they are asked for, `display` finds the unit to print a value in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from distsim.units.dimensions import DIMENSIONLESS, Dimension, get_or_create_dimension
from distsim.units.prefixes import EVERYDAY_PREFIXES, PREFIXES, STEP_PREFIXES

__all__ = ["COMPOUNDS", "DEFINITIONS", "SHORT_NAMES", "STANDARD_NAMES", "UnitDefinition"]


@dataclass(frozen=True, slots=True)
class UnitDefinition:
    """One row of the table.

    Parameters
    ----------
    names
        Full names; the first one is used in printing.
    symbol
        What is printed after a number.
    dimension
        The unit's dimension.
    exponent
        The unit is 10 to this power in SI base units (gram: -3, molar: 3).
    allunits_prefixes
        Prefixes that exist at all.
    string_prefixes
        Prefixes understood inside strings.  Fewer, because a word that means a unit cannot name a variable:
        ``damp`` is not a tenth of an ampere there.
    standard_prefixes
        Prefixes of the star import; empty where the unit is not in it.
    powers
        Powers with a name of their own, such as ``metre2``.
    """

    names: tuple[str, ...]
    symbol: str
    dimension: Dimension
    exponent: int = 0
    allunits_prefixes: tuple[str, ...] = tuple(PREFIXES)
    string_prefixes: tuple[str, ...] = STEP_PREFIXES
    standard_prefixes: tuple[str, ...] = ()
    powers: tuple[int, ...] = (1, 2, 3)


_METRE = get_or_create_dimension(length=1)
_KILOGRAM = get_or_create_dimension(mass=1)
_SECOND = get_or_create_dimension(time=1)
_AMPERE = get_or_create_dimension(current=1)
_KELVIN = get_or_create_dimension(temperature=1)
_MOLE = get_or_create_dimension(substance=1)
_CANDELA = get_or_create_dimension(luminosity=1)
_NEWTON = _KILOGRAM * _METRE / _SECOND**2
_JOULE = _NEWTON * _METRE
_WATT = _JOULE / _SECOND
_COULOMB = _AMPERE * _SECOND
_VOLT = _WATT / _AMPERE
_WEBER = _VOLT * _SECOND

_NO_PREFIX = ("",)

# Where two units share a dimension (hertz and becquerel) the earlier row is the one values are printed in.
DEFINITIONS: Final[tuple[UnitDefinition, ...]] = (
    UnitDefinition(
        ("metre", "meter"),
        "m",
        _METRE,
        string_prefixes=(*STEP_PREFIXES, "c"),
        standard_prefixes=(*EVERYDAY_PREFIXES, "c"),
    ),
    UnitDefinition(
        ("kilogram", "kilogramme"),
        "kg",
        _KILOGRAM,
        allunits_prefixes=_NO_PREFIX,
        string_prefixes=_NO_PREFIX,
        standard_prefixes=_NO_PREFIX,
    ),
    UnitDefinition(("second",), "s", _SECOND, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("amp", "ampere"), "A", _AMPERE, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(
        ("kelvin",),
        "K",
        _KELVIN,
        allunits_prefixes=_NO_PREFIX,
        string_prefixes=_NO_PREFIX,
        standard_prefixes=_NO_PREFIX,
    ),
    UnitDefinition(("mole", "mol"), "mol", _MOLE, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("candela", "candle"), "cd", _CANDELA, standard_prefixes=_NO_PREFIX),
    UnitDefinition(("gram", "gramme"), "g", _KILOGRAM, exponent=-3, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("volt",), "V", _VOLT, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("siemens",), "S", _AMPERE / _VOLT, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("ohm",), "ohm", _VOLT / _AMPERE, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("farad",), "F", _COULOMB / _VOLT, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("hertz",), "Hz", DIMENSIONLESS / _SECOND, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("coulomb",), "C", _COULOMB, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("joule",), "J", _JOULE, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("watt",), "W", _WATT, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("pascal",), "Pa", _NEWTON / _METRE**2, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(("molar",), "M", _MOLE / _METRE**3, exponent=3, standard_prefixes=EVERYDAY_PREFIXES),
    UnitDefinition(
        ("liter", "litre"),
        "l",
        _METRE**3,
        exponent=-3,
        string_prefixes=tuple(PREFIXES),
        standard_prefixes=EVERYDAY_PREFIXES,
        powers=(1,),
    ),
    UnitDefinition(("newton",), "N", _NEWTON),
    UnitDefinition(("weber",), "Wb", _WEBER),
    UnitDefinition(("tesla",), "T", _WEBER / _METRE**2),
    UnitDefinition(("henry",), "H", _WEBER / _AMPERE),
    UnitDefinition(("lumen",), "lm", _CANDELA),
    UnitDefinition(("lux",), "lx", _CANDELA / _METRE**2),
    UnitDefinition(("gray",), "Gy", _JOULE / _KILOGRAM),
    UnitDefinition(("sievert",), "Sv", _JOULE / _KILOGRAM),
    UnitDefinition(("becquerel",), "Bq", DIMENSIONLESS / _SECOND),
    UnitDefinition(("katal",), "kat", _MOLE / _SECOND),
    UnitDefinition(("radian",), "rad", DIMENSIONLESS),
    UnitDefinition(("steradian",), "sr", DIMENSIONLESS),
)
"""The table."""

SHORT_NAMES: Final[dict[str, str]] = {
    prefix + symbol + power: prefix + name + power
    for symbol, name, prefixes, powers in (
        ("V", "volt", "m", ("",)),
        ("A", "amp", "munp", ("",)),
        ("F", "farad", "pun", ("",)),
        ("S", "siemens", "num", ("",)),
        ("s", "second", "mu", ("",)),
        ("Hz", "hertz", ("", "k", "M"), ("",)),
        ("m", "metre", "cmu", ("", "2", "3")),
        ("M", "molar", "mun", ("",)),
    )
    for prefix in prefixes
    for power in powers
}
"""Short names such as ``mV`` and the full names they stand for."""

STANDARD_NAMES: Final[tuple[str, ...]] = (
    *(
        prefix + name
        for definition in DEFINITIONS
        for prefix in definition.standard_prefixes
        for name in definition.names
    ),
    *SHORT_NAMES,
)
"""Names of the star import."""

COMPOUNDS: Final[tuple[tuple[str, str, Dimension], ...]] = (
    ("pascal * second", "Pa s", _NEWTON / _METRE**2 * _SECOND),
    ("watt / metre2", "W/(m^2)", _WATT / _METRE**2),
    ("joule / kelvin", "J/K", _JOULE / _KELVIN),
    ("joule / (kilogram * kelvin)", "J/(kg K)", _JOULE / _KILOGRAM / _KELVIN),
    ("joule / mole", "J/mol", _JOULE / _MOLE),
    ("joule / (mole * kelvin)", "J/(mol K)", _JOULE / _MOLE / _KELVIN),
    ("watt / (metre * kelvin)", "W/(m K)", _WATT / _METRE / _KELVIN),
    ("coulomb / metre2", "C/(m^2)", _COULOMB / _METRE**2),
    ("coulomb / metre3", "C/(m^3)", _COULOMB / _METRE**3),
    ("coulomb / kilogram", "C/kg", _COULOMB / _KILOGRAM),
    ("farad / metre", "F/m", _COULOMB / _VOLT / _METRE),
    ("henry / metre", "H/m", _WEBER / _AMPERE / _METRE),
)
"""Compound units (name, symbol, dimension) that read better than a product of powers of base units."""
