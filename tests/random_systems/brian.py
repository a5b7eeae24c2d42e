"""Brian 2 in a process of its own, asked one question after another (tests/peers/brian2_equations.py)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).resolve().parents[1] / "peers" / "brian2_equations.py"


class Brian:
    """The process; its questions and answers are described there."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [python, PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            cwd=PROGRAM.parent,
        )

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a question."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "Brian 2 has ended"
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
