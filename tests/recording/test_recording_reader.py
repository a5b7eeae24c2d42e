"""Reading files back, and what a reader says of files it cannot read."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest
from recording_sample import POINTS, write_report, write_spikes

from distsim.comm.serial import SerialCommunicator
from distsim.recording import (
    Provenance,
    ReadError,
    SpikePopulation,
    SpikeWindow,
    WriterKind,
    digest_spikes,
    open_spikes,
    read_report,
    read_spikes,
    spike_populations,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def spikes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reader") / "spikes.h5"
    write_spikes(SerialCommunicator(), path, WriterKind.AUTO)
    return path


def test_read_spikes(tmp_path: Path) -> None:
    path = tmp_path / "spikes.h5"
    writer = open_spikes(path, SerialCommunicator(), [SpikePopulation("a", 9, 0.1)], Provenance(1, 1, ""))
    writer.append({"a": SpikeWindow(0, 10, np.array([3, 3, 7]), np.array([0, 8, 2]))})
    writer.close()
    times, node_ids = read_spikes(path, "a")
    assert times.tolist() == pytest.approx([3e-4, 3e-4, 7e-4], rel=1e-15)
    assert node_ids.tolist() == [0, 8, 2]
    assert node_ids.dtype == np.int64
    assert spike_populations(str(path)) == ["a"]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"none\.h5: there is no such file"):
        read_spikes(tmp_path / "none.h5", "a")


@pytest.mark.parametrize("left", ["spikes.h5.part", ".spikes.h5.ranks"])
def test_unfinished_file(tmp_path: Path, left: str) -> None:
    (tmp_path / left).touch()
    with pytest.raises(ReadError, match=r"spikes\.h5 is not complete"):
        digest_spikes(tmp_path / "spikes.h5")


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.999])
def test_file_cut_short(spikes: Path, tmp_path: Path, kept: float) -> None:
    path = tmp_path / "cut.h5"
    content = spikes.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ReadError, match=r"cut\.h5 is damaged, cut short, or not an HDF5 file"):
        read_spikes(path, "excitatory")


def test_text_file(tmp_path: Path) -> None:
    path = tmp_path / "text.h5"
    path.write_text("magic\n" * 1000, encoding="ascii")
    with pytest.raises(ReadError, match=r"text\.h5"):
        read_report(path, "a")


def test_other_hdf5_file(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["spikes/a/timestamps"] = [1.0]
    with pytest.raises(ReadError, match="not a SONATA file"):
        read_spikes(path, "a")


def test_wrong_population_names_those_there_are(spikes: Path) -> None:
    with pytest.raises(ReadError, match=r"'exitatory' \(there: empty, excitatory, inhibitory, silent\)"):
        read_spikes(spikes, "exitatory")


def test_wrong_sort_of_file(spikes: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no SONATA report file"):
        read_report(spikes, "excitatory")
    write_report(SerialCommunicator(), tmp_path / "v.h5", WriterKind.AUTO, POINTS, np.arange(3))
    with pytest.raises(ReadError, match="no SONATA spikes file"):
        read_spikes(tmp_path / "v.h5", "excitatory")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("spikes/excitatory/node_ids", None, "missing"),
        ("spikes/excitatory/node_ids", [1, 2], "differ in length"),
    ],
)
def test_inconsistent_spikes(
    spikes: Path, tmp_path: Path, path: str, value: list[int] | None, message: str
) -> None:
    copy = tmp_path / "spikes.h5"
    shutil.copy(spikes, copy)
    with h5py.File(copy, "r+") as file:
        del file[path]
        if value is not None:
            file[path] = value
    with pytest.raises(ReadError, match=message):
        read_spikes(copy, "excitatory")


def test_inconsistent_report(tmp_path: Path) -> None:
    path = tmp_path / "v.h5"
    write_report(SerialCommunicator(), path, WriterKind.AUTO, POINTS, np.arange(3))
    with h5py.File(path, "r+") as file:
        del file["report/excitatory/mapping/index_pointers"]
        file["report/excitatory/mapping/index_pointers"] = [0, 1, 2]
    with pytest.raises(ReadError, match="mapping"):
        read_report(path, "excitatory")


def test_digest_sees_spikes_and_nothing_else(spikes: Path, tmp_path: Path) -> None:
    original = digest_spikes(spikes)
    copy = tmp_path / "spikes.h5"
    shutil.copy(spikes, copy)
    with h5py.File(copy, "r+") as file:
        file.attrs["ranks"] = 17
    assert digest_spikes(copy) == original
    with h5py.File(copy, "r+") as file:
        file["spikes/excitatory/node_ids"][5] += 1
    changed = digest_spikes(copy)
    assert changed != original
    with h5py.File(copy, "r+") as file:
        file["spikes/excitatory/node_ids"][5] -= 1
        file["spikes/inhibitory/timestamps"][0] = np.nextafter(file["spikes/inhibitory/timestamps"][0], 1e9)
    assert digest_spikes(copy) not in {original, changed}
    with h5py.File(copy, "r+") as file:
        del file["spikes/empty"]
    assert digest_spikes(copy) != original
