"""The JSON file with all that was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from machine import versions
from measurement import Run
from ratios import compare


@dataclass(slots=True)
class Results:
    """Runs, and the circumstances in which they were made."""

    made: str
    command: str
    machine: Mapping[str, Any]
    runs: list[Run] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write runs as they are, and what follows from them."""
        content = {
            "made": self.made,
            "command": self.command,
            "machine": dict(self.machine),
            "versions": versions(self.runs),
            "rows": [asdict(row) for row in compare(self.runs)],
            "runs": [run.to_json() for run in self.runs],
        }
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(content, indent=1) + "\n")
        partial.replace(path)


def read_results(path: Path) -> Results:
    """Read what `Results.write` has written; rows are made anew from the runs."""
    content = json.loads(path.read_text())
    runs: Sequence[Run] = [Run.from_json(entry) for entry in content["runs"]]
    return Results(content["made"], content["command"], content["machine"], list(runs))
