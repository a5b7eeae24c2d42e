"""Runs of NEST, in the programs of tests/peers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from activity import PEERS
from measurement import Activity, Contestant, Measurement, Simulator
from processes import RunFailedError, run_process
from works import BASELINE, Case

RECORDED = int(BASELINE.size)
"""Neurons of a population that are recorded: as many as in the baseline, so that their memory does not count.

NEST takes 37 kB for each, more than for the neuron itself and hundreds of synapses.
"""


@dataclass(frozen=True, slots=True)
class NestRunner:
    """NEST on a number of threads.

    Parameters
    ----------
    python
        Interpreter that has NEST.
    """

    threads: int
    python: Path

    @property
    def contestant(self) -> Contestant:
        """Simulator and cores."""
        return Contestant(Simulator.NEST, self.threads)

    def can_run(self, case: Case) -> bool:
        """Tell whether there is a program for this model."""
        return case.work.nest is not None

    def prepare(self, case: Case) -> Measurement | None:
        """Do nothing: NEST's models are compiled already."""
        return None

    def run(self, case: Case, seed: int) -> Measurement:
        """Build the network, simulate, count the spikes."""
        program = case.work.nest
        if program is None:
            raise RunFailedError(f"there is no program for {case.work.title}")
        size = "--scale" if case.work.sized_by == "scale" else "--neurons"
        finished = run_process(
            [
                self.python,
                PEERS / program.name,
                *program.options,
                *(size, f"{case.size:.12g}"),
                *("--duration", str(case.seconds)),
                *("--seed", str(seed)),
                *("--threads", str(self.threads)),
                *("--recorded", str(RECORDED)),
            ],
            {"OMP_NUM_THREADS": str(self.threads)},
            folder=PEERS,
        )
        report = finished.report()
        phases = {
            "build": report["build_seconds"],
            "loop": report["loop_seconds"],
            "write": report["report_seconds"],
        }
        return Measurement(
            neurons=report["neurons"],
            synapses=report["synapses"],
            phases={"import": finished.wall_s - sum(phases.values()), **phases},
            peak_rss_bytes=[report["peak_rss_bytes"]],
            activity={name: Activity(**each) for name, each in sorted(report["populations"].items())},
            report=report,
        )
