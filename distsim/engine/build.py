"""Building one rank's share of a network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.engine.pathways import allocate_ports, allocate_queue
from distsim.engine.plan import Plan
from distsim.engine.populations import allocate_population, allocate_spike_times
from distsim.engine.state import State
from distsim.engine.synapses import SynapseBuilder
from distsim.kernels.emit import NETWORK, Attribute
from distsim.network import ModelError, Population
from distsim.partition import Partition
from distsim.program.synapses import GeneralPathway


def build_state(plan: Plan, partition: Partition, communicator: Communicator) -> State:
    """Make the arrays of this rank's neurons and synapses.  Collective."""
    network, program = plan.network, plan.program
    state = State(network.seed, network.dt)
    rank = communicator.rank
    for population in network.populations:
        block = partition.block(population.name, rank)
        if isinstance(population, Population):
            allocate_population(state, program.neurons[population.name], block)
        else:
            dt = population.dt or network.dt
            allocate_spike_times(state, population, block, dt, program.every[population.name])
    _build_synapses(plan, partition, communicator, state)
    allocate_ports(state, program.pathways)
    for pathway in program.pathways:
        if isinstance(pathway, GeneralPathway):
            allocate_queue(state, pathway)
    for owner, numbers in plan.numbers.items():
        state.arrays[owner, "constants"] = numbers
    state.arrays |= plan.emitted.tables
    state.arrays[NETWORK, "events"] = np.zeros(1, np.int64)
    return state


def _build_synapses(plan: Plan, partition: Partition, communicator: Communicator, state: State) -> None:
    program = plan.program

    def gather(population: str, variable: str) -> NDArray[Any]:
        model = program.neurons.get(population)
        if model is None or variable not in model.variables:
            raise ModelError(f"{population} has no variable '{variable}'")
        count = state.integer(population, "", Attribute.LOCAL)
        return communicator.allgatherv(state.arrays[population, variable][:count])[0]

    for name, model in program.synapses.items():
        projection = model.projection
        SynapseBuilder(
            state=state,
            model=model,
            block=partition.block(projection.target.population, communicator.rank),
            pathways=tuple(p for p in program.pathways if p.projection == name),
            dt=program.dt,
            gather=gather,
        ).build()


def shortest_remote_delay(plan: Plan, state: State, communicator: Communicator) -> int | None:
    """Return the shortest delay in base steps of any synapse whose source may live on another rank.

    None if there is no such synapse at all.  Collective.
    """
    shortest = np.iinfo(np.int64).max
    for pathway in plan.program.remote_pathways:
        delay = state.arrays[pathway.name, "delay"]
        if delay.size and state.arrays[pathway.projection, "_target"].size:
            shortest = min(shortest, int(delay.min()))
    agreed = communicator.allreduce_min(shortest)
    return None if agreed == np.iinfo(np.int64).max else int(agreed)
