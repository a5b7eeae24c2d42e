"""The user's own functions in emitted kernels: what they are called there, and where kernels find them.

A kernel calls a function for one element after the other, as compiled code; the mathematical functions of
NumPy and `math` that it uses are replaced by those of `distsim.kernels.maths`, so that its loop is vectorised
and gives the same bits everywhere.  What the function takes from outside (globals, variables of the function
around it, default arguments) is constant for kernels.

Its name in emitted source holds a hash of all that, so that equal source means equal machine code.  Emitted
source imports the name from this module; `register` has to come before.
"""

from __future__ import annotations

import builtins
import dis
import hashlib
import math
import types
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from distsim.kernels import maths
from distsim.kernels.compile import KernelFunction, inlined
from distsim.kernels.maths import select
from distsim.network import ModelError, UserFunction

__all__ = ["describe", "emitted_name", "explain_failure", "register"]

PREFIX = "_function_"
LARGEST_ARRAY = 1_000_000
"""Bytes of an array that a function may use; numba keeps larger ones by their address."""
LINES_OF_REASON = 6

_registered: dict[str, Any] = {}


def __getattr__(name: str) -> Any:
    """Return a registered function: emitted source imports it by its emitted name."""
    try:
        return _registered[name]
    except KeyError:
        raise AttributeError(f"no user function '{name}' has been registered") from None


@inlined
def where(condition: bool, if_true: float, if_false: float) -> float:
    """Return one of two numbers, as NumPy's function of this name."""
    return select(condition != 0, if_true, if_false)


_SAME_NAMES = ("exp", "expm1", "log", "log10", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")
_FUNCTIONS: Mapping[types.ModuleType, Mapping[str, Any]] = {
    np: {
        **{name: getattr(maths, name) for name in (*_SAME_NAMES, "arcsin", "arccos", "arctan")},
        **{name: getattr(maths, name) for name in ("floor", "ceil", "sign", "power", "clip")},
        "abs": maths.absolute,
        "absolute": maths.absolute,
        "fabs": maths.absolute,
        "where": where,
    },
    math: {
        **{name: getattr(maths, name) for name in _SAME_NAMES},
        "asin": maths.arcsin,
        "acos": maths.arccos,
        "atan": maths.arctan,
        "fabs": maths.absolute,
        "pow": maths.power,
    },
}
"""What stands for the functions of these modules in kernels."""
_REPLACED = {
    id(getattr(module, name)): ours
    for module, functions in _FUNCTIONS.items()
    for name, ours in functions.items()
}


@cache
def _module_in_kernels(module: types.ModuleType) -> types.ModuleType:
    """Return a module as functions in kernels see it: without a generator of random numbers."""
    seen = types.ModuleType(module.__name__)
    hidden = ("random", "__getattr__")
    seen.__dict__.update({name: item for name, item in vars(module).items() if name not in hidden})
    seen.__dict__.update(_FUNCTIONS[module])
    return seen


def describe(name: str, function: Callable[..., Any]) -> str:
    """Return what to call a function in a message: its name, and where it has been defined."""
    code = getattr(_python_function(function), "__code__", None)
    place = f" ({code.co_filename}, line {code.co_firstlineno})" if code is not None else ""
    return f"the function '{name}'{place}"


def emitted_name(name: str, function: UserFunction) -> str:
    """Return the name of a user function in emitted source.

    Raises
    ------
    ModelError
        If it uses something that cannot be a constant of a kernel.
    """
    if function.signature.stateful and function.draws is None:
        raise ModelError(
            f"{describe(name, function.function)} gives another value every time: in code that runs in every "
            "step random numbers have to come from rand(), randn() or poisson()"
        )
    digest = hashlib.blake2b(digest_size=6)
    for part in _parts(_python_function(function.function), describe(name, function.function), set()):
        digest.update(part.encode() + b"\0")
    return f"{PREFIX}{name}_{digest.hexdigest()}"


def register(functions: Mapping[str, UserFunction]) -> None:
    """Make functions known to the emitted source that is imported afterwards, by their emitted names."""
    for name, function in functions.items():
        if name not in _registered:
            _registered[name] = _in_kernels(_python_function(function.function), {})


def explain_failure(functions: Mapping[str, UserFunction]) -> None:
    """Find out which of some registered functions numba cannot compile.

    Raises
    ------
    ModelError
        Naming the function, its file and line, and numba's reason.  Nothing happens if there is no such one.
    """
    for name, function in functions.items():
        registered = _registered[name]
        if not isinstance(registered, KernelFunction):
            continue
        from numba import float64  # noqa: PLC0415  (a compilation has failed, so it is there already)

        try:
            registered.dispatcher.compile((float64,) * function.signature.arity)
        except Exception as error:
            readable = name.removeprefix(PREFIX).rpartition("_")[0]
            what = describe(readable, function.function)
            raise ModelError(f"{what} cannot be compiled: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return what numba says without its advice and its trace of how it came there."""
    lines = [line.rstrip() for line in str(error).splitlines()]
    skipped = ("During:", "This error is usually", "If you think", "Failed in", "Compilation is falling")
    told = [line for line in lines if line.strip() and not line.strip().startswith(skipped)]
    return "\n    ".join(told[:LINES_OF_REASON])


def _python_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function behind what numba has made of it."""
    return getattr(function, "py_func", function)


def _outside(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function takes from outside itself: name and value."""
    for name in sorted(_global_names(function.__code__)):
        if name in function.__globals__:
            yield name, function.__globals__[name]
        elif not hasattr(builtins, name):
            raise ModelError(f"{describe(function.__name__, function)} uses the unknown name '{name}'")
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents
    yield "(defaults)", function.__defaults__


def _global_names(code: types.CodeType) -> set[str]:
    found = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _global_names(constant)
    return found


def _parts(value: Any, where_used: str, seen: set[int]) -> Iterator[str]:
    """Yield texts that differ for two values that kernels can tell apart."""
    value = _python_function(value)
    if isinstance(value, types.FunctionType):
        yield from _function_parts(value, where_used, seen)
    elif isinstance(value, types.ModuleType) and not value.__name__.startswith(("random", "numpy.random")):
        yield f"module {value.__name__}"
    elif callable(value) and hasattr(value, "__qualname__") and not _is_bound(value):
        yield f"callable {getattr(value, '__module__', '')}.{value.__qualname__}"
    elif isinstance(value, np.ufunc):
        yield f"ufunc {value.__name__}"
    elif isinstance(value, tuple):
        yield f"tuple {len(value)}"
        for item in value:
            yield from _parts(item, where_used, seen)
    elif isinstance(value, np.ndarray):
        _check_array(value, where_used)
        yield f"array {value.dtype} {value.shape} {hashlib.blake2b(value.tobytes()).hexdigest()}"
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes | np.generic):
        yield f"{type(value).__name__} {value!r}"
    else:
        name = getattr(value, "__name__", type(value).__name__)
        raise ModelError(
            f"{where_used} uses something from outside ({name}) that is not there in code that runs in every "
            "step: it may use numbers, arrays, tuples, modules and functions without a memory"
        )


def _is_bound(function: Callable[..., Any]) -> bool:
    """Tell whether a function belongs to an object and may depend on what that remembers."""
    owner = getattr(function, "__self__", None)
    return owner is not None and not isinstance(owner, types.ModuleType)


def _function_parts(function: types.FunctionType, where_used: str, seen: set[int]) -> Iterator[str]:
    if id(function) in seen:
        yield f"again {function.__qualname__}"
        return
    seen.add(id(function))
    yield from _code_parts(function.__code__)
    for name, value in _outside(function):
        yield name
        yield from _parts(value, where_used, seen)


def _code_parts(code: types.CodeType) -> Iterator[str]:
    yield f"code {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_parts(constant)
        else:
            yield f"{type(constant).__name__} {constant!r}"


def _check_array(array: np.ndarray[Any, Any], where_used: str) -> None:
    if array.dtype.kind not in "biuf":
        raise ModelError(f"{where_used} uses an array of type {array.dtype}; it has to be one of numbers")
    if array.nbytes > LARGEST_ARRAY:
        raise ModelError(
            f"{where_used} uses an array of {array.nbytes} bytes; at most {LARGEST_ARRAY} can be a "
            "constant of a kernel"
        )


def _in_kernels(value: Any, seen: dict[int, Any]) -> Any:
    """Return what stands for a value in kernels: plain numbers, our mathematics, compiled functions."""
    value = _python_function(value)
    if id(value) in _REPLACED:
        return _REPLACED[id(value)]
    if isinstance(value, types.ModuleType):
        return _module_in_kernels(value) if value in _FUNCTIONS else value
    if isinstance(value, types.FunctionType):
        return _function_in_kernels(value, seen)
    if isinstance(value, tuple):
        return tuple(_in_kernels(item, seen) for item in value)
    if isinstance(value, np.ndarray):
        # Quantities are arrays, too; kernels have plain numbers in SI units.
        plain = np.ascontiguousarray(np.asarray(value))
        return plain.item() if value.ndim == 0 else plain
    return value


def _function_in_kernels(function: types.FunctionType, seen: dict[int, Any]) -> Any:
    if id(function) in seen:
        raise ModelError(
            f"{describe(function.__name__, function)} calls itself, which code that runs in every step cannot"
        )
    outside = {
        name: _in_kernels(value, {**seen, id(function): function}) for name, value in _outside(function)
    }
    free = function.__code__.co_freevars
    namespace = {name: value for name, value in outside.items() if name not in free}
    namespace["__name__"], namespace["__builtins__"] = function.__module__, builtins
    copy = types.FunctionType(
        function.__code__,
        namespace,
        function.__name__,
        outside["(defaults)"],
        tuple(types.CellType(outside[name]) for name in free),
    )
    return inlined(copy)
