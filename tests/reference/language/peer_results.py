"""Results of Brian 2 for a file of cases, kept for as long as the file and Brian 2 stay the same."""

import fcntl
import hashlib
import json
import os
import subprocess
from pathlib import Path

from language_cases import FOLDER

ROOT = FOLDER.parents[2]
PROGRAM = ROOT / "tests" / "peers" / "brian2_language.py"
CACHE = ROOT / ".cache" / "language"
TIMEOUT = 280


def results_of_brian(cases, python):
    """Return the results of all cases of a file by name, from the cache or from a run."""
    kept = CACHE / f"{cases.stem}-{key_of(cases, python)}.json"
    CACHE.mkdir(parents=True, exist_ok=True)
    # Of several processes of tests one runs Brian 2, and the others wait for it.
    with (CACHE / f"{cases.stem}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            run_brian(cases, python, kept)
    return json.loads(kept.read_text())


def run_brian(cases, python, kept):
    """Run a file of cases in Brian 2 and keep the results."""
    fresh = kept.with_suffix(".part")
    finished = subprocess.run(
        [str(python), str(PROGRAM), str(cases), str(fresh)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"},
        timeout=TIMEOUT,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    fresh.replace(kept)


def key_of(cases, python):
    """Return a digest of what the results depend on: the cases, how they are run, and the packages."""
    packages = Path(python).parents[1].glob("lib/python*/site-packages/*.dist-info")
    names = [each.name.lower() for each in packages]
    versions = [name for name in sorted(names) if name.startswith(("brian2-", "numpy-", "sympy-"))]
    digest = hashlib.sha256("\n".join(versions).encode())
    for path in (cases, FOLDER / "language_cases.py", PROGRAM):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
