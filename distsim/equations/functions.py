"""The functions that expressions may call: arity, dimensions, result type, and what kind of function it is.

The table is plain data.  User functions and TimedArrays are further `FunctionSignature` entries in a mapping
that is passed along; there is no registry.  How a function is computed is known to the evaluators, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import e, inf, pi
from types import MappingProxyType
from typing import TypeAlias

from distsim.equations.variable_type import VariableType
from distsim.units import DIMENSIONLESS, Dimension, get_dimensions, units_by_name

SECOND = get_dimensions(units_by_name()["second"])


class AnyDimension(Enum):
    """The rule of an argument that may have any dimension."""

    ANY = "any"


@dataclass(frozen=True, slots=True)
class SameAs:
    """The rule of an argument, or a result, that has the dimension of argument number `index`."""

    index: int


ArgumentRule: TypeAlias = Dimension | SameAs | AnyDimension
ResultRule: TypeAlias = Dimension | SameAs | Callable[[tuple[Dimension, ...]], Dimension]


@dataclass(frozen=True, slots=True)
class FunctionSignature:
    """What the language needs to know of a function.

    Parameters
    ----------
    name
        The name it is called by.
    arguments
        One rule for each argument: a dimension, any, or that of another argument.
    result
        Dimension of the result, or how it follows from those of the arguments.
    dtype
        Type of the result; ``None`` for the common type of the arguments.
    stateful
        Whether each call gives another value (random numbers).
    constant_over_dt
        Whether the result is taken not to change within a time step even though an argument is ``t`` (a
        TimedArray whose bins are whole steps).
    sympy_name
        Its name in sympy; ``None`` keeps it opaque there.
    internal
        Whether it is only made by distsim itself and refused in the user's text.
    """

    name: str
    arguments: tuple[ArgumentRule, ...]
    result: ResultRule = DIMENSIONLESS
    dtype: VariableType | None = VariableType.FLOAT
    stateful: bool = False
    constant_over_dt: bool = False
    sympy_name: str | None = None
    internal: bool = False

    @property
    def arity(self) -> int:
        """Number of arguments."""
        return len(self.arguments)

    def result_dimension(self, arguments: tuple[Dimension, ...]) -> Dimension:
        """Return the dimension of the result for arguments of the given dimensions."""
        if isinstance(self.result, Dimension):
            return self.result
        if isinstance(self.result, SameAs):
            return arguments[self.result.index]
        return self.result(arguments)


def _square_root(arguments: tuple[Dimension, ...]) -> Dimension:
    return arguments[0] ** 0.5


def _elementary(name: str, sympy_name: str | None = None) -> FunctionSignature:
    return FunctionSignature(name, (DIMENSIONLESS,), sympy_name=sympy_name)


_ANY = AnyDimension.ANY
_SIGNATURES = (
    _elementary("exp", "exp"),
    _elementary("log", "log"),
    _elementary("sin", "sin"),
    _elementary("cos", "cos"),
    _elementary("tan", "tan"),
    _elementary("sinh", "sinh"),
    _elementary("cosh", "cosh"),
    _elementary("tanh", "tanh"),
    _elementary("arcsin", "asin"),
    _elementary("arccos", "acos"),
    _elementary("arctan", "atan"),
    # Opaque in sympy, which would otherwise rewrite them into forms that cancel.
    _elementary("log10"),
    _elementary("expm1"),
    _elementary("log1p"),
    _elementary("exprel"),
    FunctionSignature("sqrt", (_ANY,), _square_root, sympy_name="sqrt"),
    FunctionSignature("abs", (_ANY,), SameAs(0), dtype=None, sympy_name="Abs"),
    FunctionSignature("sign", (_ANY,), DIMENSIONLESS, dtype=None),
    FunctionSignature("ceil", (_ANY,), SameAs(0)),
    FunctionSignature("floor", (_ANY,), SameAs(0)),
    FunctionSignature("clip", (_ANY, SameAs(0), SameAs(0)), SameAs(0), dtype=None),
    FunctionSignature("int", (DIMENSIONLESS,), dtype=VariableType.INTEGER),
    FunctionSignature("timestep", (SECOND, SECOND), dtype=VariableType.INTEGER),
    FunctionSignature("rand", (), stateful=True),
    FunctionSignature("randn", (), stateful=True),
    FunctionSignature("poisson", (DIMENSIONLESS,), dtype=VariableType.INTEGER, stateful=True),
    FunctionSignature("where", (DIMENSIONLESS, _ANY, SameAs(1)), SameAs(1), dtype=None, internal=True),
)

BUILTIN_FUNCTIONS: Mapping[str, FunctionSignature] = MappingProxyType(
    {signature.name: signature for signature in _SIGNATURES}
)
"""The functions that every expression may call, and the internal ones."""

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": pi, "e": e, "inf": inf})
"""The constants that every expression may name; all are dimensionless."""
