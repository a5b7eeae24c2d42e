"""Reading the files back: for users, tests and tools."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from distsim.recording.errors import ReadError
from distsim.recording.files import partial_path, ranks_folder
from distsim.recording.provenance import SONATA_MAGIC
from distsim.recording.sonata import DATA, DATA_FLOAT64, REPORT_GROUP, SPIKES_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_SPIKES_PER_READ = 2**20
_MAPPING = ("node_ids", "index_pointers", "element_ids", "time")


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A state report in memory.

    Parameters
    ----------
    time
        (n_times,) float64 [s].
    node_ids
        (n_columns,) int64, the neuron of each column.
    element_ids
        (n_columns,) int64, its compartment, 0 for a point neuron.
    data
        (n_times, n_columns) [`units`], float64 where the file has it, else float32.
    units
        Unit of the values, as text.
    """

    time: NDArray[np.float64]
    node_ids: NDArray[np.int64]
    element_ids: NDArray[np.int64]
    data: NDArray[np.floating]
    units: str


def read_spikes(path: Path | str, population: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Read the spikes of a population.

    Returns
    -------
    times : (n,) float64 [s]
    node_ids : (n,) int64

    Raises
    ------
    ReadError
        If the file is missing, cut short or no SONATA spikes file, or has no such population.
    """
    with _open(Path(path)) as file:
        timestamps, node_ids = _spikes(file, population)
        return timestamps[()] / 1000.0, node_ids[()].astype(np.int64)


def spike_populations(path: Path | str) -> list[str]:
    """Return the names of the populations in a spikes file, sorted."""
    with _open(Path(path)) as file:
        return sorted(_group(file, SPIKES_GROUP))


def read_report(path: Path | str, population: str) -> Report:
    """Read a state report.

    Raises
    ------
    ReadError
        If the file is missing, cut short or no SONATA report, or has no such population.
    """
    with _open(Path(path)) as file:
        group = _member(file, REPORT_GROUP, population)
        data = _dataset(group, DATA_FLOAT64 if DATA_FLOAT64 in group else DATA)
        mapping = {name: _dataset(group, f"mapping/{name}")[()] for name in _MAPPING}
        pointers = mapping["index_pointers"].astype(np.int64)
        nodes, columns = mapping["node_ids"].size, mapping["element_ids"].size
        if (
            data.ndim != 2
            or data.shape[1] != columns
            or pointers.size != nodes + 1
            or pointers[-1] != columns
        ):
            raise ReadError(f"{path}: the mapping of {population!r} does not fit its data")
        start, _, step = mapping["time"].tolist()
        # From the integer number of the step, so that times do not drift.
        first = round(start / step) if step > 0 else 0
        return Report(
            time=(first + np.arange(data.shape[0])) * step / 1000.0,
            node_ids=np.repeat(mapping["node_ids"].astype(np.int64), np.diff(pointers)),
            element_ids=mapping["element_ids"].astype(np.int64),
            data=data[()],
            units=str(data.attrs.get("units", "")),
        )


def digest_spikes(path: Path | str) -> str:
    """Return the SHA-256 of all spikes: for each population by name, its times and node ids.

    Equal for equal spikes, whichever writer wrote them and on any number of ranks.
    """
    digest = hashlib.sha256()
    with _open(Path(path)) as file:
        for population in sorted(_group(file, SPIKES_GROUP)):
            timestamps, node_ids = _spikes(file, population)
            digest.update(f"{population}\0{timestamps.size}\0".encode())
            for dataset, dtype in ((timestamps, "<f8"), (node_ids, "<u8")):
                for start in range(0, dataset.size, _SPIKES_PER_READ):
                    piece = dataset[start : start + _SPIKES_PER_READ]
                    digest.update(np.ascontiguousarray(piece, dtype=dtype).tobytes())
    return digest.hexdigest()


@contextmanager
def _open(path: Path) -> Iterator[h5py.File]:
    """Open a SONATA file; every failure inside to read it is a ReadError naming the file."""
    if not path.is_file():
        unfinished = partial_path(path).exists() or ranks_folder(path).exists()
        raise ReadError(
            f"{path} is not complete: the run that writes it has not finished, or was stopped"
            if unfinished
            else f"{path}: there is no such file"
        )
    try:
        with h5py.File(path, "r") as file:
            magic = file.attrs.get("magic")
            if magic is None or int(np.asarray(magic).flat[0]) != SONATA_MAGIC:
                raise ReadError(
                    f"{path} is an HDF5 file but not a SONATA file: its attribute 'magic' is wrong"
                )
            yield file
    except (OSError, RuntimeError, KeyError) as error:
        raise ReadError(f"{path} is damaged, cut short, or not an HDF5 file: {error}") from error


def _spikes(file: h5py.File, population: str) -> tuple[h5py.Dataset, h5py.Dataset]:
    group = _member(file, SPIKES_GROUP, population)
    timestamps, node_ids = _dataset(group, "timestamps"), _dataset(group, "node_ids")
    if timestamps.shape != node_ids.shape:
        raise ReadError(f"{file.filename}: timestamps and node_ids of {population!r} differ in length")
    return timestamps, node_ids


def _group(file: h5py.File, name: str) -> h5py.Group:
    group = file.get(name)
    if not isinstance(group, h5py.Group):
        raise ReadError(f"{file.filename}: there is no group /{name}, so this is no SONATA {name} file")
    return group


def _member(file: h5py.File, kind: str, population: str) -> h5py.Group:
    group = _group(file, kind)
    member = group.get(population)
    if not isinstance(member, h5py.Group):
        known = ", ".join(sorted(group)) or "none"
        raise ReadError(f"{file.filename}: no population {population!r} (there: {known})")
    return member


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    dataset = group.get(name)
    if not isinstance(dataset, h5py.Dataset):
        raise ReadError(f"{group.file.filename}: the data set {group.name}/{name} is missing")
    return dataset
