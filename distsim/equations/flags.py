"""The kinds of equations and the flags that can be written behind the unit."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class EquationKind(Enum):
    """What one equation defines; the value is how messages call it."""

    DIFFERENTIAL = "differential equation"
    SUBEXPRESSION = "subexpression"
    PARAMETER = "parameter"


class Flag(Enum):
    """A flag; the value is its spelling."""

    UNLESS_REFRACTORY = "unless refractory"
    CONSTANT = "constant"
    SHARED = "shared"
    CONSTANT_OVER_DT = "constant over dt"
    LINKED = "linked"
    EVENT_DRIVEN = "event-driven"
    CLOCK_DRIVEN = "clock-driven"
    SUMMED = "summed"
    POINT_CURRENT = "point current"


ALLOWED_FLAGS: Mapping[EquationKind, frozenset[Flag]] = MappingProxyType(
    {
        EquationKind.DIFFERENTIAL: frozenset({Flag.UNLESS_REFRACTORY, Flag.EVENT_DRIVEN, Flag.CLOCK_DRIVEN}),
        EquationKind.SUBEXPRESSION: frozenset(
            {Flag.SHARED, Flag.CONSTANT_OVER_DT, Flag.SUMMED, Flag.POINT_CURRENT}
        ),
        EquationKind.PARAMETER: frozenset({Flag.CONSTANT, Flag.SHARED, Flag.LINKED, Flag.POINT_CURRENT}),
    }
)
"""The flags that make sense for each kind of equation; an owner allows fewer (`Equations.check_flags`)."""

INCOMPATIBLE_FLAGS: tuple[frozenset[Flag], ...] = (
    frozenset({Flag.EVENT_DRIVEN, Flag.CLOCK_DRIVEN}),
    frozenset({Flag.EVENT_DRIVEN, Flag.UNLESS_REFRACTORY}),
    frozenset({Flag.SUMMED, Flag.SHARED}),
    frozenset({Flag.SUMMED, Flag.CONSTANT_OVER_DT}),
    frozenset({Flag.SUMMED, Flag.POINT_CURRENT}),
    frozenset({Flag.LINKED, Flag.CONSTANT}),
    frozenset({Flag.LINKED, Flag.SHARED}),
    frozenset({Flag.LINKED, Flag.POINT_CURRENT}),
    frozenset({Flag.SHARED, Flag.POINT_CURRENT}),
)
"""Pairs of flags that contradict each other."""
