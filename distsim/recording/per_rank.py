"""The writers whose ranks write a file each, joined into one when the run is over.

They need no MPI in HDF5, only a file system that all ranks see.  The ranks' files lie in a hidden folder
beside the result.  Rank 0 joins them window by window, holding a bounded piece of a window in memory, and
removes them.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.recording.errors import RecordingError
from distsim.recording.files import on_first_rank, partial_path, publish, ranks_folder
from distsim.recording.hdf5 import Hdf5File
from distsim.recording.order import check_variables, check_window, sort_by_step
from distsim.recording.placement import place_columns
from distsim.recording.protocol import ReportColumns, ReportLayout, SpikePopulation, SpikeWindow
from distsim.recording.sonata import REPORT_CACHE, SPIKES_CACHE, ReportFile, SpikesFile
from distsim.recording.spool import SpooledArray, SpoolReader, SpoolWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from distsim.comm.protocol import Communicator
    from distsim.recording.provenance import Provenance

_INT64 = np.dtype(np.int64)
_FLOAT64 = np.dtype(np.float64)
_SPIKES_PER_PIECE = 2**20
_VALUES_PER_PIECE = 2**20


class _RankFiles:
    """The ranks' files of one result: where they are, and their life."""

    def __init__(self, path: Path, communicator: Communicator) -> None:
        self._path = path
        self._communicator = communicator
        self._folder = ranks_folder(path)
        on_first_rank(communicator, self._create)
        try:
            self.spool = SpoolWriter(self._file(communicator.rank))
        except OSError as error:
            raise RecordingError(
                f"rank {communicator.rank} cannot write to {self._folder}: {error}; "
                "the output folder must lie on a file system that all ranks see"
            ) from error

    def _create(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()

    def _file(self, rank: int) -> Path:
        return self._folder / f"{rank:06d}"

    @contextmanager
    def readers(self) -> Iterator[list[SpoolReader]]:
        """Open the files of all ranks, in rank order."""
        with ExitStack() as stack:
            paths = map(self._file, range(self._communicator.size))
            yield [stack.enter_context(closing(SpoolReader(path))) for path in paths]

    def finish(
        self, join: Callable[[Hdf5File, list[SpoolReader]], None], cache_bytes: int, *, final: bool
    ) -> None:
        """Let rank 0 make the result from the ranks' files, and remove them. Collective.

        The result keeps its partial name unless it is `final`.
        """
        self.spool.close()
        # Every rank's part is complete before it is read.
        self._communicator.barrier()

        def join_all() -> None:
            with (
                self.readers() as readers,
                closing(Hdf5File(partial_path(self._path), None, cache_bytes=cache_bytes)) as file,
            ):
                join(file, readers)
            shutil.rmtree(self._folder)
            if final:
                publish(self._path)

        on_first_rank(self._communicator, join_all)


class PerRankSpikeWriter:
    """Writes each rank's spikes apart; see `distsim.recording.protocol.SpikeWriter`.

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
        check_variables(populations)
        self._populations = tuple(populations)
        self._provenance = provenance
        self._next_step = [0] * len(populations)
        self._files = _RankFiles(path, communicator)

    def append(self, windows: Mapping[str, SpikeWindow]) -> None:
        """Add a window of each population named. Collective."""
        spool = self._files.spool
        for index, population in enumerate(self._populations):
            if population.name not in windows:
                continue
            window = windows[population.name]
            check_window(window, population, self._next_step[index])
            self._next_step[index] = window.stop
            spool.append(np.array([index, window.first, window.stop], _INT64))
            spool.append(window.steps.astype(_INT64, copy=False))
            spool.append(window.node_ids.astype(_INT64, copy=False))
            for variable in population.variables:
                spool.append(window.variables[variable.name].astype(_FLOAT64, copy=False))

    def flush(self) -> None:
        """Hand everything appended to the operating system. Collective."""
        self._files.spool.flush()

    def close(self) -> None:
        """Join the ranks' files and give the result its final name. Collective."""
        self._files.finish(self._join, SPIKES_CACHE, final=True)

    def abort(self) -> None:
        """Join the ranks' files under the partial name. Collective."""
        self._files.finish(self._join, SPIKES_CACHE, final=False)

    def _join(self, file: Hdf5File, readers: list[SpoolReader]) -> None:
        result = SpikesFile(file, self._populations, self._provenance)
        while not readers[0].exhausted:
            index, first, stop = agreed(readers)
            population = self._populations[index]
            steps = [reader.next(_INT64) for reader in readers]
            node_ids = [reader.next(_INT64) for reader in readers]
            variables = {
                variable.name: [reader.next(_FLOAT64) for reader in readers]
                for variable in population.variables
            }
            for ranges in _pieces(steps, first, stop):
                spikes = sort_by_step(
                    _read(steps, ranges),
                    _read(node_ids, ranges),
                    {name: _read(arrays, ranges) for name, arrays in variables.items()},
                )
                result.append(population.name, spikes[0].size, 0, *spikes)


def _pieces(steps: Sequence[SpooledArray], first: int, stop: int) -> Iterator[list[tuple[int, int]]]:
    """Cut a window at steps so that a piece holds about `_SPIKES_PER_PIECE` spikes of all ranks.

    Yields, for each piece, the range of spikes of each rank.
    """
    total = sum(array.size for array in steps)
    pieces = min(-(-total // _SPIKES_PER_PIECE), stop - first)
    cuts = first + (stop - first) * np.arange(1, max(pieces, 1)) // max(pieces, 1)
    # One rank's steps at a time: a window was small enough for that rank's memory.
    inner = [np.searchsorted(array.read(), cuts) if pieces > 1 else cuts for array in steps]
    for piece in range(pieces):
        yield [
            (int(cut[piece - 1]) if piece else 0, int(cut[piece]) if piece < pieces - 1 else array.size)
            for array, cut in zip(steps, inner, strict=True)
        ]


def _read(arrays: Sequence[SpooledArray], ranges: Sequence[tuple[int, int]]) -> NDArray[Any]:
    """Read a range of each rank's array, and concatenate them in rank order."""
    return np.concatenate([array.read(*each) for array, each in zip(arrays, ranges, strict=True)])


def agreed(readers: Sequence[SpoolReader]) -> list[int]:
    """Read the next header, which is the same in every rank's file."""
    headers = [reader.next(_INT64).read().tolist() for reader in readers]
    if any(header != headers[0] for header in headers):
        raise RecordingError("the ranks recorded different windows; the recording cannot be joined")
    first: list[int] = headers[0]
    return first


class PerRankReportWriter:
    """Writes each rank's columns apart; see `distsim.recording.protocol.ReportWriter`.

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
        self._layout = layout
        self._provenance = provenance
        self._placement = place_columns(communicator, columns)
        self._files = _RankFiles(path, communicator)
        for array in (columns.node_ids, columns.elements_per_node, columns.element_ids):
            self._files.spool.append(array.astype(_INT64, copy=False))

    def append(self, rows: NDArray[np.floating]) -> None:
        """Add rows of this rank's columns. Collective."""
        self._placement.check_rows(rows)
        self._files.spool.append(np.array(rows.shape[:1], _INT64))
        with np.errstate(over="ignore"):  # a float64 beyond the range of float32 becomes inf
            self._files.spool.append(rows.astype(self._layout.dtype, copy=False))

    def flush(self) -> None:
        """Hand everything appended to the operating system. Collective."""
        self._files.spool.flush()

    def close(self) -> None:
        """Join the ranks' files and give the result its final name. Collective."""
        self._files.finish(self._join, REPORT_CACHE, final=True)

    def abort(self) -> None:
        """Join the ranks' files under the partial name. Collective."""
        self._files.finish(self._join, REPORT_CACHE, final=False)

    def _join(self, file: Hdf5File, readers: list[SpoolReader]) -> None:
        placement = self._placement
        result = ReportFile(file, self._layout, placement.nodes, placement.columns, self._provenance)
        widths = _join_mapping(result, readers)
        rows_per_piece = max(1, _VALUES_PER_PIECE // max(placement.columns, 1))
        while not readers[0].exhausted:
            (rows,) = agreed(readers)
            blocks = [reader.next(self._layout.dtype) for reader in readers]
            for first in range(0, rows, rows_per_piece):
                stop = min(first + rows_per_piece, rows)
                pieces = [
                    block.read(first * width, stop * width).reshape(stop - first, width)
                    for block, width in zip(blocks, widths, strict=True)
                ]
                result.append(0, np.hstack(pieces))
        result.complete()


def _join_mapping(result: ReportFile, readers: Sequence[SpoolReader]) -> list[int]:
    """Write which columns belong to which node, and return the number of columns of each rank."""
    nodes = 0
    widths: list[int] = []
    for reader in readers:
        columns = ReportColumns(*(reader.next(_INT64).read() for _ in range(3)))
        last = len(widths) == len(readers) - 1
        result.write_mapping(nodes, sum(widths), columns, last=last)
        nodes += columns.node_ids.size
        widths.append(columns.element_ids.size)
    return widths
