"""What the names from outside stand for: the one place where Python values become values of a network.

Names are looked up when a run starts, or when a string is assigned or read, and have the value of that
moment.  A variable of the group itself comes first.  Then follow, in this order, constants, units and
functions of the language, the group's own namespace, and the namespace of the run: the one given, or else the
local and global variables of the caller.  Where a name has several meanings, a warning says which is taken.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from distsim.equations.functions import BUILTIN_FUNCTIONS, CONSTANTS, FunctionSignature
from distsim.equations.suggest import did_you_mean
from distsim.frontend.frames import caller_frame, get_local_namespace
from distsim.frontend.functions import Function, as_function, is_declared
from distsim.frontend.logger import get_logger
from distsim.frontend.timed_array import TimedArray
from distsim.network import Constant, Value
from distsim.network import TimedArray as TimedArrayDescription
from distsim.network.description import Namespace
from distsim.network.scope import Scope
from distsim.units import DIMENSIONLESS, Quantity, get_dimensions, units_by_name

__all__ = ["NameResolutionError", "Resolution", "caller_frame", "get_local_namespace", "resolve"]

_logger = get_logger(__name__)

Names: TypeAlias = Iterable[str] | Mapping[str, str]
"""Names; with the line of code that each stands in for the sake of messages, if given as a mapping."""


class NameResolutionError(KeyError):
    """A name in a code string stands for nothing, or for something that code cannot use."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, eq=False)
class Resolution:
    """What names stand for.

    Parameters
    ----------
    values
        Constants, timed arrays and user functions by name, also the units and constants of the language that
        were asked for.
    missing
        The names that stand for nothing, if these were not refused.
    """

    values: Namespace = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    @property
    def scope(self) -> Scope:
        """What code is checked with."""
        return Scope.of(self.values)


def resolve(
    names: Names,
    group_namespace: Mapping[str, Any] | None = None,
    run_namespace: Mapping[str, Any] | None = None,
    frame: types.FrameType | None = None,
    *,
    called: Names = (),
    owner: str = "",
    dt: float | None = None,
    internal: Collection[str] = (),
    mentioned: Iterable[str] = (),
    allow_missing: bool = False,
) -> Resolution:
    """Look up the names from outside that code uses.

    Parameters
    ----------
    names
        The names that are read as values and are no variables of the group.
    group_namespace
        The group's own namespace.
    run_namespace
        The namespace given to the run.  None looks into `frame`.
    frame
        The caller's; None looks nowhere.
    called
        The names that are called as functions.
    owner
        What messages call the owner of the code, ``"group 'neurongroup'"``.
    dt
        The time step of the code [s]; None if it runs once.
    internal
        The variables that the code may use by name, for messages.
    mentioned
        Those variables of the group that the user's text mentions: a variable of the caller with the same
        name is warned of.
    allow_missing
        Whether to report unknown names in `Resolution.missing` instead of refusing them.

    Raises
    ------
    NameResolutionError
        If a name is unknown, or stands for something that code cannot use.
    """
    scope = _Scope(
        group_namespace or {}, _outer(run_namespace, frame), run_namespace is not None, owner, dt, internal
    )
    for name in sorted(set(mentioned)):
        scope.warn_if_hidden(name)
    values: dict[str, Value] = {}
    missing: set[str] = set()
    for is_called, uses in ((False, names), (True, called)):
        lines = uses if isinstance(uses, Mapping) else dict.fromkeys(uses, "")
        for name in sorted(lines):
            try:
                value = scope.value(name, lines[name], is_called=is_called)
            except NameResolutionError:
                if not allow_missing:
                    raise
                missing.add(name)
                continue
            if value is not None:
                values[name] = value
    return Resolution(values, frozenset(missing))


def _outer(
    run_namespace: Mapping[str, Any] | None, frame: types.FrameType | None
) -> tuple[Mapping[str, Any], ...]:
    if run_namespace is not None:
        return (run_namespace,)
    if frame is None:
        return ()
    return (frame.f_locals,) if frame.f_locals is frame.f_globals else (frame.f_locals, frame.f_globals)


@dataclass(frozen=True, slots=True, eq=False)
class _Scope:
    """The places in which names are looked up for one piece of code."""

    group: Mapping[str, Any]
    run: tuple[Mapping[str, Any], ...]
    is_explicit: bool
    owner: str
    dt: float | None
    internal: Collection[str]

    def value(self, name: str, line: str, *, is_called: bool) -> Value | None:
        """Return what `name` stands for as a value of the network; None for functions of the language."""
        found = self.find(name)
        if isinstance(found, FunctionSignature):
            if is_called:
                return None
            raise NameResolutionError(
                self._message(f"'{name}' is a function: it must be called, {name}(...)", line)
            )
        if found is None:
            raise NameResolutionError(self.unknown(name, line, is_called=is_called))
        value = self.described(name, found, line)
        self.check_use(name, value, line, is_called=is_called)
        return value

    def find(self, name: str) -> object | None:
        """Return what `name` stands for, or None; what code cannot use counts if there is nothing else."""
        found = self._all(name)
        usable = [(place, value) for place, value in found if _is_usable(value)]
        if not usable:
            return found[0][1] if found else None
        (place, value), *others = usable
        for other_place, other in others:
            if not _is_same(value, other):
                _logger.warn(
                    f"'{name}' has different meanings{self._in_owner()}: the {place} ({_shown(value)}), "
                    f"which is used, and the {other_place} ({_shown(other)})",
                    "resolution_conflict",
                    once=True,
                )
                break
        return value

    def _all(self, name: str) -> list[tuple[str, object]]:
        """Return all meanings of a name with the places where they were found, first the one that counts."""
        found: list[tuple[str, object]] = []
        if name in CONSTANTS:
            found.append(("constant of the language", CONSTANTS[name]))
        elif name in units_by_name():
            found.append(("unit", units_by_name()[name]))
        elif name in BUILTIN_FUNCTIONS and not BUILTIN_FUNCTIONS[name].internal:
            found.append(("function of the language", BUILTIN_FUNCTIONS[name]))
        if name in self.group:
            found.append(("value in the group's namespace", self.group[name]))
        for namespace in self.run:
            if name in namespace:
                place = "value in the namespace of the run" if self.is_explicit else "variable around it"
                found.append((place, namespace[name]))
                break
        return found

    def warn_if_hidden(self, name: str) -> None:
        """Warn if a variable of the group has the name of something outside."""
        for place, value in self._all(name):
            if _is_usable(value):
                _logger.warn(
                    f"'{name}' is a variable of {self.owner or 'the group'}, which is used, but there is "
                    f"also a {place} of this name ({_shown(value)})",
                    "resolution_conflict",
                    once=True,
                )
                return

    def described(self, name: str, value: object, line: str) -> Value:
        """Return a Python value as a value of the network."""
        try:
            return _describe(name, value) if not isinstance(value, TimedArray) else self._timed(name, value)
        except (TypeError, ValueError) as error:
            raise NameResolutionError(self._message(str(error), line)) from None

    def _timed(self, name: str, array: TimedArray) -> TimedArrayDescription:
        described = array.describe(self.dt)
        if self.dt is not None and not described.constant_over_step:
            second = units_by_name()["second"]
            _logger.warn(
                f"the values of the timed array '{name}' (dt {array.dt * second}) change within the steps"
                f"{self._in_owner()} (dt {self.dt * second}), since its dt is no multiple of theirs",
                "timed_array_dt",
                once=True,
            )
        return described

    def check_use(self, name: str, value: Value, line: str, *, is_called: bool) -> None:
        """Raise an error if a number is called, or a function is not."""
        if is_called and isinstance(value, Constant):
            raise NameResolutionError(self._message(f"'{name}' is a number and cannot be called", line))
        if not is_called and not isinstance(value, Constant):
            kind = "timed array" if isinstance(value, TimedArrayDescription) else "function"
            example = f"{name}(t)" if kind == "timed array" else f"{name}(...)"
            raise NameResolutionError(
                self._message(f"'{name}' is a {kind}: it must be called, {example}", line)
            )

    def unknown(self, name: str, line: str, *, is_called: bool) -> str:
        """Return the message about a name that stands for nothing."""
        own = [*self.group, *(word for namespace in self.run for word in namespace)]
        usable = sorted({word for word in own if self._is_suggestable(word, is_called=is_called)})
        words = [*usable, *self.internal]
        if is_called:
            words += [word for word, signature in BUILTIN_FUNCTIONS.items() if not signature.internal]
        else:
            words += CONSTANTS
        kind = "function" if is_called else "name"
        return self._message(f"unknown {kind} '{name}'{did_you_mean(name, words)}", line) + self._reach(
            usable
        )

    def _reach(self, usable: list[str]) -> str:
        lines = []
        if self.internal:
            lines.append("    variables: " + ", ".join(sorted(self.internal)))
        own = [word for word in usable if not word.startswith("_") and not self._is_numpy(word)]
        if own:
            shown = own if len(own) <= _MOST_NAMES else [*own[:_MOST_NAMES], "..."]
            lines.append("    names outside: " + ", ".join(shown))
        return "".join("\n" + line for line in lines)

    def _is_numpy(self, word: str) -> bool:
        """Whether a name is one of NumPy's, as the star import brings them."""
        return any(namespace.get(word, word) is np.__dict__.get(word) for namespace in self.run)

    def _is_suggestable(self, word: str, *, is_called: bool) -> bool:
        for namespace in (self.group, *self.run):
            if word in namespace:
                value = namespace[word]
                if word in CONSTANTS or word in units_by_name() or not _is_usable(value):
                    return False
                return is_called == (isinstance(value, TimedArray) or is_declared(value))
        return False

    def _message(self, text: str, line: str) -> str:
        return (f"{self.owner}: " if self.owner else "") + text + (f"\n    {line}" if line else "")

    def _in_owner(self) -> str:
        return f" in {self.owner}" if self.owner else ""


_MOST_NAMES = 12


def _is_usable(value: object) -> bool:
    """Whether a name in code can stand for a Python value: a number, a quantity or a function with units."""
    return isinstance(
        value, (Real, np.number, np.ndarray, np.bool_, TimedArray, FunctionSignature)
    ) or is_declared(value)


def _describe(name: str, value: object) -> Value:
    if isinstance(value, Function) or is_declared(value):
        return as_function(value).describe(name)
    if isinstance(value, (bool, np.bool_)):
        return Constant(bool(value), DIMENSIONLESS)
    if isinstance(value, (Real, np.number, np.ndarray)):
        return _constant(name, value)
    if callable(value):
        raise TypeError(
            f"'{name}' is a Python object that declares no units: decorate the function with "
            "@check_units(...), or wrap it in Function(...)"
        )
    kind = type(value).__name__
    if isinstance(value, (list, tuple)) or hasattr(value, "__array__"):
        raise TypeError(f"'{name}' is a {kind}: {_ONE_VALUE_EACH}")
    raise TypeError(f"'{name}' is a {kind}, and no number, quantity or function with units")


_ONE_VALUE_EACH = (
    "a name from outside must be a single number or quantity; for one value for each neuron make it a "
    "parameter of the equations and assign the array to it, for values over time use a TimedArray"
)


def _constant(name: str, value: Any) -> Constant:
    array = np.asarray(value)
    dimension = get_dimensions(value)
    if array.ndim:
        kind = "a quantity" if isinstance(value, Quantity) else "an array"
        raise TypeError(f"'{name}' is {kind} of shape {array.shape}: {_ONE_VALUE_EACH}")
    if array.dtype.kind == "b":
        return Constant(bool(array), dimension)
    if array.dtype.kind in "iu" and dimension is DIMENSIONLESS:
        return Constant(int(array), dimension)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"'{name}' is {value}, not a real number")
    return Constant(float(array), dimension)


def _is_same(first: object, second: object) -> bool:
    if first is second:
        return True
    if isinstance(first, FunctionSignature) or isinstance(second, FunctionSignature):
        return False
    if (
        is_declared(first)
        or is_declared(second)
        or isinstance(first, TimedArray)
        or isinstance(second, TimedArray)
    ):
        return False
    return get_dimensions(first) is get_dimensions(second) and np.array_equal(
        np.asarray(first), np.asarray(second)
    )


def _shown(value: object) -> str:
    if isinstance(value, FunctionSignature):
        return f"{value.name}()"
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
