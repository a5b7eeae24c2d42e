"""Where the measurements were made: processor, memory, versions."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from measurement import Run, Simulator
from processes import find_mpirun

SETTINGS = ("OMP_", "OMPI_MCA_", "PRTE_MCA_", "UCX_", "MKL_", "OPENBLAS_")
"""Beginnings of the names of environment variables that may change times."""
BUSY = 0.3
"""Processes that were running on average, from which on figures are off."""


def describe_machine() -> dict[str, Any]:
    """Return what times depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "mpi": _first_line(find_mpirun(), "--version"),
        "compiler": _first_line(shutil.which("g++"), "--version"),
        "load_at_start": os.getloadavg()[0],
        "environment": {key: value for key, value in sorted(os.environ.items()) if key.startswith(SETTINGS)},
    }


def versions(runs: Iterable[Run]) -> dict[str, str]:
    """Return the versions of what has run, as simulators have told them."""
    found: dict[str, str] = {}
    for run in runs:
        if run.measurement is None:
            continue
        if run.contestant.simulator is Simulator.DISTSIM:
            found |= run.measurement.report["versions"]
        else:
            name, _, version = str(run.measurement.report["simulator"]).rpartition(" ")
            found[name] = version
    return found


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _first_line(program: str | None, option: str) -> str | None:
    if program is None:
        return None
    output = subprocess.run([program, option], capture_output=True, text=True, check=False).stdout
    return output.splitlines()[0] if output else None
