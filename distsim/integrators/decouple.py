"""Brings variables that act on each other in a circle into triangular form.

For two variables ``x' = a x + b y``, ``y' = c x + d y`` the new variable ``u = y - k x``, with ``k`` a root
of ``b k**2 + (a - d) k - c = 0``, leaves ``x' = (a + b k) x + b u`` and ``u' = (d - b k) u``: a circle no
more, and the two rates are the eigenvalues.  Circles of more than two variables, whose eigenvalues are roots
of cubics and worse, are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.equations.algebra import ZERO, add, divide, multiply, negative, number, power, subtract
from distsim.equations.linear import LinearParts
from distsim.equations.tree import Call, Comparator, Comparison, Expression, Number
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.known_values import known_value

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


def decouple(
    block: tuple[str, ...], system: dict[str, LinearParts], values: Mapping[str, float]
) -> tuple[dict[str, LinearParts], ChangeOfVariables]:
    """Return an equivalent system in which the variables of `block` form no circle.

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
    a, b = system[first].coefficient(first), system[first].coefficient(second)
    c, d = system[second].coefficient(first), system[second].coefficient(second)
    difference = subtract(d, a)
    discriminant = add(
        power(difference, 2) if difference != ZERO else ZERO, multiply(Number(4), multiply(b, c))
    )
    _refuse_complex(discriminant, values)
    root = Call("sqrt", (discriminant,))
    # Of the two roots, the one that needs no difference of nearly equal numbers.
    if difference == ZERO:
        denominator: Expression = root
    else:
        side = Call("where", (Comparison(Comparator.GREATER_EQUAL, difference, ZERO), root, negative(root)))
        denominator = add(difference, side)
    change = ChangeOfVariables(first, second, negative(divide(multiply(number(2), c), denominator)))
    changed = change.apply(system)
    # Zero by the choice of the factor, though no algebra has shown it.
    row = changed[second]
    changed[second] = LinearParts({x: part for x, part in row.coefficients.items() if x != first}, row.rest)
    return changed, change


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
