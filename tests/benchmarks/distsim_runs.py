"""Runs of distsim: ``mpirun -n RANKS python -m distsim MODEL``."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from activity import activity_of
from measurement import Contestant, Measurement, Simulator
from processes import Finished, RunFailedError, find_mpirun, ranks_environment, run_process
from works import ROOT, Case

from distsim.config import Model, load
from distsim.driver.dry_run import bytes_per_neuron, bytes_per_synapse
from distsim.driver.expected import expected_synapses
from distsim.engine.plan import make_plan
from distsim.recording import read_spikes

FIRST_STEPS = 0.001
"""Simulated time of a run that only compiles [s]."""


@dataclass(frozen=True, slots=True)
class DistsimRunner:
    """distsim on a number of ranks.

    Parameters
    ----------
    folder
        For results, and for a cache of compiled kernels that begins empty.
    """

    ranks: int
    folder: Path

    @property
    def contestant(self) -> Contestant:
        """Simulator and cores."""
        return Contestant(Simulator.DISTSIM, self.ranks)

    def can_run(self, case: Case) -> bool:
        """Tell that every model is one of distsim's."""
        return case.work.model.exists()

    def prepare(self, case: Case) -> Measurement | None:
        """Run the first steps; None if everything had been compiled for another size."""
        measurement = self.run(replace(case, seconds=FIRST_STEPS), seed=1)
        return measurement if measurement.report["compilations"] else None

    def run(self, case: Case, seed: int) -> Measurement:
        """Build the network, simulate, count the spikes."""
        model = load(case.work.model, case.overrides, seed=seed)
        output = self.folder / f"results-{self.ranks}"
        finished = self._start(case, seed, output)
        summary = json.loads((output / "summary.json").read_text())
        spikes = dict(_spikes(model, output))
        activity = {
            name: activity_of(neurons, times, model.network.population(name).size, case.seconds)
            for name, (times, neurons) in spikes.items()
        }
        return Measurement(
            neurons=summary["neurons"],
            synapses=summary["synapses"],
            phases=_phases(summary, finished),
            peak_rss_bytes=summary["peak_rss_bytes"],
            activity=dict(sorted(activity.items())),
            digest=_digest(spikes),
            stored_bytes=_stored_bytes(model, self.ranks),
            report=summary,
        )

    def _start(self, case: Case, seed: int, output: Path) -> Finished:
        launcher: list[str] = []
        if self.ranks > 1:
            mpirun = find_mpirun()
            if mpirun is None:
                raise RunFailedError("there is no mpirun")
            launcher = [mpirun, "-n", str(self.ranks)]
        assignments = [part for key, value in case.overrides for part in ("--set", f"{key}={value}")]
        command = [*launcher, sys.executable, "-m", "distsim", str(case.work.model), *assignments]
        command += ["--seed", str(seed), "--output", str(output), "--overwrite"]
        # Importable also where it is not installed.
        paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        places = {"PYTHONPATH": paths, "DISTSIM_CACHE": str(self.folder / f"kernels-{self.ranks}")}
        return run_process(command, {**ranks_environment(self.ranks), **places})


def _spikes(model: Model, output: Path) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """Yield times [s] and neurons of the spikes of every recorded population."""
    for monitor in model.network.spike_monitors:
        population = monitor.source.population
        yield population, read_spikes(output / "spikes.h5", population)


def _digest(spikes: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> str:
    """Return a hash of who has spiked when."""
    found = hashlib.sha256()
    for name, arrays in sorted(spikes.items()):
        found.update(name.encode())
        for array in arrays:
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _phases(summary: Mapping[str, float], finished: Finished) -> dict[str, float]:
    """Return the seconds of each phase; what is left of the whole is the import."""
    written = re.search(r"^writing: ([\d.]+) s$", finished.errors, re.MULTILINE)
    phases = {
        "compile": summary["compile_s"],
        "build": summary["build_s"],
        "loop": summary["run_s"],
        "write": float(written[1]) if written else 0.0,
    }
    return {"import": finished.wall_s - sum(phases.values()), **phases}


def _stored_bytes(model: Model, ranks: int) -> dict[str, float]:
    """Return what is stored of a synapse and of a neuron on average, as a dry run tells it."""
    plan = make_plan(model.network, ranks)
    synapses = [
        (expected_synapses(plan, each), bytes_per_synapse(plan, each))
        for each in plan.program.synapses.values()
    ]
    neurons = [(each.size, bytes_per_neuron(plan, each.name)) for each in model.network.populations]
    return {"synapse": _mean(synapses), "neuron": _mean(neurons)}


def _mean(counted: Sequence[tuple[float, int]]) -> float:
    """Return the mean of values, each with how often it occurs."""
    total = sum(count for count, _ in counted)
    return sum(count * value for count, value in counted) / total if total else 0.0
