"""What tests share: starting ranks of MPI as processes, the peers' interpreters, the option ``--slow``."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MPI_SETTINGS = {
    # Open MPI, 4 and 5: start as root, and more ranks than cores without spinning. MPICH reads none of it.
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
# Compiled code that this run, its ranks and the next run share.
os.environ.setdefault("DISTSIM_CACHE", str(ROOT / ".cache" / "kernels"))
START_RANKS = {"mpirun", "mpirun_start", "slurm"}
"""Fixtures whose ranks want all cores and have a time limit: their tests are marked ``alone``."""
StartRanks = Callable[..., subprocess.Popen[str]]
RunRanks = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


# Marks are what tests are selected by, so pytest may look at them only afterwards.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if not START_RANKS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("alone")
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="takes minutes; --slow (tests/run.sh --all) runs it")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def mpirun_program() -> str:
    """The launcher of the MPI library that mpi4py loads here; the test is skipped without one."""
    beside_python = Path(sys.executable).parent / "mpirun"
    candidates = [os.environ.get("DISTSIM_MPIRUN", ""), str(beside_python)]
    candidates += [str(Path(folder) / "mpirun") for folder in os.environ.get("PATH", "").split(os.pathsep)]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    pytest.skip("no mpirun")


@pytest.fixture
def mpirun_start(mpirun_program: str) -> Iterator[StartRanks]:
    """``mpirun_start(ranks, arguments, env=None, cwd=ROOT)``: this Python with these arguments, as a Popen.

    Standard output and error are pipes of text. Whatever still runs at the end of the test is killed.
    """
    started: list[subprocess.Popen[str]] = []

    def start(
        ranks: int, arguments: list[str], *, env: dict[str, str] | None = None, cwd: Path = ROOT
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [mpirun_program, "-n", str(ranks), sys.executable, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env={**os.environ, **MPI_SETTINGS, **(env or {})},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill_session(process)
        process.communicate()


@pytest.fixture
def mpirun(mpirun_start: StartRanks) -> RunRanks:
    """``mpirun(ranks, arguments, timeout=60, env=None, cwd=ROOT)``: the finished run with its output.

    A run that takes longer fails the test, and all its ranks are killed.
    """

    def run(
        ranks: int,
        arguments: list[str],
        timeout: float = 60,
        *,
        env: dict[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> subprocess.CompletedProcess[str]:
        process = mpirun_start(ranks, arguments, env=env, cwd=cwd)
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            kill_session(process)
            output, errors = process.communicate()
            pytest.fail(f"{process.args} still ran after {timeout} s\n{output[-2000:]}\n{errors[-4000:]}")
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    return run


def kill_session(process: subprocess.Popen[str]) -> None:
    """End a launcher and its ranks, which have process groups of their own but share its session."""
    if process.poll() is None:
        process.terminate()
        deadline = time.monotonic() + 2
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    process.kill()
    for member in session_members(process.pid):
        try:
            os.kill(member, signal.SIGKILL)
        except ProcessLookupError:
            continue


def session_members(session: int) -> list[int]:
    """Living processes of a session, from /proc; none where there is no /proc."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The fields after the name in parentheses, which may hold blanks: state, parent, group, session.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            members.append(int(stat.parent.name))
    return members


def _folder_or_program(variable: str, default: str, what: str) -> Path:
    """What tests/run.sh has exported (empty: not to be used) or, without it, what an earlier run has left."""
    path = ROOT / os.environ.get(variable, default)
    if path == ROOT or not path.exists():
        pytest.skip(f"{what} is not set up (tests/run.sh does it where it can)")
    return path


@pytest.fixture(scope="session")
def peers_python() -> Path:
    """The interpreter that has Brian 2 and NEST; tests/peers holds programs for it."""
    return _folder_or_program("DISTSIM_PEERS_PYTHON", ".cache/peers/bin/python", "Brian 2 and NEST")


@pytest.fixture(scope="session")
def bmtk_python() -> Path:
    """The interpreter that has bmtk."""
    return _folder_or_program("DISTSIM_BMTK_PYTHON", ".cache/bmtk/bin/python", "bmtk")


@pytest.fixture(scope="session")
def h5py_mpio() -> Path:
    """Folder of an h5py with MPI, to be put first in the PYTHONPATH of a run: ``env={"PYTHONPATH": ...}``."""
    return _folder_or_program("DISTSIM_H5PY_MPIO", ".cache/h5py-mpio", "h5py with MPI")


@pytest.fixture
def axes():
    """The axes of a fresh figure, drawn without a screen."""
    import matplotlib as mpl  # noqa: PLC0415  (few tests plot)

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    yield pyplot.figure().add_subplot()
    pyplot.close("all")


@pytest.fixture(scope="session")
def brian(peers_python):
    """Brian 2 in a process beside, to be asked questions; see tests/random_systems."""
    from brian import Brian  # noqa: PLC0415  (found there, where the tests are that ask)

    process = Brian(peers_python)
    yield process
    process.close()
