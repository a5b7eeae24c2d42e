"""From the buffers of a window to the files: what is recorded, by whom, in which unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from distsim.equations import Equations
from distsim.network import Network, Population, StateMonitor, Subgroup, population_of
from distsim.recording import (
    OutputDirectory,
    Provenance,
    RateSeries,
    RateWindow,
    RateWriter,
    ReportColumns,
    ReportLayout,
    ReportWriter,
    SpikePopulation,
    SpikeVariable,
    SpikeWindow,
    SpikeWriter,
    WriterKind,
    open_rates,
    open_report,
    open_spikes,
    report_names,
)
from distsim.units import DIMENSIONLESS, format_dimension

if TYPE_CHECKING:
    from distsim.engine.simulation import Simulation

MILLISECONDS = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """One recorded variable and its file."""

    monitor: StateMonitor
    buffer: str
    every: int
    writer: ReportWriter


@dataclass(slots=True, eq=False)
class FileRecorder:
    """Writes what the monitors of a network ask for; every method is collective."""

    spike_writer: SpikeWriter
    rate_writer: RateWriter | None
    reports: tuple[Report, ...]
    groups: Mapping[str, tuple[Subgroup, ...]]
    variables: Mapping[str, Mapping[str, tuple[str, str]]]
    closed: bool = field(default=False)

    @classmethod
    def open(
        cls, simulation: Simulation, output: OutputDirectory, provenance: Provenance, kind: WriterKind
    ) -> FileRecorder:
        """Open the files of all monitors."""
        network, program = simulation.plan.network, simulation.plan.program
        communicator = simulation.communicator
        groups: dict[str, tuple[Subgroup, ...]] = {}
        variables: dict[str, dict[str, tuple[str, str]]] = {}
        for monitor in network.spike_monitors:
            groups[monitor.stream] = (*groups.get(monitor.stream, ()), monitor.source)
            recorded = variables.setdefault(monitor.stream, {})
            for k, variable in enumerate(monitor.variables):
                recorded[variable] = (monitor.name, f"buffer{k}")
        populations = [
            SpikePopulation(
                name,
                network.population(population_of(name)).size,
                program.every[population_of(name)] * program.dt * MILLISECONDS,
                tuple(
                    SpikeVariable(v, _units(network.population(population_of(name)), v))
                    for v in variables[name]
                ),
            )
            for name in groups
        ]
        reports = _open_reports(simulation, output, provenance, kind)
        rate_writer = None
        if network.rate_monitors:
            series = [
                RateSeries(m.name, program.every[m.source.population] * program.dt * MILLISECONDS)
                for m in network.rate_monitors
            ]
            rate_writer = open_rates(output.rates, communicator, series, provenance)
        spikes = open_spikes(output.spikes, communicator, populations, provenance, kind)
        return cls(spikes, rate_writer, reports, groups, variables)

    def record(self, simulation: Simulation) -> None:
        """Write the spikes and samples of the window that ends now."""
        self._record_spikes(simulation)
        self._record_rates(simulation)
        for report in self.reports:
            arrays = simulation.state.arrays
            rows = int(arrays[report.monitor.name, "rows"][0])
            columns = len(arrays[report.monitor.name, "index"])
            samples = arrays[report.monitor.name, report.buffer][: rows * columns]
            report.writer.append(samples.reshape(rows, columns))
        for report in self.reports:
            simulation.state.arrays[report.monitor.name, "rows"][0] = 0

    def close(self) -> None:
        """Complete all files."""
        for writer in self._writers():
            writer.close()

    def abort(self) -> None:
        """Leave what has been written as partial files."""
        for writer in self._writers():
            writer.abort()

    def _writers(self) -> Iterable[SpikeWriter | RateWriter | ReportWriter]:
        yield self.spike_writer
        if self.rate_writer is not None:
            yield self.rate_writer
        for report in self.reports:
            yield report.writer

    def _record_spikes(self, simulation: Simulation) -> None:
        every = simulation.plan.program.every
        first, stop = simulation.spikes.recorded, simulation.step
        windows = {}
        for stream, groups in self.groups.items():
            index = simulation.spikes.streams.index(stream)
            steps, neurons, places = simulation.spikes.of_stream(index, stop)
            wanted = _inside(neurons, groups)
            values = {
                name: simulation.state.arrays[key][places[wanted]]
                for name, key in self.variables[stream].items()
            }
            clock = every[population_of(stream)]
            windows[stream] = SpikeWindow(
                -(-first // clock), -(-stop // clock), steps[wanted] // clock, neurons[wanted], values
            )
        self.spike_writer.append(windows)

    def _record_rates(self, simulation: Simulation) -> None:
        if self.rate_writer is None:
            return
        network, program = simulation.plan.network, simulation.plan.program
        first, stop = simulation.spikes.recorded, simulation.step
        windows = {}
        for monitor in network.rate_monitors:
            population = monitor.source.population
            index = simulation.spikes.streams.index(population)
            steps, neurons, _ = simulation.spikes.of_stream(index, stop)
            here = np.bincount(steps[_inside(neurons, (monitor.source,))] - first, minlength=stop - first)
            counts = simulation.communicator.allreduce_sum(here.astype(np.int64))
            clock = program.every[population]
            ticks = np.arange(-(-first // clock) * clock, stop, clock)
            rates = counts[ticks - first] / (monitor.source.size * clock * program.dt)
            windows[monitor.name] = RateWindow(ticks // clock, rates)
        self.rate_writer.append(windows)


def _open_reports(
    simulation: Simulation, output: OutputDirectory, provenance: Provenance, kind: WriterKind
) -> tuple[Report, ...]:
    network, program = simulation.plan.network, simulation.plan.program
    files = report_names({m.name: m.variables for m in network.state_monitors})
    reports = []
    for monitor in network.state_monitors:
        operation = next(o for o in program.operations if o.name == monitor.name)
        population, columns = _columns(simulation, monitor)
        for k, variable in enumerate(monitor.variables):
            layout = ReportLayout(
                population=population,
                variable=variable,
                units=_state_units(network, monitor, variable) or "",
                start_step=simulation.step // operation.every,
                dt_ms=operation.every * program.dt * MILLISECONDS,
            )
            writer = open_report(
                output.report(files[monitor.name, variable]),
                simulation.communicator,
                layout,
                columns,
                provenance,
                kind,
            )
            reports.append(Report(monitor, f"buffer{k}", operation.every, writer))
    return tuple(reports)


def _columns(simulation: Simulation, monitor: StateMonitor) -> tuple[str, ReportColumns]:
    """Return the population that a report is about, and its columns on this rank.

    The elements of a report of synapses are their numbers, in the order in which they were connected; they
    belong to their target.
    """
    neurons, numbers = (
        simulation.recorded_neurons(monitor.name),
        simulation.recorded_numbers(monitor.name),
    )
    if not isinstance(monitor.source, str):
        return monitor.source.population, ReportColumns.of_points(neurons)
    distinct, counts = np.unique(neurons, return_counts=True)
    target = simulation.plan.program.synapses[monitor.source].projection.target
    return target.population, ReportColumns(distinct, counts.astype(np.int64), numbers)


def _state_units(network: Network, monitor: StateMonitor, variable: str) -> str | None:
    """Return the SI unit of a recorded variable, None for a pure number."""
    if not isinstance(monitor.source, str):
        return _units(network.population(monitor.owner), variable)
    projection = next(p for p in network.projections if p.name == monitor.source)
    if variable in projection.equations:
        dimension = projection.equations[variable].dimension
        return None if dimension is DIMENSIONLESS else format_dimension(dimension)
    stem, _, side = variable.rpartition("_")
    if side == "pre":
        return _units(network.population(projection.source.population), stem)
    target = network.population(projection.target.population)
    return _units(target, stem if side == "post" else variable)


def _units(population: object, variable: str) -> str | None:
    """Return the SI unit of a variable, None for a pure number."""
    equations = population.equations if isinstance(population, Population) else Equations("")
    if variable in equations:
        dimension = equations[variable].dimension
        return None if dimension is DIMENSIONLESS else format_dimension(dimension)
    return "s" if variable in ("lastspike", "lastupdate") else None


def _inside(neurons: NDArray[np.int64], groups: Iterable[Subgroup]) -> NDArray[np.bool_]:
    inside = np.zeros(len(neurons), bool)
    for group in groups:
        inside |= (neurons >= group.start) & (neurons < group.stop)
    return inside
