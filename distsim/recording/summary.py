"""The summary of a run, for people and for scripts: ``summary.json``."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from distsim.recording.errors import ReadError
from distsim.recording.files import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run was and what it took.

    Parameters
    ----------
    model
        Name of the model.
    seed, ranks
        Seed, and number of ranks.
    neurons, synapses
        Totals over all populations and projections.
    duration_s, dt_s
        Simulated time of the whole run, and the time step [s].
    epoch_steps
        Steps between two spike exchanges.
    build_s, compile_s, run_s
        Wall time of building the network, of compiling, and of the simulation loop alone [s].
    compilations
        Number of ranks that had to compile kernels: 1 a node from a cold cache, 0 from a warm one.
    biological_s
        Simulated time in the loop [s].
    real_time_factor
        `run_s` / `biological_s`: wall seconds for a simulated second.
    phases_s
        Where the time of the loop went on each rank [s]: ``advance`` (running the steps; on one rank the
        delivery of spikes is in it), ``exchange`` (of spikes, waiting for other ranks included),
        ``hand_over`` (delivering the spikes of all ranks), ``record``.
    idle_advance_s, idle_hand_over_s
        What an epoch takes of the first and of the third with nothing to do [s].
    exchange
        How spikes reached other ranks: ``none``, ``allgather`` or ``links``.
    exchanges
        Number of exchanges.
    blocks
        Of each population, where each rank's block of neurons begins, and its size.
    spikes, mean_rates_hz
        Number of spikes, and mean rate of a neuron [Hz], of each population.
    synaptic_events
        Number of spikes delivered to synapses.
    peak_rss_bytes
        Highest resident memory of each rank.
    versions
        Library to version.
    """

    model: str
    seed: int
    ranks: int
    neurons: int
    synapses: int
    duration_s: float
    dt_s: float
    epoch_steps: int
    build_s: float
    compile_s: float
    compilations: int
    run_s: float
    biological_s: float
    real_time_factor: float
    phases_s: Mapping[str, Sequence[float]]
    idle_advance_s: float
    idle_hand_over_s: float
    exchange: str
    exchanges: int
    blocks: Mapping[str, Sequence[int]]
    spikes: Mapping[str, int]
    mean_rates_hz: Mapping[str, float]
    synaptic_events: int
    peak_rss_bytes: Sequence[int]
    versions: Mapping[str, str]

    def write(self, path: Path) -> None:
        """Write it as JSON, whole or not at all; called by one rank."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in ("spikes", "mean_rates_hz", "versions"):
            values[name] = dict(values[name])
        for name in ("phases_s", "blocks"):
            values[name] = {key: list(each) for key, each in values[name].items()}
        values["peak_rss_bytes"] = list(self.peak_rss_bytes)
        write_text(path, json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> Summary:
        """Return what `write` has written.

        Raises
        ------
        ReadError
            If the file is not there, or not a summary of this version of the program.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{each.name: values[each.name] for each in fields(cls)})
        except OSError as error:
            raise ReadError(f"{path}: cannot be read: {error.strerror or error}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise ReadError(f"{path} is not the summary of a run of this version") from error


def peak_rss() -> int:
    """Return the highest resident memory of this process so far [bytes]."""
    # Linux counts this for the program that is running; getrusage also counts what ran before exec.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
