"""The fixtures that start ranks: their results mean nothing if these do not hold."""

import time

import pytest
from conftest import session_members


def test_ranks_form_one_world(mpirun):
    run = mpirun(3, ["-c", "from mpi4py import MPI; print(MPI.COMM_WORLD.allreduce(1))"])
    assert run.returncode == 0, run.stderr
    # Lines of different ranks may run into one another.
    assert "".join(run.stdout.split()) == "333"


def test_exit_code_of_a_rank_is_seen(mpirun):
    run = mpirun(2, ["-c", "from mpi4py import MPI; raise SystemExit(3 * MPI.COMM_WORLD.rank)"])
    assert run.returncode == 3


def test_ranks_are_killed_when_the_time_is_up(mpirun, mpirun_start):
    with pytest.raises(pytest.fail.Exception, match="still ran after"):
        mpirun(
            2,
            ["-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"],
            3,
        )
    process = mpirun_start(2, ["-c", "import time; time.sleep(600)"])
    time.sleep(1)
    assert len(session_members(process.pid)) >= 3
