"""Brings variables that act on each other in a circle into triangular form.

For two variables ``x' = a x + b y``, ``y' = c x + d y`` the new variable ``u = y - k x``, with ``k`` a root
of ``b k**2 + (a - d) k - c = 0``, leaves ``x' = (a + b k) x + b u`` and ``u' = (d - b k) u``: a circle no
more, and the two rates are the eigenvalues.  Circles of more than two variables, whose eigenvalues are roots
of cubics and worse, are refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.equations.algebra import ZERO, add, divide, multiply, negative, number, power, subtract
from distsim.equations.linear import LinearParts
from distsim.equations.tree import Assignment, Call, Comparator, Comparison, Expression, Name, Number
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.known_values import known_value
from distsim.integrators.statements import assign, temporary

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPLEX = "the solution of the coupled equations oscillates (its eigenvalues are complex)"


@dataclass(frozen=True)
class ChangeOfVariables:
    """The replacement of `second` by ``second - factor*first``, which keeps the name of `second`."""

    first: str
    second: str
    factor: Expression

    def apply(self, system: dict[str, LinearParts]) -> dict[str, LinearParts]:
        """Return the system in the new variables."""
        rows = dict(system)
        scaled = rows[self.first].map(lambda part: negative(multiply(self.factor, part)))
        rows[self.second] = rows[self.second].plus(scaled)
        return {x: self._substitute(row) for x, row in rows.items()}

    def _substitute(self, row: LinearParts) -> LinearParts:
        """Return a row with ``second`` written as the new variable plus ``factor*first``."""
        through_first = multiply(self.factor, row.coefficient(self.second))
        return row.plus(LinearParts({self.first: through_first}, ZERO))

    def undo(self, rows: dict[str, LinearParts]) -> dict[str, LinearParts]:
        """Return new values in terms of old values, both of the old variables."""
        back = {}
        for x, row in rows.items():
            through_first = negative(multiply(self.factor, row.coefficient(self.second)))
            back[x] = row.plus(LinearParts({self.first: through_first}, ZERO))
        back[self.second] = back[self.second].plus(
            back[self.first].map(lambda part: multiply(self.factor, part))
        )
        return back


@dataclass(frozen=True)
class Decoupled:
    """A system in new variables.

    Attributes
    ----------
    system
        The equations of the new variables.
    change
        What the new variables are.
    statements
        The statements that compute the factor of the change and the two new rates.
    values
        The values of what the statements compute, if those of the coefficients are known.
    """

    system: dict[str, LinearParts]
    change: ChangeOfVariables
    statements: tuple[Assignment, ...]
    values: dict[str, float]


def decouple(
    block: tuple[str, ...], system: dict[str, LinearParts], values: Mapping[str, float], label: str
) -> Decoupled:
    """Return an equivalent system in which the variables of `block` form no circle.

    Parameters
    ----------
    block
        Variables that act on each other.
    system
        The equations.
    values
        Known values of names.
    label
        Start of the names of temporaries (see `Integrator`).

    Raises
    ------
    UnsupportedEquationsError
        If the block has complex eigenvalues, or more than two variables.
    """
    if len(block) > 2:
        raise UnsupportedEquationsError(
            f"more than two equations depend on each other in a circle: {', '.join(block)}"
        )
    first, second = block
    coefficients = [system[x].coefficient(y) for x in block for y in block]
    a, b, c, d = coefficients
    difference = subtract(d, a)
    square = ZERO if difference == ZERO else power(difference, 2)
    discriminant = add(square, multiply(Number(4), multiply(b, c)))
    _refuse_complex(discriminant, values)
    factor, rates = Name(temporary(f"{label}f", second)), [Name(temporary(f"{label}r", x)) for x in block]
    statements = (
        assign(factor.id, _factor(c, difference, discriminant)),
        assign(rates[0].id, add(a, multiply(b, factor))),
        assign(rates[1].id, subtract(d, multiply(b, factor))),
    )
    change = ChangeOfVariables(first, second, factor)
    changed = change.apply(system)
    for x, rate in zip(block, rates, strict=True):
        # The new variable does not read the first one, by the choice of the factor.
        kept = {y: part for y, part in changed[x].coefficients.items() if x == first or y != first}
        changed[x] = LinearParts({**kept, x: rate}, changed[x].rest)
    known = [known_value(part, values) for part in coefficients]
    return Decoupled(changed, change, statements, _values(known, [factor, *rates]))


def _factor(c: Expression, difference: Expression, discriminant: Expression) -> Expression:
    """Return the root ``k`` that needs no difference of nearly equal numbers."""
    root = Call("sqrt", (discriminant,))
    if difference == ZERO:
        return negative(divide(multiply(number(2), c), root))
    side = Call("where", (Comparison(Comparator.GREATER_EQUAL, difference, ZERO), root, negative(root)))
    return negative(divide(multiply(number(2), c), add(difference, side)))


def _values(coefficients: list[float | None], targets: list[Name]) -> dict[str, float]:
    """Return the values of factor and rates, or nothing if a coefficient is unknown."""
    a, b, c, d = coefficients
    if a is None or b is None or c is None or d is None:
        return {}
    root = math.copysign(math.sqrt((d - a) ** 2 + 4 * b * c), d - a)
    if d - a + root == 0:
        return {}
    factor = -2 * c / (d - a + root)
    return dict(zip((target.id for target in targets), (factor, a + b * factor, d - b * factor), strict=True))


def _refuse_complex(discriminant: Expression, values: Mapping[str, float]) -> None:
    value = known_value(discriminant, values)
    if value is None:
        # Imported when needed: it takes most of a second, and few models get here.
        from distsim.equations.sympy_bridge import is_surely_negative  # noqa: PLC0415

        is_complex = is_surely_negative(discriminant)
    else:
        is_complex = value < 0
    if is_complex:
        raise UnsupportedEquationsError(COMPLEX)
