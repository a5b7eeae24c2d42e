"""What an expression means in plain Python: its text walked node by node, on Python's own numbers.

The walk goes over the syntax tree of Python and uses nothing of distsim. With a `Jitter` every result is moved
by the last bit or so, which shows how much a value depends on rounding.
"""

from __future__ import annotations

import ast
import math
import operator
import random
from collections.abc import Callable, Mapping
from typing import Any

from scipy.special import exprel

OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def sign(x: float) -> float:
    return (x > 0) - (x < 0)


def clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(math, name) for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh",
                                             "tanh", "expm1", "log1p")},
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "abs": abs,
    "ceil": lambda x: float(math.ceil(x)),
    "floor": lambda x: float(math.floor(x)),
    "int": int,
    "sign": sign,
    "clip": clip,
    "exprel": lambda x: float(exprel(x)),
    "timestep": lambda t, dt: int((t + 1e-3 * dt) / dt),
    "where": lambda condition, chosen, otherwise: chosen if condition else otherwise,
}  # fmt: skip
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf}


class Undefined(ValueError):
    """Python has no finite real value for this."""


class Jitter:
    """Moves each floating-point result by up to two units in the last place."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def __call__(self, value: float) -> float:
        return value * (1 + self._random.uniform(-4.5e-16, 4.5e-16))


class Meaning:
    """Evaluates expressions and statements in one namespace.

    Parameters
    ----------
    namespace
        Values of names.
    functions
        Further functions.
    jitter
        Applied to every floating-point result.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] | None = None,
        jitter: Jitter | None = None,
    ) -> None:
        self.namespace = {**CONSTANTS, **namespace}
        self.functions = {**FUNCTIONS, **(functions or {})}
        self.jitter = jitter

    def value(self, text: str) -> Any:
        """Return the value of an expression.

        Raises
        ------
        Undefined
            If something in it has no finite real value.
        """
        # Inside parentheses, lines may be broken at will.
        return self._value(ast.parse(f"(\n{text}\n)", mode="eval").body)

    def execute(self, statements: str) -> dict[str, Any]:
        """Run assignments, one a line; return all values."""
        for statement in ast.parse(statements).body:
            assert isinstance(statement, ast.Assign)
            (target,) = statement.targets
            assert isinstance(target, ast.Name)
            self.namespace[target.id] = self._value(statement.value)
        return self.namespace

    def _value(self, node: ast.expr) -> Any:
        try:
            value = self._of(node)
        except (ZeroDivisionError, OverflowError, ValueError) as error:
            raise Undefined(ast.unparse(node)) from error
        if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
            if isinstance(node, ast.Name):
                return value
            raise Undefined(ast.unparse(node))
        if isinstance(value, int) and abs(value) >= 2**53:
            raise Undefined(ast.unparse(node))
        if (
            self.jitter is not None
            and type(value) is float
            and not isinstance(node, (ast.Name, ast.Constant))
        ):
            return self.jitter(value)
        return value

    def _of(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value):
                return value
            case ast.Name(name):
                return self.namespace[name]
            case ast.UnaryOp(ast.USub(), operand):
                return -self._value(operand)
            case ast.UnaryOp(ast.UAdd(), operand):
                return +self._value(operand)
            case ast.UnaryOp(ast.Not(), operand):
                return not self._value(operand)
            case ast.BinOp(left, ast.Pow(), right):
                return self._power(self._value(left), self._value(right))
            case ast.BinOp(left, operation, right):
                return OPERATIONS[type(operation)](self._value(left), self._value(right))
            case ast.BoolOp(ast.And(), values):
                # All of them: nothing is skipped where arrays are computed.
                return all(self._value(value) for value in values)
            case ast.BoolOp(ast.Or(), values):
                return any(self._value(value) for value in values)
            case ast.Compare(left, operations, others):
                values = [self._value(value) for value in (left, *others)]
                return all(
                    COMPARISONS[type(operation)](a, b)
                    for operation, a, b in zip(operations, values[:-1], values[1:], strict=True)
                )
            case ast.Call(ast.Name(function), arguments):
                return self.functions[function](*(self._value(argument) for argument in arguments))
        raise AssertionError(ast.dump(node))

    def _power(self, base: float, exponent: float) -> Any:
        if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
            if base.bit_length() * exponent > 53:
                raise OverflowError
            return base**exponent
        return float(base) ** exponent


def spread(values: list[float]) -> float:
    """Return the largest distance between values, infinite if one is no number."""
    distance = max(values) - min(values)
    return distance if math.isfinite(distance) else math.inf
