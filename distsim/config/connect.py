"""The key `connect`: from its words to a rule of `distsim.connectivity` and that rule's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from distsim.config.inputs import read_indices
from distsim.config.sections import ConnectEntry
from distsim.connectivity import PROCEDURAL, Kind, Parameter, Rule, find_rule
from distsim.network import Connect
from distsim.units import DIMENSIONLESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from distsim.config.errors import KeyPath
    from distsim.config.evaluation import Evaluator
    from distsim.equations.tree import Expression
    from distsim.network.checker import Checker

ParameterValue: TypeAlias = "Expression | NDArray[np.generic] | int | float | bool"

_CHOOSING = ("one_to_one", "fixed_indegree", "fixed_outdegree", "fixed_total")
"""Words that choose a rule by themselves; the rule has the same name."""


def read_connects(
    path: KeyPath,
    entries: Sequence[ConnectEntry],
    check: Checker,
    evaluate: Evaluator,
    sizes: tuple[int, int],
) -> tuple[Connect, ...]:
    """Return the calls of connect of one projection.

    Parameters
    ----------
    path
        Where the key stands.
    entries
        Its entries; a single one need not be a list in the file.
    check
        Knows the names that an expression about a pair of neurons may use.
    evaluate
        Evaluates what must be known beforehand.
    sizes
        Number of sources and of targets.
    """
    connects = (
        _Reader(path, index, entry, check, evaluate, sizes).connect() for index, entry in enumerate(entries)
    )
    return tuple(connect for connect in connects if connect is not None)


class _Reader:
    def __init__(
        self,
        path: KeyPath,
        index: int,
        entry: ConnectEntry,
        check: Checker,
        evaluate: Evaluator,
        sizes: tuple[int, int],
    ) -> None:
        self._path = (*path, index) if evaluate.problems.knows((*path, index)) else path
        self._check = check
        self._evaluate = evaluate
        self._sizes = dict(zip(("i", "j"), sizes, strict=True))
        self._places: dict[str, str] = {}
        self._given: dict[str, Any] = {
            key: value for key in ConnectEntry.model_fields if (value := getattr(entry, key)) is not None
        }

    def connect(self) -> Connect | None:
        problems = self._check.problems
        if self._given.get("one_to_one") is False:
            del self._given["one_to_one"]
        if self._given.get("condition") is True:
            # As in connect(True): every pair.
            del self._given["condition"]
        count = problems.count
        procedural = self._given.pop("storage", None) == "procedural"
        name = self._rule_name()
        if name is None:
            return None
        chosen = find_rule(name)
        if name in _CHOOSING:
            self._rename_count(chosen, self._given.pop(name))
        parameters = {parameter.name: parameter for parameter in chosen.parameters}
        values: dict[str, ParameterValue] = {}
        for key, given in self._given.items():
            if key not in parameters:
                words = ", ".join(f"'{parameter}'" for parameter in parameters)
                problems.add(
                    (*self._path, key), f"does not go with '{name}', which takes {words or 'nothing'}"
                )
                continue
            value = self._value(key, parameters[key], given)
            if value is not None:
                values[key] = value
        if name == "pairs" and problems.count == count:
            values = self._broadcast(values)
        reason = chosen.why_stored(values) if procedural and problems.count == count else None
        if reason is not None:
            problems.add((*self._path, "storage"), f"{reason}; 'procedural' is for {PROCEDURAL}")
        return Connect(name, values, procedural)

    def _rule_name(self) -> str | None:
        chosen = [key for key in _CHOOSING if key in self._given]
        if len(chosen) > 1:
            self._check.problems.add(
                (*self._path, chosen[1]), f"does not go with '{chosen[0]}': they are two rules"
            )
            return None
        if chosen:
            return chosen[0]
        match "i" in self._given, "j" in self._given:
            case True, True:
                return "pairs"
            case False, True:
                return "target_expression"
            case True, False:
                return "source_expression"
        if "p" in self._given:
            return "probability"
        return "condition" if "condition" in self._given else "all_to_all"

    def _rename_count(self, chosen: Rule, given: Any) -> None:
        """Put the number after a word such as `fixed_indegree` under the name of the rule's parameter."""
        counts = [parameter.name for parameter in chosen.parameters if parameter.kind is Kind.COUNT]
        if counts:
            self._places[counts[0]] = chosen.name
            self._given[counts[0]] = given

    def _value(self, key: str, parameter: Parameter, given: Any) -> ParameterValue | None:
        path = (*self._path, self._places.get(key, key))
        if parameter.kind is Kind.BOOLEAN:
            return bool(given)
        if parameter.kind is Kind.COUNT:
            return self._evaluate.count(path, given, least=0, most=2**62)
        if parameter.kind is Kind.CONDITION:
            return self._check.condition(path, given)
        if parameter.kind is Kind.INDICES:
            return self._indices(path, key, given)
        if isinstance(given, list):
            self._check.problems.add(path, "a list needs both 'i' and 'j'")
            return None
        expression = self._check.expression(path, given, DIMENSIONLESS)
        if expression is None or not self._check.is_constant(expression):
            return expression
        if parameter.kind is Kind.COUNT_PER_PAIR:
            return self._evaluate.count(path, given, least=0)
        if parameter.kind is Kind.PROBABILITY:
            return self._probability(path, given)
        return expression

    def _probability(self, path: KeyPath, given: Any) -> float | None:
        value = self._evaluate.quantity(path, given, DIMENSIONLESS)
        if value is not None and value > 1:
            self._check.problems.add(path, f"a probability must be from 0 to 1, but '{given}' is {value:g}")
            return None
        return value

    def _indices(self, path: KeyPath, key: str, given: Any) -> NDArray[np.int64] | None:
        if isinstance(given, list) or (isinstance(given, str) and given.lstrip().startswith("[")):
            return read_indices(path, given, self._sizes[key], self._evaluate)
        number = self._evaluate.count(path, given, least=0, most=self._sizes[key] - 1)
        return None if number is None else np.array([number], dtype=np.int64)

    def _broadcast(self, values: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        i, j = np.atleast_1d(values["i"]), np.atleast_1d(values["j"])  # type: ignore[arg-type]
        if len(i) != len(j) and 1 not in (len(i), len(j)):
            message = f"has {len(j)} values, but 'i' has {len(i)}; they are taken in pairs"
            self._check.problems.add((*self._path, "j"), message)
            return dict(values)
        pairs = np.broadcast_arrays(i, j)
        return {**values, "i": pairs[0].copy(), "j": pairs[1].copy()}
