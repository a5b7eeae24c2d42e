"""Divided differences of ``exp(rate*span)`` over symbolic rates.

For rates ``a, b ... z`` they are ``f[a] = exp(a*span)`` and
``f[a, b ... z] = (f[a, b ...] - f[b ... z])/(a - z)``, with the derivative as the limit where rates coincide
(de Boor, "Divided differences", Surveys in Approximation Theory 1, 2005).  The form
``f[a, b] = span*exp(b*span)*exprel((a - b)*span)`` holds for equal rates as well, so that the two-rate case
never divides by zero, whatever the values turn out to be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from distsim.equations.algebra import ZERO, call, divide, is_number, multiply, number, power, subtract
from distsim.equations.tree import Binary, BinaryOperator, Expression, Negative, names
from distsim.integrators.known_values import known_value

if TYPE_CHECKING:
    from collections.abc import Mapping


class DividedDifferences:
    """Divided differences of ``exp(rate*span)``.

    Parameters
    ----------
    span
        The time over which rates act.
    values
        Known values of names, used to see that two rates are equal.
    """

    def __init__(self, span: Expression, values: Mapping[str, float]) -> None:
        self._span = span
        self._values = values
        self._symbolically_same: dict[tuple[Expression, Expression], bool] = {}

    def of(self, rates: tuple[Expression, ...]) -> Expression:
        """Return the divided difference over `rates`, whose order does not matter."""
        if len(rates) == 1:
            return call("exp", self._times_span(rates[0]))
        if len(rates) == 2:
            return self._of_two(*rates)
        ends = self._different_ends(rates)
        if ends is None:
            order = len(rates) - 1
            factor = divide(power(self._span, order), number(math.factorial(order)))
            return multiply(factor, call("exp", self._times_span(rates[0])))
        first, last = ends
        inner = tuple(rate for index, rate in enumerate(rates) if index not in ends)
        return divide(
            subtract(self.of((rates[first], *inner)), self.of((*inner, rates[last]))),
            subtract(rates[first], rates[last]),
        )

    def _of_two(self, first: Expression, second: Expression) -> Expression:
        if self._same(first, second):
            return multiply(self._span, call("exp", self._times_span(first)))
        if is_number(first, 0) or self._slower(first, second):
            # The slower rate goes into exp and the difference is negative, so that neither factor overflows.
            first, second = second, first
        if is_number(second, 0):
            return multiply(self._span, call("exprel", self._times_span(first)))
        difference = multiply(subtract(first, second), self._span)
        return multiply(
            multiply(self._span, call("exp", self._times_span(second))), call("exprel", difference)
        )

    def _times_span(self, rate: Expression) -> Expression:
        """Return ``rate*span``, as ``dt/tau`` and not ``1/tau*dt`` where the rate is a quotient."""
        match rate:
            case Negative(operand):
                product = self._times_span(operand)
                return Negative(product)
            case Binary(BinaryOperator.DIVIDE, numerator, denominator):
                return divide(multiply(numerator, self._span), denominator)
            case _:
                return multiply(rate, self._span)

    def _slower(self, first: Expression, second: Expression) -> bool:
        values = known_value(first, self._values), known_value(second, self._values)
        return values[0] is not None and values[1] is not None and values[0] > values[1]

    def _same(self, first: Expression, second: Expression) -> bool:
        """Return whether two rates are seen to be equal without algebra."""
        if first == second:
            return True
        values = known_value(first, self._values), known_value(second, self._values)
        return values[0] is not None and values[0] == values[1]

    def _surely_same(self, first: Expression, second: Expression) -> bool:
        """Return whether two rates are equal, asking sympy where nothing else tells."""
        if self._same(first, second):
            return True
        if None not in (known_value(first, self._values), known_value(second, self._values)):
            return False
        if names(first) != names(second):
            # Rates that read different names are not equal for every value of them.
            return False
        pair = (first, second)
        if pair not in self._symbolically_same:
            # Imported when needed: it takes most of a second, and few models get here.
            from distsim.equations.sympy_bridge import simplifies_to_zero  # noqa: PLC0415

            self._symbolically_same[pair] = simplifies_to_zero(subtract(first, second))
        return self._symbolically_same[pair]

    def _different_ends(self, rates: tuple[Expression, ...]) -> tuple[int, int] | None:
        """Return the positions of two rates that differ, as clearly as can be told; ``None`` if all are
        equal.
        """
        pairs = [(i, j) for i in range(len(rates)) for j in range(i + 1, len(rates))]
        pairs = [(i, j) for i, j in pairs if not self._surely_same(rates[i], rates[j])]
        if not pairs:
            return None
        return max(pairs, key=lambda pair: self._clarity(rates[pair[0]], rates[pair[1]]))

    def _clarity(self, first: Expression, second: Expression) -> tuple[float, bool]:
        """Return by how much two rates differ, if known, and else whether one of them is zero."""
        values = known_value(first, self._values), known_value(second, self._values)
        distance = abs(values[0] - values[1]) if values[0] is not None and values[1] is not None else 0.0
        return distance, ZERO in (first, second)
