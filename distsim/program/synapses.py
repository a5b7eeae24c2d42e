"""What a projection does in a step: the grade of its pathways, and their code.

A pathway whose statements only add something fixed to variables of the target (``ge += w``) is *additive*:
its spikes are pushed into ring buffers as soon as they are known, and the target adds the sum when it is due.
Every other pathway is *general*: its spikes wait in a queue and its code runs synapse by synapse when they
arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from distsim.equations import EquationKind, Flag, expansions
from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Expression,
    Name,
    Negative,
    Number,
    functions,
    names,
    substitute,
)
from distsim.integrators import LAST_UPDATE, event_update
from distsim.network import (
    Constant,
    ModelError,
    Pathway,
    PathwaySide,
    Projection,
    Subgroup,
    TimedArray,
    UserFunction,
    stream_name,
)
from distsim.program.neurons import NeuronModel
from distsim.program.operation import (
    Binding,
    Domain,
    Extent,
    Key,
    Operation,
    Port,
    Storage,
    Variable,
)
from distsim.program.schedule import STANDARD, Schedule
from distsim.program.scope import (
    NOT_REFRACTORY,
    STATEFUL,
    constants_of,
    expand,
    known_values,
    number,
    signatures,
    stored_variables,
    touched,
    unless_refractory,
    used,
)


@dataclass(frozen=True, slots=True, eq=False)
class AdditivePart:
    """One addition of an additive pathway.

    Parameters
    ----------
    variable
        The target's variable.
    value
        What one synapse adds to it: an expression of synaptic variables and constants.
    port
        Where the sums arrive.
    weight
        Owner and name of the array of values.
    """

    variable: str
    value: Expression
    port: Port
    weight: Key


@dataclass(frozen=True, slots=True, eq=False)
class AdditivePathway:
    """A pathway that is pushed into ring buffers.

    Parameters
    ----------
    lag
        Base steps from a spike to the beginning of its delay: none, unless what arrives is added before the
        spikes of a step are known.
    """

    name: str
    projection: str
    source: str
    target: str
    pathway: Pathway
    order: int
    parts: tuple[AdditivePart, ...]
    lag: int = 0

    @property
    def stream(self) -> str:
        """Return the name of the stream of events that drives it."""
        return stream_name(self.source, self.pathway.event)


@dataclass(frozen=True, slots=True, eq=False)
class GeneralPathway:
    """A pathway whose code runs when its spikes arrive.

    Parameters
    ----------
    source
        The population whose spikes drive it; for a post pathway the target of the projection.
    """

    name: str
    projection: str
    source: str
    target: str
    pathway: Pathway
    order: int
    operation: Operation

    @property
    def stream(self) -> str:
        """Return the name of the stream of events that drives it."""
        return stream_name(self.source, self.pathway.event)

    @property
    def lag(self) -> int:
        """Return the base steps from a spike to the beginning of its delay."""
        return 0 if self.operation.after_cut else self.operation.every


AnyPathway: TypeAlias = AdditivePathway | GeneralPathway


@dataclass(frozen=True, slots=True, eq=False)
class SynapseModel:
    """A projection with everything its names stand for."""

    projection: Projection
    target: NeuronModel
    scope: Mapping[str, Binding]
    defined: Mapping[str, Expression]
    every: int

    @property
    def variables(self) -> dict[str, Variable]:
        """Return the variables stored for each synapse (or once for all), by name."""
        own = self.projection.name
        return {n: v for n, v in self.scope.items() if isinstance(v, Variable) and v.owner == own}


def synaptic_variables(projection: Projection) -> dict[str, Variable]:
    """Return the variables that are stored for the synapses of a projection, by name."""
    name, equations = projection.name, projection.equations
    variables = stored_variables(name, equations, Extent.SYNAPSE, Storage(projection.float_type))
    if any(Flag.EVENT_DRIVEN in e.flags for e in equations.values()):
        variables[LAST_UPDATE] = Variable(name, LAST_UPDATE, Storage.FLOAT64, Extent.SYNAPSE)
    return variables


def synapse_model(projection: Projection, target: NeuronModel, every: int) -> SynapseModel:
    """Resolve the names of a projection."""
    equations = projection.equations
    _refuse_unsupported(projection)
    scope: dict[str, Binding] = constants_of(projection.namespace)
    scope |= {"N_pre": number(projection.source.size), "N_post": number(projection.target.size)}
    own = synaptic_variables(projection)
    of_target: dict[str, Expression] = {}
    for variable, binding in target.variables.items():
        scope[f"{variable}_post"] = binding
    for variable, expression in target.defined.items():
        of_target[f"{variable}_post"] = _seen_from_outside(expression, target, projection.target)
    for external, value in target.population.namespace.items():
        scope.setdefault(f"{external}_post", value)
        if isinstance(value, TimedArray | UserFunction):
            scope.setdefault(external, value)
    bare = {n: Name(f"{n}_post") for n in {*target.variables, *target.defined} - equations.keys()}
    defined = {
        variable: expand(substitute(expression, bare), of_target)
        for variable, expression in expansions(equations).items()
    }
    return SynapseModel(projection, target, {**scope, **own}, {**of_target, **defined}, every)


def _seen_from_outside(expression: Expression, model: NeuronModel, group: Subgroup) -> Expression:
    """Return a subexpression of the target, written in its own names, in the names it has for synapses."""
    inside = expand(expression, model.defined)
    own = {*model.variables, *model.population.namespace} & names(inside)
    renamed: dict[str, Expression] = {name: Name(f"{name}_post") for name in own}
    renamed["i"] = Binary(BinaryOperator.ADD, Name("j"), Number(group.start))
    renamed["N"] = Number(model.population.size)
    return substitute(inside, renamed)


def _refuse_unsupported(projection: Projection) -> None:
    for equation in projection.equations.values():
        if Flag.SUMMED in equation.flags:
            raise ModelError(
                f"{projection.name}: summed variables ('{equation.name}') are not supported in this version"
            )
        if equation.kind is EquationKind.DIFFERENTIAL and Flag.EVENT_DRIVEN not in equation.flags:
            raise ModelError(
                f"{projection.name}: '{equation.name}' has to be marked (event-driven); synaptic equations "
                "integrated in every step are not supported in this version"
            )


def pathways_of(models: Iterable[SynapseModel], schedule: Schedule = STANDARD) -> list[AnyPathway]:
    """Grade the pathways of all projections, in the order in which they run within a step."""
    ordered = sorted(
        ((model, pathway) for model in models for pathway in model.projection.pathways),
        key=lambda item: (
            schedule.place(item[1].when),
            item[1].order,
            f"{item[0].projection.name}_{item[1].name}",
        ),
    )
    graded: list[AnyPathway] = []
    # Pathways to one variable share a port until general code that touches the variable comes between them.
    closed: Counter[Key] = Counter()
    for model, pathway in ordered:
        statements = _resolved(model, pathway.statements)
        parts = _additive_parts(model, pathway, statements, closed)
        if parts is None:
            general = _general(model, pathway, statements, schedule)
            closed.update(general.operation.reads | general.operation.writes)
            graded.append(general)
        else:
            graded.append(
                AdditivePathway(
                    name=f"{model.projection.name}_{pathway.name}",
                    projection=model.projection.name,
                    source=model.projection.source.population,
                    target=model.projection.target.population,
                    pathway=pathway,
                    order=pathway.order,
                    parts=parts,
                    lag=0 if schedule.after_cut(pathway.when) else model.every,
                )
            )
    return graded


def _resolved(model: SynapseModel, statements: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return the statements with bare names of the target written with ``_post``, and all names checked."""
    projection = model.projection
    own = set(model.variables) | set(model.defined) | {"i", "j", "t", "dt"}
    target_names = {*model.target.variables, *model.target.defined} - own
    renamed = {name: Name(f"{name}_post") for name in target_names}
    resolved = []
    local: set[str] = set()
    for statement in statements:
        target = f"{statement.target}_post" if statement.target in target_names - local else statement.target
        if target.endswith("_pre"):
            raise ModelError(
                f"{projection.name}: writing to '{target}' (a variable of the source) "
                "is not supported in this version"
            )
        value = substitute(statement.value, {n: e for n, e in renamed.items() if n not in local})
        value = expand(value, model.defined)
        for name in names(value):
            if name.endswith("_pre") and name not in model.scope:
                raise ModelError(
                    f"{projection.name}: reading '{name}' (a variable of the source) "
                    "is not supported in this version"
                )
        if target not in model.scope:
            local.add(target)
        resolved.append(Assignment(target, statement.operator, value))
    return tuple(resolved)


def _additive_parts(
    model: SynapseModel, pathway: Pathway, statements: tuple[Assignment, ...], closed: Counter[Key]
) -> tuple[AdditivePart, ...] | None:
    """Return the parts of an additive pathway, or None if the pathway is general."""
    if pathway.side is not PathwaySide.PRE or not statements:
        return None
    if any(Flag.EVENT_DRIVEN in e.flags for e in model.projection.equations.values()):
        return None
    changing = _written_by_any_pathway(model)
    targets = [statement.target for statement in statements]
    if len(set(targets)) < len(targets):
        return None
    parts = []
    for index, statement in enumerate(statements):
        value = _fixed_value(model, statement, changing)
        if value is None:
            return None
        weight = (f"{model.projection.name}_{pathway.name}", f"weight{index}")
        storage = Storage.FLOAT64
        if any(isinstance(model.scope.get(name), Variable) for name in names(value)):
            storage = Storage(model.projection.float_type)
        binding = model.scope.get(value.id) if isinstance(value, Name) else None
        if isinstance(binding, Variable) and binding.storage is storage:
            weight = binding.key
        variable = statement.target.removesuffix("_post")
        target = model.projection.target.population
        number_of_port = f"{pathway.order}_{closed[target, variable]}".replace("-", "m")
        suffix = "" if number_of_port == "m1_0" else f"_{number_of_port}"
        suffix += "" if pathway.when == "synapses" else f"_{pathway.when}"
        kind = "" if storage is Storage.FLOAT64 else f"_{storage.value}"
        port = Port(target, f"_input_{variable}{kind}{suffix}", storage)
        parts.append(AdditivePart(variable, value, port, weight))
    return tuple(parts)


def _written_by_any_pathway(model: SynapseModel) -> set[str]:
    return {s.target for pathway in model.projection.pathways for s in _resolved(model, pathway.statements)}


def _fixed_value(model: SynapseModel, statement: Assignment, changing: set[str]) -> Expression | None:
    """Return what `statement` adds to a variable of the target, if that never changes during a run."""
    binding = model.scope.get(statement.target)
    adds = statement.operator in (BinaryOperator.ADD, BinaryOperator.SUBTRACT)
    if not adds or not isinstance(binding, Variable):
        return None
    if binding.owner == model.projection.name or binding.extent is not Extent.NEURON:
        return None
    if binding.storage not in (Storage.FLOAT64, Storage.FLOAT32) or functions(statement.value) & STATEFUL:
        return None
    for name in names(statement.value):
        item = model.scope.get(name)
        fixed = isinstance(item, Constant) or (
            isinstance(item, Variable) and item.owner == model.projection.name and name not in changing
        )
        if not fixed and name not in ("pi", "e", "inf"):
            return None
    if any(isinstance(model.scope.get(f), TimedArray | UserFunction) for f in functions(statement.value)):
        return None
    return Negative(statement.value) if statement.operator is BinaryOperator.SUBTRACT else statement.value


def _general(
    model: SynapseModel, pathway: Pathway, statements: tuple[Assignment, ...], schedule: Schedule
) -> GeneralPathway:
    projection = model.projection
    before = event_update(
        projection.equations,
        functions=signatures(model.scope),
        values=known_values(projection.namespace),
        varying=frozenset(name for name in model.scope if name.endswith("_post") and name != "N_post"),
    )
    gated = frozenset(f"{name}_post" for name in model.target.gated)
    body = tuple(unless_refractory(s, f"{NOT_REFRACTORY}_post", gated) for s in statements)
    after = (Assignment(LAST_UPDATE, None, Name("t")),) if before else ()
    everything = (*before, *body, *after)
    reads, writes = touched(model.scope, everything)
    name = f"{projection.name}_{pathway.name}"
    side = projection.source if pathway.side is PathwaySide.PRE else projection.target
    operation = Operation(
        name=name,
        slot=pathway.when,
        order=pathway.order,
        owner=projection.name,
        domain=Domain.ARRIVALS,
        every=model.every if pathway.side is PathwaySide.PRE else model.target.every,
        statements=everything,
        scope=used(model.scope, everything),
        reads=reads,
        writes=writes,
        description=f"{pathway.name} code of {projection.name}",
        schedule=schedule,
    )
    return GeneralPathway(
        name=name,
        projection=projection.name,
        source=side.population,
        target=projection.target.population,
        pathway=pathway,
        order=pathway.order,
        operation=operation,
    )


def input_operations(pathways: Iterable[AnyPathway], targets: Mapping[str, NeuronModel]) -> list[Operation]:
    """Return the operations that add what has arrived in the ports, one for each port."""
    operations: dict[Key, Operation] = {}
    for pathway in pathways:
        if not isinstance(pathway, AdditivePathway):
            continue
        for part in pathway.parts:
            if part.port.key not in operations:
                operations[part.port.key] = _input(pathway, part, targets[pathway.target])
    return list(operations.values())


def _input(pathway: AdditivePathway, part: AdditivePart, target: NeuronModel) -> Operation:
    arrived = part.port.name
    statement = unless_refractory(
        Assignment(part.variable, BinaryOperator.ADD, Name(arrived)), NOT_REFRACTORY, target.gated
    )
    scope: dict[str, Binding] = {**target.scope, arrived: part.port}
    reads, writes = touched(scope, (statement,))
    return Operation(
        name=f"{pathway.name} {arrived}",
        slot=pathway.pathway.when,
        order=pathway.order,
        owner=pathway.target,
        domain=Domain.ALL,
        every=1,
        statements=(statement,),
        scope=used(scope, (statement,)),
        reads=reads,
        writes=writes,
        description=f"add the input to {part.variable} of {pathway.target}",
    )
