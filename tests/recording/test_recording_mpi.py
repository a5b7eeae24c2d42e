"""Both writers on real MPI ranks: the data sets equal those of one process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from recording_sample import contents_of_folder, write_all

from distsim.comm.serial import SerialCommunicator
from distsim.recording import WriterKind, digest_spikes

pytestmark = [pytest.mark.mpi_skip, pytest.mark.alone]  # these start mpirun themselves

PROGRAM = Path(__file__).with_name("rank_program.py")
ROOT = PROGRAM.parents[2]
TIMEOUT = 90
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}


def run_ranks(ranks: int, folder: Path, writer: str, library: Path | None) -> tuple[int, str]:
    """Run the program on MPI ranks, with another h5py in front; return its exit status and output."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    mpirun = shutil.which("mpirun", path=path)
    if mpirun is None:
        pytest.skip("there is no mpirun")
    folders = [str(ROOT), *([str(library)] if library else [])]
    process = subprocess.Popen(
        [mpirun, "-n", str(ranks), sys.executable, str(PROGRAM), str(folder), writer],
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(folders)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        pytest.fail(f"still running after {TIMEOUT} s:\n{output}")
    return process.returncode, output


def parallel_h5py() -> Path:
    """Return the folder with an h5py built with MPI."""
    folder = os.environ.get("DISTSIM_H5PY_MPIO")
    if not folder:
        pytest.skip("DISTSIM_H5PY_MPIO names no h5py built with MPI")
    return Path(folder)


def check(folder: Path, reference: Path) -> None:
    write_all(SerialCommunicator(), reference, WriterKind.AUTO)
    assert contents_of_folder(folder) == contents_of_folder(reference)
    assert digest_spikes(folder / "spikes.h5") == digest_spikes(reference / "spikes.h5")


def test_per_rank(tmp_path: Path) -> None:
    status, output = run_ranks(3, tmp_path / "out", "per_rank", None)
    assert status == 0, output
    check(tmp_path / "out", tmp_path / "reference")


@pytest.mark.mpio
@pytest.mark.parametrize(("ranks", "writer"), [(1, "mpio"), (3, "mpio"), (4, "auto"), (2, "per_rank")])
def test_parallel_hdf5(tmp_path: Path, ranks: int, writer: str) -> None:
    status, output = run_ranks(ranks, tmp_path / "out", writer, parallel_h5py())
    assert status == 0, output
    check(tmp_path / "out", tmp_path / "reference")


def test_mpio_without_parallel_hdf5_is_refused_on_every_rank(tmp_path: Path) -> None:
    status, output = run_ranks(2, tmp_path / "out", "mpio", None)
    assert status != 0
    assert output.count("the writer 'mpio' needs an h5py that was built with MPI") == 2, output
    assert list((tmp_path / "out").iterdir()) == []
