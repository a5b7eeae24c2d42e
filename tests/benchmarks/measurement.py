"""What one run of a simulator gave, and how it is kept in a JSON file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Simulator(StrEnum):
    """Who simulates."""

    DISTSIM = "distsim"
    BRIAN = "Brian 2 C++"
    NEST = "NEST"


class Kind(StrEnum):
    """What a run is for."""

    COLD = "cold"
    """Prepares the others: nothing has been compiled before."""
    TIMED = "timed"
    BASELINE = "baseline"
    """Hardly any network: the memory of the simulator itself."""


PHASES = ("import", "compile", "build", "loop", "write")
"""The phases of a run, in their order.

import
    All that is in no other phase: imports, reading the model, start and end of the processes.
compile
    From equations to machine code, or fetching that from a cache.
build
    Neurons, initial values, synapses.
loop
    The simulation.
write
    Results to files; for NEST, counting the spikes.
"""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A simulator on a number of cores: ranks of distsim, threads of others."""

    simulator: Simulator
    cores: int

    @property
    def title(self) -> str:
        """Name for the reader."""
        unit = "rank" if self.simulator is Simulator.DISTSIM else "thread"
        return f"{self.simulator}, {self.cores} {unit}{'s' if self.cores > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Activity:
    """The spikes of a population in one run.

    Parameters
    ----------
    neurons
        All of the population.
    spikes
        Of the neurons that are recorded, which are all but in NEST.
    rate_hz
        Mean over recorded neurons and time.
    cv_isi
        Mean coefficient of variation of the intervals, of neurons that have two or more; None if none has.
    """

    neurons: int
    spikes: int
    rate_hz: float
    cv_isi: float | None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a run took and what came out of it.

    Parameters
    ----------
    phases
        Seconds of each of `PHASES` that the simulator has.
    peak_rss_bytes
        Highest resident memory of each process.
    activity
        Population to its spikes.
    digest
        Hash of all spikes, for simulators whose spikes must not depend on the number of cores.
    stored_bytes
        What the simulator itself says that it stores, of a ``synapse`` and a ``neuron``.
    report
        All that the simulator has told, as it is.
    """

    neurons: int
    synapses: int
    phases: Mapping[str, float]
    peak_rss_bytes: list[int]
    activity: Mapping[str, Activity] = field(default_factory=dict)
    digest: str | None = None
    stored_bytes: Mapping[str, float] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a contestant: what was asked for, and a measurement or what went wrong."""

    work: str
    size: float
    seconds: float
    contestant: Contestant
    kind: Kind
    seed: int
    measurement: Measurement | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as objects of JSON."""
        return asdict(self)

    @staticmethod
    def from_json(entry: Mapping[str, Any]) -> Run:
        """Return what `to_json` has written."""
        contestant = entry["contestant"]
        measurement = entry["measurement"]
        if measurement is not None:
            activity = {name: Activity(**each) for name, each in measurement["activity"].items()}
            measurement = Measurement(**{**measurement, "activity": activity})
        return Run(
            **{
                **entry,
                "contestant": Contestant(Simulator(contestant["simulator"]), contestant["cores"]),
                "kind": Kind(entry["kind"]),
                "measurement": measurement,
            }
        )
