"""Runs under mpirun in processes of their own: the body of tests, and ranks that fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_world import environment

BESIDE = Path(sys.executable).parent / "mpirun"
MPIRUN = str(BESIDE) if BESIDE.exists() else shutil.which("mpirun")

pytestmark = [
    pytest.mark.mpi_skip,
    pytest.mark.alone,
    pytest.mark.skipif(MPIRUN is None, reason="no mpirun"),
]


def mpirun(ranks, *arguments, seconds=60):
    return subprocess.run(
        [MPIRUN, "-n", str(ranks), sys.executable, *arguments],
        env=environment(
            OMPI_MCA_rmaps_base_oversubscribe="1",
            OMPI_MCA_mpi_yield_when_idle="1",
            PRTE_MCA_rmaps_default_mapping_policy=":oversubscribe",
        ),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@pytest.mark.parametrize("ranks", [1, 3])
def test_the_body_of_tests_under_mpirun(ranks):
    tests = [str(Path(__file__).parent / name) for name in ("test_communicators.py", "test_exchange.py")]
    done = mpirun(ranks, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--only-mpi", *tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    assert "failed" not in done.stdout


FAILING = """
import sys, time
from distsim.comm import install_abort_hook, world
communicator = world()
install_abort_hook(communicator)

def collective(): communicator.barrier()
def command(): communicator.wait_for_broadcast(failing_ranks[0])
def hot(): communicator.native.Barrier()
def computing(): time.sleep(600)
def failing(): raise ValueError("an input file is missing")

failing_ranks = [int(rank) for rank in sys.argv[1].split(",")]
others = globals()[sys.argv[2]]
communicator.barrier()
if communicator.rank in failing_ranks:
    failing()
others()
"""


@pytest.mark.parametrize("others", ["collective", "command", "hot", "computing"])
def test_one_failing_rank_ends_all_with_one_traceback(others):
    done = mpirun(3, "-c", FAILING, "1", others, seconds=30)
    assert done.returncode != 0
    assert done.stderr.count("Traceback (most recent call last)") == 1, done.stderr
    assert "[rank 1] ValueError: an input file is missing" in done.stderr


@pytest.mark.parametrize(("failing", "speaker"), [("0,1,2,3", 0), ("1,3", 1), ("3", 3)])
def test_one_error_on_several_ranks_is_printed_once(failing, speaker):
    done = mpirun(4, "-c", FAILING, failing, "collective", seconds=30)
    assert done.returncode != 0
    assert done.stderr.count("ValueError: an input file is missing") == 1, done.stderr
    assert f"[rank {speaker}] ValueError" in done.stderr


def test_the_exit_status_is_that_of_the_abort():
    code = "from distsim.comm import world\nc = world()\nif c.rank == 1: c.abort(7, 'seven')\nc.barrier()"
    done = mpirun(2, "-c", code, seconds=30)
    assert done.returncode == 7
    assert "seven" in done.stderr
