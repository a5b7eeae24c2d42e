"""How a described network is to be run: duration, output, writer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a run needs besides the network.

    Parameters
    ----------
    duration
        Biological time to simulate [s].
    output
        Folder for the results; None means ``results/<model name>``.
    writer
        ``auto``, ``mpio`` or ``per_rank``.
    debug
        Run the emitted source as plain Python, with checks after every step.
    quiet
        No progress bar and no summary table.
    overwrite
        Replace the results that the output folder holds.
    balance
        Folder of an earlier run's results, whose times decide who gets which neurons.
    phases
        Time the delivery of spikes by itself, also on one rank.
    """

    duration: float
    output: Path | None = None
    writer: str = "auto"
    debug: bool = False
    quiet: bool = False
    overwrite: bool = False
    phases: bool = False
    balance: Path | None = None
