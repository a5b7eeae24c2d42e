"""Where the synapses of a projection are, by number: for other synapses that come from or lead to them.

A rank holds the synapses of its own targets, so the numbers of those in one place are not neighbours.  What
is here is as long on every rank as there are synapses in all; only projections whose synapses are
themselves connected need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """The places of numbered elements on all ranks.

    Parameters
    ----------
    by_number
        (n_elements,) for each number, the place among the elements of all ranks taken rank by rank.
    ends
        (n_ranks,) where the elements of each rank end in that order.
    rank
        The number of this rank.
    """

    by_number: NDArray[np.int64]
    ends: NDArray[np.int64]
    rank: int

    @classmethod
    def gather(cls, numbers: NDArray[np.int64], communicator: Communicator) -> Numbering:
        """Return where everything is, from the numbers of what is here.  Collective."""
        every, counts = communicator.allgatherv(numbers)
        positions = np.empty(len(every), np.int64)
        positions[every] = np.arange(len(every))
        return cls(positions, np.cumsum(counts).astype(np.int64), communicator.rank)

    @property
    def local(self) -> range:
        """Return the positions of the elements of this rank."""
        return range(int(self.ends[self.rank - 1]) if self.rank else 0, int(self.ends[self.rank]))

    def positions(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places among the elements of all ranks, taken rank by rank."""
        positions: NDArray[np.int64] = self.by_number[numbers]
        return positions

    def owners(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the ranks that have the elements with some numbers."""
        return np.searchsorted(self.ends, self.positions(numbers), side="right").astype(np.int64)

    def here(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Tell which of some numbers are those of elements on this rank."""
        positions = self.positions(numbers)
        return (positions >= self.local.start) & (positions < self.local.stop)

    def places(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places on this rank of elements that are all here."""
        return self.positions(numbers) - self.local.start
