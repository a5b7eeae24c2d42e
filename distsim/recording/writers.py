"""Which writer a run uses, and opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.recording.errors import WriterUnavailableError
from distsim.recording.hdf5 import has_mpi
from distsim.recording.mpio import MpioReportWriter, MpioSpikeWriter
from distsim.recording.per_rank import PerRankReportWriter, PerRankSpikeWriter
from distsim.recording.protocol import (
    RateSeries,
    RateWriter,
    ReportColumns,
    ReportLayout,
    ReportWriter,
    SpikePopulation,
    SpikeWriter,
    WriterKind,
)
from distsim.recording.rates import FirstRankRateWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from distsim.comm.protocol import Communicator
    from distsim.recording.provenance import Provenance


def choose_writer(requested: WriterKind, communicator: Communicator) -> WriterKind:
    """Return MPIO or PER_RANK, the same on all ranks. Collective.

    AUTO means one shared file where that is possible: on a single rank, which needs no MPI to share it with
    itself, and where h5py was built with MPI and the ranks are those of MPI.

    Raises
    ------
    WriterUnavailableError
        If MPIO was asked for and cannot be had.
    """
    if requested is WriterKind.PER_RANK:
        return requested
    parallel = has_mpi() and (communicator.native is not None or communicator.size == 1)
    available = bool(communicator.allreduce_min(int(parallel)))
    if requested is WriterKind.MPIO and not available:
        reason = (
            "needs an h5py that was built with MPI, and the one installed was not"
            if not has_mpi()
            else "needs ranks started by MPI"
        )
        raise WriterUnavailableError(
            f"the writer 'mpio' {reason}; use writer 'auto' or 'per_rank', "
            "or install h5py from source with HDF5_MPI=ON"
        )
    return WriterKind.MPIO if available or communicator.size == 1 else WriterKind.PER_RANK


def open_spikes(
    path: Path,
    communicator: Communicator,
    populations: Sequence[SpikePopulation],
    provenance: Provenance,
    kind: WriterKind = WriterKind.AUTO,
) -> SpikeWriter:
    """Open the spikes file. Collective."""
    if choose_writer(kind, communicator) is WriterKind.MPIO:
        return MpioSpikeWriter(path, communicator, populations, provenance)
    return PerRankSpikeWriter(path, communicator, populations, provenance)


def open_report(
    path: Path,
    communicator: Communicator,
    layout: ReportLayout,
    columns: ReportColumns,
    provenance: Provenance,
    kind: WriterKind = WriterKind.AUTO,
) -> ReportWriter:
    """Open the report of one variable; each rank passes its own columns. Collective."""
    if choose_writer(kind, communicator) is WriterKind.MPIO:
        return MpioReportWriter(path, communicator, layout, columns, provenance)
    return PerRankReportWriter(path, communicator, layout, columns, provenance)


def open_rates(
    path: Path, communicator: Communicator, series: Sequence[RateSeries], provenance: Provenance
) -> RateWriter:
    """Open the rates file, which rank 0 writes with either writer. Collective."""
    return FirstRankRateWriter(path, communicator, series, provenance)
