"""What the names in statements stand for, and what statements therefore read and write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from distsim.equations import (
    BUILTIN_FUNCTIONS,
    EquationKind,
    Equations,
    Flag,
    FunctionSignature,
    VariableType,
    type_of,
)
from distsim.equations.tree import (
    Assignment,
    Binary,
    Call,
    Expression,
    Name,
    functions,
    names,
    substitute,
)
from distsim.network import SPIKE, Constant, ModelError, TimedArray, UserFunction
from distsim.network.description import Namespace
from distsim.program.operation import Binding, Distant, Extent, Key, Port, Storage, Variable
from distsim.units import DIMENSIONLESS, get_dimensions, units_by_name

STORAGE = {
    VariableType.FLOAT: Storage.FLOAT64,
    VariableType.INTEGER: Storage.INT32,
    VariableType.BOOLEAN: Storage.BOOL,
}
NOT_REFRACTORY = "not_refractory"
LAST_SPIKE = "lastspike"
SPIKING = "_spiking"
"""The variable that marks who spikes."""
STATEFUL = frozenset({"rand", "randn", "poisson"})
"""Functions that give another value every time."""
SECOND = get_dimensions(units_by_name()["second"])


def mask_of(event: str) -> str:
    """Return the variable that marks the neurons for which an event occurs."""
    return SPIKING if event == SPIKE else f"_event_{event}"


def occurrences(population: str, event: str) -> Key:
    """Return what stands for the list of an event's neurons in sets of reads and writes."""
    return population, "(spikes)" if event == SPIKE else f"({event})"


def stored_variables(
    owner: str, equations: Equations, extent: Extent, floats: Storage
) -> dict[str, Variable]:
    """Return the variables of a model that have storage: all but the subexpressions."""
    variables = {}
    for equation in equations.values():
        if Flag.LINKED in equation.flags:
            continue
        if equation.kind is EquationKind.SUBEXPRESSION and Flag.CONSTANT_OVER_DT not in equation.flags:
            continue
        storage = STORAGE[equation.dtype]
        variables[equation.name] = Variable(
            owner,
            equation.name,
            floats if storage is Storage.FLOAT64 else storage,
            Extent.SHARED if Flag.SHARED in equation.flags else extent,
        )
    return variables


def constants_of(namespace: Namespace) -> dict[str, Binding]:
    """Return the external names."""
    return dict(namespace)


def number(value: float) -> Constant:
    """Return a dimensionless constant."""
    return Constant(value, DIMENSIONLESS)


def expand(expression: Expression, defined: Mapping[str, Expression]) -> Expression:
    """Return `expression` with subexpressions replaced by what they stand for, down to stored variables."""
    return substitute(expression, defined)


def expand_statements(
    statements: Iterable[Assignment], defined: Mapping[str, Expression]
) -> tuple[Assignment, ...]:
    """Return `statements` with subexpressions expanded on the right-hand sides."""
    return tuple(Assignment(s.target, s.operator, expand(s.value, defined)) for s in statements)


def used(
    scope: Mapping[str, Binding], statements: Sequence[Assignment], *more: Expression
) -> dict[str, Binding]:
    """Return the part of `scope` that the statements and expressions mention."""
    mentioned: set[str] = set()
    for statement in statements:
        mentioned |= names(statement.value) | functions(statement.value) | {statement.target}
    for expression in more:
        mentioned |= names(expression) | functions(expression)
    return {name: binding for name, binding in scope.items() if name in mentioned}


def touched(
    scope: Mapping[str, Binding], statements: Sequence[Assignment], *more: Expression
) -> tuple[frozenset[Key], frozenset[Key]]:
    """Return the keys of the variables that are read, and of those that are written."""
    reads: set[Key] = set()
    writes: set[Key] = set()

    def read(expression: Expression) -> None:
        for name in names(expression):
            binding = scope.get(name)
            if isinstance(binding, Variable | Distant | Port):
                reads.add(binding.key)
            if isinstance(binding, Distant) and binding.index is not None:
                reads.add(binding.index.key)
            if isinstance(binding, Port):
                writes.add(binding.key)

    for statement in statements:
        read(statement.value)
        binding = scope.get(statement.target)
        if isinstance(binding, Variable | Distant):
            writes.add(binding.key)
            if statement.operator is not None:
                reads.add(binding.key)
    for expression in more:
        read(expression)
    return frozenset(reads), frozenset(writes)


def unless_refractory(statement: Assignment, gate: str, gated: frozenset[str]) -> Assignment:
    """Return `statement` without effect on refractory neurons, where its target is flagged so."""
    if statement.target not in gated:
        return statement
    value = statement.value
    if statement.operator is not None:
        value = Binary(statement.operator, Name(statement.target), value)
    return Assignment(statement.target, None, Call("where", (Name(gate), value, Name(statement.target))))


def check_shared_first(what: str, statements: Iterable[Assignment], scope: Mapping[str, Binding]) -> None:
    """Refuse a block that sets a shared variable after one of single elements.

    What is shared is set once, before the elements are gone through, wherever it stands.

    Raises
    ------
    ModelError
        Naming the variable.
    """
    earlier = ""
    for statement in statements:
        binding = scope.get(statement.target)
        if isinstance(binding, Variable) and binding.is_shared and earlier:
            raise ModelError(
                f"{what}: '{statement.target}' is shared, and has to be set before '{earlier}', which is not"
            )
        if isinstance(binding, Distant) or (isinstance(binding, Variable) and not binding.is_shared):
            earlier = statement.target


def is_boolean(expression: Expression, scope: Mapping[str, Binding]) -> bool:
    """Tell whether `expression` is a condition and not a number."""

    def lookup(name: str) -> VariableType:
        binding = scope.get(name)
        if isinstance(binding, Distant):
            binding = binding.variable
        if isinstance(binding, Variable) and binding.storage is Storage.BOOL:
            return VariableType.BOOLEAN
        if isinstance(binding, Constant) and isinstance(binding.value, bool):
            return VariableType.BOOLEAN
        return VariableType.FLOAT

    return type_of(expression, lookup, signatures(scope)) is VariableType.BOOLEAN


def signatures(scope: Mapping[str, Binding]) -> dict[str, FunctionSignature]:
    """Return the functions that statements may call: built-in ones, and what `scope` holds of others."""
    timed = {
        name: FunctionSignature(
            name,
            (SECOND,) if item.values.ndim == 1 else (SECOND, DIMENSIONLESS),
            item.dimension,
            constant_over_dt=item.constant_over_step,
        )
        for name, item in scope.items()
        if isinstance(item, TimedArray)
    }
    own = {name: item.signature for name, item in scope.items() if isinstance(item, UserFunction)}
    return {**BUILTIN_FUNCTIONS, **timed, **own}


def known_values(namespace: Namespace) -> dict[str, float]:
    """Return the values of the external constants."""
    return {name: float(item.value) for name, item in namespace.items() if isinstance(item, Constant)}
