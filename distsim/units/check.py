"""A decorator that checks the units of a function's arguments and result."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, cast

import numpy as np

from distsim.units.dimensions import DIMENSIONLESS, Dimension
from distsim.units.errors import DimensionMismatchError
from distsim.units.inspection import describe, get_dimensions, has_any_dimension

__all__ = ["ArgumentUnit", "UnitSignature", "check_units"]

_Parameters = ParamSpec("_Parameters")
_Result_co = TypeVar("_Result_co", covariant=True)

ArgumentUnit: TypeAlias = Dimension | type[bool] | str | None
"""What an argument has to be: of a dimension, a truth value, alike to the argument named, or anything."""

ResultUnit: TypeAlias = Dimension | type[bool] | Callable[..., Any] | None
"""What the result is; a callable computes it from the dimensions of the arguments."""


@dataclass(frozen=True, slots=True)
class UnitSignature:
    """The units that a function declares, attached to it as ``unit_signature``.

    Parameters
    ----------
    names
        Names of the arguments, in order.
    arguments
        What each argument has to be.
    result
        What the result is; ``None`` if it is not declared.
    """

    names: tuple[str, ...]
    arguments: tuple[ArgumentUnit, ...]
    result: ResultUnit

    def check_arguments(self, function: str, values: dict[str, Any]) -> None:
        """Raise an error if one of the arguments, given by name, has the wrong unit or type."""
        for name, expected in zip(self.names, self.arguments, strict=True):
            value = values.get(name)
            # A string is an expression, whose units are checked where it is parsed.
            if expected is None or value is None or isinstance(value, str):
                continue
            if expected is bool:
                _require_bool(f"{function}: argument {name!r}", value)
            elif isinstance(expected, str):
                if not _agree(value, values[expected]):
                    raise DimensionMismatchError(
                        f"{function}: arguments {name!r} ({describe(value)}) and {expected!r} "
                        f"({describe(values[expected])}) must have the same unit",
                        get_dimensions(value),
                        get_dimensions(values[expected]),
                    )
            elif isinstance(expected, Dimension) and not _agree(value, expected):
                raise DimensionMismatchError(
                    f"{function}: argument {name!r} is {describe(value)}, which has the wrong unit",
                    get_dimensions(value),
                    expected,
                )

    def result_dimension(self, *dimensions: Dimension) -> Dimension | None:
        """Return the dimension of the result for arguments of these dimensions, ``None`` if undeclared."""
        if isinstance(self.result, Dimension):
            return self.result
        if self.result is None or self.result is bool:
            return None
        return get_dimensions(self.result(*dimensions))

    def check_result(self, function: str, value: Any, dimensions: tuple[Dimension, ...]) -> None:
        """Raise an error if `value` is not what was declared for arguments of these dimensions."""
        if self.result is bool:
            _require_bool(f"{function}: the result", value)
            return
        expected = self.result_dimension(*dimensions)
        if expected is not None and not _agree(value, expected):
            raise DimensionMismatchError(
                f"{function}: the result {describe(value)} has the wrong unit",
                get_dimensions(value),
                expected,
            )


class _Checked(Protocol[_Parameters, _Result_co]):
    """A function that declares its units."""

    unit_signature: UnitSignature

    def __call__(self, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result_co: ...


def _agree(value: Any, expected: Any) -> bool:
    return (
        get_dimensions(value) is get_dimensions(expected)
        or has_any_dimension(value)
        or has_any_dimension(expected)
    )


def _require_bool(what: str, value: Any) -> None:
    if not (isinstance(value, (bool, np.bool_)) or getattr(value, "dtype", None) == np.bool_):
        raise TypeError(f"{what} must be True or False, not {value!r}")


def _argument_unit(unit: Any) -> ArgumentUnit:
    return unit if unit is None or unit is bool or isinstance(unit, str) else get_dimensions(unit)


def check_units(
    **units: Any,
) -> Callable[[Callable[_Parameters, _Result_co]], _Checked[_Parameters, _Result_co]]:
    """Make a decorator that checks units on every call.

    Parameters
    ----------
    **units
        For each argument to check, by name: a unit, quantity or dimension; ``1`` for dimensionless; ``bool``;
        the name of another argument that has to have the same unit; or ``None`` for no check.  A plain zero
        has any unit; arguments that are ``None`` or strings are not checked.
        ``result`` is for what the function returns: the same, or a callable that takes the dimensions of all
        arguments and returns that of the result.

    Raises
    ------
    DimensionMismatchError
        In a call of the decorated function, if a unit is wrong.

    Examples
    --------
    >>> @check_units(current=amp, resistance=ohm, result=volt)
    ... def voltage(current, resistance):
    ...     return current * resistance
    """

    def decorate(function: Callable[_Parameters, _Result_co]) -> _Checked[_Parameters, _Result_co]:
        parameters = inspect.signature(function)
        names = tuple(parameters.parameters)
        name_of_function = getattr(function, "__name__", "function")
        unknown = units.keys() - {*names, "result"}
        if unknown:
            raise TypeError(
                f"{name_of_function} has no argument named {', '.join(map(repr, sorted(unknown)))}"
            )
        result = units.get("result")
        signature = UnitSignature(
            names,
            tuple(_argument_unit(units.get(name)) for name in names),
            result if callable(result) else cast("ResultUnit", _argument_unit(result)),
        )

        @functools.wraps(function)
        def checked(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result_co:
            bound = parameters.bind(*args, **kwargs)
            bound.apply_defaults()
            signature.check_arguments(name_of_function, bound.arguments)
            value = function(*args, **kwargs)
            if signature.result is not None:
                dimensions = tuple(_dimension_of_argument(bound.arguments[name]) for name in names)
                signature.check_result(name_of_function, value, dimensions)
            return value

        wrapped = cast("_Checked[_Parameters, _Result_co]", checked)
        wrapped.unit_signature = signature
        return wrapped

    return decorate


def _dimension_of_argument(value: Any) -> Dimension:
    """Return the dimension of an argument; one that cannot have any counts as dimensionless."""
    try:
        return get_dimensions(value)
    except DimensionMismatchError:
        raise
    except TypeError:
        return DIMENSIONLESS
