"""Statements as a graph of values: equal values are computed once, and constant ones before the loop.

The bits of an operation's results do not depend on what it is fused with: a product that a sum may swallow
(`distsim.kernels.emit.render`) belongs to one operation, and what an operation leaves in a variable is for
the next one a value read from memory.

Every node has a level.  Level CONSTANT holds for the whole run (it is computed when the run is set up and
handed to the kernel as a number), level STEP for one step (computed before the loop over elements), level
SPIKE for the synapses that one spike reaches (computed before the loop over these), level ELEMENT is computed
in the loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from distsim.equations.tree import (
    Assignment,
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
)

DRAWS = frozenset({"rand", "randn"})
ROUNDING = frozenset({"int", "floor", "ceil", "timestep"})
LARGEST_UNROLLED_POWER = 8
SINGLE = "to_single"
"""The function that rounds to single precision."""


class Level(IntEnum):
    """How often a value changes."""

    CONSTANT = 0
    STEP = 1
    SPIKE = 2
    ELEMENT = 3


class Kind(Enum):
    """What a node computes; the value reads as the operation's name."""

    NUMBER = "number"
    TRUE_OR_FALSE = "boolean"
    CONSTANT = "constant"
    INPUT = "input"
    OPERATOR = "operator"
    COMPARISON = "comparison"
    LOGICAL = "logical"
    NOT = "not"
    NEGATIVE = "negative"
    CALL = "call"
    SELECT = "select"
    DRAW = "draw"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Node:
    """One value.

    Parameters
    ----------
    kind
        What computes it.
    detail
        Operator, function or variable name, or the literal itself.
    operands
        Numbers of the operand nodes.
    level
        How often it changes.
    boolean
        Whether it is a truth value.
    tree
        The expression behind a CONSTANT level node, from which its number is computed.
    """

    kind: Kind
    detail: str | float | bool
    operands: tuple[int, ...]
    level: Level
    boolean: bool
    tree: Expression | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the graph needs to know of a name: how often it changes, and what kind of value it is.

    Parameters
    ----------
    boolean
        It is a truth value.
    whole
        It is a whole number.
    """

    level: Level
    boolean: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Draw:
    """One textual call of ``rand()`` or ``randn()``.

    Parameters
    ----------
    stream
        The operation it belongs to, by its place in the loop.
    function
        ``rand`` or ``randn``.
    number
        How many calls of that function the operation has before it.
    """

    stream: int
    function: str
    number: int


@dataclass(slots=True)
class Graph:
    """Values of a list of statements.

    Parameters
    ----------
    leaf
        Tells what a name stands for; raises for an unknown one.
    truths
        The user's functions whose result is a truth value.
    drawing
        The user's functions that are handed a random number, and whether that is ``rand`` or ``randn``.
    stream
        The operation whose statements are being added: random draws belong to it.
    shared
        Random numbers are drawn once for all elements.
    draws
        The random draws among the nodes.
    """

    leaf: Callable[[str], Leaf]
    truths: frozenset[str] = frozenset()
    drawing: Mapping[str, str] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    current: dict[str, int] = field(default_factory=dict)
    stream: int = 0
    shared: bool = False
    draws: dict[int, Draw] = field(default_factory=dict)
    _known: dict[tuple[object, ...], int] = field(default_factory=dict)
    _whole: set[int] = field(default_factory=set)
    _uses: Counter[int] = field(default_factory=Counter)
    _exactly: bool = False

    def assign(self, statement: Assignment, convert: Callable[[str, int], int] | None = None) -> None:
        """Give the name written to by `statement` its new value."""
        value = statement.value
        if statement.operator is not None:
            value = Binary(statement.operator, Name(statement.target), value)
        node = self.value(value)
        self.current[statement.target] = convert(statement.target, node) if convert else node

    def assign_all(self, statements: Sequence[Assignment]) -> None:
        """Run `statements` in order."""
        for statement in statements:
            self.assign(statement)

    def value(self, expression: Expression) -> int:
        """Return the number of the node that computes `expression` from the current values."""
        match expression:
            case Boolean(value):
                return self._add(Kind.TRUE_OR_FALSE, value, (), boolean=True, tree=expression)
            case Number(value):
                return self.literal(float(value))
            case Name(name):
                return self._name(name)
            case Negative(operand):
                return self._negative(self._number(operand))
            case Not(operand):
                return self._add(Kind.NOT, "not", (self._truth(operand),), boolean=True)
            case Binary(operator, left, right):
                return self._binary(operator, left, right)
            case Comparison(comparator, left, right):
                operands = (self._number(left), self._number(right))
                return self._add(Kind.COMPARISON, comparator.value, operands, boolean=True)
            case Logical(connective, parts):
                truths = tuple(self._truth(part) for part in parts)
                return self._add(Kind.LOGICAL, connective.value, truths, boolean=True)
            case Call(function, arguments):
                return self._call(function, arguments)

    def end_operation(self, kept: Callable[[str], bool]) -> None:
        """Forget temporaries, and make what is kept in variables look as if it had been stored and loaded."""
        self.current = {name: self._stored(name, node) for name, node in self.current.items() if kept(name)}

    def _stored(self, name: str, node: int) -> int:
        if self.nodes[node].kind in (Kind.STORED, Kind.INPUT):
            return node
        leaf = self.leaf(name)
        stored = self._add(Kind.STORED, name, (node,), level=leaf.level, boolean=leaf.boolean)
        return self._mark_whole(stored) if leaf.whole else stored

    def factors(self, node: int, level: Level) -> tuple[int, ...] | None:
        """Return the factors of a product of `level` that is a summand and nothing else, else None."""
        item = self.nodes[node]
        product = item.kind is Kind.OPERATOR and item.detail == "*" and item.level is level
        return item.operands if product and self._uses[node] == 1 else None

    def to_number(self, node: int) -> int:
        """Return `node`, a truth value turned into 1 or 0."""
        if not self.nodes[node].boolean:
            return node
        return self.select(node, self.literal(1.0), self.literal(0.0))

    def whole(self, node: int) -> int:
        """Return `node` without its fraction, as a variable of whole numbers keeps it."""
        return node if node in self._whole else self._mark_whole(self._function("int", (node,)))

    def single(self, node: int) -> int:
        """Return `node` rounded to single precision, as a variable stored so keeps it."""
        if self.nodes[node].kind is Kind.CALL and self.nodes[node].detail == SINGLE:
            return node
        return self._function(SINGLE, (node,))

    def is_whole(self, node: int) -> bool:
        """Tell whether a value is a whole number by its type, and not as a literal happens to be one."""
        return node in self._whole and self.nodes[node].kind is not Kind.NUMBER

    def to_truth(self, node: int) -> int:
        """Return `node`, a number turned into whether it differs from 0."""
        if self.nodes[node].boolean:
            return node
        return self._add(Kind.COMPARISON, "!=", (node, self.literal(0.0)), boolean=True)

    def literal(self, value: float) -> int:
        """Return the node of a number."""
        node = self._add(Kind.NUMBER, value, (), tree=Number(value))
        return self._mark_whole(node) if value.is_integer() else node

    def select(self, condition: int, chosen: int, other: int) -> int:
        """Return the node of `chosen` where `condition` holds and of `other` elsewhere."""
        if chosen == other:
            return chosen
        boolean = self.nodes[chosen].boolean and self.nodes[other].boolean
        if not boolean:
            chosen, other = self.to_number(chosen), self.to_number(other)
        return self._add(Kind.SELECT, "where", (condition, chosen, other), boolean=boolean)

    def _number(self, expression: Expression) -> int:
        return self.to_number(self.value(expression))

    def _truth(self, expression: Expression) -> int:
        return self.to_truth(self.value(expression))

    def _name(self, name: str) -> int:
        if name in self.current:
            return self.current[name]
        leaf = self.leaf(name)
        kind = Kind.CONSTANT if leaf.level is Level.CONSTANT else Kind.INPUT
        tree = Name(name) if leaf.level is Level.CONSTANT else None
        node = self._add(kind, name, (), level=leaf.level, boolean=leaf.boolean, tree=tree)
        return self._mark_whole(node) if leaf.whole else node

    def _mark_whole(self, node: int) -> int:
        self._whole.add(node)
        return node

    def _negative(self, operand: int) -> int:
        node = self.nodes[operand]
        if node.kind is Kind.NUMBER:
            return self.literal(-float(node.detail))
        return self._add(Kind.NEGATIVE, "-", (operand,))

    def _binary(self, operator: BinaryOperator, left: Expression, right: Expression) -> int:
        if operator is BinaryOperator.POWER:
            return self._power(self._number(left), self._number(right))
        a, b = self._number(left), self._number(right)
        if operator is BinaryOperator.DIVIDE:
            return self._divide(a, b)
        if operator is BinaryOperator.FLOOR_DIVIDE:
            return self._function("floor_divide", (a, b))
        if operator is BinaryOperator.MODULO:
            return self._function("modulo", (a, b))
        return self._operator(operator.value, a, b)

    def _operator(self, symbol: str, a: int, b: int) -> int:
        node = self._add(Kind.OPERATOR, symbol, (a, b))
        return self._mark_whole(node) if symbol in "+-*" and {a, b} <= self._whole else node

    def _divide(self, a: int, b: int) -> int:
        """Divide; by exprel, or by what the loop does not change, multiply with the reciprocal instead.

        Not where the last bit decides over a whole number, as in ``int(i/49)``: 49*(1/49) is less than 1.
        """
        divisor = self.nodes[b]
        if divisor.kind is Kind.CALL and divisor.detail == "exprel" and divisor.level > Level.CONSTANT:
            return self._operator("*", a, self._function("bernoulli", divisor.operands))
        exactly = self._exactly or a in self._whole
        if self.nodes[b].level < self.nodes[a].level is Level.ELEMENT and not exactly:
            return self._operator("*", a, self._operator("/", self.literal(1.0), b))
        return self._operator("/", a, b)

    def _power(self, base: int, exponent: int) -> int:
        node = self.nodes[exponent]
        if node.kind is Kind.NUMBER:
            value = float(node.detail)
            if value == 0.5:
                return self._function("sqrt", (base,))
            if value.is_integer() and 0 < abs(value) <= LARGEST_UNROLLED_POWER:
                product = self._repeated_product(base, int(abs(value)))
                return product if value > 0 else self._divide(self.literal(1.0), product)
        return self._function("power", (base, exponent))

    def _repeated_product(self, base: int, count: int) -> int:
        if count == 1:
            return base
        half = self._repeated_product(base, count // 2)
        square = self._operator("*", half, half)
        return self._operator("*", square, base) if count % 2 else square

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> int:
        if function in DRAWS:
            return self._draw(function)
        if function == "poisson":
            mean = self._number(arguments[0])
            return self._function("poisson_variate", (self._draw("rand"), self._draw("randn"), mean))
        if function == "where":
            condition = self._truth(arguments[0])
            return self.select(condition, self.value(arguments[1]), self.value(arguments[2]))
        if function in self.drawing:
            return self._function(function, (self._draw(self.drawing[function]),))
        values = self._arguments(function, arguments)
        if function == "int" and self.nodes[values[0]].boolean:
            return self.to_number(values[0])
        result = self._function(function, tuple(self.to_number(value) for value in values))
        if function in self.truths:
            return self.to_truth(result)
        return self._mark_whole(result) if function == "int" else result

    def _arguments(self, function: str, arguments: tuple[Expression, ...]) -> tuple[int, ...]:
        outside, self._exactly = self._exactly, self._exactly or function in ROUNDING
        values = tuple(self.value(argument) for argument in arguments)
        self._exactly = outside
        return values

    def _draw(self, function: str) -> int:
        """Return a new random number: each textual call is a draw of its own."""
        earlier = [d for d in self.draws.values() if (d.stream, d.function) == (self.stream, function)]
        draw = Draw(self.stream, function, len(earlier))
        level = Level.STEP if self.shared else Level.ELEMENT
        node = self._add(Kind.DRAW, f"{function}_{draw.stream}_{draw.number}", (), level=level)
        self.draws[node] = draw
        return node

    def _function(self, function: str, operands: tuple[int, ...]) -> int:
        return self._add(Kind.CALL, function, operands, minimum=self.leaf(function).level)

    def _add(
        self,
        kind: Kind,
        detail: str | float | bool,
        operands: tuple[int, ...],
        *,
        level: Level | None = None,
        minimum: Level = Level.CONSTANT,
        boolean: bool = False,
        tree: Expression | None = None,
    ) -> int:
        if level is None:
            level = max((self.nodes[operand].level for operand in operands), default=Level.CONSTANT)
            level = max(level, minimum)
        key = (kind, type(detail), str(detail), operands, self.stream if detail == "*" else None)
        if key in self._known:
            return self._known[key]
        if tree is None and level is Level.CONSTANT:
            tree = self._tree(kind, detail, operands)
        self._uses.update(operands)
        self.nodes.append(Node(kind, detail, operands, level, boolean, tree))
        self._known[key] = len(self.nodes) - 1
        return self._known[key]

    def _tree(self, kind: Kind, detail: str | float | bool, operands: tuple[int, ...]) -> Expression:
        """Rebuild the expression of a constant value, so that its number can be computed beforehand."""
        trees = tuple(tree for tree in (self.nodes[operand].tree for operand in operands) if tree is not None)
        match kind:
            case Kind.NEGATIVE:
                return Negative(trees[0])
            case Kind.NOT:
                return Not(trees[0])
            case Kind.OPERATOR:
                return Binary(BinaryOperator(detail), trees[0], trees[1])
            case Kind.COMPARISON:
                return Comparison(_COMPARATORS[str(detail)], trees[0], trees[1])
            case Kind.LOGICAL:
                return Logical(_CONNECTIVES[str(detail)], trees)
            case Kind.SELECT:
                return Call("where", trees)
            case _ if detail in _OPERATOR_FUNCTIONS:
                return Binary(_OPERATOR_FUNCTIONS[str(detail)], trees[0], trees[1])
            case _:
                return Call(str(detail), trees)


_COMPARATORS = {comparator.value: comparator for comparator in Comparator}
_CONNECTIVES = {connective.value: connective for connective in Connective}
_OPERATOR_FUNCTIONS = {
    "floor_divide": BinaryOperator.FLOOR_DIVIDE,
    "modulo": BinaryOperator.MODULO,
    "power": BinaryOperator.POWER,
}
