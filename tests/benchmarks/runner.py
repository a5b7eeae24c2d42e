"""What a simulator has to offer to be measured."""

from __future__ import annotations

from typing import Protocol

from measurement import Contestant, Measurement
from works import Case


class Runner(Protocol):
    """Runs cases in one simulator on a number of cores, each run in processes of its own."""

    @property
    def contestant(self) -> Contestant:
        """Simulator and cores."""
        ...

    def can_run(self, case: Case) -> bool:
        """Tell whether the simulator has this model."""
        ...

    def prepare(self, case: Case) -> Measurement | None:
        """Compile what timed runs will use; return what that took, None if there is nothing to compile."""
        ...

    def run(self, case: Case, seed: int) -> Measurement:
        """Build the network, simulate, count the spikes."""
        ...
