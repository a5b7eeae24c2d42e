"""Counting spikes, in the same way for every simulator."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from measurement import Activity
from numpy.typing import NDArray
from works import ROOT

PEERS = ROOT / "tests" / "peers"


def _load(path: Path) -> Any:
    """Import a module of the peers' folder, whose other modules need what is not installed here."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    if specification is None or specification.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


_statistics = _load(PEERS / "spike_statistics.py")


def activity_of(neurons: NDArray[Any], times: NDArray[Any], size: int, seconds: float) -> Activity:
    """Return rate and irregularity of a population.

    Parameters
    ----------
    neurons
        (n,) int, which neuron spikes.
    times
        (n,) float64, when [s].
    size
        Neurons in the population.
    seconds
        Simulated time [s].
    """
    return Activity(**_statistics.rate_and_irregularity(neurons, times, size, 0.0, seconds))
