"""The spikes of a window of steps, as kernels list them.

`spikes` holds global neuron numbers, step by step and within a step stream by stream: the spikes of a
population, or another of its events.  `bounds` says where each (step, stream) begins.  The window keeps the
spikes until they are recorded, and the last step's beyond that, because its resets come after the cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distsim.engine.state import State
from distsim.kernels.emit import NETWORK, Attribute
from distsim.network import population_of


@dataclass(slots=True, eq=False)
class SpikeList:
    """The window's arrays.

    Parameters
    ----------
    streams
        The streams of events, in the order in which they are listed.
    steps
        Steps that fit into the window.
    origin
        Step of the first bounds.
    recorded
        Steps before this one have been recorded.
    """

    streams: tuple[str, ...]
    steps: int
    spikes: NDArray[np.int32]
    bounds: NDArray[np.int64]
    origin: int = 0
    recorded: int = 0

    @classmethod
    def allocate(cls, state: State, streams: Sequence[str], steps: int) -> SpikeList:
        """Make the arrays, with room for every neuron to spike in every step.

        Memory is taken only as far as spikes fill it.
        """
        neurons = sum(state.integer(population_of(name), "", Attribute.LOCAL) for name in streams)
        spikes = np.empty(max(neurons * (steps + 1), 1), np.int32)
        bounds = np.zeros((steps + 1) * len(streams) + 1, np.int64)
        state.arrays[NETWORK, "spikes"] = spikes
        state.arrays[NETWORK, "bounds"] = bounds
        for index, name in enumerate(streams):
            state.set_integer(name, "spiking", Attribute.FIRST, index)
        return cls(tuple(streams), steps, spikes, bounds)

    def of_stream(
        self, index: int, stop: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return step, neuron and place in the list of the unrecorded events of one stream."""
        width = len(self.streams)
        steps = np.arange(self.recorded, stop)
        chunks = (steps - self.origin) * width + index
        starts, ends = self.bounds[chunks], self.bounds[chunks + 1]
        counts = ends - starts
        places = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(
            counts.sum()
        )
        return np.repeat(steps, counts), self.spikes[places].astype(np.int64), places

    def of_step(self, index: int, step: int) -> NDArray[np.int64]:
        """Return the neurons of one stream's events in one step."""
        chunk = (step - self.origin) * len(self.streams) + index
        return self.spikes[self.bounds[chunk] : self.bounds[chunk + 1]].astype(np.int64)

    def counts(self, index: int, stop: int) -> NDArray[np.int64]:
        """Return the number of unrecorded events of one stream in each step."""
        chunks = (np.arange(self.recorded, stop) - self.origin) * len(self.streams) + index
        return self.bounds[chunks + 1] - self.bounds[chunks]

    def full(self, stop: int, epoch: int) -> bool:
        """Tell whether the next epoch might not fit."""
        return stop + epoch - self.origin > self.steps

    def keep_last_step(self, stop: int) -> None:
        """Make room: keep nothing but the spikes of the step before `stop`."""
        width = len(self.streams)
        self.recorded = stop
        last = (stop - 1 - self.origin) * width
        if last <= 0:
            return
        bounds = self.bounds[last : last + width + 1].copy()
        kept = self.spikes[bounds[0] : bounds[-1]].copy()
        self.spikes[: len(kept)] = kept
        self.bounds[: width + 1] = bounds - bounds[0]
        self.origin = stop - 1

    def begin(self, step: int) -> None:
        """Begin a run: no step has spikes yet."""
        self.origin = self.recorded = step
        self.bounds[0] = 0
