"""The groups that live on this rank: their blocks, their variables, their synapses, and the spikes under way.

Groups are made once and outlast the runs: a session makes them piece by piece, a model file all at once
(`distsim.engine.build`).  Whatever a run needs besides (ring buffers, queues, constants) is made anew for
each run and follows from what is here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.engine.ends import End, NeuronEnd, SynapseEnd
from distsim.engine.history import History
from distsim.engine.populations import allocate_population, allocate_spike_times
from distsim.engine.state import State
from distsim.engine.synapses import SynapseTable
from distsim.engine.traces import may_begin, with_one_delay
from distsim.kernels.emit import Attribute
from distsim.network import Link, ModelError, Population, Projection, SpikeTimes, Subgroup
from distsim.partition import Costs, Partition
from distsim.program import Traces
from distsim.program.elements import elements_model
from distsim.program.neurons import NeuronModel, generator_model, neuron_model

NO_COSTS: Costs = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Groups:
    """Populations and projections of one rank.

    Parameters
    ----------
    communicator
        To the ranks that hold the other blocks.
    state
        The arrays.

    Attributes
    ----------
    neurons
        The populations with equations, as far as their variables are concerned.
    generators
        The populations whose spikes are given.
    tables
        The synapses of each projection.
    history
        The spikes that may still be on their way.
    time
        Simulated time [s] at which the groups are.
    """

    communicator: Communicator
    state: State
    neurons: dict[str, NeuronModel] = field(default_factory=dict)
    generators: dict[str, SpikeTimes] = field(default_factory=dict)
    tables: dict[str, SynapseTable] = field(default_factory=dict)
    history: History = field(default_factory=History)
    time: float = 0.0
    boundaries: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def partition(self) -> Partition:
        """Return who holds which neurons."""
        return Partition(self.boundaries)

    def block(self, population: str) -> range:
        """Return the neurons of a population on this rank."""
        return self.partition.block(population, self.communicator.rank)

    def create(self, items: Iterable[Population | SpikeTimes | Projection], costs: Costs = NO_COSTS) -> None:
        """Make populations, with all variables zero, and projections without synapses.

        Parameters
        ----------
        costs
            What neurons cost the rank that has them; 1 where nothing is said.
        """
        items = tuple(items)
        sizes = {item.name: item.size for item in items if not isinstance(item, Projection)}
        if sizes:
            self.boundaries |= Partition.balanced(sizes, self.communicator.size, costs).boundaries
        self.history.discard({item.name for item in items})
        for item in items:
            if isinstance(item, Population):
                model = neuron_model(item, 1)
                allocate_population(self.state, model, self.block(item.name))
                self.neurons[item.name] = model
            elif isinstance(item, SpikeTimes):
                self.generators[item.name] = item
            else:
                self.tables[item.name] = self._table(item)

    def _table(self, projection: Projection) -> SynapseTable:
        return SynapseTable.empty(
            self.state,
            projection,
            self._model(projection.target.population),
            (self._end(projection.source), self._end(projection.target)),
            self.communicator,
            self.gather_variable,
        )

    def _model(self, group: str) -> NeuronModel:
        """Return the variables of what synapses lead to."""
        if group in self.generators:
            return generator_model(self.generators[group], 1)
        if group in self.tables:
            return elements_model(self.tables[group].projection, self.tables[group].total, 1)
        return self.neurons[group]

    def _end(self, group: Subgroup) -> End:
        if group.population in self.tables:
            return SynapseEnd(self.tables[group.population])
        partition = Partition({group.population: self.boundaries[group.population]})
        return NeuronEnd(group, partition, self.communicator.rank)

    def place_spikes(self, generator: SpikeTimes, dt: float, every: int) -> None:
        """Sort the given spikes of a population by the steps of its clock."""
        self.generators[generator.name] = generator
        allocate_spike_times(self.state, generator, self.block(generator.name), dt, every)

    def link(self, population: str, links: tuple[Link, ...]) -> None:
        """Say what the linked variables of a population stand for."""
        model = self.neurons[population]
        self.neurons[population] = replace(model, population=replace(model.population, links=links))

    def discard(self, names: Iterable[str]) -> None:
        """Free what belongs to some populations or projections."""
        gone = set(names)
        for collection in (self.neurons, self.generators, self.tables, self.boundaries):
            for name in gone & collection.keys():
                del collection[name]
        for key in [key for key in self.state.arrays if key[0] in gone]:
            del self.state.arrays[key]
        self.history.discard(gone)

    def granted(self, traces: Traces) -> Traces:
        """Return those of some traces, by projection, that a run can begin with on all ranks.  Collective."""
        traces = {name: with_one_delay(self.tables[name], wanted) for name, wanted in traces.items()}
        here = [int(not may_begin(self.tables[name], wanted)) for name, wanted in traces.items()]
        refused = self.communicator.allreduce_sum(np.array(here, np.int64))
        return {name: wanted for (name, wanted), no in zip(traces.items(), refused, strict=True) if not no}

    def gather_variable(self, population: str, variable: str) -> NDArray[Any]:
        """Return a variable of all elements of a group, or its one value if shared.  Collective."""
        if population in self.tables:
            return self.tables[population].gathered(variable)
        model = self.neurons.get(population)
        if model is None or variable not in model.variables:
            raise ModelError(f"{population} has no variable '{variable}'")
        array = self.state.arrays[population, variable]
        if model.variables[variable].is_shared:
            return array
        count = self.state.integer(population, "", Attribute.LOCAL)
        return self.communicator.allgatherv(array[:count])[0]
