"""Starting runs that are to fail, and what all of them have in common."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODEL = HERE / "model.yaml"
FAULTS = str(HERE / "fault_program.py")
MODULES = str(HERE / "module_program.py")
ROOT = HERE.parents[1]
Finished = subprocess.CompletedProcess[str]


def one_process(
    arguments: list[object], *, env: dict[str, str] | None = None, cwd: Path = ROOT, timeout: float = 60
) -> Finished:
    """Run this Python with some arguments, without any launcher of MPI."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=cwd,
        env=env,
        check=False,
    )


def complaints(run: Finished) -> list[str]:
    """The beginning of each message to the user."""
    return [line for line in run.stderr.splitlines() if line.startswith("distsim: ")]


def assert_refused(run: Finished, *says: str) -> None:
    """One message, without a traceback, and the exit code of bad input."""
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    assert len(complaints(run)) == 1, run.stderr
    assert complaints(run)[0].startswith("distsim: error:")
    for words in says:
        assert run.stderr.count(words) == 1, (words, run.stderr)


def names_in(folder: Path) -> set[str]:
    """What a folder holds, hidden names included."""
    return {path.name for path in folder.iterdir()} if folder.exists() else set()
