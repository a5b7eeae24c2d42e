"""What names from outside stand for: constants, timed arrays, user functions; after these, the units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from distsim.equations.functions import BUILTIN_FUNCTIONS, CONSTANTS, SECOND, FunctionSignature
from distsim.network.description import Constant, TimedArray, UserFunction, Value
from distsim.units import DIMENSIONLESS, get_dimensions, units_by_name


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The external names that one entry's expressions may use.

    Parameters
    ----------
    constants
        Constants by name.
    timed_arrays
        Timed arrays by name.
    user_functions
        Functions of the user's by name.
    """

    constants: Mapping[str, Constant] = field(default_factory=dict)
    timed_arrays: Mapping[str, TimedArray] = field(default_factory=dict)
    user_functions: Mapping[str, UserFunction] = field(default_factory=dict)

    @classmethod
    def of(cls, namespace: Mapping[str, Value]) -> Scope:
        """Return the scope with the names of a namespace."""
        return cls(
            {name: value for name, value in namespace.items() if isinstance(value, Constant)},
            {name: value for name, value in namespace.items() if isinstance(value, TimedArray)},
            {name: value for name, value in namespace.items() if isinstance(value, UserFunction)},
        )

    def with_constants(self, local: Mapping[str, Constant]) -> Scope:
        """Return a scope in which `local` stands before the constants of the file."""
        if not local:
            return self
        return Scope({**self.constants, **local}, self.timed_arrays, self.user_functions)

    def find(self, name: str) -> Constant | None:
        """Return the constant or unit called `name`, or None."""
        if name in self.constants:
            return self.constants[name]
        if name in CONSTANTS:
            return Constant(CONSTANTS[name], DIMENSIONLESS)
        try:
            unit = units_by_name()[name]
        except KeyError:
            return None
        return Constant(float(np.asarray(unit)), get_dimensions(unit))

    def functions(self) -> Mapping[str, FunctionSignature]:
        """Return the functions that expressions may call, timed arrays among them."""
        if not self.timed_arrays and not self.user_functions:
            return BUILTIN_FUNCTIONS
        calls = {name: _signature(name, array) for name, array in self.timed_arrays.items()}
        users = {name: function.signature for name, function in self.user_functions.items()}
        return MappingProxyType({**BUILTIN_FUNCTIONS, **calls, **users})

    def namespace(self, names: Iterable[str]) -> Mapping[str, Value]:
        """Return those of `names` that are external, in sorted order."""
        values: dict[str, Value] = {}
        for name in sorted(set(names)):
            value = self.timed_arrays.get(name) or self.user_functions.get(name) or self.find(name)
            if value is not None:
                values[name] = value
        return values

    def words(self) -> Iterator[str]:
        """Yield the names worth suggesting for a misspelt one."""
        yield from self.constants
        yield from self.timed_arrays
        yield from self.user_functions
        yield from CONSTANTS


def _signature(name: str, array: TimedArray) -> FunctionSignature:
    arguments = (SECOND,) if array.values.ndim == 1 else (SECOND, DIMENSIONLESS)
    return FunctionSignature(name, arguments, array.dimension, constant_over_dt=array.constant_over_step)
