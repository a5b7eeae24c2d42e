"""A graph of values as lines of Python.

Every value that is used more than once, or would make a line too long, gets a name of its own; the rest is
written inline.  Products that feed a sum become explicit fused multiply-adds, here and not in the compiler,
so that the emitted source gives the same bits compiled or not, in a vector lane or alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from distsim.equations.tree import Expression
from distsim.kernels import maths
from distsim.kernels.emit.graph import Graph, Kind, Level, Node

LONGEST_INLINE = 90
INTEGER_FUNCTIONS = frozenset({"int_", "timestep", "poisson_variate"})
"""Functions with an integer result; kernels compute in doubles throughout."""
FUNCTION_NAMES = {"abs": "absolute", "int": "int_"}
ATOM, PRODUCT, SUM, COMPARISON = 4, 3, 2, 1
"""How tightly a piece of text binds."""
CALLED_NAMES = frozenset(maths.__all__) | {
    "range", "int", "int64", "bool_at", "float32_at", "float64_at", "int32_at", "int64_at", "uint16_at",
    "min", "prefetch", "normal_pair", "uniform_pair", "poisson_variate", "timed_value",
}  # fmt: skip
"""Names that emitted functions call, which a variable of the model may have, too."""


def local_name(variable: str) -> str:
    """Return the local name of a variable's value in emitted functions.

    What a model defines does not begin with an underscore, and all other locals do.
    """
    return f"_own_{variable}" if variable in CALLED_NAMES else variable


def array_name(variable: str) -> str:
    """Return the name of a variable's array in emitted functions; no other local begins so."""
    return f"_array_{variable}"


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of source and how tightly it binds."""

    source: str
    binding: int = ATOM

    def within(self, binding: int) -> str:
        """Return the source, in parentheses where it binds less tightly than `binding`."""
        return self.source if self.binding >= binding else f"({self.source})"


@dataclass(slots=True)
class Renderer:
    """Writes the nodes of `graph` that `roots` need.

    Attributes
    ----------
    constants
        Name of each number that is computed before the run, and its expression.
    step_lines, spike_lines, element_lines
        Assignments to go before the loop over elements, before that over the elements that one spike reaches,
        and into it.
    inputs
        Names of the variables read.
    timed_arrays, timed_inputs
        The functions that are timed arrays, and those of them that are called.
    user_functions, user_inputs
        The emitted names of the user's functions, and which of these are called.
    """

    graph: Graph
    roots: Iterable[int]
    timed_arrays: frozenset[str] = frozenset()
    user_functions: Mapping[str, str] = field(default_factory=dict)
    timed_inputs: set[str] = field(default_factory=set)
    user_inputs: set[str] = field(default_factory=set)
    constants: dict[str, Expression] = field(default_factory=dict)
    step_lines: list[str] = field(default_factory=list)
    spike_lines: list[str] = field(default_factory=list)
    element_lines: list[str] = field(default_factory=list)
    inputs: dict[str, Level] = field(default_factory=dict)
    draws: list[int] = field(default_factory=list)
    _texts: dict[int, Text] = field(default_factory=dict)
    _uses: Counter[int] = field(default_factory=Counter)
    _stored: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        reachable = self._reachable()
        for number in sorted(reachable):
            self._texts[number] = self._name_if_needed(number)

    def text(self, number: int) -> str:
        """Return the source of a root's value."""
        return self._texts[number].source

    def is_name(self, number: int) -> bool:
        """Tell whether the value of a root needs no further computation."""
        return self._texts[number].source.isidentifier()

    def _reachable(self) -> set[int]:
        """Find the nodes to write, and count how often each is used from its own level or above."""
        seen: set[int] = set()
        pending = list(self.roots)
        self._uses.update(pending)
        while pending:
            number = pending.pop()
            if number in seen:
                continue
            seen.add(number)
            node = self.graph.nodes[number]
            if node.level is Level.CONSTANT:
                continue
            self._uses.update(node.operands)
            pending.extend(node.operands)
            if node.kind is Kind.STORED:
                self._stored.add(node.operands[0])
        return seen

    def _name_if_needed(self, number: int) -> Text:
        node = self.graph.nodes[number]
        if node.level is Level.CONSTANT:
            return self._constant(number, node)
        if node.kind is Kind.INPUT:
            self.inputs[str(node.detail)] = node.level
            return Text(local_name(str(node.detail)))
        if node.kind is Kind.STORED:
            return self._texts[node.operands[0]]
        if node.kind is Kind.DRAW:
            self.draws.append(number)
            return Text(f"_{node.detail}")
        text = self._inline(node)
        hoisted = node.level < Level.ELEMENT and self._used_further_in(number)
        short = len(text.source) < LONGEST_INLINE or self._swallowed(number, node)
        if self._uses[number] < 2 and short and not hoisted and number not in self._stored:
            return text
        lines = {Level.STEP: self.step_lines, Level.SPIKE: self.spike_lines}
        lines.get(node.level, self.element_lines).append(f"_x{number} = {text.source}")
        return Text(f"_x{number}")

    def _swallowed(self, number: int, node: Node) -> bool:
        """Tell whether a value may become a part of a fused multiply-add, and so needs no name."""
        return self.graph.factors(number, node.level) is not None

    def _used_further_in(self, number: int) -> bool:
        """Tell whether a value is used by what changes more often, or is a result."""
        level = self.graph.nodes[number].level
        return any(
            number in node.operands and node.level > level for node in self.graph.nodes
        ) or number in set(self.roots)

    def _constant(self, number: int, node: Node) -> Text:
        if node.kind is Kind.NUMBER and math.isfinite(float(node.detail)):
            value = float(node.detail)
            return Text(repr(value), ATOM if value >= 0 else SUM)
        if node.kind is Kind.TRUE_OR_FALSE:
            return Text(str(node.detail))
        name = f"_c{number}"
        if node.tree is not None:
            self.constants[name] = node.tree
        return Text(name if not node.boolean else f"({name} != 0.0)")

    def _inline(self, node: Node) -> Text:
        operands = [self._texts[operand] for operand in node.operands]
        match node.kind:
            case Kind.NEGATIVE:
                return Text(f"-{operands[0].within(ATOM)}", SUM)
            case Kind.NOT:
                return Text(f"not {operands[0].within(ATOM)}", 0)
            case Kind.OPERATOR:
                return self._operator(node, operands)
            case Kind.COMPARISON:
                return Text(f"{operands[0].within(SUM)} {node.detail} {operands[1].within(SUM)}", COMPARISON)
            case Kind.LOGICAL:
                symbol = " & " if node.detail == "and" else " | "
                return Text(symbol.join(f"({operand.source})" for operand in operands), 0)
            case Kind.SELECT:
                return self._call("select", [operand.source for operand in operands])
            case Kind.CALL if node.detail in self.user_functions:
                return self._user_call(node, operands)
            case _:
                return self._call(str(node.detail), [operand.source for operand in operands])

    def _call(self, function: str, arguments: list[str]) -> Text:
        if function in self.timed_arrays:
            self.timed_inputs.add(function)
            column = arguments[1] if len(arguments) > 1 else "0.0"
            return Text(f"timed_value(_timed_{function}, {arguments[0]}, {column})")
        name = FUNCTION_NAMES.get(function, function)
        call = f"{name}({', '.join(arguments)})"
        return Text(f"to_float64({call})" if name in INTEGER_FUNCTIONS else call)

    def _user_call(self, node: Node, operands: list[Text]) -> Text:
        """Write the call of a user's function, to which whole numbers are handed as such."""
        function = str(node.detail)
        self.user_inputs.add(function)
        arguments = [
            f"int_({text.source})" if self.graph.is_whole(number) else text.source
            for number, text in zip(node.operands, operands, strict=True)
        ]
        return Text(f"to_float64({self.user_functions[function]}({', '.join(arguments)}))")

    def _operator(self, node: Node, operands: list[Text]) -> Text:
        left, right = operands
        if node.detail in ("+", "-"):
            fused = self._fused(node, operands)
            if fused is not None:
                return fused
            return Text(f"{left.within(SUM)} {node.detail} {right.within(PRODUCT)}", SUM)
        return Text(f"{left.within(PRODUCT)} {node.detail} {right.within(ATOM)}", PRODUCT)

    def _fused(self, node: Node, operands: list[Text]) -> Text | None:
        """Write ``a*b + c`` and its relatives as one rounding, where the product has no other use."""
        for position in (0, 1):
            factors = self.graph.factors(node.operands[position], node.level)
            if factors is None:
                continue
            a, b = (self._texts[factor] for factor in factors)
            other = operands[1 - position]
            if node.detail == "-" and position == 0:
                return self._call("fma", [a.source, b.source, f"-{other.within(ATOM)}"])
            first = f"-{a.within(ATOM)}" if node.detail == "-" else a.source
            return self._call("fma", [first, b.source, other.source])
        return None
