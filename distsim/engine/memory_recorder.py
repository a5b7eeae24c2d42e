"""Recording into the driver's memory: what a script's monitors show.

Each window is gathered on rank 0 and handed to the monitors there, in the order of global numbers, so what
they hold does not depend on the number of ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.network import RateMonitor, SpikeMonitor, StateMonitor

if TYPE_CHECKING:
    from distsim.engine.simulation import Simulation


class SpikeSink(Protocol):
    """Takes events."""

    def append(
        self, steps: NDArray[np.int64], neurons: NDArray[np.int64], values: Mapping[str, NDArray[Any]]
    ) -> None:
        """Take (n,) steps of the monitor's clock, neurons relative to its group, and values at the events."""


class StateSink(Protocol):
    """Takes samples."""

    def append(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[Any]]) -> None:
        """Take (n_times,) steps of the monitor's clock and (n_times, n_recorded) values of each variable."""


class RateSink(Protocol):
    """Takes population rates."""

    def append(self, steps: NDArray[np.int64], rates: NDArray[np.float64]) -> None:
        """Take (n_times,) steps of the population's clock and rates [Hz]."""


Sink = SpikeSink | StateSink | RateSink


@dataclass(slots=True, eq=False)
class MemoryRecorder:
    """Hands windows to sinks.

    Parameters
    ----------
    sinks
        By monitor; on rank 0 only.
    """

    sinks: Mapping[str, Any]
    _next: dict[str, int] = field(default_factory=dict)

    def record(self, simulation: Simulation) -> None:
        """Take what has been recorded since the last call.  Collective."""
        network = simulation.plan.network
        for spikes in network.spike_monitors:
            self._record_spikes(simulation, spikes)
        for state in network.state_monitors:
            self._record_state(simulation, state)
        for rates in network.rate_monitors:
            self._record_rates(simulation, rates)

    def _record_spikes(self, simulation: Simulation, monitor: SpikeMonitor) -> None:
        group = monitor.source
        index = simulation.spikes.streams.index(monitor.stream)
        steps, neurons, places = simulation.spikes.of_stream(index, simulation.step)
        inside = (neurons >= group.start) & (neurons < group.stop)
        arrays = simulation.state.arrays
        here = (
            steps[inside],
            neurons[inside] - group.start,
            *(arrays[monitor.name, f"buffer{k}"][places[inside]] for k in range(len(monitor.variables))),
        )
        parts = simulation.communicator.gather(here)
        if parts is None:
            return
        joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        order = np.lexsort((joined[1], joined[0]))
        values = {name: column[order] for name, column in zip(monitor.variables, joined[2:], strict=True)}
        every = simulation.plan.program.every[group.population]
        self.sinks[monitor.name].append(joined[0][order] // every, joined[1][order], values)

    def _record_state(self, simulation: Simulation, monitor: StateMonitor) -> None:
        arrays = simulation.state.arrays
        every = next(o.every for o in simulation.plan.program.operations if o.name == monitor.name)
        numbers = simulation.recorded_numbers(monitor.name)
        rows, columns = int(arrays[monitor.name, "rows"][0]), len(numbers)
        arrays[monitor.name, "rows"][0] = 0
        # Every rank has as many rows, but where it records nothing it counts none.
        rows = int(simulation.communicator.allreduce_max(rows))
        windows = [
            arrays[monitor.name, f"buffer{k}"][: rows * columns].reshape(rows, columns).copy()
            for k in range(len(monitor.variables))
        ]
        parts = simulation.communicator.gather((numbers, *windows))
        first = self._next.get(monitor.name, -(-simulation.started // every) * every)
        self._next[monitor.name] = first + rows * every
        if parts is None:
            return
        order = np.argsort(np.concatenate([part[0] for part in parts]), kind="stable")
        values = {
            name: np.concatenate([part[1 + k] for part in parts], axis=1)[:, order]
            for k, name in enumerate(monitor.variables)
        }
        self.sinks[monitor.name].append(first // every + np.arange(rows), values)

    def _record_rates(self, simulation: Simulation, monitor: RateMonitor) -> None:
        group, program = monitor.source, simulation.plan.program
        first, stop = simulation.spikes.recorded, simulation.step
        index = simulation.spikes.streams.index(group.population)
        steps, neurons, _ = simulation.spikes.of_stream(index, stop)
        inside = (neurons >= group.start) & (neurons < group.stop)
        here = np.bincount(steps[inside] - first, minlength=stop - first).astype(np.int64)
        counts = simulation.communicator.allreduce_sum(here)
        if simulation.communicator.rank > 0:
            return
        every = program.every[group.population]
        ticks = np.arange(-(-first // every) * every, stop, every)
        rates = counts[ticks - first] / (group.size * every * program.dt)
        self.sinks[monitor.name].append(ticks // every, rates)
