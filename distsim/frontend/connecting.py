"""The arguments of ``connect``: from what the user writes to a connection rule and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from distsim.connectivity.iterated import ITERATOR
from distsim.equations import VariableType, type_of
from distsim.equations.functions import BUILTIN_FUNCTIONS
from distsim.equations.tree import (
    Boolean,
    Call,
    Expression,
    Name,
    Number,
    names,
    substitute,
)
from distsim.frontend.expressions import ExternalNames, Uses, checker, parsed, time_constants
from distsim.frontend.generator_syntax import Generator, parse_generator
from distsim.network import Connect
from distsim.network.checker import Checker
from distsim.network.description import Namespace
from distsim.network.variables import Variable, whole_number
from distsim.units import DIMENSIONLESS
from distsim.units.inspection import plain

ParameterValue: TypeAlias = Expression | NDArray[Any] | int | float | bool

_SIDES = {"i": "presynaptic", "j": "postsynaptic"}


@dataclass(frozen=True, slots=True, eq=False)
class PairCode:
    """Reads expressions about a pair of neurons.

    Parameters
    ----------
    owner
        The synapses.
    variables
        What expressions may use.
    replaced
        What subexpressions of the two sides stand for.
    external
        Where external names are looked up.
    """

    owner: Any
    variables: Mapping[str, Variable]
    replaced: Mapping[str, Expression]
    external: ExternalNames

    def with_iterator(self, name: str) -> PairCode:
        """Return a reader that knows the variable of a loop too."""
        if name in self.variables:
            raise ValueError(
                f"{self.owner.name}: '{name}' has a meaning already: give the loop another variable"
            )
        extended = {**self.variables, name: whole_number("it is the variable of a loop")}
        return PairCode(self.owner, extended, self.replaced, self.external)

    def read(self, text: str, what: str, *, boolean: bool = False) -> tuple[Expression, Namespace]:
        """Return a checked expression without units, or a condition, with the values of external names."""
        place = f"{self.owner.name}, {what}"
        expression = parsed(place, text)
        namespace = self._namespace(expression, text)
        check = checker(place, namespace, self.variables, at_once=True)
        if boolean:
            check.condition((), text)
        else:
            check.expression((), text, DIMENSIONLESS)
        return expression, namespace

    def _namespace(self, expression: Expression, text: str) -> Namespace:
        uses = Uses()
        uses.add(expression, self.variables, text)
        for name in names(expression) & self.replaced.keys():
            uses.add(self.replaced[name], self.variables, text)
        calls = any(name not in BUILTIN_FUNCTIONS for name in uses.called)
        found = self.external.find(self.owner, uses, self.variables) if uses.read or calls else {}
        return {**found, **time_constants(self.owner.clock)}

    def type_of(self, expression: Expression, namespace: Namespace) -> VariableType:
        """Return the type of a checked expression."""
        check: Checker = checker("", namespace, self.variables)
        known = {name: variable.dtype for name, variable in self.variables.items()}

        def lookup(name: str) -> VariableType:
            if name in known:
                return known[name]
            value = getattr(namespace.get(name), "value", None)
            if isinstance(value, bool):
                return VariableType.BOOLEAN
            return VariableType.INTEGER if isinstance(value, int) else VariableType.FLOAT

        return type_of(expression, lookup, check.scope.functions(), boolean_factors=True)


@dataclass(slots=True, eq=False)
class _Parts:
    """The parameters of a rule while they are gathered."""

    code: PairCode
    values: dict[str, ParameterValue]
    namespace: dict[str, Any]

    def add(self, name: str, value: ParameterValue, namespace: Namespace | None = None) -> None:
        if isinstance(value, Expression):
            value = substitute(value, self.code.replaced)
        self.values[name] = value
        self.namespace |= namespace or {}


def read_connect(
    code: PairCode,
    condition: Any,
    i: Any,
    j: Any,
    p: Any,
    n: Any,
    *,
    skip_if_invalid: bool,
) -> tuple[Connect, Namespace]:
    """Return the rule that the arguments of ``connect`` mean, and the values of the external names in it.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not go together.
    """
    name = code.owner.name
    parts = _Parts(code, {}, {})
    if condition is not None and (i is not None or j is not None):
        raise ValueError(f"{name}: a condition does not go with 'i' or 'j': write 'if ...' behind them")
    if isinstance(i, str) or isinstance(j, str):
        if i is not None and j is not None:
            raise ValueError(
                f"{name}: only one of 'i' and 'j' can be a string, and the other is not given then"
            )
        if isinstance(p, str) or p != 1:
            raise ValueError(f"{name}: 'p' does not go with a string for 'i' or 'j'; write 'if rand() < p'")
        _number_per_pair(parts, n)
        side = "i" if isinstance(i, str) else "j"
        rule = _of_text(parts, side, i if side == "i" else j, skip_if_invalid=skip_if_invalid)
    elif i is not None or j is not None:
        if i is None or j is None:
            raise ValueError(f"{name}: 'i' and 'j' are given together, or one of them as a string")
        rule = _listed(parts, i, j, p, n)
    else:
        _number_per_pair(parts, n)
        rule = _of_condition(parts, True if condition is None else condition, p)
    return Connect(rule, parts.values), parts.namespace


def _number_per_pair(parts: _Parts, n: Any) -> None:
    if isinstance(n, str):
        expression, namespace = parts.code.read(n, "n")
        if parts.code.type_of(expression, namespace) is not VariableType.INTEGER:
            expression = Call("int", (expression,))
        parts.add("n", expression, namespace)
    elif np.ndim(n) != 0:
        raise TypeError(f"{parts.code.owner.name}: an array for 'n' needs arrays for 'i' and 'j'")
    elif int(n) != 1:
        parts.add("n", int(n))


def _of_condition(parts: _Parts, condition: Any, p: Any) -> str:
    if isinstance(condition, (bool, np.bool_)):
        if not condition:
            parts.add("condition", Boolean(value=False))
            return "condition"
    elif isinstance(condition, str):
        parts.add("condition", *parts.code.read(condition, "condition", boolean=True))
    else:
        raise TypeError(f"{parts.code.owner.name}: the condition must be a string, True or False")
    if isinstance(p, str):
        parts.add("p", *parts.code.read(p, "p"))
        return "probability"
    if np.ndim(p) != 0 or np.isnan(float(p)):
        raise TypeError(f"{parts.code.owner.name}: 'p' must be a number or a string, not {p!r}")
    if p < 1:
        # Below 0 and above 1 mean never and always.
        parts.add("p", max(float(p), 0.0))
        return "probability"
    return "condition" if "condition" in parts.values else "all_to_all"


def _listed(parts: _Parts, i: Any, j: Any, p: Any, n: Any) -> str:
    name = parts.code.owner.name
    if isinstance(n, str) or isinstance(p, str):
        raise TypeError(f"{name}: 'n' and 'p' cannot be strings where 'i' and 'j' are numbers")
    arrays = [_numbers(name, side, value) for side, value in (("i", i), ("j", j))]
    if np.ndim(n):
        arrays.append(_numbers(name, "n", n))
    try:
        arrays = [array.ravel() for array in np.broadcast_arrays(*arrays)]
    except ValueError:
        sizes = " and ".join(str(array.size) for array in arrays)
        raise ValueError(f"{name}: 'i' and 'j' are taken in pairs, but there are {sizes} numbers") from None
    if np.ndim(n):
        arrays = [np.repeat(array, arrays[2]) for array in arrays[:2]]
    elif int(n) != 1:
        parts.add("n", int(n))
    parts.add("i", np.ascontiguousarray(arrays[0]))
    parts.add("j", np.ascontiguousarray(arrays[1]))
    if float(p) < 1:
        parts.add("p", max(float(p), 0.0))
    return "pairs"


def _numbers(name: str, side: str, value: Any) -> NDArray[np.int64]:
    if isinstance(value, (slice, dict, set)):
        raise TypeError(f"{name}: '{side}' must be an integer, an array of integers or a string")
    array = np.asarray(plain(value))
    if array.ndim > 1:
        raise ValueError(f"{name}: '{side}' must be one number or a one-dimensional array")
    if array.dtype.kind not in "iu" and array.size:
        what = _SIDES.get(side, "synapse")
        raise TypeError(f"{name}: the {what} numbers must be integers, but '{side}' holds {array.dtype}")
    return array.astype(np.int64)


def _of_text(parts: _Parts, side: str, text: str, *, skip_if_invalid: bool) -> str:
    found = parse_generator(text)
    if skip_if_invalid:
        parts.add("skip_if_invalid", value=True)
    if found.iterator is None:
        return _one_each(parts, side, found)
    return _loop(parts, side, found, found.iterator)


def _one_each(parts: _Parts, side: str, found: Generator) -> str:
    code, other = parts.code, "j" if side == "i" else "i"
    expression, namespace = code.read(found.element, side)
    if found.condition is not None:
        parts.add("condition", *code.read(found.condition, f"condition of '{side}'", boolean=True))
    if side == "j" and expression == Name("i"):
        return "one_to_one"
    if side in names(expression):
        raise ValueError(f"{code.owner.name}: '{side}' cannot depend on itself, but only on '{other}'")
    parts.add(side, _whole(code, expression, namespace), namespace)
    return "target_expression" if side == "j" else "source_expression"


def _whole(code: PairCode, expression: Expression, namespace: Namespace) -> Expression:
    """Return an expression as an integer."""
    if code.type_of(expression, namespace) is VariableType.INTEGER:
        return expression
    return Call("int", (expression,))


def _loop(parts: _Parts, side: str, found: Generator, iterator: str) -> str:
    outside, inside = parts.code, parts.code.with_iterator(iterator)
    rename = {iterator: Name(ITERATOR)}
    element, namespace = inside.read(found.element, side)
    for key, text in found.arguments.items():
        value, names_in_it = outside.read(text, f"'{key}' of {found.function}()")
        if key != "p" and outside.type_of(value, names_in_it) is not VariableType.INTEGER:
            raise TypeError(
                f"{outside.owner.name}: '{key}' of {found.function}() must be an integer, but it is '{text}'"
            )
        parts.add(key, value, names_in_it)
    condition: Expression | None = None
    if found.condition is not None:
        condition, names_in_it = inside.read(found.condition, f"condition of '{side}'", boolean=True)
        parts.namespace |= names_in_it
    whole = element == Name(iterator) and side == "j" and _is_everything(parts.values)
    if whole:
        simple = _without_loop(parts, condition, iterator)
        if simple is not None:
            return simple
    parts.add(side, substitute(_whole(inside, element, namespace), rename), namespace)
    if condition is not None:
        parts.add("condition", substitute(condition, rename))
    return f"{'target' if side == 'j' else 'source'}_{found.function}"


def _is_everything(values: Mapping[str, ParameterValue]) -> bool:
    """Tell whether a loop runs over all targets."""
    return (
        values.get("stop") == Name("N_post")
        and values.get("start", Number(0)) == Number(0)
        and "step" not in values
    )


def _without_loop(parts: _Parts, condition: Expression | None, iterator: str) -> str | None:
    """Turn a loop over all targets into a rule about pairs, which each rank follows for its own targets
    alone.
    """
    if "size" in parts.values:
        return None
    for key in ("start", "stop", "skip_if_invalid"):
        parts.values.pop(key, None)
    if condition is not None:
        parts.add("condition", substitute(condition, {iterator: Name("j")}))
    if "p" in parts.values:
        return "probability"
    return "condition" if condition is not None else "all_to_all"
