"""
Who started this process, read from its environment alone.

Only what a launcher sets *per process* counts. Inside a batch job there are variables that promise many tasks
to a plain ``python`` too (``SLURM_NTASKS``), and a run on one rank there is legal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Launcher(Enum):
    """What started the processes of a run; the value is its name in messages."""

    OPEN_MPI = "Open MPI's mpirun"
    PMI = "mpiexec (MPICH, Intel MPI) or srun"
    MVAPICH = "MVAPICH's mpirun"
    PMIX = "a PMIx launcher"
    SLURM = "srun"


@dataclass(frozen=True)
class Launch:
    """
    What a launcher said to this process.

    Attributes
    ----------
    launcher : Launcher
        Who said it.
    rank : int or None
        The rank promised to this process.
    size : int or None
        The number of ranks promised, None if the launcher does not say.
    """

    launcher: Launcher
    rank: int | None
    size: int | None


# From the innermost launcher outwards: mpirun in a batch job starts its daemons by srun, and the
# ranks inherit the daemons' SLURM variables.
_MPI_LAUNCHERS = (
    (Launcher.OPEN_MPI, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    (Launcher.MVAPICH, "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
    (Launcher.PMI, "PMI_RANK", "PMI_SIZE"),
)


def read_launch(environ: Mapping[str, str]) -> Launch | None:
    """
    Return what started this process as one of the ranks of an MPI run.

    Parameters
    ----------
    environ : mapping
        The environment, usually ``os.environ``.

    Returns
    -------
    Launch or None
        None for a process that nobody started as a rank: a plain ``python``, also within a batch job, and
        the only task of an srun, which may be the user's own interactive shell.
    """
    for launcher, rank_name, size_name in _MPI_LAUNCHERS:
        size = _number(environ, size_name)
        if size is not None:
            return Launch(launcher, _number(environ, rank_name), size)

    tasks = _number(environ, "SLURM_STEP_NUM_TASKS") if "SLURM_PROCID" in environ else None
    if tasks == 1:
        return None
    if tasks is not None:
        return Launch(Launcher.SLURM, _number(environ, "SLURM_PROCID"), tasks)
    if "PMIX_RANK" in environ:
        return Launch(Launcher.PMIX, _number(environ, "PMIX_RANK"), None)
    return None


def _number(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
