"""What tests of whole simulations share: a network from YAML text, run on ranks of this process, all of its results.

Nothing is written to files: a recorder in memory takes the windows, and the synapses are read from the state.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm import SerialCommunicator, run_in_threads
from distsim.comm.protocol import Communicator
from distsim.config import load_text
from distsim.engine.plan import Plan, make_plan
from distsim.engine.simulation import Simulation
from distsim.kernels.emit import Attribute
from distsim.kernels.program_file import StepFunctions, load_program, write_program
from distsim.network import Network
from distsim.program.operation import Extent

Array = NDArray[Any]


@dataclass
class MemoryRecorder:
    """Keeps what one rank records."""

    spikes: dict[str, list[Array]] = field(default_factory=dict)
    samples: dict[tuple[str, str], list[Array]] = field(default_factory=dict)
    at_spikes: dict[tuple[str, str], list[Array]] = field(default_factory=dict)

    def record(self, simulation: Simulation) -> None:
        arrays = simulation.state.arrays
        network = simulation.plan.network
        places = {}
        for index, name in enumerate(simulation.spikes.populations):
            steps, neurons, places[name] = simulation.spikes.of_population(index, simulation.step)
            self.spikes.setdefault(name, []).append(np.stack([steps, neurons], axis=1))
        for monitor in network.state_monitors:
            columns = len(arrays[monitor.name, "index"])
            rows = int(arrays[monitor.name, "rows"][0])
            arrays[monitor.name, "rows"][0] = 0
            for k, variable in enumerate(monitor.variables):
                window = arrays[monitor.name, f"buffer{k}"][: rows * columns].reshape(rows, columns).copy()
                self.samples.setdefault((monitor.name, variable), []).append(window)
        for spikes in network.spike_monitors:
            for k, variable in enumerate(spikes.variables):
                values = arrays[spikes.name, f"buffer{k}"][places[spikes.source.population]].copy()
                self.at_spikes.setdefault((spikes.name, variable), []).append(values)


@dataclass
class Results:
    """What a run gave, put together from all ranks.

    Attributes
    ----------
    spikes
        (n, 2) step and neuron of each spike of a population, sorted.
    traces
        (samples, neurons) of a variable of a state monitor.
    at_spikes
        Values in the order of the spikes.
    synapses
        Source, target, delays and variables of a projection's synapses, sorted by pair.
    state
        Values of the neurons at the end.
    """

    spikes: dict[str, Array]
    traces: dict[tuple[str, str], Array]
    at_spikes: dict[tuple[str, str], Array]
    synapses: dict[str, dict[str, Array]]
    state: dict[tuple[str, str], Array]
    epoch: int
    events: int

    def steps(self, population: str, neuron: int = 0) -> list[int]:
        """Return the steps in which a neuron spiked."""
        spikes = self.spikes[population]
        return [int(step) for step in spikes[spikes[:, 1] == neuron, 0]]

    def pairs(self, projection: str) -> list[tuple[int, int]]:
        """Return source and target of each synapse."""
        found = self.synapses[projection]
        return list(zip(found["i"].tolist(), found["j"].tolist(), strict=True))

    def digests(self) -> dict[str, str]:
        """Return a SHA-256 of every spike train, trace and set of synapses, to compare runs bit by bit."""
        parts = {f"spikes {name}": [array] for name, array in self.spikes.items()}
        parts |= {f"trace {' '.join(key)}": [array] for key, array in self.traces.items()}
        parts |= {f"at spikes {' '.join(key)}": [array] for key, array in self.at_spikes.items()}
        parts |= {f"state {' '.join(key)}": [array] for key, array in self.state.items()}
        for name, arrays in self.synapses.items():
            parts |= {f"synapses {name} {key}": [array] for key, array in arrays.items()}
        return {
            name: hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()
            for name, arrays in parts.items()
        }


def network_of(text: str, **overrides: str) -> Network:
    """Return the network of a model in YAML."""
    return load_text(textwrap.dedent(text), "model", tuple(overrides.items())).network


@cache
def _functions(source: str) -> StepFunctions:
    return load_program(write_program(source))


def simulate(
    network: Network | str, steps: int | Sequence[int], ranks: int = 1, *, as_one_of_many: bool = False
) -> Results:
    """Run a network and return its results.

    Parameters
    ----------
    steps
        Base steps to run, or those of several runs in a row.
    as_one_of_many
        Use the program for several ranks even on one.
    """
    if isinstance(network, str):
        network = network_of(network)
    plan = make_plan(network, 2 if as_one_of_many else ranks)
    functions = _functions(plan.emitted.source)
    runs = [steps] if isinstance(steps, int) else list(steps)

    def one_rank(communicator: Communicator) -> tuple[Simulation, MemoryRecorder]:
        simulation = Simulation(plan, communicator, functions)
        recorder = MemoryRecorder()
        for count in runs:
            simulation.run(count, recorder)
        return simulation, recorder

    if ranks == 1:
        return _together(plan, [one_rank(SerialCommunicator())])
    return _together(plan, run_in_threads(ranks, one_rank))


def _together(plan: Plan, parts: list[tuple[Simulation, MemoryRecorder]]) -> Results:
    simulations = [simulation for simulation, _ in parts]
    recorders = [recorder for _, recorder in parts]
    spikes, at_spikes = {}, {}
    for name in plan.program.spiking:
        joined = np.concatenate([window for recorder in recorders for window in recorder.spikes[name]])
        order = np.lexsort((joined[:, 1], joined[:, 0]))
        spikes[name] = joined[order]
        for monitor in plan.network.spike_monitors:
            if monitor.source.population == name:
                for variable in monitor.variables:
                    key = monitor.name, variable
                    windows = [window for recorder in recorders for window in recorder.at_spikes[key]]
                    at_spikes[key] = np.concatenate(windows)[order]
    traces = {
        key: np.concatenate([np.concatenate(recorder.samples[key]) for recorder in recorders], axis=1)
        for key in recorders[0].samples
    }
    return Results(
        spikes=spikes,
        traces=traces,
        at_spikes=at_spikes,
        synapses={name: _synapses(name, simulations) for name in plan.program.synapses},
        state=_state(plan, simulations),
        epoch=simulations[0].epoch,
        events=sum(simulation.synaptic_events for simulation in simulations),
    )


def _state(plan: Plan, simulations: list[Simulation]) -> dict[tuple[str, str], Array]:
    state = {}
    for name, model in plan.program.neurons.items():
        for variable in model.variables.values():
            if variable.extent is Extent.NEURON:
                blocks = [
                    s.state.arrays[variable.key][: s.state.integer(name, "", Attribute.LOCAL)]
                    for s in simulations
                ]
                state[variable.key] = np.concatenate(blocks)
    return state


def _synapses(name: str, simulations: list[Simulation]) -> dict[str, Array]:
    ranks: list[dict[str, Array]] = []
    for simulation in simulations:
        arrays = simulation.state.arrays
        model = simulation.plan.program.synapses[name]
        counts = np.diff(arrays[name, "_row_start"])
        present = arrays[name, "_present"]
        sources = present if len(present) else np.arange(len(counts), dtype=np.int32)
        first = simulation.state.integer(name, "target", Attribute.FIRST)
        here = {"i": np.repeat(sources, counts), "j": arrays[name, "_target"] + np.int32(first)}
        size = len(here["i"])
        for pathway in simulation.plan.program.pathways:
            if pathway.projection == name:
                here[f"delay {pathway.name}"] = np.broadcast_to(arrays[pathway.name, "delay"], size)
        for variable in model.variables.values():
            here[variable.name] = np.broadcast_to(arrays[variable.key], size)
        ranks.append(here)
    joined = {key: np.concatenate([here[key] for here in ranks]) for key in ranks[0]}
    order = np.lexsort((joined["j"], joined["i"]))
    return {key: array[order] for key, array in joined.items()}
