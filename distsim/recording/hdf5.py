"""Opening and appending to HDF5 files, alone or by all ranks together.

With the ``mpio`` driver every change of structure (create, resize, attributes, close) is made by all ranks
with the same arguments, and every transfer of data is joined by all ranks, those without data selecting
nothing.  Code that keeps to that is also right for a file opened by one process, so there is one path.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from distsim.recording.errors import RecordingError, WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

    from distsim.comm.protocol import Communicator


def has_mpi() -> bool:
    """Return whether h5py was built with MPI."""
    return bool(h5py.get_config().mpi)


class Hdf5File:
    """A new HDF5 file, and the transfers to it.

    Parameters
    ----------
    path
        Where it is created; an older file there is replaced.
    communicator
        The ranks that open it together (collective); None where one process opens it alone.
    cache_bytes
        Bytes of chunks each data set keeps in memory. Parallel HDF5 keeps none.
    """

    def __init__(self, path: Path, communicator: Communicator | None, *, cache_bytes: int) -> None:
        self.path = path
        self._shared = communicator is not None and communicator.size > 1
        self.first = communicator is None or communicator.rank == 0
        options: dict[str, Any] = {"rdcc_nbytes": cache_bytes}
        if self._shared and communicator is not None:
            options = {"driver": "mpio", "comm": communicator.native}
        try:
            self.root: h5py.File = h5py.File(path, "w", **options)
        except OSError as error:
            raise RecordingError(f"cannot create {path}: {error}") from error
        self._transfer = h5py.h5p.create(h5py.h5p.DATASET_XFER)
        if self._shared:
            self._transfer.set_dxpl_mpio(h5py.h5fd.MPIO_COLLECTIVE)

    def create(
        self,
        group: h5py.Group,
        name: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        chunks: tuple[int, ...] | None = None,
    ) -> h5py.Dataset:
        """Create a data set; with `chunks` it can grow along its first axis. Collective.

        Space is never filled in advance: every element is written once, by the rank that has it.
        """
        limits = None
        if chunks is not None:
            # A chunk may be no wider than a fixed axis, and an empty axis has no valid chunk: leave it open.
            limits = (None, *(size or None for size in shape[1:]))
        with self._named():
            return group.create_dataset(
                name, shape, dtype, chunks=chunks, maxshape=limits, fill_time="never" if chunks else None
            )

    def write(self, dataset: h5py.Dataset, start: tuple[int, ...], block: NDArray[Any]) -> None:
        """Write `block` at `start`; ranks with nothing to write pass an empty block. Collective.

        The block is converted to the file's type here, because parallel HDF5 gives up the collective
        transfer when it has to convert.
        """
        with np.errstate(over="ignore"):  # a float64 beyond the range of float32 becomes inf
            data = np.ascontiguousarray(block, dtype=dataset.dtype)
        # A data set without elements has no storage to take part in a collective transfer; all ranks agree.
        if dataset.size == 0 or (data.size == 0 and not self._shared):
            return
        memory = h5py.h5s.create_simple(data.shape)
        selection = dataset.id.get_space()
        if data.size:
            selection.select_hyperslab(start, data.shape)
        else:
            memory.select_none()
            selection.select_none()
        with self._named():
            dataset.id.write(memory, selection, data, dxpl=self._transfer)

    def write_once(self, dataset: h5py.Dataset, values: NDArray[Any]) -> None:
        """Write the whole of a small data set of fixed size, known to all ranks, from rank 0."""
        if self.first:
            data = np.ascontiguousarray(values, dtype=dataset.dtype)
            with self._named():
                dataset.id.write(h5py.h5s.ALL, h5py.h5s.ALL, data)

    def grow(self, dataset: h5py.Dataset, rows: int) -> None:
        """Make the data set `rows` long. Collective."""
        with self._named():
            dataset.resize(rows, axis=0)

    def flush(self) -> None:
        """Hand all written data to the operating system. Collective."""
        with self._named():
            self.root.flush()

    def close(self) -> None:
        """Close the file. Collective."""
        with self._named():
            self.root.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the file where writing fails, and say why in a few words."""
        try:
            yield
        except (OSError, RuntimeError) as error:
            # HDF5 tells of one refused write in both kinds, and at length.
            found = re.search(r"error message = '([^']*)'", str(error))
            reason = found[1] if found else error
            raise WriteError(f"cannot write {self.path}: {reason}") from error
