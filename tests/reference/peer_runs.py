"""Running one model in distsim and in Brian 2, and reading the results of both in the same form."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import yaml

from distsim.comm import SerialCommunicator
from distsim.config import Model, load, load_text
from distsim.driver.commands import Build, Close, Load, Open, Run
from distsim.driver.worker import Worker
from distsim.engine.plan import make_plan
from distsim.engine.simulation import Simulation
from distsim.engine.traces import at_last_events
from distsim.kernels.emit import Attribute
from distsim.program.clocks import steps_of
from distsim.program.operation import Extent
from distsim.recording import read_report, read_spikes, report_names

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
MODELS = Path(__file__).parent / "models"
PEERS = ROOT / "tests" / "peers"


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run of distsim in this process."""

    model: Model
    simulation: Simulation
    folder: Path

    def spikes(self, population: str):
        """Return times [s] and neurons of a population's spikes."""
        return read_spikes(self.folder / "spikes.h5", population)

    def rates(self, start: float = 0.0) -> dict[str, float]:
        """Return the mean rate of every recorded population from `start` [s] to the end [Hz]."""
        network, stop = self.model.network, self.model.run.duration
        found = {}
        for monitor in network.spike_monitors:
            population = network.population(monitor.source.population)
            times, _ = self.spikes(population.name)
            found[population.name] = np.count_nonzero(times >= start) / population.size / (stop - start)
        return found


def run_distsim(path: Path, folder: Path, overrides=(), *, seed=None) -> Finished:
    """Run a model file on one rank, in this process."""
    return run_loaded(load(path, overrides, seed=seed), folder)


def run_text(text: str, folder: Path) -> Finished:
    """Run a model given as YAML text."""
    return run_loaded(load_text(text), folder)


def run_loaded(model: Model, folder: Path) -> Finished:
    worker = Worker(SerialCommunicator())
    plan = make_plan(model.network, 1)
    worker.execute(Load(plan.emitted.source, plan.one_shot_functions, plan.emitted.functions))
    worker.execute(Build(plan))
    worker.execute(Open(folder, False, "per_rank", model.resolved))
    worker.execute(Run(steps_of(model.run.duration, plan.program.dt)))
    worker.execute(Close())
    assert worker.simulation is not None
    return Finished(model, worker.simulation, folder)


def monitored(run: Finished) -> dict[str, np.ndarray]:
    """Return what monitors have recorded and all variables of synapses, named as brian2_model.py does."""
    network, found = run.model.network, {}
    files = report_names({m.name: m.variables for m in network.state_monitors})
    targets = {projection.name: projection.target.population for projection in network.projections}
    for monitor in network.state_monitors:
        for variable in monitor.variables:
            synaptic = isinstance(monitor.source, str)
            owner = monitor.source if not synaptic else targets[monitor.source]
            name = owner if synaptic else owner.population
            report = read_report(run.folder / files[monitor.name, variable], name)
            found[f"{monitor.name}.t"] = report.time
            # Columns of synapses are sorted by target, and numbered in the order of connection.
            order = np.argsort(report.element_ids) if synaptic else slice(None)
            found[f"{monitor.name}.{variable}"] = report.data.T[order]
    with h5py.File(run.folder / "spikes.h5") as file:
        for monitor in network.spike_monitors:
            group = file["spikes"][monitor.stream]
            found[f"{monitor.name}.t"] = group["timestamps"][()] / 1e3
            found[f"{monitor.name}.i"] = group["node_ids"][()].astype(int)
            for variable in monitor.variables:
                found[f"{monitor.name}.{variable}"] = group[variable][()]
    if network.rate_monitors:
        with h5py.File(run.folder / "rates.h5") as file:
            for monitor in network.rate_monitors:
                group = file["rates"][monitor.name]
                found[f"{monitor.name}.t"] = group["time"][()] / 1e3
                found[f"{monitor.name}.rate"] = group["rate"][()]
    for projection in network.projections:
        pairs = synapses(run.simulation, projection.name)
        found.update({f"{projection.name}.{name}": values for name, values in pairs.items()})
    return found


def synapses(simulation: Simulation, name: str) -> dict[str, np.ndarray]:
    """Return sources, targets, delays [s] and variables of the synapses of a projection, on one rank."""
    arrays = simulation.state.arrays
    plan = simulation.plan
    model = plan.program.synapses[name]
    row_start, present = arrays[name, "_row_start"], arrays[name, "_present"]
    rows = np.repeat(np.arange(len(row_start) - 1), np.diff(row_start))
    first = simulation.state.integer(name, "target", Attribute.FIRST)
    result = {"i": present[rows] if len(present) else rows, "j": arrays[name, "_target"] + first}
    for variable in model.variables.values():
        owner, key = variable.key
        if owner == name and not key.startswith("_") and variable.extent is Extent.SYNAPSE:
            result[key] = np.broadcast_to(arrays[variable.key], rows.shape).copy()
    if model.traces:
        result |= at_last_events(simulation.groups.tables[name], model, slice(0, len(rows)))
    return result


def drawn(run: Finished, projections, variables) -> dict[str, np.ndarray]:
    """Return what a network starts with, before anything has run: connections and initial values.

    Parameters
    ----------
    projections
        Names of the projections that are drawn at random.
    variables
        Population and variable of the initial values that are.
    """
    plan = make_plan(run.model.network, 1)
    fresh = Simulation(plan, SerialCommunicator(), run.simulation.functions)
    found = {}
    for name in projections:
        pairs = synapses(fresh, name)
        found[f"{name}.i"], found[f"{name}.j"] = pairs["i"], pairs["j"]
    for population, variable in variables:
        size = run.model.network.population(population).size
        found[f"{population}.{variable}"] = fresh.state.arrays[population, variable][:size]
    return found


def run_brian(python: Path, run: Finished, folder: Path, drawn=None, target="numpy") -> dict[str, np.ndarray]:
    """Run the same model in Brian 2; return its monitors and variables of synapses."""
    model, results = folder / "model.json", folder / "brian2.npz"
    model.write_text(json.dumps(yaml.safe_load(run.model.resolved)))
    command = [python, PEERS / "brian2_model.py", model, results, "--target", target]
    if drawn is not None:
        np.savez(folder / "drawn.npz", **drawn)
        command += ["--drawn", folder / "drawn.npz"]
    run_peer(command)
    return dict(np.load(results))


def run_peer(command, timeout: float = 280) -> str:
    """Run a program of the peers, and return what it prints."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    finished = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=timeout,
        cwd=PEERS,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return finished.stdout
