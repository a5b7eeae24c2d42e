"""The SONATA layout of spikes and reports: what the groups and data sets are called and hold.

Source: the SONATA data format, version 0.1 (Dai et al. 2020, PLOS Computational Biology 16:e1007696).
A writer decides which process has which part of the data; everything about the file itself is here, so the
data sets are equal whichever writer made them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import h5py
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from distsim.recording.hdf5 import Hdf5File
    from distsim.recording.protocol import ReportColumns, ReportLayout, SpikePopulation
    from distsim.recording.provenance import Provenance

SPIKES_GROUP = "spikes"
REPORT_GROUP = "report"
DATA = "data"
DATA_FLOAT64 = "data_float64"

_SORTING = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="u1")
_BY_TIME = 2

_SPIKES_PER_CHUNK = 16_384
SPIKES_CACHE = 2 * 8 * _SPIKES_PER_CHUNK  # two chunks of a data set
_BAND_VALUES = 2**20  # values in a band of chunks, all columns together
_CHUNK_VALUES = 2**15
_ROWS_PER_CHUNK = 1024
REPORT_CACHE = 2 * 8 * _BAND_VALUES  # two bands, so that unaligned windows do not read chunks back


class SpikesFile:
    """A growing spikes file; whoever calls `append` has put the spikes in order.

    Parameters
    ----------
    file
        The new file.
    populations
        Its groups; one without any spike is kept, empty.
    provenance
        Written to the root.
    """

    def __init__(
        self, file: Hdf5File, populations: Sequence[SpikePopulation], provenance: Provenance
    ) -> None:
        self._file = file
        self._populations = {population.name: population for population in populations}
        self._lengths = dict.fromkeys(self._populations, 0)
        self._datasets: dict[str, dict[str, h5py.Dataset]] = {}
        provenance.write(file)
        spikes = file.root.create_group(SPIKES_GROUP)
        for population in populations:
            self._datasets[population.name] = self._create(spikes, population)

    def _create(self, spikes: h5py.Group, population: SpikePopulation) -> dict[str, h5py.Dataset]:
        group = spikes.create_group(population.name)
        group.attrs.create("sorting", _BY_TIME, dtype=_SORTING)
        group.attrs.create("size", np.uint64(population.size))
        chunks = (_SPIKES_PER_CHUNK,)
        timestamps = self._file.create(group, "timestamps", (0,), np.float64, chunks)
        timestamps.attrs.create("units", "ms")
        datasets = {
            "timestamps": timestamps,
            "node_ids": self._file.create(group, "node_ids", (0,), np.uint64, chunks),
        }
        for variable in population.variables:
            dataset = self._file.create(group, variable.name, (0,), np.float64, chunks)
            if variable.units is not None:
                dataset.attrs.create("units", variable.units)
            datasets[variable.name] = dataset
        return datasets

    def append(
        self,
        population: str,
        total: int,
        offset: int,
        steps: NDArray[np.int64],
        node_ids: NDArray[np.int64],
        variables: Mapping[str, NDArray[np.float64]],
    ) -> None:
        """Add `total` spikes, of which this process has those from `offset` on. Collective.

        Parameters
        ----------
        steps, node_ids
            (n,) int64, in the order of the file.
        variables
            (n,) float64 each, one for each variable declared for the population.
        """
        start = self._lengths[population]
        self._lengths[population] = start + total
        # One product in float64 of an exact integer: the same bits wherever it is computed.
        timestamps = steps.astype(np.float64) * self._populations[population].dt_ms
        values = {"timestamps": timestamps, "node_ids": node_ids, **variables}
        for name, dataset in self._datasets[population].items():
            self._file.grow(dataset, start + total)
            self._file.write(dataset, (start + offset,), values[name])


class ReportFile:
    """A growing report of one variable.

    Parameters
    ----------
    file
        The new file.
    layout
        What is recorded.
    nodes, columns
        Numbers of nodes and columns of all ranks together.
    provenance
        Written to the root.
    """

    def __init__(
        self, file: Hdf5File, layout: ReportLayout, nodes: int, columns: int, provenance: Provenance
    ) -> None:
        self._file = file
        self._layout = layout
        self._rows = 0
        provenance.write(file)
        group = file.root.create_group(REPORT_GROUP).create_group(layout.population)
        # libsonata reads float32 only, so that is what SONATA's own data set holds.
        types = {DATA: np.float32} if layout.single else {DATA: np.float32, DATA_FLOAT64: np.float64}
        self._data = [
            file.create(group, name, (0, columns), dtype, report_chunks(columns))
            for name, dtype in types.items()
        ]
        for dataset in self._data:
            dataset.attrs.create("units", layout.units)
            dataset.attrs.create("variable", layout.variable)
        mapping = group.create_group("mapping")
        self._node_ids = file.create(mapping, "node_ids", (nodes,), np.uint64)
        self._node_ids.attrs.create("sorted", np.uint8(1))
        self._pointers = file.create(mapping, "index_pointers", (nodes + 1,), np.uint64)
        # The name in the specification and libsonata, and the one bmtk looks for, are the same data set.
        mapping["index_pointer"] = self._pointers
        self._element_ids = file.create(mapping, "element_ids", (columns,), np.uint32)
        self._element_positions = file.create(mapping, "element_pos", (columns,), np.float32)
        self._time = file.create(mapping, "time", (3,), np.float64)
        self._time.attrs.create("units", "ms")

    def write_mapping(
        self, node_offset: int, column_offset: int, columns: ReportColumns, *, last: bool
    ) -> None:
        """Write which columns belong to which node, for the nodes from `node_offset` on. Collective.

        `last` marks the end of the mapping: one more pointer is written there.
        """
        pointers = np.full(columns.node_ids.size + last, column_offset, np.int64)
        pointers[1:] += np.cumsum(columns.elements_per_node)[: pointers.size - 1]
        self._file.write(self._node_ids, (node_offset,), columns.node_ids)
        self._file.write(self._pointers, (node_offset,), pointers)
        self._file.write(self._element_ids, (column_offset,), columns.element_ids)
        # Values belong to whole compartments, so there is no position within one to tell; bmtk insists on it.
        self._file.write(self._element_positions, (column_offset,), np.zeros(columns.element_ids.size))

    def append(self, column_offset: int, rows: NDArray[np.floating]) -> None:
        """Add rows, of which this process has the columns from `column_offset` on. Collective."""
        start = self._rows
        self._rows = start + rows.shape[0]
        for dataset in self._data:
            self._file.grow(dataset, self._rows)
            self._file.write(dataset, (start, column_offset), rows)

    def complete(self) -> None:
        """Write the times of the rows appended so far. Collective."""
        layout = self._layout
        times = time_bounds(layout.start_step, self._rows, layout.dt_ms)
        self._file.write_once(self._time, np.array(times))


def time_bounds(start_step: int, rows: int, dt_ms: float) -> tuple[float, float, float]:
    """Return start, stop and step of a report's rows [ms].

    Readers truncate (stop - start) / step to the number of rows, and rounding can leave that just below an
    integer; stop is then moved up by as many last bits as it takes.
    """
    start, stop = start_step * dt_ms, (start_step + rows) * dt_ms
    while int((stop - start) / dt_ms) < rows:
        stop = math.nextafter(stop, math.inf)
    return start, stop, dt_ms


def report_chunks(columns: int) -> tuple[int, int]:
    """Return the (rows, columns) of a chunk, from the number of columns of all ranks.

    A band of chunks over all columns holds about 8 MiB at most, so that it fits into the chunk cache; within
    that, chunks are as long in time as they can be, because traces are read neuron by neuron.
    """
    rows = min(max(_BAND_VALUES // max(columns, 1), 1), _ROWS_PER_CHUNK)
    return rows, max(1, min(columns, _CHUNK_VALUES // rows))
