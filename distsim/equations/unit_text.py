"""The text between ``:`` and the flags: which dimension and type it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from distsim.equations.errors import EquationError
from distsim.equations.parser import parse_piece
from distsim.equations.source import Source
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Binary, BinaryOperator, Expression, Name, Negative, Number
from distsim.equations.variable_type import VariableType
from distsim.units import DIMENSIONLESS, STANDARD_UNITS, Dimension, get_dimensions, units_by_name

_TYPES = {"integer": VariableType.INTEGER, "boolean": VariableType.BOOLEAN}
_OTHER_WORDS = {"bool": "boolean", "int": "integer", "float": "1", "dimensionless": "1"}
_PLAIN_ANGLES = ("radian", "steradian")


@dataclass(frozen=True, slots=True)
class UnitSpecification:
    """What a unit text stands for."""

    dimension: Dimension
    dtype: VariableType


def parse_unit(text: str) -> UnitSpecification:
    """Return the dimension and type of a unit text such as ``volt``, ``siemens/meter**2``, ``1`` or
    ``boolean``.
    """
    source = Source(text)
    return parse_unit_piece(source, 0, len(source.code))


def parse_unit_piece(source: Source, start: int, end: int) -> UnitSpecification:
    """Return the dimension and type that the part of `source` from `start` to `end` stands for."""
    word = source.code[start:end].strip()
    if word in _TYPES:
        return UnitSpecification(DIMENSIONLESS, _TYPES[word])
    try:
        return UnitSpecification(_dimension(parse_piece(source, start, end)), VariableType.FLOAT)
    except EquationError as error:
        if error.text:
            raise
        first = start + len(source.code[start:end]) - len(source.code[start:end].lstrip())
        raise source.error(error.message, first, first + len(word)) from None


def base_unit_name(dimension: Dimension) -> str | None:
    """Return the name of a unit of scale one and of this dimension, or ``None`` if there is none."""
    if dimension is DIMENSIONLESS:
        return "1"
    # The longer spelling of equals is the one written out: 'mmolar', not 'mM'.
    names = [
        name
        for name in STANDARD_UNITS
        if float(units_by_name()[name]) == 1.0 and get_dimensions(units_by_name()[name]) is dimension
    ]
    return max(sorted(names), key=len) if names else None


def _dimension(expression: Expression) -> Dimension:
    match expression:
        case Number(1):
            return DIMENSIONLESS
        case Name(name):
            return _dimension_of_name(name)
        case Binary(BinaryOperator.MULTIPLY, left, right):
            return _dimension(left) * _dimension(right)
        case Binary(BinaryOperator.DIVIDE, left, right):
            return _dimension(left) / _dimension(right)
        case Binary(BinaryOperator.POWER, base, exponent):
            return _dimension(base) ** _exponent(exponent)
        case Number():
            raise EquationError("a unit has no numbers but 1 and exponents, such as siemens/meter**2")
        case _:
            raise EquationError("a unit is made of base units with *, / and **, such as siemens/meter**2")


def _exponent(expression: Expression) -> float:
    match expression:
        case Number(value):
            return value
        case Negative(operand):
            return -_exponent(operand)
        case Binary(BinaryOperator.DIVIDE, left, right) if _exponent(right):
            return _exponent(left) / _exponent(right)
        case _:
            raise EquationError("the exponent in a unit must be a plain number")


def _dimension_of_name(name: str) -> Dimension:
    if name in _PLAIN_ANGLES:
        return DIMENSIONLESS
    if name in _OTHER_WORDS:
        raise EquationError(f"the unit {name!r} is unknown; write {_OTHER_WORDS[name]!r}")
    if name in _TYPES:
        raise EquationError(f"{name!r} cannot be combined with a unit")
    try:
        unit = units_by_name()[name]
    except KeyError:
        raise EquationError(f"the unit {name!r} is unknown{did_you_mean(name, STANDARD_UNITS)}") from None
    dimension = get_dimensions(unit)
    if float(unit) != 1.0:
        base = base_unit_name(dimension)
        raise EquationError(
            f"{name!r} is not a base unit: equations use base units only"
            + (f"; write {base!r}" if base else "")
        )
    return dimension
