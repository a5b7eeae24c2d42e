"""Spikes that may still be under way when a run ends, so that the next one can deliver them.

What has been pushed into ring buffers and queues is thrown away at the end of a run.  The spikes of the last
steps are kept instead, as many steps as the longest delay has, and handed to the pathways again when the next
run begins: on any number of ranks, and with whatever weights and delays the synapses have by then.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    """The last spikes of one stream of events.

    Parameters
    ----------
    dt
        The step in which time is counted [s].
    steps, neurons
        (n,) int64, sorted by step, then neuron.
    """

    dt: float
    steps: NDArray[np.int64]
    neurons: NDArray[np.int64]

    def counted_in(self, dt: float) -> Train:
        """Return the same spikes with time counted in another step."""
        if dt == self.dt:
            return self
        return Train(dt, np.round(self.steps * (self.dt / dt)).astype(np.int64), self.neurons)

    def of_step(self, step: int) -> NDArray[np.int64]:
        """Return the neurons that spiked in a step."""
        first, stop = np.searchsorted(self.steps, [step, step + 1])
        return self.neurons[first:stop]


@dataclass(slots=True, eq=False)
class History:
    """The last spikes of the neurons of this rank.

    Attributes
    ----------
    trains
        By stream of events.
    since
        By projection and pathway, the time from which it takes spikes [s]; earlier ones it has never seen.
    """

    trains: dict[str, Train] = field(default_factory=dict)
    since: dict[tuple[str, str], float] = field(default_factory=dict)

    def discard(self, owners: Collection[str]) -> None:
        """Forget what there was of populations and projections that are gone."""
        # Streams of other events than spikes have the name of the population before the event's.
        for stream in [stream for stream in self.trains if stream.partition(" ")[0] in owners]:
            del self.trains[stream]
        for pathway in [pathway for pathway in self.since if pathway[0] in owners]:
            del self.since[pathway]

    def train(self, stream: str, dt: float) -> Train:
        """Return the last spikes of a stream, with time counted in steps of `dt`."""
        if stream not in self.trains:
            return Train(dt, np.empty(0, np.int64), np.empty(0, np.int64))
        return self.trains[stream].counted_in(dt)

    def keep(self, stream: str, new: Train, first: int) -> None:
        """Add spikes of a stream and forget those before the step `first`."""
        earlier = self.train(stream, new.dt)
        steps = np.concatenate([earlier.steps, new.steps])
        kept = slice(int(np.searchsorted(steps, first)), None)
        self.trains[stream] = Train(new.dt, steps[kept], np.concatenate([earlier.neurons, new.neurons])[kept])
