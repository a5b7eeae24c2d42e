"""What a projection does in a step: the grade of its pathways, and their code.

A pathway whose statements only add something fixed to variables of the target (``ge += w``) is *additive*:
its spikes are pushed into ring buffers as soon as they are known, and the target adds the sum when it is due.
Every other pathway is *general*: its spikes wait in a queue and its code runs synapse by synapse when they
arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from distsim.equations import Equations, Flag, expansions
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
from distsim.integrators import LAST_UPDATE, UnsupportedEquationsError, event_driven_names
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
from distsim.program.event_driven import EventDriven, Trace
from distsim.program.neurons import NeuronModel
from distsim.program.operation import (
    Binding,
    Distant,
    Domain,
    Extent,
    Key,
    Operation,
    Port,
    Reach,
    Storage,
    Variable,
)
from distsim.program.schedule import STANDARD, Schedule
from distsim.program.scope import (
    NOT_REFRACTORY,
    STATEFUL,
    check_shared_first,
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

NUMBERS = ("i", "j")
"""The numbers of a synapse's source and target, which are never variables of its target."""
SOURCE_NUMBER = "_source_number"
"""The array of the numbers that the synapses' sources have, (n_synapses,) int32."""
TARGET_NUMBER = "_target_number"
"""The array of the numbers that the synapses' targets have."""
REPEAT_NUMBER = "_repeat_number"
"""The array of the numbers that the synapses have among those of their pair."""


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
    """A projection with everything its names stand for.

    Parameters
    ----------
    equations
        Those of the synapses themselves, without sums.
    source
        None if the source has no variables.
    every, source_every
        Base steps between two steps of its own clock and of its source's.
    changing
        The synaptic variables that something besides the pathways may write during a run.
    traces
        The event-driven variables that are kept once for each source or target.
    onto_synapses
        The targets are synapses, too.
    """

    projection: Projection
    equations: Equations
    source: NeuronModel | None
    target: NeuronModel
    scope: Mapping[str, Binding]
    defined: Mapping[str, Expression]
    every: int
    source_every: int
    changing: frozenset[str]
    onto_synapses: bool
    traces: Mapping[str, Trace] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, Variable]:
        """Return the variables stored for each synapse (or once for all), by name."""
        own = self.projection.name
        return {n: v for n, v in self.scope.items() if isinstance(v, Variable) and v.owner == own}


def synaptic_variables(projection: Projection) -> dict[str, Variable]:
    """Return the variables that are stored for the synapses of a projection, by name."""
    name, equations = projection.name, projection.equations
    variables = stored_variables(name, equations, Extent.SYNAPSE, Storage(projection.float_type))
    if event_driven_names(equations):
        variables[LAST_UPDATE] = Variable(name, LAST_UPDATE, Storage.FLOAT64, Extent.SYNAPSE)
    return variables


def synapse_model(
    projection: Projection,
    source: NeuronModel | None,
    target: NeuronModel,
    *,
    every: int,
    source_every: int,
    changing: frozenset[str] = frozenset(),
    onto_synapses: bool = False,
) -> SynapseModel:
    """Resolve the names of a projection."""
    name = projection.name
    equations = Equations([e for e in projection.equations.values() if Flag.SUMMED not in e.flags])
    scope: dict[str, Binding] = constants_of(projection.namespace)
    scope |= {"N_pre": number(projection.source.size), "N_post": number(projection.target.size)}
    own = synaptic_variables(projection)
    of_neurons: dict[str, Expression] = {}
    for side, model, group in (("post", target, projection.target), ("pre", source, projection.source)):
        if model is None:
            continue
        known: dict[str, Variable | Distant] = {**model.variables, **model.linked}
        for variable, binding in known.items():
            seen = _seen_binding(binding, name, side)
            if seen is not None:
                scope[f"{variable}_{side}"] = seen
        for variable, expression in model.defined.items():
            of_neurons[f"{variable}_{side}"] = _seen_from_outside(expression, model, group, side)
        for external, value in model.population.namespace.items():
            scope.setdefault(f"{external}_{side}", value)
            if not isinstance(value, Constant):
                scope.setdefault(external, value)
    hidden = {*equations, *NUMBERS}
    bare = {n: Name(f"{n}_post") for n in {*target.variables, *target.linked, *target.defined} - hidden}
    defined = {
        variable: expand(substitute(expression, bare), of_neurons)
        for variable, expression in expansions(equations).items()
    }
    frozen = {e.name for e in equations.subexpressions if Flag.CONSTANT_OVER_DT in e.flags}
    integrated = {e.name for e in equations.differential_equations} - set(event_driven_names(equations))
    return SynapseModel(
        projection,
        equations,
        source,
        target,
        {**scope, **own},
        {**of_neurons, **defined},
        every,
        source_every,
        changing | frozen | integrated,
        onto_synapses,
    )


def _seen_binding(binding: Variable | Distant, reader: str, side: str) -> Variable | Distant | None:
    """Return what a variable of the source or target stands for at a synapse; None if it cannot be seen."""
    if side == "post":
        return binding
    if isinstance(binding, Variable) and binding.extent is Extent.NEURON:
        return Distant(binding, reader, "pre", Reach.SOURCE)
    if isinstance(binding, Distant) and binding.reach is not Reach.ONE:
        return None
    return binding


def _seen_from_outside(expression: Expression, model: NeuronModel, group: Subgroup, side: str) -> Expression:
    """Return a subexpression of the source or target, in the names that its variables have for synapses."""
    inside = expand(expression, model.defined)
    own = model.scope.keys() & names(inside)
    renamed: dict[str, Expression] = {name: Name(f"{name}_{side}") for name in own}
    neuron = "j" if side == "post" else "i"
    if "i" not in own:
        renamed["i"] = Binary(BinaryOperator.ADD, Name(neuron), Number(group.start))
    renamed["N"] = Number(model.population.size)
    return substitute(inside, renamed)


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
        statements = resolved(model, pathway.statements)
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
                    lag=0 if schedule.after_cut(pathway.when) else model.source_every,
                )
            )
    return graded


def resolved(model: SynapseModel, statements: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return the statements with bare names of the target written with ``_post``, and all names checked."""
    own = set(model.variables) | set(model.equations) | {*NUMBERS, "t", "dt"}
    target_names = {*model.target.variables, *model.target.linked, *model.target.defined} - own
    renamed = {name: Name(f"{name}_post") for name in target_names}
    result = []
    local: set[str] = set()
    for statement in statements:
        target = f"{statement.target}_post" if statement.target in target_names - local else statement.target
        value = substitute(statement.value, {n: e for n, e in renamed.items() if n not in local})
        value = expand(value, model.defined)
        for name in sorted({*names(value), target}):
            if name.endswith(("_pre", "_post")) and name not in model.scope:
                _refuse(model, name)
        if target not in model.scope:
            local.add(target)
        result.append(Assignment(target, statement.operator, value))
    return tuple(result)


def _refuse(model: SynapseModel, name: str) -> None:
    """Raise the error for a variable of source or target that synapses cannot use."""
    stem, _, side = name.rpartition("_")
    projection = model.projection
    group = model.source if side == "pre" else model.target
    owner = (projection.source if side == "pre" else projection.target).population
    if group is not None and stem in group.links:
        raise ModelError(
            f"{projection.name}: '{name}' is a linked variable of {owner}, which only its own code can read"
        )
    if name in model.defined:
        raise ModelError(f"{projection.name}: '{name}' is a subexpression of {owner} and cannot be written")
    raise ModelError(f"{projection.name}: {owner} has no variable '{stem}'")


def synapse_operation(
    model: SynapseModel,
    *,
    name: str,
    slot: str,
    order: int,
    domain: Domain,
    every: int,
    statements: tuple[Assignment, ...] = (),
    recorded: tuple[Expression, ...] = (),
    sums: frozenset[str] = frozenset(),
    clears: bool = False,
    description: str,
    schedule: Schedule = STANDARD,
    common: Extent | None = None,
) -> Operation:
    """Make an operation over synapses from resolved statements, with reads and writes found from them.

    A variable of the source that is only added to becomes one of the operation's sums: these can be sent to
    the rank that holds the neuron.
    """
    check_shared_first(name, statements, model.scope)
    read = {n for s in statements for n in names(s.value)} | {n for e in recorded for n in names(e)}
    if not clears:
        distant = {s.target for s in statements if isinstance(model.scope.get(s.target), Distant)}
        only_added = {n for n in distant if all(s.operator in SUMMING for s in statements if s.target == n)}
        sums = frozenset(only_added - read)
    gates = {
        **{f"{n}_post": f"{NOT_REFRACTORY}_post" for n in model.target.gated},
        **{f"{n}_pre": f"{NOT_REFRACTORY}_pre" for n in (model.source.gated if model.source else ())},
    }
    gated = frozenset(gates) - sums
    body = tuple(unless_refractory(s, gates[s.target], gated) if s.target in gated else s for s in statements)
    gates = {n: gate for n, gate in gates.items() if n in sums and not clears}
    scope = used(model.scope, body, *recorded)
    scope |= {gate: model.scope[gate] for gate in gates.values()}
    reads, writes = touched(model.scope, body, *recorded)
    for statement in body:
        binding = scope.get(statement.target)
        if domain is Domain.ARRIVALS and isinstance(binding, Variable) and binding.extent is Extent.SHARED:
            raise ModelError(
                f"{name}: '{statement.target}' is shared; code that runs for single synapses cannot set it"
            )
    return Operation(
        name=name,
        slot=slot,
        order=order,
        owner=model.projection.name,
        domain=domain,
        every=every,
        statements=body,
        recorded=recorded,
        scope=scope,
        sums=sums,
        clears=clears,
        gates=gates,
        rank_bound=_rank_bound(scope, body, sums, read, writes),
        reads=reads | touched(scope, (), *map(Name, gates.values()))[0],
        writes=writes,
        description=description,
        schedule=schedule,
        common=common,
        onto_synapses=model.onto_synapses,
    )


SUMMING = (BinaryOperator.ADD, BinaryOperator.SUBTRACT)


def _rank_bound(
    scope: Mapping[str, Binding],
    statements: Iterable[Assignment],
    sums: frozenset[str],
    read: set[str],
    writes: frozenset[Key],
) -> str | None:
    """Return why the synapses have to be visited one after the other on one rank, if they have to."""

    def key(name: str) -> Key | None:
        binding = scope.get(name)
        return binding.key if isinstance(binding, Variable | Distant) else None

    for statement in statements:
        if isinstance(scope.get(statement.target), Distant) and statement.target not in sums:
            return f"it sets '{statement.target}' otherwise than by adding what does not depend on it"
    read_keys = {key(name) for name in read}
    for name in sorted(sums):
        if isinstance(scope[name], Distant) and key(name) in read_keys:
            return f"it adds to '{name}', and reads the same variable"
    for name in sorted(read):
        if isinstance(scope.get(name), Distant) and key(name) in writes:
            return f"it reads '{name}', and writes the same variable"
    return None


def _additive_parts(
    model: SynapseModel, pathway: Pathway, statements: tuple[Assignment, ...], closed: Counter[Key]
) -> tuple[AdditivePart, ...] | None:
    """Return the parts of an additive pathway, or None if the pathway is general."""
    if pathway.side is not PathwaySide.PRE or not statements or model.onto_synapses:
        return None
    if event_driven_names(model.equations):
        return None
    changing = _changing(model)
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


def _changing(model: SynapseModel) -> set[str]:
    by_pathways = (s.target for p in model.projection.pathways for s in resolved(model, p.statements))
    return {*by_pathways, *model.changing}


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


def event_driven_equations(model: SynapseModel) -> EventDriven:
    """Return the event-driven equations of a projection."""
    return EventDriven(
        model.equations,
        functions=signatures(model.scope),
        values=known_values(model.projection.namespace),
        varying=frozenset(n for n in model.scope if n.endswith(("_pre", "_post"))) - {"N_pre", "N_post"},
        traces=model.traces,
    )


def _general(
    model: SynapseModel, pathway: Pathway, statements: tuple[Assignment, ...], schedule: Schedule
) -> GeneralPathway:
    projection = model.projection
    try:
        code = event_driven_equations(model).code(pathway.name, statements)
    except UnsupportedEquationsError as error:
        raise UnsupportedEquationsError(f"{projection.name}: {error}") from None
    name = f"{projection.name}_{pathway.name}"
    pre = pathway.side is PathwaySide.PRE
    operation = synapse_operation(
        model,
        name=name,
        slot=pathway.when,
        order=pathway.order,
        domain=Domain.ARRIVALS,
        every=model.source_every if pre else model.target.every,
        statements=code,
        description=f"{pathway.name} code of {projection.name}",
        schedule=schedule,
        common=Extent.SOURCE if pre else Extent.TARGET,
    )
    side = projection.source if pre else projection.target
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
