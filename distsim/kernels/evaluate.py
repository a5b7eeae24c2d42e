"""Evaluate expression trees with vectorised NumPy: the back end of one-shot code.

Initial values, connect conditions, weights and delays are evaluated here, so that set-up never waits for a
compiler.  Numbers are in SI units throughout; nothing here knows of units, groups or ranks.

Integers are computed as int64 and everything else as float64, whatever the arrays looked up are stored as, so
an index product such as ``i*N_post + j`` does not overflow.  Every function used is elementwise and gives an
element the same bits wherever in an array it stands, so an array may be evaluated in pieces (`tests/kernels`
holds NumPy to that); with the random numbers given for each element, results do not depend on how elements
are spread over ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from distsim.equations.functions import CONSTANTS
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
from distsim.kernels.poisson import poisson_quantile
from distsim.network.errors import ModelError

__all__ = ["CONSTANTS", "Drawing", "RandomSource", "UnboundNameError", "assign", "evaluate"]

Values: TypeAlias = NDArray[Any]
Lookup: TypeAlias = "Callable[[str], NDArray[Any] | float | int | bool]"
Functions: TypeAlias = Mapping[str, Callable[..., Any]]

NO_FUNCTIONS: Functions = MappingProxyType({})


class UnboundNameError(ModelError):
    """An expression uses a name that stands for nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A further function without arguments that is handed a random number for each element.

    Parameters
    ----------
    function
        Turns (n,) numbers into results.
    draws
        ``rand`` or ``randn``: which numbers; each call counts as one of that function.
    """

    function: Callable[[Values], Any]
    draws: str

    def __call__(self, numbers: Values) -> Any:
        """Return the results for random numbers."""
        return self.function(numbers)


class RandomSource(Protocol):
    """Where ``rand()``, ``randn()`` and ``poisson()`` take their numbers from.

    `draw` is the running number of the call in the text, from 0, left to right and statement by statement;
    ``rand()`` and ``poisson()`` share one count, ``randn()`` has its own.  Both methods return one number for
    each element; the same `draw` asked for twice gives the same numbers.
    """

    def uniform(self, draw: int) -> NDArray[np.float64]:
        """Return (n,) numbers distributed uniformly in [0, 1)."""
        ...

    def normal(self, draw: int) -> NDArray[np.float64]:
        """Return (n,) numbers of the standard normal distribution."""
        ...


def evaluate(
    expression: Expression,
    lookup: Lookup,
    *,
    random: RandomSource | None = None,
    functions: Functions = NO_FUNCTIONS,
) -> Values:
    """Return the value of `expression`.

    Parameters
    ----------
    expression
        What to evaluate.
    lookup
        Gives the value of a name, a number or an array in SI units; a KeyError says that there is no such
        name.  ``pi``, ``e`` and ``inf`` need not be known to it.
    random
        Source of random numbers, one for each element.
    functions
        Further functions by name (timed arrays, the user's own), called with evaluated arguments.

    Returns
    -------
    ndarray
        float64, int64 or bool; without dimensions (shape ``()``) where no array is involved.

    Raises
    ------
    UnboundNameError
        A ModelError, for a name that stands for nothing.
    ModelError
        For an unknown function, or random numbers where there are none.
    """
    return _Evaluation(lookup, random, functions).run(expression)


def assign(
    statements: Iterable[Assignment],
    variables: MutableMapping[str, NDArray[Any]],
    lookup: Lookup,
    *,
    random: RandomSource | None = None,
    functions: Functions = NO_FUNCTIONS,
) -> None:
    """Execute `statements` one after the other, each over all elements.

    Parameters
    ----------
    statements
        What to execute; the calls of random functions are numbered through all of them.
    variables
        The arrays that statements write, in place and in their own type; these names hide those of `lookup`.
        A target that is not among them becomes a new entry, with the value's type.
    lookup, random, functions
        As for `evaluate`.
    """

    def find(name: str) -> NDArray[Any] | float | int | bool:
        return variables[name] if name in variables else lookup(name)

    evaluation = _Evaluation(find, random, functions)
    for statement in statements:
        value = statement.value
        if statement.operator is not None:
            value = Binary(statement.operator, Name(statement.target), value)
        result = evaluation.run(value)
        if statement.target in variables:
            with np.errstate(all="ignore"):
                variables[statement.target][...] = result
        else:
            # A copy: the value of a mere name is the variable itself, which a later statement may change.
            variables[statement.target] = result.copy()


def _numeric(value: Any) -> Values:
    """Return `value` as float64, int64 or bool, copied only where its type changes."""
    array = np.asarray(value)
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind in "iu":
        return array.astype(np.int64, copy=False)
    if array.dtype.kind == "f":
        return array.astype(np.float64, copy=False)
    raise ModelError(f"a value of type {array.dtype} cannot be used in an expression")


def _arithmetic(value: Values) -> Values:
    """Return a boolean as the integers 0 and 1; NumPy would make ``True + True`` a logical or."""
    return value.astype(np.int64) if value.dtype.kind == "b" else value


def _exprel(x: Values) -> Values:
    """Return ``(exp(x) - 1)/x``, 1 at 0."""
    return np.where(x == 0, 1.0, np.where(x > 717, np.inf, np.expm1(x) / x))


def _clip(x: Values, low: Values, high: Values) -> Values:
    return np.asarray(np.minimum(np.maximum(x, low), high))


def _truncate(x: Values) -> Values:
    return np.trunc(x).astype(np.int64)


def _timestep(t: Values, dt: Values) -> Values:
    """Return the number of the step at time `t`, robust against rounding just below a step."""
    return _truncate((t + 1e-3 * dt) / dt)


def _to_single(x: Values) -> Values:
    """Return what a variable stored in single precision keeps; only kernels' constants ask for it."""
    return x.astype(np.float32)


def _where(condition: Values, chosen: Values, otherwise: Values) -> Values:
    return np.where(condition.astype(bool), chosen, otherwise)


_OPERATIONS: Mapping[BinaryOperator, Callable[[Values, Values], Any]] = MappingProxyType(
    {
        BinaryOperator.ADD: np.add,
        BinaryOperator.SUBTRACT: np.subtract,
        BinaryOperator.MULTIPLY: np.multiply,
        BinaryOperator.DIVIDE: np.true_divide,
        BinaryOperator.FLOOR_DIVIDE: np.floor_divide,
        BinaryOperator.MODULO: np.mod,
        BinaryOperator.POWER: np.float_power,
    }
)

_COMPARISONS: Mapping[Comparator, Callable[[Values, Values], Any]] = MappingProxyType(
    {
        Comparator.LESS: np.less,
        Comparator.LESS_EQUAL: np.less_equal,
        Comparator.GREATER: np.greater,
        Comparator.GREATER_EQUAL: np.greater_equal,
        Comparator.EQUAL: np.equal,
        Comparator.NOT_EQUAL: np.not_equal,
    }
)

_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = MappingProxyType(
    {
        **{
            name: (1, getattr(np, name))
            for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin",
                         "arccos", "arctan", "ceil", "floor", "expm1", "log1p", "sign")
        },
        "abs": (1, np.abs),
        "exprel": (1, _exprel),
        "clip": (3, _clip),
        "int": (1, _truncate),
        "timestep": (2, _timestep),
        "to_single": (1, _to_single),
        "where": (3, _where),
    }
)  # fmt: skip


class _Evaluation:
    """One evaluation: where names come from, and how many random calls there have been."""

    def __init__(self, lookup: Lookup, random: RandomSource | None, functions: Functions) -> None:
        self.lookup = lookup
        self.random = random
        self.functions = functions
        self.uniform_draws = 0
        self.normal_draws = 0

    def run(self, expression: Expression) -> Values:
        """Return the value of `expression`, quietly: nan and inf are legal results."""
        with np.errstate(all="ignore"):
            return self.value(expression)

    def value(self, expression: Expression) -> Values:
        """Return the value of one node; operands are evaluated left to right."""
        match expression:
            case Number(value) | Boolean(value):
                result: Any = value
            case Name(name):
                result = self.name(name)
            case Negative(operand):
                result = np.negative(_arithmetic(self.value(operand)))
            case Not(operand):
                result = np.logical_not(self.value(operand))
            case Binary(BinaryOperator.POWER, left, Number(int() as exponent)) if exponent >= 0:
                # Of an integer it is an integer, as the language's types have it.
                result = np.power(_arithmetic(self.value(left)), exponent)
            case Binary(operator, left, right):
                result = _OPERATIONS[operator](_arithmetic(self.value(left)), _arithmetic(self.value(right)))
            case Comparison(comparator, left, right):
                result = _COMPARISONS[comparator](self.value(left), self.value(right))
            case Logical(connective, operands):
                combine = np.logical_and if connective is Connective.AND else np.logical_or
                result = self.value(operands[0])
                for operand in operands[1:]:
                    result = combine(result, self.value(operand))
            case Call(function, arguments):
                result = self.call(function, arguments)
        return _numeric(result)

    def name(self, name: str) -> Any:
        """Return what `name` stands for."""
        try:
            return self.lookup(name)
        except KeyError as error:
            if name in CONSTANTS:
                return CONSTANTS[name]
            raise UnboundNameError(f"the name '{name}' is not known here") from error

    def call(self, function: str, arguments: tuple[Expression, ...]) -> Any:
        """Return the result of a call; the caller's functions come before the built-in ones."""
        own = self.functions.get(function)
        if isinstance(own, Drawing):
            return own(self.draw(own.draws, ()))
        if own is not None:
            return own(*(self.value(argument) for argument in arguments))
        if function in {"rand", "randn", "poisson"}:
            return self.draw(function, arguments)
        if function not in _FUNCTIONS:
            raise ModelError(f"the function '{function}' is not known here")
        count, implementation = _FUNCTIONS[function]
        if len(arguments) != count:
            raise ModelError(f"{function}() takes {count} argument(s), not {len(arguments)}")
        values = [self.value(argument) for argument in arguments]
        return implementation(*(values if function == "where" else map(_arithmetic, values)))

    def draw(self, function: str, arguments: tuple[Expression, ...]) -> Any:
        """Return the numbers of one call of a random function, numbered before its argument is evaluated."""
        if self.random is None:
            raise ModelError(f"{function}() cannot be used here: there are no elements to draw numbers for")
        if function == "randn":
            self.normal_draws += 1
            return self.random.normal(self.normal_draws - 1)
        number = self.uniform_draws
        self.uniform_draws += 1
        if function == "rand":
            return self.random.uniform(number)
        mean = self.value(arguments[0])
        return poisson_quantile(self.random.uniform(number), mean.astype(np.float64))
