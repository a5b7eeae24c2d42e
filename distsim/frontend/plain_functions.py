"""From a Python function that mentions units to one of plain numbers.

Code that runs knows SI numbers only.  A function such as ``return x/(2*ms)`` means the same for them once
``ms`` is 0.001, so a copy of it is made in which the units and quantities that it refers to are plain
numbers.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from distsim.units import Quantity, UnitSignature

_NAME_OF_UNIT_AWARE_NUMPY = "distsim.numpy_"


def checked_original(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function below the decorator that checks units."""
    while isinstance(getattr(function, "unit_signature", None), UnitSignature) and hasattr(
        function, "__wrapped__"
    ):
        function = function.__wrapped__
    return function


def without_units(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that refers to plain numbers where `function` refers to units and quantities.

    Functions of the same module that it calls are treated in the same way.  A function that refers to no
    quantities is returned itself, and so is anything that is not written in Python.
    """
    return _Stripper().strip(function)


class _Stripper:
    """Makes plain copies, each function once."""

    def __init__(self) -> None:
        self._done: dict[int, Callable[..., Any]] = {}
        self._open: set[int] = set()

    def strip(self, function: Callable[..., Any]) -> Callable[..., Any]:
        original = checked_original(getattr(function, "pyfunc", function))
        if not isinstance(original, types.FunctionType):
            return original
        key = id(original)
        if key in self._open:
            # A function that calls itself refers to what it is by name, as before.
            return original
        if key not in self._done:
            self._open.add(key)
            self._done[key] = self._copy(original)
            self._open.remove(key)
        return self._done[key]

    def _copy(self, function: types.FunctionType) -> types.FunctionType:
        outer = function.__globals__
        referred = {name: outer[name] for name in _names(function.__code__) if name in outer}
        plain = {name: self._plain(value, outer) for name, value in referred.items()}
        cells = tuple(function.__closure__ or ())
        plain_cells = tuple(self._plain_cell(cell, outer) for cell in cells)
        defaults = tuple(self._plain(value, outer) for value in function.__defaults__ or ())
        named = {name: self._plain(value, outer) for name, value in (function.__kwdefaults__ or {}).items()}
        unchanged = (
            all(plain[name] is value for name, value in referred.items())
            and all(new is old for new, old in zip(plain_cells, cells, strict=True))
            and all(new is old for new, old in zip(defaults, function.__defaults__ or (), strict=True))
            and all(named[name] is old for name, old in (function.__kwdefaults__ or {}).items())
        )
        if unchanged:
            return function
        globals_of_copy = {
            "__builtins__": outer.get("__builtins__"),
            "__name__": outer.get("__name__"),
            **plain,
        }
        copy = types.FunctionType(
            function.__code__, globals_of_copy, function.__name__, defaults or None, plain_cells or None
        )
        copy.__kwdefaults__ = named or None
        copy.__doc__ = function.__doc__
        copy.__qualname__ = function.__qualname__
        if function.__name__ in globals_of_copy and outer.get(function.__name__) is function:
            globals_of_copy[function.__name__] = copy
        return copy

    def _plain(self, value: Any, outer: dict[str, Any]) -> Any:
        if isinstance(value, Quantity):
            return float(np.asarray(value)) if value.ndim == 0 else np.array(value)
        if isinstance(value, types.ModuleType) and value.__name__ == _NAME_OF_UNIT_AWARE_NUMPY:
            return np
        if isinstance(getattr(value, "unit_signature", None), UnitSignature) or hasattr(value, "pyfunc"):
            return self.strip(value)
        if isinstance(value, types.FunctionType) and value.__globals__ is outer:
            return self.strip(value)
        return value

    def _plain_cell(self, cell: types.CellType, outer: dict[str, Any]) -> types.CellType:
        try:
            value = cell.cell_contents
        except ValueError:
            # A variable of the enclosing function that has no value yet.
            return cell
        plain = self._plain(value, outer)
        return cell if plain is value else types.CellType(plain)


def _names(code: types.CodeType) -> Iterator[str]:
    """Yield the names that code refers to, that of functions inside it as well."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
