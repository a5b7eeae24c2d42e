"""Run as ``mpirun -n N python -m distsim rank_cases.py``: prints a digest of the results of every case."""

import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from language_cases import CASE_FILES, run_file


def digest(results):
    """Return a digest of every bit of a case's results; of exceptions, of their classes."""
    for value in results.values():
        if isinstance(value, dict):
            value.pop("message", None)
    return hashlib.sha256(json.dumps(results, sort_keys=True).encode()).hexdigest()


found = {}
for path in CASE_FILES:
    for name, results in run_file(path, "distsim", ranks=True).items():
        found[f"{path.stem}-{name}"] = "failed" if isinstance(results.get("error"), str) else digest(results)
sys.stdout.write("\nDIGESTS " + json.dumps(found) + "\n")
