"""Runs of Brian 2 as a C++ program, built from the same model files by tests/peers/brian2_standalone.py."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from activity import PEERS, activity_of
from measurement import Activity, Contestant, Measurement, Simulator
from processes import run_process
from works import Case

from distsim.config import load

SYNAPTIC_INDEX = np.dtype(np.int32)
PROGRAM = PEERS / "brian2_standalone.py"


@dataclass(frozen=True, slots=True)
class BrianRunner:
    """Brian 2's C++ standalone mode, with OpenMP on several threads.

    Parameters
    ----------
    python
        Interpreter that has Brian 2.
    folder
        For C++ programs and their results.
    """

    threads: int
    python: Path
    folder: Path

    @property
    def contestant(self) -> Contestant:
        """Simulator and cores."""
        return Contestant(Simulator.BRIAN, self.threads)

    def can_run(self, case: Case) -> bool:
        """Tell whether Brian 2 has all words of the model."""
        return case.work.brian

    def prepare(self, case: Case) -> Measurement | None:
        """Write and compile the C++ program."""
        report, wall = self._compile(case, seed=1)
        return Measurement(report["neurons"], 0, _compilation(report, wall), [], report=report)

    def run(self, case: Case, seed: int) -> Measurement:
        """Build the network, simulate, count the spikes; only what holds the seed is compiled again."""
        report, wall = self._compile(case, seed)
        project = self._project(case)
        finished = run_process([project / "main"], folder=project)
        phases = dict(re.findall(r"^phase (\w+) (\S+)$", finished.output, re.MULTILINE))
        try:
            return Measurement(
                neurons=report["neurons"],
                synapses=sum(_items(project / path, SYNAPTIC_INDEX) for path in report["synapses"]),
                phases=_compilation(report, wall) | {name: float(each) for name, each in phases.items()},
                peak_rss_bytes=[
                    1024 * int(each) for each in re.findall(r"^VmHWM:\s+(\d+)", finished.output, re.MULTILINE)
                ],
                activity=_activity(project, report["populations"], case.seconds),
                report={**report, "last_run_seconds": _own_clock(project)},
            )
        finally:
            # Brian writes every array of the network, which takes gigabytes for a large one.
            shutil.rmtree(project / "results")

    def _project(self, case: Case) -> Path:
        return self.folder / f"brian2-{case.work.name}-{case.size:g}-{self.threads}"

    def _compile(self, case: Case, seed: int) -> tuple[dict[str, Any], float]:
        """Return the report of the program that writes the C++, and its seconds as a whole."""
        model = self.folder / f"brian2-{case.work.name}.json"
        resolved = load(case.work.model, case.overrides).resolved
        model.write_text(json.dumps(yaml.safe_load(resolved)))
        options = ["--threads", str(self.threads), "--seed", str(seed)]
        finished = run_process([self.python, PROGRAM, model, self._project(case), *options], folder=PEERS)
        return finished.report(), finished.wall_s


def _compilation(report: Mapping[str, Any], wall: float) -> dict[str, float]:
    """Return the phases of the program that writes and compiles the C++."""
    compilation = report["describe_seconds"] + report["compile_seconds"]
    return {"import": wall - compilation, "compile": compilation}


def _activity(project: Path, populations: Mapping[str, Any], seconds: float) -> dict[str, Activity]:
    """Count the spikes that the C++ program has left."""
    return {
        name: activity_of(
            np.fromfile(project / files["i"], np.int32),
            np.fromfile(project / files["t"], np.float64),
            files["neurons"],
            seconds,
        )
        for name, files in sorted(populations.items())
    }


def _items(path: Path, kind: np.dtype[Any]) -> int:
    return path.stat().st_size // kind.itemsize


def _own_clock(project: Path) -> float:
    """Return what Brian itself tells of the loop: processor time on one thread, wall time on several [s]."""
    return float((project / "results" / "last_run_info.txt").read_text().split()[0])
