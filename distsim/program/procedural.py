"""Projections of which nothing is stored: their synapses are made anew at each spike.

That is possible where a spike only adds something to variables of the targets that follows from the pair of
neurons and from random numbers.  The expressions behind it are written into the kernel that hands spikes
over, and have to give there what code that runs once gives, to the bit: so they may hold those operations
only of which there is but one result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from distsim.equations import EquationKind, Flag
from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Call,
    Expression,
    Number,
    children,
    functions,
    names,
)
from distsim.network import ModelError, Network, PathwaySide
from distsim.program.operation import Distant, Storage, Variable
from distsim.program.scope import STATEFUL
from distsim.program.synapses import AdditivePathway, AnyPathway, SynapseModel, resolved

EXACT_FUNCTIONS = frozenset({"abs", "ceil", "clip", "floor", "int", "rand", "randn", "sqrt"})
EXACT_OPERATORS = frozenset(
    {BinaryOperator.ADD, BinaryOperator.SUBTRACT, BinaryOperator.MULTIPLY, BinaryOperator.DIVIDE}
)
COUNTED = ("N", "N_incoming", "N_outgoing", "delay")
"""Names of what is known of stored synapses only."""


@dataclass(frozen=True, slots=True, eq=False)
class SynapticValue:
    """A variable of synapses that are not stored.

    Parameters
    ----------
    value
        An expression of ``i``, ``j``, constants and random numbers.
    single
        It is rounded to single precision.
    """

    name: str
    value: Expression
    single: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ProceduralPathway(AdditivePathway):
    """A pathway whose synapses are made anew at each spike.

    Parameters
    ----------
    values
        The variables that its parts use.
    delay
        The delay [s].
    every
        Base steps between two steps of the source's clock, in which delays are counted.
    """

    values: tuple[SynapticValue, ...]
    delay: Expression
    every: int

    @property
    def varying(self) -> frozenset[str]:
        """Return the names that stand for another number at each synapse."""
        return frozenset({"i", "j"}.union(value.name for value in self.values))


def is_fixed(expression: Expression, varying: frozenset[str]) -> bool:
    """Tell whether an expression has the same value for all synapses."""
    return not names(expression) & varying and not functions(expression) & STATEFUL


def with_procedural(
    pathways: Iterable[AnyPathway], models: Mapping[str, SynapseModel], network: Network
) -> list[AnyPathway]:
    """Return the pathways with those of projections that are not stored as such.

    Raises
    ------
    ModelError
        If such a projection is asked for more than can be made anew.
    """
    for model in models.values():
        if model.projection.procedural:
            _check(model, network)
    return [
        _procedural(pathway, models[pathway.projection])
        if models[pathway.projection].projection.procedural
        else pathway
        for pathway in pathways
    ]


def _refuse(model: SynapseModel, what: str) -> ModelError:
    return ModelError(f"{model.projection.name}: {what}, so its synapses cannot be procedural; store them")


def _check(model: SynapseModel, network: Network) -> None:
    projection = model.projection
    for equation in projection.equations.values():
        if equation.kind is EquationKind.DIFFERENTIAL:
            raise _refuse(model, f"'{equation.name}' of its synapses changes in time")
        if equation.flags & {Flag.SUMMED, Flag.CONSTANT_OVER_DT}:
            raise _refuse(model, f"'{equation.name}' is computed from all synapses in every step")
    for pathway in projection.pathways:
        if pathway.side is PathwaySide.POST:
            raise _refuse(model, f"the spikes of its targets drive '{pathway.name}'")
    readers = [m.name for m in network.state_monitors if m.source == projection.name]
    readers += [r.name for r in network.regular if r.group == projection.name]
    if readers:
        raise _refuse(model, f"'{readers[0]}' needs variables of its synapses")


def _procedural(pathway: AnyPathway, model: SynapseModel) -> ProceduralPathway:
    if not isinstance(pathway, AdditivePathway):
        what = f"'{pathway.pathway.name}' does more than to add what never changes to variables of the target"
        raise _refuse(model, what)
    own = {n for n, v in model.variables.items() if not v.is_shared}
    used = sorted({name for part in pathway.parts for name in names(part.value)} & own)
    values = tuple(_value(model, name) for name in used)
    delay = pathway.pathway.delay
    if delay is not None and not isinstance(delay, Expression):
        raise _refuse(model, f"the delays of '{pathway.pathway.name}' are a list")
    delay = Number(0.0) if delay is None else _resolved(model, f"delay of '{pathway.pathway.name}'", delay)
    base = {each.name: getattr(pathway, each.name) for each in fields(pathway)}
    made = ProceduralPathway(**base, values=values, delay=delay, every=model.source_every)
    for part in pathway.parts:
        _check_exact(model, f"what is added to '{part.variable}'", part.value, made.varying)
    return made


def _value(model: SynapseModel, name: str) -> SynapticValue:
    variable = model.variables[name]
    if variable.storage not in (Storage.FLOAT64, Storage.FLOAT32):
        raise _refuse(model, f"'{name}' is not a floating-point number")
    given: Expression = Number(0.0)
    for other, value in model.projection.initial:
        if other != name:
            continue
        if not isinstance(value, Expression):
            raise _refuse(model, f"the values of '{name}' are a list")
        given = value
    return SynapticValue(name, _resolved(model, f"'{name}'", given), variable.storage is Storage.FLOAT32)


def _resolved(model: SynapseModel, what: str, expression: Expression) -> Expression:
    """Return an expression that gives synapses a value, checked."""
    (statement,) = resolved(model, [Assignment("", None, expression)])
    for name in sorted(names(statement.value)):
        binding = model.scope.get(name)
        shared = (
            isinstance(binding, Variable) and binding.is_shared and binding.owner == model.projection.name
        )
        if name in COUNTED or (isinstance(binding, (Variable, Distant)) and not shared):
            raise _refuse(model, f"{what} depends on '{name}'")
    _check_exact(model, what, statement.value, frozenset({"i", "j"}))
    return statement.value


def _check_exact(model: SynapseModel, what: str, expression: Expression, varying: frozenset[str]) -> None:
    """Refuse operations whose last bit is not settled, or that kernels write otherwise."""
    if is_fixed(expression, varying):
        return
    match expression:
        case Call(function, _):
            known, spelling = function in EXACT_FUNCTIONS, f"{function}()"
        case Binary(operator, _, _):
            known, spelling = operator in EXACT_OPERATORS, f"'{operator.value}'"
        case _:
            known, spelling = True, ""
    if not known:
        allowed = f"+ - * /, comparisons, {', '.join(sorted(EXACT_FUNCTIONS))}"
        where = f"{what} takes {spelling} of what differs between synapses (allowed: {allowed})"
        raise _refuse(model, where)
    for child in children(expression):
        _check_exact(model, what, child, varying)
