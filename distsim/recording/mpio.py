"""The writers whose ranks write one file together, through parallel HDF5.

On one rank the same code writes a plain file, so this is also how a serial run records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.recording.files import on_first_rank, partial_path, publish
from distsim.recording.hdf5 import Hdf5File
from distsim.recording.order import check_variables, check_window, sort_by_step
from distsim.recording.placement import place_columns
from distsim.recording.sonata import REPORT_CACHE, SPIKES_CACHE, ReportFile, SpikesFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from distsim.comm.protocol import Communicator
    from distsim.recording.protocol import ReportColumns, ReportLayout, SpikePopulation, SpikeWindow
    from distsim.recording.provenance import Provenance

_MAXIMUM_BINS = 16_384


class MpioSpikeWriter:
    """Writes spikes collectively; see `distsim.recording.protocol.SpikeWriter`.

    The spikes of a window are redistributed by time before they are written: every rank gets those of a
    range of steps, from all neurons, and writes them as one contiguous piece.

    Parameters
    ----------
    path
        Final name of the file.
    communicator
        All ranks; collective.
    populations, provenance
        What the file holds and where it comes from.
    """

    def __init__(
        self,
        path: Path,
        communicator: Communicator,
        populations: Sequence[SpikePopulation],
        provenance: Provenance,
    ) -> None:
        self._path = path
        self._communicator = communicator
        self._populations = {population.name: population for population in populations}
        self._next_step = dict.fromkeys(self._populations, 0)
        check_variables(populations)
        self._file = Hdf5File(partial_path(path), communicator, cache_bytes=SPIKES_CACHE)
        self._spikes = SpikesFile(self._file, populations, provenance)

    def append(self, windows: Mapping[str, SpikeWindow]) -> None:
        """Add a window of each population named. Collective."""
        for name, population in self._populations.items():
            if name in windows:
                self._append(population, windows[name])

    def _append(self, population: SpikePopulation, window: SpikeWindow) -> None:
        check_window(window, population, self._next_step[population.name])
        self._next_step[population.name] = window.stop
        communicator = self._communicator
        span = window.stop - window.first
        # Few enough bins that their counts stay small in a long, quiet window.
        width = max(1, -(-span // _MAXIMUM_BINS))
        bins = -(-span // width)
        local = np.bincount((window.steps - window.first) // width, minlength=bins).astype(np.int64)
        counts: NDArray[np.int64] = communicator.allreduce_sum(local)
        total = int(counts.sum())
        if total == 0:
            return
        boundaries = share_bins(counts, communicator.size)
        edges = np.concatenate(([0], np.cumsum(local)))
        send = np.diff(edges[boundaries])
        offset = int(counts[: boundaries[communicator.rank]].sum())
        steps, _ = communicator.alltoallv(window.steps, send)
        node_ids, _ = communicator.alltoallv(window.node_ids, send)
        variables = {
            variable.name: communicator.alltoallv(window.variables[variable.name], send)[0]
            for variable in population.variables
        }
        self._spikes.append(population.name, total, offset, *sort_by_step(steps, node_ids, variables))

    def flush(self) -> None:
        """Hand everything appended to the operating system. Collective."""
        self._file.flush()

    def close(self) -> None:
        """Complete the file and give it its final name. Collective."""
        self._file.close()
        on_first_rank(self._communicator, lambda: publish(self._path))

    def abort(self) -> None:
        """Close the file under its partial name. Collective."""
        self._file.close()


def share_bins(counts: NDArray[np.int64], ranks: int) -> NDArray[np.int64]:
    """Cut time bins into contiguous ranges, one a rank, with about equally many spikes each.

    Parameters
    ----------
    counts
        (n_bins,) int64, spikes of all ranks in each bin.

    Returns
    -------
    boundaries : (ranks + 1,) int64
        Rank r gets the bins [boundaries[r], boundaries[r + 1]), which may be none.
    """
    ends = np.cumsum(counts)
    targets = ends[-1] * np.arange(1, ranks) // ranks
    inner = np.searchsorted(ends, targets, side="left") + 1
    return np.concatenate(([0], np.minimum(inner, counts.size), [counts.size])).astype(np.int64)


class MpioReportWriter:
    """Writes a report collectively; see `distsim.recording.protocol.ReportWriter`.

    Parameters
    ----------
    path
        Final name of the file.
    communicator
        All ranks; collective.
    layout, provenance
        What the file holds and where it comes from.
    columns
        This rank's columns.
    """

    def __init__(
        self,
        path: Path,
        communicator: Communicator,
        layout: ReportLayout,
        columns: ReportColumns,
        provenance: Provenance,
    ) -> None:
        self._path = path
        self._communicator = communicator
        self._placement = placement = place_columns(communicator, columns)
        self._file = Hdf5File(partial_path(path), communicator, cache_bytes=REPORT_CACHE)
        self._report = ReportFile(self._file, layout, placement.nodes, placement.columns, provenance)
        last = communicator.rank == communicator.size - 1
        self._report.write_mapping(placement.node_offset, placement.column_offset, columns, last=last)

    def append(self, rows: NDArray[np.floating]) -> None:
        """Add rows of this rank's columns. Collective."""
        self._placement.check_rows(rows)
        self._report.append(self._placement.column_offset, rows)

    def flush(self) -> None:
        """Hand everything appended to the operating system. Collective."""
        self._report.complete()
        self._file.flush()

    def close(self) -> None:
        """Complete the file and give it its final name. Collective."""
        self._report.complete()
        self._file.close()
        on_first_rank(self._communicator, lambda: publish(self._path))

    def abort(self) -> None:
        """Complete the file under its partial name. Collective."""
        self._report.complete()
        self._file.close()
