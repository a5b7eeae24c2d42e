"""What tests of whole simulations share: networks from YAML text, run on ranks of this process.

Nothing is written to files: a recorder in memory takes the windows, and the synapses are read from the state.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm import SerialCommunicator, run_in_threads
from distsim.comm.protocol import Communicator
from distsim.config import load_text
from distsim.engine.plan import Plan, make_plan
from distsim.engine.simulation import Simulation, no_host
from distsim.kernels.emit import Attribute
from distsim.kernels.program_file import StepFunctions, load_program, write_program
from distsim.network import Network
from distsim.partition import Costs
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
        for index, name in enumerate(simulation.spikes.streams):
            steps, neurons, places[name] = simulation.spikes.of_stream(index, simulation.step)
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
                values = arrays[spikes.name, f"buffer{k}"][places[spikes.stream]].copy()
                self.at_spikes.setdefault((spikes.name, variable), []).append(values)


@dataclass
class RankPart:
    """What one rank has of the results."""

    spikes: dict[str, Array]
    samples: dict[tuple[str, str], Array]
    at_spikes: dict[tuple[str, str], Array]
    streams: dict[str, str]
    synapses: dict[str, dict[str, Array]]
    state: dict[tuple[str, str], Array]
    epoch: int
    events: int
    way: str


@dataclass
class Results:
    """What a run gave, put together from all ranks.

    Attributes
    ----------
    spikes
        (n, 2) step and neuron of each event of a stream, sorted; that of spikes is called as the population.
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
    way: str

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


_loaded: dict[str, StepFunctions] = {}


def _functions(plan: Plan) -> StepFunctions:
    source = plan.emitted.source
    if source not in _loaded:
        _loaded[source] = load_program(write_program(source), plan.emitted.functions)
    return _loaded[source]


Host = Callable[[Simulation, str, float], bool]
"""Called on every rank for an operation of the driver's, with its name and the time; True ends the run."""


def simulate(
    network: Network | str,
    steps: int | Sequence[int],
    ranks: int = 1,
    host: Host | None = None,
    costs: Costs | None = None,
) -> Results:
    """Run a network for some base steps, or for several times in a row, and return its results."""
    if isinstance(network, str):
        network = network_of(network)
    plan = replace(make_plan(network, ranks), costs=costs or {})
    functions = _functions(plan)
    runs = [steps] if isinstance(steps, int) else list(steps)

    def one_rank(communicator: Communicator) -> RankPart:
        return run_rank(communicator, plan, functions, runs, host)

    if ranks == 1:
        return together([one_rank(SerialCommunicator())])
    return together(run_in_threads(ranks, one_rank))


def run_rank(
    communicator: Communicator,
    plan: Plan,
    functions: StepFunctions,
    runs: Sequence[int],
    host: Host | None = None,
) -> RankPart:
    """Build and run a network on one rank of several, and return this rank's part.  Collective."""
    simulation = Simulation(plan, communicator, functions)
    recorder = MemoryRecorder()
    called = no_host if host is None else partial(host, simulation)
    for count in runs:
        simulation.run(count, recorder, host=called)
    return RankPart(
        spikes={name: np.concatenate(windows) for name, windows in recorder.spikes.items()},
        samples={key: np.concatenate(windows) for key, windows in recorder.samples.items()},
        at_spikes={key: np.concatenate(windows) for key, windows in recorder.at_spikes.items()},
        streams={monitor.name: monitor.stream for monitor in plan.network.spike_monitors},
        synapses={name: _synapses(name, simulation) for name in plan.program.synapses},
        state=_state(simulation),
        epoch=simulation.epoch,
        events=simulation.synaptic_events,
        way="none" if simulation.exchange is None else simulation.exchange.way,
    )


def together(parts: Sequence[RankPart]) -> Results:
    """Put the parts of all ranks together, in an order that does not depend on how they were cut."""
    spikes, at_spikes = {}, {}
    for name in parts[0].spikes:
        joined = np.concatenate([part.spikes[name] for part in parts])
        order = np.lexsort((joined[:, 1], joined[:, 0]))
        spikes[name] = joined[order]
        for key in parts[0].at_spikes:
            if parts[0].streams[key[0]] == name:
                at_spikes[key] = np.concatenate([part.at_spikes[key] for part in parts])[order]
    synapses = {}
    for name in parts[0].synapses:
        arrays = {
            key: np.concatenate([part.synapses[name][key] for part in parts])
            for key in parts[0].synapses[name]
        }
        order = np.lexsort((arrays["j"], arrays["i"]))
        synapses[name] = {key: array[order] for key, array in arrays.items()}
    return Results(
        spikes=spikes,
        traces={
            key: np.concatenate([part.samples[key] for part in parts], axis=1) for key in parts[0].samples
        },
        at_spikes=at_spikes,
        synapses=synapses,
        state={key: np.concatenate([part.state[key] for part in parts]) for key in parts[0].state},
        epoch=parts[0].epoch,
        events=sum(part.events for part in parts),
        way=parts[0].way,
    )


def _state(simulation: Simulation) -> dict[tuple[str, str], Array]:
    state = {}
    for name, model in simulation.plan.program.neurons.items():
        local = simulation.state.integer(name, "", Attribute.LOCAL)
        for variable in model.variables.values():
            if variable.extent is Extent.NEURON:
                state[variable.key] = simulation.state.arrays[variable.key][:local].copy()
    return state


def _synapses(name: str, simulation: Simulation) -> dict[str, Array]:
    arrays, program = simulation.state.arrays, simulation.plan.program
    if program.synapses[name].projection.procedural:
        return {"i": np.empty(0, np.int32), "j": np.empty(0, np.int32)}
    counts = np.diff(arrays[name, "_row_start"])
    present = arrays[name, "_present"]
    sources = present if len(present) else np.arange(len(counts), dtype=np.int32)
    first = simulation.state.integer(name, "target", Attribute.FIRST)
    targets = arrays[name, "_target"] + np.int32(first)
    if program.synapses[name].onto_synapses:
        targets = simulation.groups.tables[name].targets
    here = {"i": np.repeat(sources, counts), "j": targets}
    size = len(here["i"])
    for pathway in program.pathways:
        if pathway.projection == name:
            here[f"delay {pathway.name}"] = np.broadcast_to(arrays[pathway.name, "delay"], size).copy()
    rows = np.repeat(np.arange(len(counts)), counts)
    for called, variable in program.synapses[name].variables.items():
        values = arrays[variable.key]
        if variable.extent is Extent.SOURCE:
            values = values[rows]
        elif variable.extent is Extent.TARGET:
            values = values[arrays[name, "_target"]]
        here[called] = np.broadcast_to(values, size).copy()
    return here
