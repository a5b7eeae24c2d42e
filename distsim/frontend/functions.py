"""Functions of the user's that code strings may call.

From Python such a function is called with quantities, and its units are checked.  In code that runs it gets
plain numbers in SI units, whose units were checked beforehand from what the function declares:
`Function.describe` gives the plain function and its declaration.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np

from distsim.equations.functions import CONSTANTS, SECOND, AnyDimension, FunctionSignature, SameAs
from distsim.equations.variable_type import VariableType
from distsim.frontend.plain_functions import checked_original, without_units
from distsim.network import UserFunction
from distsim.units import (
    DIMENSIONLESS,
    Dimension,
    Quantity,
    UnitSignature,
    fail_for_dimension_mismatch,
    get_dimensions,
    units_by_name,
)
from distsim.units import functions as unit_functions

_ANY: Final = AnyDimension.ANY
_TYPES: Final[Mapping[str, VariableType | None]] = {
    "boolean": VariableType.BOOLEAN,
    "integer": VariableType.INTEGER,
    "float": VariableType.FLOAT,
    "highest": None,
}
_ARGUMENT_TYPES: Final = ("boolean", "integer", "float", "any")
_DECLARED_TYPES: Final = "declared_types"
_ONE_SECOND: Final = Quantity(1.0, dim=SECOND)

TypeName: TypeAlias = str
"""``boolean``, ``integer``, ``float``, ``any`` (of arguments) or ``highest`` (of results)."""


class FunctionDeclarationError(TypeError):
    """A function lacks what is needed to call it from code strings."""


class Function:
    """A function that code strings may call.

    Parameters
    ----------
    pyfunc
        The Python function.  It is vectorised or takes single numbers.
    sympy_func
        Accepted; functions of the user's are opaque to algebra.
    arg_units
        For each argument a unit, 1, ``bool``, None (any unit), or the name of another argument with the same
        unit.  Needs not be given for a function decorated with `check_units`.
    arg_names
        Names of the arguments; by default those of `pyfunc`.
    return_unit
        Unit of the result: a unit, 1, ``bool``, or a callable that gives it from the units of the arguments.
    arg_types, return_type
        Types: ``boolean``, ``integer``, ``float``, ``any``; for the result also ``highest``, the common type
        of the arguments.
    stateless
        Whether the same arguments always give the same result.
    auto_vectorise
        Accepted from Python; such a function cannot be called in code strings.
    """

    def __init__(
        self,
        pyfunc: Callable[..., Any],
        sympy_func: Any = None,
        arg_units: Iterable[Any] | None = None,
        arg_names: Iterable[str] | None = None,
        return_unit: Any = None,
        arg_types: Iterable[TypeName] | None = None,
        return_type: TypeName | None = None,
        stateless: bool = True,
        auto_vectorise: bool = False,
    ) -> None:
        if not callable(pyfunc):
            raise TypeError(f"a Python function is needed, not {pyfunc!r}")
        self.pyfunc = pyfunc
        self.sympy_func = sympy_func
        self.stateless = stateless
        self.auto_vectorise = auto_vectorise
        self.implementations = Implementations()
        declared: Mapping[str, TypeName] = getattr(pyfunc, _DECLARED_TYPES, {})
        self.units = _unit_signature(pyfunc, arg_units, arg_names, return_unit)
        names = self.units.names if self.units is not None else tuple(_parameter_names(pyfunc))
        self.arg_types = (
            tuple(declared.get(name, "any") for name in names) if arg_types is None else tuple(arg_types)
        )
        self.return_type = declared.get("result") if return_type is None else return_type
        _check_types(self.arg_types, self.return_type)

    def __call__(self, *args: Any) -> Any:
        """Call the Python function."""
        return self.pyfunc(*args)

    @property
    def __name__(self) -> str:
        return getattr(self.pyfunc, "__name__", type(self.pyfunc).__name__)

    def is_locally_constant(self, dt: float) -> bool:  # noqa: ARG002
        """Whether the result keeps its value during a step of `dt`, whatever the time."""
        return False

    def describe(self, name: str) -> UserFunction:
        """Return the function as code strings may call it by `name`.

        Raises
        ------
        FunctionDeclarationError
            If it does not declare its units, or cannot be called in code strings at all.
        """
        if self.units is None or self.units.result is None:
            missing = "no units" if self.units is None else "no unit of its result"
            raise FunctionDeclarationError(
                f"the function '{name}' declares {missing}: decorate it, for example with "
                f"@check_units({_example(self.pyfunc)}result=1), or use Function(..., arg_units=[...], "
                "return_unit=...)"
            )
        if self.auto_vectorise or not self.stateless:
            kind = "auto_vectorise=True" if self.auto_vectorise else "stateless=False"
            raise FunctionDeclarationError(
                f"the function '{name}' ({kind}) cannot be called in code strings: random numbers of its own "
                "would depend on the number of processes; use rand(), randn() or poisson() in the string and "
                "give them to the function as arguments"
            )
        function = self.implementations.python or checked_original(self.pyfunc)
        return UserFunction(without_units(function), self._signature(name, self.units))

    def _signature(self, name: str, units: UnitSignature) -> FunctionSignature:
        rules = tuple(_argument_rule(unit, units.names) for unit in units.arguments)
        dtype = VariableType.FLOAT if self.return_type is None else _TYPES[self.return_type]
        if units.result is bool:
            return FunctionSignature(name, rules, DIMENSIONLESS, VariableType.BOOLEAN)
        if isinstance(units.result, Dimension):
            return FunctionSignature(name, rules, units.result, dtype)
        compute = units.result
        assert callable(compute)  # noqa: S101
        return FunctionSignature(name, rules, lambda given: get_dimensions(compute(*given)), dtype)


class Implementations:
    """What a function is computed by other than its Python code.

    Attributes
    ----------
    python
        A Python function of plain numbers that is used in place of the decorated one.
    others
        Names of targets for which code was given.  The code is not used: distsim compiles Python functions.
    """

    def __init__(self) -> None:
        self.python: Callable[..., Any] | None = None
        self.others: set[str] = set()

    def add_numpy_implementation(
        self,
        wrapped_func: Callable[..., Any],
        dependencies: Any = None,  # noqa: ARG002
        discard_units: bool | None = None,  # noqa: ARG002
        compiler_kwds: Any = None,  # noqa: ARG002
    ) -> None:
        """Use the Python function `wrapped_func`."""
        self.python = checked_original(wrapped_func)

    def add_implementation(
        self,
        target: Any,
        code: Any,
        namespace: Any = None,  # noqa: ARG002
        dependencies: Any = None,  # noqa: ARG002
        availability_check: Any = None,  # noqa: ARG002
        name: str | None = None,  # noqa: ARG002
        dynamic: bool = False,
        compiler_kwds: Any = None,  # noqa: ARG002
    ) -> None:
        """Use `code` if it is a Python function; take note of code in other languages."""
        if callable(code) and not dynamic:
            self.python = checked_original(code)
        else:
            self.others.add(str(target))

    def add_dynamic_implementation(self, target: Any, code: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Take note of a function that would make code of another language."""
        self.others.add(str(target))

    def __contains__(self, target: object) -> bool:
        return target in self.others or (target == "numpy" and self.python is not None)


def implementation(
    target: Any,
    code: Any = None,
    namespace: Any = None,
    dependencies: Any = None,
    discard_units: bool | None = None,
    name: str | None = None,
    **compiler_kwds: Any,
) -> Callable[[Callable[..., Any] | Function], Function]:
    """Make a decorator that gives an implementation of a function for code strings; the outermost decorator.

    Parameters
    ----------
    target
        ``numpy`` for Python code; any other target is accepted and what is given for it is not used, since
        distsim compiles the Python code of the function itself.
    code
        A Python function for the target ``numpy``, by default the decorated one; text in another language.
    namespace, dependencies, name, **compiler_kwds
        Belong to code in other languages.
    discard_units
        Only with ``numpy`` and without `code`.  Functions get plain numbers in code strings in any case.
    """
    if discard_units and (target != "numpy" or code is not None):
        raise TypeError("discard_units can only be given for the target 'numpy', and without code")

    def decorate(function: Callable[..., Any] | Function) -> Function:
        decorated = function if isinstance(function, Function) else Function(function)
        if code is not None:
            decorated.implementations.add_implementation(
                target, code, namespace, dependencies, name=name, compiler_kwds=compiler_kwds
            )
        elif target != "numpy" and not discard_units:
            decorated.implementations.others.add(str(target))
        return decorated

    return decorate


def declare_types(**types: TypeName) -> Callable[[Any], Any]:
    """Make a decorator that declares the types of a function's arguments and ``result``.

    Parameters
    ----------
    **types
        ``boolean``, ``integer``, ``float``, ``any``; for ``result`` also ``highest``.
    """
    _check_types(
        tuple(kind for name, kind in types.items() if name != "result"),
        types.get("result"),
    )

    def decorate(function: Any) -> Any:
        if isinstance(function, Function):
            names = tuple(_parameter_names(function.pyfunc))
            function.arg_types = tuple(types.get(name, "any") for name in names)
            function.return_type = types.get("result")
            return function
        unknown = types.keys() - {*_parameter_names(function), "result"}
        if unknown:
            raise TypeError(f"{function.__name__} has no argument named {', '.join(sorted(unknown))}")
        setattr(function, _DECLARED_TYPES, types)
        return function

    return decorate


def is_declared(value: object) -> bool:
    """Return whether `value` is a function that code strings may call."""
    return isinstance(value, Function) or (
        isinstance(value, FunctionType) and isinstance(getattr(value, "unit_signature", None), UnitSignature)
    )


def as_function(value: Any) -> Function:
    """Return a declared function as a `Function`."""
    return value if isinstance(value, Function) else Function(value)


def _unit_signature(
    pyfunc: Callable[..., Any],
    arg_units: Iterable[Any] | None,
    arg_names: Iterable[str] | None,
    return_unit: Any,
) -> UnitSignature | None:
    declared: UnitSignature | None = getattr(pyfunc, "unit_signature", None)
    if arg_units is None:
        if declared is None or return_unit is None:
            return declared
        return UnitSignature(declared.names, declared.arguments, _result_unit(return_unit))
    units = tuple(
        unit if unit is None or unit is bool or isinstance(unit, str) else get_dimensions(unit)
        for unit in arg_units
    )
    names = tuple(arg_names) if arg_names is not None else _names_for(pyfunc, len(units))
    if len(names) != len(units):
        raise ValueError(f"there are {len(names)} arguments, but units of {len(units)}")
    for unit in units:
        if isinstance(unit, str) and unit not in names:
            raise ValueError(f"there is no argument '{unit}' to have the same unit as")
    return UnitSignature(names, units, _result_unit(return_unit))


def _result_unit(unit: Any) -> Any:
    if unit is None or unit is bool or (callable(unit) and not isinstance(unit, Dimension)):
        return unit
    return get_dimensions(unit)


def _names_for(pyfunc: Callable[..., Any], count: int) -> tuple[str, ...]:
    found = tuple(_parameter_names(pyfunc))
    return found if len(found) == count else tuple(f"argument_{number}" for number in range(count))


def _parameter_names(pyfunc: Callable[..., Any]) -> Iterable[str]:
    try:
        return inspect.signature(pyfunc).parameters
    except (TypeError, ValueError):
        # Some functions written in C have no signature.
        return ()


def _check_types(arguments: tuple[TypeName, ...], result: TypeName | None) -> None:
    for kind in arguments:
        if kind not in _ARGUMENT_TYPES:
            raise ValueError(f"the type of an argument is one of {', '.join(_ARGUMENT_TYPES)}, not {kind!r}")
    if result is not None and result not in _TYPES:
        raise ValueError(f"the type of a result is one of {', '.join(_TYPES)}, not {result!r}")


def _argument_rule(unit: Any, names: tuple[str, ...]) -> Dimension | SameAs | AnyDimension:
    if unit is None:
        return _ANY
    if isinstance(unit, str):
        return SameAs(names.index(unit))
    return unit if isinstance(unit, Dimension) else DIMENSIONLESS


def _example(pyfunc: Callable[..., Any]) -> str:
    return "".join(f"{name}=1, " for name in _parameter_names(pyfunc))


def timestep(t: Any, dt: Any) -> Any:
    """Return the number of the step of `dt` in which the time `t` lies.

    Times up to a thousandth of a step before the start of a step count as being in it.

    Parameters
    ----------
    t
        A time, or an array of times.
    dt
        The length of a step.

    Returns
    -------
    int, or an array of int64
    """
    for value in (t, dt):
        fail_for_dimension_mismatch(value, _ONE_SECOND, "timestep needs times, not {value}", value=value)
    times, step = np.asarray(t, dtype=float), np.asarray(dt, dtype=float)
    steps = np.asarray((times + 1e-3 * step) / step).astype(np.int64)
    return steps.item() if steps.ndim == 0 else steps


def _int(value: Any) -> Any:
    """Return whole numbers, towards zero."""
    array = np.asarray(value).astype(np.int64)
    return array.item() if array.ndim == 0 else array


DEFAULT_FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        **{
            name: Function(getattr(unit_functions, name), arg_units=[1], return_unit=1)
            for name in (
                *("exp", "expm1", "exprel", "log", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh"),
                *("tanh", "arcsin", "arccos", "arctan"),
            )
        },
        "sqrt": Function(np.sqrt, arg_units=[None], return_unit=lambda unit: unit**0.5),
        "abs": Function(np.abs, arg_units=[None], return_unit=lambda unit: unit, return_type="highest"),
        "sign": Function(np.sign, arg_units=[None], return_unit=1, return_type="highest"),
        "ceil": Function(np.ceil, arg_units=[None], return_unit=lambda unit: unit),
        "floor": Function(np.floor, arg_units=[None], return_unit=lambda unit: unit),
        "clip": Function(
            np.clip,
            arg_names=["a", "a_min", "a_max"],
            arg_units=[None, "a", "a"],
            return_unit=lambda unit, *_: unit,
            return_type="highest",
        ),
        "int": Function(_int, arg_units=[1], return_unit=1, return_type="integer"),
        "timestep": Function(timestep, arg_units=[SECOND, SECOND], return_unit=1, return_type="integer"),
        "rand": Function(np.random.random_sample, arg_units=[], return_unit=1, stateless=False),
        "randn": Function(np.random.standard_normal, arg_units=[], return_unit=1, stateless=False),
        "poisson": Function(
            np.random.poisson, arg_units=[1], return_unit=1, return_type="integer", stateless=False
        ),
    }
)
"""The functions of the language, to be called from Python."""

DEFAULT_UNITS: Final = units_by_name()
"""The units that code strings may name."""

DEFAULT_CONSTANTS: Final = CONSTANTS
"""The constants that code strings may name."""
