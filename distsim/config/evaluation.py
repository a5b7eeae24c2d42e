"""Values that must be known when the network is described: sizes, times, rates and lists of numbers.

Every function notes what is wrong under the key's path and then returns None, so that reading goes on.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.config.document import parse_scalar
from distsim.config.scope import EvaluationError, Scalar, evaluate, same_dimension
from distsim.network import Constant
from distsim.network.scope import Scope
from distsim.units import DIMENSIONLESS, Dimension, format_dimension, get_dimensions, units_by_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.config.errors import KeyPath, Problems

SECOND = get_dimensions(units_by_name()["second"])
HERTZ = get_dimensions(units_by_name()["hertz"])

LARGEST_COUNT = 2**31 - 1
"""Neurons of one population, and synapses per neuron, are counted with 32 bits."""

_LIST_TIMES_UNIT = re.compile(r"\s*(\[.*\])\s*(?:\*\s*(\S.*))?", re.DOTALL)
_LIST_ITEM = re.compile(r"\s*([^\[\],]*?)\s*([\[\],])")


class Evaluator:
    """Evaluates constant expressions in one scope."""

    def __init__(self, problems: Problems, scope: Scope) -> None:
        self.problems = problems
        self.scope = scope

    def constant(self, path: KeyPath, value: Scalar) -> Constant | None:
        """Return a value of any dimension."""
        try:
            return evaluate(value, self.scope)
        except EvaluationError as error:
            self.problems.add(path, str(error))
            return None

    def quantity(
        self, path: KeyPath, value: Scalar, dimension: Dimension, *, positive: bool = False
    ) -> float | None:
        """Return a finite value [SI] of the given dimension, not negative, or above 0 if `positive`."""
        constant = self.constant(path, value)
        if constant is None:
            return None
        if not same_dimension(constant, dimension):
            has, needs = format_dimension(constant.dimension), format_dimension(dimension)
            self.problems.add(path, f"'{value}' has the unit {has}, but {needs} is needed")
            return None
        number = float(constant.value)
        if not math.isfinite(number):
            self.problems.add(path, f"'{value}' is not finite")
        elif positive and number <= 0:
            self.problems.add(path, f"must be greater than 0, but '{value}' is {number:g}")
        elif number < 0:
            self.problems.add(path, f"must not be negative, but '{value}' is {number:g}")
        else:
            return number
        return None

    def count(self, path: KeyPath, value: Scalar, least: int = 1, most: int = LARGEST_COUNT) -> int | None:
        """Return a whole number from `least` to `most`."""
        number = self.whole_number(path, value)
        if number is None:
            return None
        if number < least:
            self.problems.add(path, f"must be {least} or more, but '{value}' is {number}")
            return None
        if number > most:
            self.problems.add(path, f"must be at most {most}, but '{value}' is {number}")
            return None
        return number

    def whole_number(self, path: KeyPath, value: Scalar) -> int | None:
        """Return a whole number, accepting the rounding error of products such as ``4000*0.1``."""
        constant = self.constant(path, value)
        if constant is None:
            return None
        if constant.dimension is not DIMENSIONLESS:
            has = format_dimension(constant.dimension)
            self.problems.add(path, f"must be a plain number, but '{value}' has the unit {has}")
            return None
        if isinstance(constant.value, bool) or not math.isfinite(constant.value):
            self.problems.add(path, f"must be a whole number, but '{value}' is {constant.value}")
            return None
        nearest = round(constant.value)
        if abs(constant.value - nearest) > 1e-9 * max(1.0, abs(constant.value)):
            self.problems.add(
                path, f"must be a whole number, but '{value}' is {constant.value:g}; round it with int(...)"
            )
            return None
        return nearest

    def truth(self, path: KeyPath, value: Scalar) -> bool:
        """Return whether a condition of constants holds; False, with the problem noted, if it is none."""
        constant = self.constant(path, value)
        if constant is None:
            return False
        if not isinstance(constant.value, bool):
            self.problems.add(path, f"must be true, false or a condition, but '{value}' is a number")
            return False
        return constant.value

    def array(
        self,
        path: KeyPath,
        value: list[Any] | str,
        dimension: Dimension | None = None,
        unit: str | None = None,
    ) -> tuple[NDArray[np.float64], Dimension] | None:
        """Return a list of numbers or quantities as an array in SI units, with its dimension.

        Parameters
        ----------
        path
            Where the list stands.
        value
            A list, in which each item is a number or an expression, or text such as ``"[1, 2]*ms"``.
        dimension
            What is needed; None takes any.
        unit
            A unit that multiplies every item.
        """
        if isinstance(value, str):
            match = _LIST_TIMES_UNIT.fullmatch(value)
            items = _parse_list(match[1]) if match else None
            if match is None or items is None:
                self.problems.add(path, f"'{value}' is not a list such as '[1, 2, 3]*ms'")
                return None
            value, unit = items, match[2] or unit
        scale = Constant(1.0, DIMENSIONLESS) if unit is None else self.constant(path, unit)
        if scale is None:
            return None
        return self._array(path, value, dimension, scale)

    def _array(
        self, path: KeyPath, items: list[Any], dimension: Dimension | None, scale: Constant
    ) -> tuple[NDArray[np.float64], Dimension] | None:
        count = self.problems.count
        found: dict[Dimension, KeyPath] = {}
        numbers = self._items(path, items, scale, found)
        if self.problems.count > count:
            return None
        if dimension is None:
            dimension = next(iter(found), scale.dimension)
        for other, place in found.items():
            if other is not dimension:
                has, needs = format_dimension(other), format_dimension(dimension)
                self.problems.add(place, f"has the unit {has}, but {needs} is needed")
                return None
        try:
            return np.array(numbers, dtype=np.float64), dimension
        except ValueError:
            self.problems.add(path, "the rows of a list must all have the same length")
            return None

    def _items(
        self, path: KeyPath, items: list[Any], scale: Constant, found: dict[Dimension, KeyPath]
    ) -> list[Any]:
        """Return the items times `scale` as nested lists, and note each dimension of a non-zero item."""
        numbers: list[Any] = []
        for index, item in enumerate(items):
            place = (*path, index)
            if isinstance(item, list):
                numbers.append(self._items(place, item, scale, found))
                continue
            constant = self.constant(place, item)
            if constant is None:
                continue
            value = float(constant.value) * float(scale.value)
            if not math.isfinite(value):
                self.problems.add(place, f"'{item}' is not finite")
            if value != 0:
                found.setdefault(constant.dimension * scale.dimension, place)
            numbers.append(value)
        return numbers


def _parse_list(text: str) -> list[Any] | None:
    """Return the items of ``[a, [b, c], ...]`` as numbers and texts; None if the brackets do not match.

    Items with commas of their own, as in calls, are not possible here: they can be written as a YAML list.
    """
    position = 1
    root: list[Any] = []
    stack = [root]
    while stack:
        match = _LIST_ITEM.match(text, position)
        if match is None:
            return None
        position = match.end()
        item, separator = match[1], match[2]
        if separator == "[":
            if item:
                return None
            inner: list[Any] = []
            stack[-1].append(inner)
            stack.append(inner)
            continue
        if item:
            stack[-1].append(parse_scalar(item))
        if separator == "]":
            stack.pop()
    return root if not text[position:].strip() else None
