"""From the network description to the program of a time step."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from distsim.equations.tree import Assignment, Binary, Call, Name, functions
from distsim.integrators import event_driven_names
from distsim.network import ModelError, Network, PathwaySide, Population, SpikeTimes, Subgroup
from distsim.program.breaks import SYNAPTIC
from distsim.program.clocked import check_sums, clocked_operations
from distsim.program.clocks import base_step, multiple
from distsim.program.elements import elements_model, ends_first, written_from_outside
from distsim.program.event_driven import Trace
from distsim.program.events import check_events, event_operations
from distsim.program.fusion import Turn, loops_of, turn_order
from distsim.program.inputs import poisson_operation
from distsim.program.links import with_links
from distsim.program.monitors import spike_operation, state_operation, synapse_state_operation
from distsim.program.neurons import (
    NeuronModel,
    generator_model,
    neuron_model,
    population_operations,
    scheduled_operations,
)
from distsim.program.operation import Domain, Operation, Variable, commute
from distsim.program.procedural import with_procedural
from distsim.program.regular import regular_of_neurons, regular_of_synapses
from distsim.program.schedule import Schedule, schedule_of
from distsim.program.scope import mask_of, occurrences
from distsim.program.synapses import (
    AnyPathway,
    GeneralPathway,
    SynapseModel,
    input_operations,
    pathways_of,
    synapse_model,
)
from distsim.program.traces import find_traces, with_traces

_log = logging.getLogger(__name__)

CHEAP_FUNCTIONS = frozenset({"abs", "clip", "sqrt", "int", "where"})


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """All that happens in a time step, ready to be written as kernels.

    Parameters
    ----------
    dt
        The base step [s]; every clock is a whole multiple of it.
    every
        Base steps of each population's clock.
    variables
        The stored variables of populations and projections.
    operations
        Everything that happens, in no particular order.
    turn
        The fused loops from one cut to the next.
    spiking
        The streams of events that are listed, spikes among them, in the order in which they are.
    pathways
        All pathways, in the order in which spikes are handed to them.
    apart
        Nothing is fused, so that the time of each operation can be taken.
    """

    name: str
    dt: float
    every: dict[str, int]
    variables: tuple[Variable, ...]
    operations: tuple[Operation, ...]
    turn: Turn
    spiking: tuple[str, ...]
    pathways: tuple[AnyPathway, ...]
    neurons: dict[str, NeuronModel]
    synapses: dict[str, SynapseModel]
    apart: bool = False

    @property
    def remote_pathways(self) -> tuple[AnyPathway, ...]:
        """Return the pathways driven by neurons that may live on another rank."""
        return tuple(p for p in self.pathways if p.pathway.side is PathwaySide.PRE)

    @property
    def local_pathways(self) -> tuple[AnyPathway, ...]:
        """Return the pathways driven by the targets of their synapses, which live on the same rank."""
        return tuple(p for p in self.pathways if p.pathway.side is PathwaySide.POST)

    @property
    def visited(self) -> frozenset[str]:
        """Return the projections whose synapses are looked at one by one."""
        return frozenset(o.owner for o in self.operations if o.domain in SYNAPTIC)


Traces: TypeAlias = Mapping[str, Mapping[str, Trace]]
"""Traces by projection and variable."""


def build_program(network: Network, traces: Traces | None = None, *, apart: bool = False) -> Program:
    """Work out what happens in a time step of `network`.

    Parameters
    ----------
    traces
        The variables of synapses to be kept once for each source or target; None means all that can be.
    apart
        Whether operations are kept apart instead of being fused.

    Raises
    ------
    ModelError
        If something in the network is not supported or makes no sense; the message names it.
    """
    if traces is None:
        traces = possible_traces(network)
        for name, kept in traces.items():
            _log.info("%s: kept once for each neuron and not for each synapse: %s", name, ", ".join(kept))
    return _build(network, traces, apart=apart)


def possible_traces(network: Network) -> Traces:
    """Return the variables of synapses that can be kept once for each source or target.

    That follows from what reads and writes them in a program without traces.
    """
    if not any(event_driven_names(projection.equations) for projection in network.projections):
        return {}
    program = _build(network, {})
    own = {p.operation.name: p.projection for p in program.pathways if isinstance(p, GeneralPathway)}
    seen: dict[str, set[str]] = {name: set() for name in program.synapses}
    for operation in program.operations:
        for owner, name in operation.reads | operation.writes:
            if owner in seen and own.get(operation.name) != owner:
                seen[owner].add(name)
    found = {name: find_traces(model, seen[name]) for name, model in program.synapses.items()}
    return {name: traces for name, traces in found.items() if traces}


def _build(network: Network, traces: Traces, *, apart: bool = False) -> Program:
    dt = smallest_step(network)
    every = {p.name: multiple(p.dt or network.dt, dt) for p in network.populations}
    neurons = {
        p.name: neuron_model(p, every[p.name]) for p in network.populations if isinstance(p, Population)
    }
    neurons = {name: with_links(model, neurons) for name, model in neurons.items()}
    synapses = _synapse_models(network, dt, every, neurons)
    synapses = {name: with_traces(model, traces.get(name, {})) for name, model in synapses.items()}
    schedule = schedule_of(network)
    check_events(network, schedule)
    pathways = with_procedural(pathways_of(synapses.values(), schedule), synapses, network)
    operations = [
        operation if operation.schedule == schedule else replace(operation, schedule=schedule)
        for operation in _operations(network, dt, every, neurons, synapses, pathways, schedule)
    ]
    _check_names(operations)
    _check_places(operations)
    operations = _with_masked_resets(operations, neurons)
    turn = loops_of(turn_order(o for o in operations if o.domain is not Domain.HOST), apart=apart)
    spiking = tuple(
        loop.operations[0].stream
        for loop in turn
        if loop.operations[0].domain in (Domain.COLLECT, Domain.SCHEDULED)
    )
    models: list[NeuronModel | SynapseModel] = [*neurons.values(), *synapses.values()]
    return Program(
        name=network.name,
        dt=dt,
        every=every,
        variables=tuple(variable for model in models for variable in model.variables.values()),
        operations=tuple(operations),
        turn=turn,
        spiking=spiking,
        pathways=tuple(pathways),
        neurons=neurons,
        synapses=synapses,
        apart=apart,
    )


def smallest_step(network: Network) -> float:
    """Return the base step [s], of which every clock of a network is a whole multiple."""
    clocked = (
        *network.populations,
        *network.projections,
        *network.state_monitors,
        *network.regular,
        *network.host_operations,
    )
    return base_step([network.dt, *(item.dt for item in clocked if item.dt is not None)])


def _check_places(operations: list[Operation]) -> None:
    """Refuse what is done for the spikes of a step before it is known which there are."""
    found = {o.stream: o.sort_key for o in operations if (o.owner, mask_of(o.event)) in o.writes}
    for operation in operations:
        if operation.domain is not Domain.SPIKERS:
            continue
        if operation.sort_key < found[operation.stream]:
            raise ModelError(
                f"{operation.name}: in the slot '{operation.slot}' it comes before it is known for whom "
                f"'{operation.event}' occurs in {operation.owner}; that is not supported"
            )
        if operation.recorded and operation.after_cut:
            raise ModelError(
                f"{operation.name}: variables at spikes can be recorded only in slots before those in which "
                f"synapses act, not in '{operation.slot}'"
            )


def _synapse_models(
    network: Network, dt: float, every: dict[str, int], neurons: dict[str, NeuronModel]
) -> dict[str, SynapseModel]:
    models: dict[str, SynapseModel] = {}
    written = written_from_outside(network)
    generators = {
        p.name: generator_model(p, every[p.name]) for p in network.populations if isinstance(p, SpikeTimes)
    }
    ends = {**neurons, **generators}
    for projection in ends_first(network.projections):
        regularly = (r for r in network.regular if r.group == projection.name)
        own_every = multiple(projection.dt or network.dt, dt)
        source, target = (_end_model(side, ends, models) for side in (projection.source, projection.target))
        models[projection.name] = synapse_model(
            projection,
            None if projection.source.population in generators else source,
            target,
            every=own_every,
            source_every=source.every,
            changing=written[projection.name]
            | frozenset(s.target for regular in regularly for s in regular.statements),
            onto_synapses=projection.target.population in models,
        )
    check_sums(models.values())
    return models


def _end_model(
    end: Subgroup, populations: Mapping[str, NeuronModel], synapses: Mapping[str, SynapseModel]
) -> NeuronModel:
    """Return the model of the neurons, or of the synapses, that synapses come from or lead to."""
    if end.population in synapses:
        connected = synapses[end.population]
        return elements_model(connected.projection, end.size, connected.every)
    return populations[end.population]


def _check_names(operations: Iterable[Operation]) -> None:
    """Refuse two operations of one name: it keys their random numbers and their place in the step."""
    seen: set[str] = set()
    for operation in operations:
        if operation.name in seen:
            raise ModelError(f"two things that happen in a step are called '{operation.name}'")
        seen.add(operation.name)


def _operations(
    network: Network,
    dt: float,
    every: dict[str, int],
    neurons: dict[str, NeuronModel],
    synapses: dict[str, SynapseModel],
    pathways: list[AnyPathway],
    schedule: Schedule,
) -> list[Operation]:
    operations: list[Operation] = []
    for population in network.populations:
        if isinstance(population, SpikeTimes):
            operations += scheduled_operations(population, every[population.name])
        else:
            operations += population_operations(neurons[population.name])
            operations += event_operations(neurons[population.name], schedule)
    operations += input_operations(pathways, neurons)
    operations += [p.operation for p in pathways if isinstance(p, GeneralPathway)]
    for source in network.inputs:
        model = _target(neurons, source.name, source.target.population)
        index = [s.name for s in network.inputs if s.target.population == source.target.population].index(
            source.name
        )
        operations.append(poisson_operation(source, index, model, dt))
    for connected in synapses.values():
        operations += clocked_operations(connected)
    operations += _regular_operations(network, dt, neurons, synapses, schedule)
    for host in network.host_operations:
        operations.append(
            Operation(
                name=host.name,
                slot=host.when,
                order=host.order,
                owner=host.name,
                domain=Domain.HOST,
                every=multiple(host.dt or network.dt, dt),
                description=f"call {host.name}",
            )
        )
    for state in network.state_monitors:
        if isinstance(state.source, str):
            watched = synapses[state.source]
            interval = multiple(state.dt or network.dt, dt)
            operations.append(synapse_state_operation(state, watched, interval))
        else:
            model = _target(neurons, state.name, state.owner)
            operations.append(state_operation(state, model, multiple(state.dt or model.every * dt, dt)))
    for spikes in network.spike_monitors:
        if spikes.variables:
            operations.append(
                spike_operation(spikes, _target(neurons, spikes.name, spikes.source.population))
            )
    return operations


def _regular_operations(
    network: Network,
    dt: float,
    neurons: dict[str, NeuronModel],
    synapses: dict[str, SynapseModel],
    schedule: Schedule,
) -> list[Operation]:
    operations = []
    for regular in network.regular:
        if isinstance(regular.group, Subgroup):
            model = _target(neurons, regular.name, regular.group.population)
            every = multiple(regular.dt, dt) if regular.dt else model.every
            operations.append(regular_of_neurons(regular, regular.group, model, every, schedule))
        else:
            synaptic = synapses[regular.group]
            every = multiple(regular.dt, dt) if regular.dt else synaptic.every
            operations.append(regular_of_synapses(regular, synaptic, every))
    return operations


def _target(neurons: dict[str, NeuronModel], name: str, population: str) -> NeuronModel:
    if population not in neurons:
        raise ModelError(f"{name}: {population} has no variables")
    return neurons[population]


def _with_masked_resets(operations: list[Operation], neurons: dict[str, NeuronModel]) -> list[Operation]:
    """Turn a reset that stands in the way of fusion into one over all neurons, under the mask of its event.

    A reset of a variable that synaptic input is added to (``v += w`` with ``v = vr``) cannot change places
    with that addition.  If it is cheap, computing it for everyone and keeping it for the spikers costs less
    than a second pass over all neurons.  The code of an event that is not listed always
    goes by the mask.
    """
    listed = {operation.stream for operation in operations if operation.domain is Domain.COLLECT}
    result = []
    for candidate in operations:
        if candidate.domain is not Domain.SPIKERS or not candidate.after_cut:
            result.append(candidate)
            continue
        blocks = any(
            other.domain is Domain.ALL
            and other.after_cut
            and other.owner == candidate.owner
            and not commute(other, candidate)
            for other in operations
        )
        masked = candidate.stream not in listed or (blocks and _cheap(candidate))
        result.append(_masked(candidate, neurons[candidate.owner]) if masked else candidate)
    return result


def _cheap(operation: Operation) -> bool:
    return all(functions(statement.value) <= CHEAP_FUNCTIONS for statement in operation.statements)


def _masked(operation: Operation, model: NeuronModel) -> Operation:
    mask = model.variables[mask_of(operation.event)]
    statements = []
    for statement in operation.statements:
        if not isinstance(operation.scope.get(statement.target), Variable):
            statements.append(statement)
            continue
        plain = statement.value
        if statement.operator is not None:
            plain = Binary(statement.operator, Name(statement.target), plain)
        statements.append(
            Assignment(
                statement.target, None, Call("where", (Name(mask.name), plain, Name(statement.target)))
            )
        )
    return replace(
        operation,
        domain=Domain.ALL,
        statements=tuple(statements),
        scope={**operation.scope, mask.name: mask},
        reads=(operation.reads - {occurrences(operation.owner, operation.event)})
        | operation.writes
        | {mask.key},
    )
