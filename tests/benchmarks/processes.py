"""Starting simulators as processes of their own, and finding the programs that are needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from works import ROOT

LONGEST_RUN = 3600.0
"""Seconds after which a run is given up."""
SET_UP_PEERS = """
. jobs/environment.sh
. tests/environment/peers.sh
set_up_simulators
printf '\\n%s\\n' "$DISTSIM_PEERS_PYTHON"
"""
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
MORE_RANKS_THAN_CORES = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}


class RunFailedError(Exception):
    """A simulator did not do its work; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process has left."""

    output: str
    errors: str
    wall_s: float

    def report(self) -> dict[str, Any]:
        """Return the JSON object in the last line of the output."""
        lines = self.output.strip().splitlines()
        report: dict[str, Any] = json.loads(lines[-1])
        return report


def run_process(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Finished:
    """Run a command to its end.

    Raises
    ------
    RunFailedError
        If it fails, or takes longer than `LONGEST_RUN`.
    """
    started = perf_counter()
    try:
        finished = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_RUN,
            env={**os.environ, **(environment or {})},
            cwd=folder,
        )
    except subprocess.TimeoutExpired:
        raise RunFailedError(f"still ran after {LONGEST_RUN:.0f} s") from None
    wall = perf_counter() - started
    if finished.returncode:
        lines = [line for line in finished.stderr.splitlines() if line.strip()]
        raise RunFailedError(lines[-1].strip() if lines else f"exit code {finished.returncode}")
    return Finished(finished.stdout, finished.stderr, wall)


def find_mpirun() -> str | None:
    """Return the launcher of the MPI library that mpi4py loads here, None if there is none."""
    beside_python = Path(sys.executable).parent / "mpirun"
    candidates = [os.environ.get("DISTSIM_MPIRUN", ""), str(beside_python), shutil.which("mpirun") or ""]
    return next((each for each in candidates if each and os.access(each, os.X_OK)), None)


def ranks_environment(ranks: int) -> dict[str, str]:
    """Return what mpirun and its ranks need in their environment: one thread a rank, and to be let start."""
    crowded = ranks > len(os.sched_getaffinity(0))
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**threads, **AS_ROOT, **(MORE_RANKS_THAN_CORES if crowded else {})}


def find_peers() -> Path:
    """Return the interpreter that has Brian 2 and NEST; the first time, it is set up.

    Raises
    ------
    RunFailedError
        If it cannot be set up.
    """
    given = os.environ.get("DISTSIM_PEERS_PYTHON", "")
    if given:
        return ROOT / given
    python = run_process(["bash", "-c", SET_UP_PEERS]).output.splitlines()[-1]
    if not python:
        raise RunFailedError("Brian 2 and NEST could not be installed")
    return Path(python)
