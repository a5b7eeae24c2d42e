"""What the engine hands to the writers, and what every writer can do.

A writer is a sink: it knows nothing of schedules, buffers or models.  Every method of a writer is
**collective**: all ranks call it in the same order, also those with nothing to write.  A window is the
part of a run that was recorded since the previous call; windows follow each other in time, so a writer
holds one of them in memory and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_NO_VARIABLES: Mapping[str, NDArray[np.float64]] = MappingProxyType({})


class WriterKind(Enum):
    """How the ranks share a file; the value is the word used in a configuration."""

    AUTO = "auto"
    MPIO = "mpio"
    PER_RANK = "per_rank"


@dataclass(frozen=True, slots=True)
class SpikeVariable:
    """A variable recorded at each spike, and the unit its values are in (None: dimensionless)."""

    name: str
    units: str | None = None


@dataclass(frozen=True, slots=True)
class SpikePopulation:
    """A group of the spikes file.

    Parameters
    ----------
    name
        The population's name.
    size
        Number of neurons; node ids run from 0 to `size` - 1.
    dt_ms
        Length of one step of the population's clock [ms].
    variables
        What is recorded at each spike besides its time and source.
    """

    name: str
    size: int
    dt_ms: float
    variables: tuple[SpikeVariable, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SpikeWindow:
    """The spikes of this rank and of one population in the steps [`first`, `stop`).

    Parameters
    ----------
    first, stop
        The steps covered, the same on all ranks.
    steps
        (n,) int64, step of each spike.
    node_ids
        (n,) int64, neuron within the population.  Spikes are sorted by (step, neuron); the neurons of a
        rank lie before those of the next.
    variables
        Name to (n,) float64, in the units declared for the population.
    """

    first: int
    stop: int
    steps: NDArray[np.int64]
    node_ids: NDArray[np.int64]
    variables: Mapping[str, NDArray[np.float64]] = field(default_factory=lambda: _NO_VARIABLES)


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """What all ranks agree on for one state report.

    Parameters
    ----------
    population
        The group of the report, by SONATA's rule the population's name.
    variable
        Name of the recorded variable.
    units
        Unit of the values, as text (empty: dimensionless).
    start_step
        Step of the first row, counted in `dt_ms`.
    dt_ms
        Time between two rows [ms].
    single
        Keep float32 values only, to save space; otherwise the file has the float64 values as well.
    """

    population: str
    variable: str
    units: str
    start_step: int
    dt_ms: float
    single: bool = False

    @property
    def dtype(self) -> np.dtype[np.float32] | np.dtype[np.float64]:
        """The most precise type in which the values are stored."""
        return np.dtype(np.float32) if self.single else np.dtype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class ReportColumns:
    """The columns of this rank in a report.

    Columns are ordered by node, then by element, over all ranks in rank order.

    Parameters
    ----------
    node_ids
        (n,) int64, strictly increasing, also from one rank to the next.
    elements_per_node
        (n,) int64, columns of each node: its recorded compartments, one for a point neuron.
    element_ids
        (elements_per_node.sum(),) int64, compartment of each column, 0 for a point neuron.
    """

    node_ids: NDArray[np.int64]
    elements_per_node: NDArray[np.int64]
    element_ids: NDArray[np.int64]

    @classmethod
    def of_points(cls, node_ids: NDArray[np.int64]) -> ReportColumns:
        """Return the columns of point neurons, one each."""
        return cls(node_ids, np.ones(node_ids.size, np.int64), np.zeros(node_ids.size, np.int64))


@dataclass(frozen=True, slots=True)
class RateSeries:
    """A data series of the rates file: its monitor's name and its time step [ms]."""

    name: str
    dt_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class RateWindow:
    """The rates of one population, reduced over all ranks.

    Parameters
    ----------
    steps
        (n,) int64, the steps they belong to.
    rates_hz
        (n,) float64 [Hz].
    """

    steps: NDArray[np.int64]
    rates_hz: NDArray[np.float64]


class Writer(Protocol):
    """What all writers share; every method is collective."""

    def flush(self) -> None:
        """Hand everything appended so far to the operating system."""

    def close(self) -> None:
        """Complete the file, flush it to disk and give it its final name."""

    def abort(self) -> None:
        """Keep what has been appended as a readable file under the partial name (``NAME.part``)."""


class SpikeWriter(Writer, Protocol):
    """Writes the spikes of all populations, sorted by (time, neuron)."""

    def append(self, windows: Mapping[str, SpikeWindow]) -> None:
        """Add a window of each population named; all ranks name the same ones. Collective."""


class ReportWriter(Writer, Protocol):
    """Writes one variable of some neurons at regular times."""

    def append(self, rows: NDArray[np.floating]) -> None:
        """Add `rows`, (times, this rank's columns), the same number of times on all ranks. Collective."""


class RateWriter(Writer, Protocol):
    """Writes population rates, which rank 0 supplies."""

    def append(self, windows: Mapping[str, RateWindow]) -> None:
        """Add a window of each monitor named; only rank 0's values are used. Collective."""
