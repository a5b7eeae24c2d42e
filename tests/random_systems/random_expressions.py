"""Random expression trees of a wanted dimension and type, made of the names of a scope.

The trees are distsim's own data, so that what the parser should give for a text is known beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from distsim.equations.literals import expression_of_dimension
from distsim.equations.parser import parse_expression
from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
    children,
    rebuild,
)
from distsim.equations.variable_type import VariableType
from distsim.units import DIMENSIONLESS, Dimension, get_dimensions, units_by_name

T = TypeVar("T")

SCALED = {
    "1": (),
    "volt": ("mV", "mV", "volt", "uvolt", "kvolt"),
    "amp": ("nA", "pA", "uA", "amp"),
    "siemens": ("nS", "uS", "msiemens"),
    "ohm": ("Mohm", "ohm"),
    "farad": ("pF", "nF", "ufarad"),
    "second": ("ms", "ms", "us", "second"),
    "Hz": ("Hz", "kHz", "hertz"),
    "meter": ("um", "mm", "cm", "metre"),
    "mmolar": ("mM", "uM"),
    "kelvin": ("kelvin",),
    "coulomb": ("coulomb", "pcoulomb"),
    "siemens/meter**2": (),
    "farad/meter**2": (),
    "amp/meter**2": (),
    "volt/second": (),
    "volt**2": (),
    "amp/farad": (),
    "second**-1": ("Hz",),
    "1/second**2": (),
    "volt**-1": (),
    "second**0.5": (),
    "ohm*meter": (),
    "meter**3": ("um3",),
}
"""What stands behind ``:`` and the scaled units of that dimension."""

SMALL = ("tanh", "sin", "cos", "arctan", "exprel", "expm1", "exp", "sinh", "cosh", "tan")
PARTIAL = ("log", "log10", "log1p", "arcsin", "arccos")


@cache
def dimension_of_text(text: str) -> Dimension:
    """Return the dimension of a unit text, worked out without the parser of unit texts."""
    return _dimension(parse_expression(text))


def _dimension(tree: Expression) -> Dimension:
    match tree:
        case Name(name):
            return get_dimensions(units_by_name()[name])
        case Binary(BinaryOperator.MULTIPLY, left, right):
            return _dimension(left) * _dimension(right)
        case Binary(BinaryOperator.DIVIDE, left, right):
            return _dimension(left) / _dimension(right)
        case Binary(_, base, Number(exponent)):
            return _dimension(base) ** exponent
        case Binary(_, base, Negative(Number(exponent))):
            return _dimension(base) ** -exponent
        case _:
            return DIMENSIONLESS


@cache
def scaled_units(dimension: Dimension) -> tuple[str, ...]:
    """Return names of units of a dimension, of different scale."""
    return tuple(
        name for text, names in SCALED.items() if dimension_of_text(text) is dimension for name in names
    )


@cache
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


class Chooser:
    """Makes the random choices, through hypothesis."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`."""
        return options[self.draw(_below(len(options)))] if len(options) > 1 else options[0]

    def chance(self, percent: int) -> bool:
        """Return true with a chance of about `percent`; false is the simpler choice."""
        return self.draw(_below(100)) >= 100 - percent

    def whole(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`."""
        return low + self.draw(_below(high - low + 1))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in another order."""
        left, found = list(items), []
        while left:
            found.append(left.pop(self.whole(0, len(left) - 1)))
        return found


@dataclass(frozen=True)
class Known:
    """A name that expressions can read.

    Attributes
    ----------
    dimension, dtype
        What it is.
    constant
        Whether it keeps its value during a step.
    shared
        Whether it is the same for all neurons.
    """

    dimension: Dimension
    dtype: VariableType = VariableType.FLOAT
    constant: bool = True
    shared: bool = False


@dataclass(frozen=True)
class Taste:
    """What expressions are made of.

    Attributes
    ----------
    scope
        The names.
    random_numbers
        Whether ``rand()`` and ``randn()`` occur.
    conditions
        Whether truth values, integers and what rounds occur.
    functions
        Whether elementary functions occur.
    lenient
        Whether what distsim allows and Brian 2 does not occurs: literal zeros of any unit, quotients of
        quantities with ``//``, chains of comparisons.
    dimensions
        The dimensions that occur besides those of names; empty for the usual ones.
    """

    scope: Mapping[str, Known] = field(default_factory=dict)
    random_numbers: bool = False
    conditions: bool = True
    functions: bool = True
    lenient: bool = False
    dimensions: tuple[Dimension, ...] = ()

    def only(self, keep: Callable[[str, Known], bool]) -> Taste:
        """Return the taste with the names that `keep` keeps."""
        return replace(self, scope={name: known for name, known in self.scope.items() if keep(name, known)})


def binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression:
    """Return an operation of two operands."""
    return Binary(operator, left, right)


USUAL_DIMENSIONS = tuple(
    map(
        dimension_of_text,
        ("volt", "amp", "siemens", "second", "Hz", "ohm", "farad", "volt**2", "volt**-1", "amp/farad"),
    )
)
ADD, SUBTRACT, MULTIPLY = BinaryOperator.ADD, BinaryOperator.SUBTRACT, BinaryOperator.MULTIPLY
DIVIDE, FLOOR_DIVIDE = BinaryOperator.DIVIDE, BinaryOperator.FLOOR_DIVIDE
MODULO, POWER = BinaryOperator.MODULO, BinaryOperator.POWER
FLOATS = (0.5, 1.5, 0.25, 2.0, 1e-3, 3.75, 12.5, 0.1, 7e-2, 1e2, 0.3)


class Maker:
    """Makes trees."""

    def __init__(self, chooser: Chooser, taste: Taste) -> None:
        self.chooser = chooser
        self.taste = taste
        of_names = (known.dimension for known in taste.scope.values())
        self.known_dimensions = tuple(
            dict.fromkeys((DIMENSIONLESS, *of_names, *(taste.dimensions or USUAL_DIMENSIONS)))
        )

    # -- leaves ---------------------------------------------------------------------------------------------

    def number(self) -> Expression:
        """Return a literal, never zero."""
        return (
            Number(self.chooser.whole(1, 9)) if self.chooser.chance(50) else Number(self.chooser.pick(FLOATS))
        )

    def names_of(self, dimension: Dimension, dtype: VariableType = VariableType.FLOAT) -> list[str]:
        """Return the names of a dimension and type."""
        return [n for n, k in self.taste.scope.items() if k.dimension is dimension and k.dtype is dtype]

    def leaf(self, dimension: Dimension) -> Expression:
        """Return a name, a number or a number times a unit."""
        names = self.names_of(dimension)
        if names and self.chooser.chance(70):
            return Name(self.chooser.pick(names))
        if dimension is DIMENSIONLESS:
            return Name("pi") if self.chooser.chance(5) else self.number()
        units = scaled_units(dimension)
        unit = Name(self.chooser.pick(units)) if units else expression_of_dimension(dimension)
        assert unit is not None
        if self.chooser.chance(10):
            return unit
        return binary(MULTIPLY, self.number(), unit)

    # -- numbers --------------------------------------------------------------------------------------------

    def of(self, dimension: Dimension, size: int) -> Expression:
        """Return an expression of a dimension with about `size` operations."""
        if size <= 0:
            return self.leaf(dimension)
        forms: list[Callable[[Dimension, int], Expression]] = [
            self._sum, self._sum, self._sum, self._product, self._product, self._product, self._quotient,
            self._quotient, self._negative, self._power, self._same_unit_function,
        ]  # fmt: skip
        if dimension is DIMENSIONLESS:
            forms += [self._ratio]
            if self.taste.functions:
                forms += [self._function] * 3
            if self.taste.conditions:
                forms += [self._from_integer, self._from_integer]
            if self.taste.random_numbers:
                forms += [self._random]
        return self.chooser.pick(forms)(dimension, size - 1)

    def _split(self, size: int) -> tuple[int, int]:
        left = self.chooser.whole(0, max(size, 0))
        return left, size - left

    def _sum(self, dimension: Dimension, size: int) -> Expression:
        left, right = self._split(size)
        operator = SUBTRACT if self.chooser.chance(40) else ADD
        second = self.of(dimension, right)
        if self.taste.lenient and self.chooser.chance(5):
            return binary(operator, self.of(dimension, left), Number(0))
        return binary(operator, self.of(dimension, left), second)

    def _negative(self, dimension: Dimension, size: int) -> Expression:
        return Negative(self.of(dimension, size))

    def _factor_dimension(self, dimension: Dimension, *, divide: bool) -> Dimension:
        """Return the dimension of a factor (or divisor) that leaves a simple one for the rest."""
        if self.chooser.chance(30):
            return DIMENSIONLESS
        known = self.known_dimensions
        rests = [(each, dimension * each if divide else dimension / each) for each in known]
        simple = [each for each, rest in rests if rest in known]
        if simple and self.chooser.chance(90):
            return self.chooser.pick(simple)
        return self.chooser.pick(
            [each for each, rest in rests if sum(map(abs, rest.exponents)) <= 9] or simple or [DIMENSIONLESS]
        )

    def _product(self, dimension: Dimension, size: int) -> Expression:
        left, right = self._split(size)
        factor = self._factor_dimension(dimension, divide=False)
        if self.chooser.chance(50):
            return binary(MULTIPLY, self.of(factor, left), self.of(dimension / factor, right))
        return binary(MULTIPLY, self.of(dimension / factor, left), self.of(factor, right))

    def _quotient(self, dimension: Dimension, size: int) -> Expression:
        left, right = self._split(size)
        divisor = self._factor_dimension(dimension, divide=True)
        return binary(DIVIDE, self.of(dimension * divisor, left), self.of(divisor, right))

    def _ratio(self, dimension: Dimension, size: int) -> Expression:
        left, right = self._split(size)
        other = self.any_dimension()
        return binary(DIVIDE, self.of(other, left), self.of(other, right))

    def any_dimension(self) -> Dimension:
        """Return the dimension of some name or unit."""
        known = {k.dimension: None for k in self.taste.scope.values()}
        return self.chooser.pick([*known, dimension_of_text("volt"), DIMENSIONLESS])

    def _power(self, dimension: Dimension, size: int) -> Expression:
        if dimension is DIMENSIONLESS:
            if self.chooser.chance(30):
                base = self.of(dimension, size)
                exponent = self.of(dimension, 0)
                return binary(POWER, base, exponent)
            exponent = self.chooser.pick([Number(2), Number(3), Number(4), Negative(Number(1)), Number(0.5)])
            return binary(POWER, self.of(dimension, size), exponent)
        value = self.chooser.pick([2, 1, 3, -1, 0.5])
        root = dimension ** (1 / value)
        if root not in self.known_dimensions:
            return self._product(dimension, size)
        forms: list[Expression] = [Number(value) if value > 0 else Negative(Number(-value))]
        if value == 0.5:
            forms.append(binary(DIVIDE, Number(1), Number(2)))
        if value == 3:
            forms.append(binary(ADD, Number(1), Number(2)))
        return binary(POWER, self.of(root, size), self.chooser.pick(forms))

    def _same_unit_function(self, dimension: Dimension, size: int) -> Expression:
        kinds = ["abs", "sqrt"] if self.taste.functions else []
        if self.taste.conditions:
            kinds += ["clip", "modulo", "floor"]
        kind = self.chooser.pick([*kinds, "sum"])
        left, right = self._split(size)
        match kind:
            case "abs":
                return Call("abs", (self.of(dimension, size),))
            case "floor":
                return Call(self.chooser.pick(["floor", "ceil"]), (self.of(dimension, size),))
            case "sqrt" if sum(map(abs, dimension.exponents)) <= 6:
                return Call("sqrt", (self.of(dimension**2, size),))
            case "clip":
                return Call(
                    "clip", (self.of(dimension, left), self.of(dimension, right), self.of(dimension, 0))
                )
            case "modulo":
                return binary(MODULO, self.of(dimension, left), self.of(dimension, right))
            case _:
                return self._sum(dimension, size)

    def _function(self, dimension: Dimension, size: int) -> Expression:
        kind = self.chooser.pick([*SMALL, *SMALL, *PARTIAL, "sign"])
        if kind == "sign":
            return Call(kind, (self.of(self.any_dimension(), size),))
        return Call(kind, (self.of(DIMENSIONLESS, size),))

    def _random(self, dimension: Dimension, size: int) -> Expression:
        return Call(self.chooser.pick(["rand", "randn"]), ())

    def _from_integer(self, dimension: Dimension, size: int) -> Expression:
        return self.integer(size)

    # -- integers and truth values ------------------------------------------------------------------------

    def integer(self, size: int) -> Expression:
        """Return an integer expression (of type integer, unless rounded by ``//`` of floats)."""
        names = self.names_of(DIMENSIONLESS, VariableType.INTEGER)
        if size <= 0:
            return Name(self.chooser.pick(names)) if names else Number(self.chooser.whole(1, 9))
        left, right = self._split(size - 1)
        match self.chooser.pick(["int", "truth", "floor", "modulo", "sum", "timestep", "product", "power"]):
            case "int":
                return Call("int", (self.of(DIMENSIONLESS, size - 1),))
            case "truth":
                return Call("int", (self.truth(size - 1),))
            case "floor" if self.taste.lenient and self.chooser.chance(30):
                dimension = self.any_dimension()
                return binary(FLOOR_DIVIDE, self.of(dimension, left), self.of(dimension, right))
            case "floor":
                return binary(FLOOR_DIVIDE, self.integer(left), self.integer(right))
            case "modulo":
                return binary(MODULO, self.integer(left), self.integer(right))
            case "timestep" if "t" in self.taste.scope:
                return Call("timestep", (self.of(dimension_of_text("second"), left), Name("dt")))
            case "product":
                return binary(MULTIPLY, self.integer(left), self.integer(right))
            case "power":
                return binary(POWER, self.integer(size - 1), Number(2))
            case _:
                return binary(ADD, self.integer(left), self.integer(right))

    def truth(self, size: int) -> Expression:
        """Return a condition."""
        names = self.names_of(DIMENSIONLESS, VariableType.BOOLEAN)
        if size <= 0 and names:
            return Name(self.chooser.pick(names))
        left, right = self._split(size - 1)
        match self.chooser.pick(["compare", "compare", "and", "not", "literal", "chain"]):
            case "and" if size > 1:
                connective = self.chooser.pick(list(Connective))
                operands = [self.truth(left), self.truth(right)]
                if self.chooser.chance(20):
                    operands.append(self.truth(0))
                return Logical(connective, tuple(operands))
            case "not" if size > 1:
                return Not(self.truth(size - 1))
            case "literal" if self.chooser.chance(20):
                return Boolean(self.chooser.chance(50))
            case "chain" if self.taste.lenient:
                dimension = self.any_dimension()
                low, middle, high = self.of(dimension, left), self.of(dimension, 0), self.of(dimension, right)
                first, second = self.chooser.pick(list(Comparator)), self.chooser.pick(list(Comparator))
                return Logical(
                    Connective.AND, (Comparison(first, low, middle), Comparison(second, middle, high))
                )
            case _:
                dimension = self.any_dimension()
                comparator = self.chooser.pick(list(Comparator))
                second = self.of(dimension, right)
                if self.taste.lenient and self.chooser.chance(10):
                    second = Name("inf") if self.chooser.chance(50) else Number(0)
                return Comparison(comparator, self.of(dimension, left), second)


def replace_random_node(
    chooser: Chooser, tree: Expression, change: Callable[[Expression], Expression]
) -> Expression:
    """Return `tree` with `change` applied to one node on a random way down."""
    below = children(tree)
    if not below or chooser.chance(25):
        return change(tree)
    chosen = chooser.whole(0, len(below) - 1)
    position = iter(range(len(below)))
    return rebuild(
        tree,
        lambda child: replace_random_node(chooser, child, change) if next(position) == chosen else child,
    )
