"""From a network description to one rank's groups, and from groups to what a run needs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from distsim.comm.protocol import Communicator
from distsim.engine.arrangement import arrange, counted_delays
from distsim.engine.connecting import connect
from distsim.engine.groups import Groups
from distsim.engine.pathways import allocate_ports, allocate_queue
from distsim.engine.plan import Plan
from distsim.engine.procedural import arrange_procedural, give
from distsim.engine.state import State
from distsim.engine.synapses import DELAY_OF, SynapseTable
from distsim.engine.traces import begin_traces
from distsim.engine.values import assign
from distsim.equations.tree import Expression
from distsim.kernels.emit import NETWORK, Attribute
from distsim.network import (
    Constant,
    ModelError,
    Network,
    Pathway,
    Population,
    Projection,
    Selection,
    SpikeTimes,
    Subgroup,
)
from distsim.network.description import Namespace
from distsim.program.elements import ends_first
from distsim.program.scope import SECOND
from distsim.program.synapses import GeneralPathway


def build_groups(plan: Plan, communicator: Communicator) -> Groups:
    """Make all groups of a network for one run, connect them, and give them their initial values.

    Collective.
    """
    network = plan.network
    groups = Groups(communicator, State(network.seed, network.dt))
    projections = ends_first(network.projections)
    groups.create((*network.populations, *projections), plan.costs)
    for population in network.populations:
        if isinstance(population, Population):
            _set_neurons(groups, population, _with_dt(population.namespace, population, network))
    # Recording and connecting synapses goes by their numbers.
    numbered = {monitor.owner for monitor in network.state_monitors}
    numbered |= {end.population for p in projections for end in (p.source, p.target)}
    owners = {owner.name: owner for owner in (*network.populations, *projections)}
    for projection in projections:
        # Delays are counted in steps of the source.
        source = owners[projection.source.population]
        table = groups.tables[projection.name]
        table.forgetful = projection.name not in numbered
        table.keep(plan.program.synapses[projection.name].variables)
        _set_synapses(groups, projection, plan, _with_dt(projection.namespace, source, network))
    return groups


def _with_dt(
    namespace: Namespace, owner: Population | SpikeTimes | Projection, network: Network
) -> Namespace:
    """Return external names and the time step of a group."""
    return {"dt": Constant(owner.dt or network.dt, SECOND), **namespace}


def _set_neurons(groups: Groups, population: Population, namespace: Namespace) -> None:
    whole = Selection(Subgroup(population.name, 0, population.size))
    variables = groups.neurons[population.name].variables
    for index, (name, value) in enumerate(population.initial):
        if name not in variables:
            raise ModelError(f"{population.name}: no variable '{name}' to give an initial value to")
        needed = 1 if variables[name].is_shared else population.size
        if isinstance(value, np.ndarray) and value.shape != (needed,):
            counts = f"{value.shape} initial values for {population.size} neurons"
            raise ModelError(f"{population.name}.{name}: {counts}")
        stream = f"{population.name}.{name} initial {index}"
        assign(groups, whole, name, value, namespace, stream)


def _set_synapses(groups: Groups, projection: Projection, plan: Plan, namespace: Namespace) -> None:
    name, table = projection.name, groups.tables[projection.name]
    for index, call in enumerate(projection.connect):
        connect(table, call, namespace, f"{name} connect {index}")
    listed = any(isinstance(value, np.ndarray) for _, value in projection.initial)
    listed = listed or any(isinstance(pathway.delay, np.ndarray) for pathway in projection.pathways)
    count = groups.communicator.allreduce_sum(len(table)) if listed else 0
    for index, (variable, value) in enumerate(projection.initial):
        if variable not in table.variables:
            raise ModelError(f"{name}: no variable '{variable}' to give an initial value to")
        if not table.variables[variable].is_shared:
            _check_length(f"{name}.{variable}", value, count)
        stream = f"{name}.{variable} initial {index}"
        assign(groups, Selection(name), variable, value, namespace, stream)
    for pathway in projection.pathways:
        if isinstance(pathway.delay, np.ndarray):
            _check_length(f"{name}: the delay of {pathway.name}", pathway.delay, count)
            assign(groups, Selection(name), f"{DELAY_OF}{pathway.name}", pathway.delay, namespace, "")
        elif pathway.delay is not None and table.anew is not None:
            variable, stream = f"{DELAY_OF}{pathway.name}", f"{name}_{pathway.name} delay"
            give(table, table.anew, Selection(name), variable, pathway.delay, namespace, stream)
        elif pathway.delay is not None:
            _evaluate_delay(table, pathway, pathway.delay, plan, namespace)
    if table.forgetful:
        table.forget_order()


def _check_length(what: str, value: object, synapses: int) -> None:
    if isinstance(value, np.ndarray) and value.shape != (synapses,):
        raise ModelError(f"{what}: {value.size} values for {synapses} synapses")


def _evaluate_delay(
    table: SynapseTable, pathway: Pathway, delay: Expression, plan: Plan, namespace: Namespace
) -> None:
    """Set the delays of a pathway; one that is the same for all is kept as one number."""
    projection = table.projection
    expression = table.resolved(delay)
    remote = table.remote([expression])
    stream = f"{projection.name}_{pathway.name} delay"
    if not table.forgetful:
        values = table.evaluate(expression, stream, namespace, remote=remote, dtype=np.float64)
        table.set_delays(pathway.name, values.reshape(-1), varying=values.ndim > 0)
        return
    steps = np.empty(len(table), np.uint16)
    model, dt = plan.program.synapses[projection.name], plan.program.dt
    for part, values in table.pieces(expression, stream, namespace, remote=remote):
        if values.ndim == 0:
            table.set_delays(pathway.name, values.astype(np.float64).reshape(-1), varying=False)
            return
        steps[part] = counted_delays(model, pathway.side, dt, values.astype(np.float64))
    table.counted[pathway.name] = steps


def prepare(plan: Plan, groups: Groups, start: int) -> None:
    """Make the arrays of a run: rows and weights of synapses, ring buffers, queues, constants.

    Parameters
    ----------
    start
        The first step of the run.
    """
    network, program, state = plan.network, plan.program, groups.state
    state.seed, state.dt = network.seed, network.dt
    state.streams = _streams(plan)
    for population in network.populations:
        if isinstance(population, SpikeTimes):
            dt = population.dt or network.dt
            groups.place_spikes(population, dt, program.every[population.name])
        else:
            groups.neurons[population.name] = program.neurons[population.name]
    for name, model in program.synapses.items():
        pathways = [pathway for pathway in program.pathways if pathway.projection == name]
        _check_sizes(groups.tables[name], model.projection)
        anew = groups.tables[name].anew
        if anew is not None:
            beforehand = plan.emitted.beforehand
            arrange_procedural(groups.tables[name], anew, model, pathways, program.dt, beforehand)
            continue
        columns = {item.name for item in plan.emitted.fields if item.owner == name}
        columns |= {key[1] for operation in program.operations for key in operation.reads if key[0] == name}
        visited = name in program.visited
        arrange(groups.tables[name], model, pathways, program.dt, visited=visited, columns=columns)
        begin_traces(groups.tables[name], model)
    allocate_ports(state, program.pathways)
    # A pathway that is switched off in this run takes no spikes; those of this time never arrive.
    active = {(pathway.projection, pathway.name) for pathway in program.pathways}
    for key in groups.history.since.keys() - active:
        if key[0] in program.synapses:
            del groups.history.since[key]
    for pathway in program.pathways:
        since = groups.history.since.setdefault((pathway.projection, pathway.name), start * program.dt)
        state.set_integer(pathway.name, "since", Attribute.FIRST, round(since / program.dt))
        if isinstance(pathway, GeneralPathway):
            allocate_queue(state, pathway)
    for name in program.synapses:
        _store_cleared(groups.tables[name])
    for owner, numbers in plan.numbers.items():
        state.arrays[owner, "constants"] = numbers
    state.arrays |= plan.emitted.tables
    state.arrays.setdefault((NETWORK, "events"), np.zeros(1, np.int64))


def _check_sizes(table: SynapseTable, projection: Projection) -> None:
    """Refuse a description of the ends that has another number of elements than there are.

    How many synapses there are is known only when they have been made.
    """
    for end, described in ((table.source_end, projection.source), (table.target_end, projection.target)):
        if end.size != described.size:
            raise ModelError(
                f"{projection.name}: {described.population} has {end.size} elements, but is described with "
                f"{described.size}"
            )


def _streams(plan: Plan) -> dict[str, str]:
    """Return what keys the random numbers of operations whose names begin with one that says nothing."""
    # The longest first: `synapses_1_pre` is of `synapses_1` if there is one, else of `synapses`.
    owners = sorted(plan.network.streams.items(), key=lambda item: -len(item[0]))
    found = {}
    for operation in plan.program.operations:
        for name, stream in owners:
            if operation.name == name or operation.name.startswith((f"{name}_", f"{name} ")):
                found[operation.name] = f"{stream}{operation.name.removeprefix(name)}"
                break
    return found


def _store_cleared(table: SynapseTable) -> None:
    """Store what of this rank a sum of synaptic values sets: all of the source or target."""
    name = table.projection.name
    for side, end in (("source", table.source_end), ("target", table.target_end)):
        table.state.set_integer(name, f"cleared {side}", Attribute.FIRST, end.local.start)
        table.state.set_integer(name, f"cleared {side}", Attribute.LENGTH, len(end.local))


def shortest_remote_delay(plan: Plan, groups: Groups) -> int | None:
    """Return the shortest delay in base steps of any synapse whose source may live on another rank.

    None if there is no such synapse at all.  Collective.
    """
    shortest = np.iinfo(np.int64).max
    for pathway in plan.program.remote_pathways:
        delay = groups.state.arrays[pathway.name, "delay"]
        if delay.size and len(groups.tables[pathway.projection]):
            shortest = min(shortest, int(delay.min()))
    agreed = groups.communicator.allreduce_min(shortest)
    return None if agreed == np.iinfo(np.int64).max else int(agreed)


def longest_delay(plan: Plan, groups: Groups) -> int:
    """Return the most base steps that a spike can be under way to any synapse on any rank.  Collective."""
    delays: Iterable[int] = (
        int(groups.state.arrays[pathway.name, "delay"].max(initial=0)) + pathway.lag
        for pathway in plan.program.pathways
    )
    return int(groups.communicator.allreduce_max(max(delays, default=0)))
