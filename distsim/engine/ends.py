"""The ends of synapses: the elements that they come from, and those that they lead to, as a rank sees them.

Mostly these are neurons, of which a rank has a contiguous block.  They may also be synapses of another
projection, which lie where their own targets are and are counted in the order in which they were connected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.engine.numbering import Numbering
from distsim.network import Subgroup
from distsim.partition import Partition


class End(Protocol):
    """Elements by their numbers, which are relative to the end and the same on any number of ranks."""

    @property
    def size(self) -> int:
        """Return the number of elements on all ranks."""
        ...

    @property
    def scattered(self) -> bool:
        """Tell whether a rank may have elements of any numbers, in any order."""
        ...

    @property
    def local(self) -> range:
        """Return the places of the elements on this rank."""
        ...

    @property
    def candidates(self) -> range:
        """Return numbers among which are those of the elements on this rank."""
        ...

    def here(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Tell which elements are on this rank.  Collective."""
        ...

    def places(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places of elements that are on this rank.  Collective."""
        ...

    def owners(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the ranks that have the elements.  Collective."""
        ...

    def positions(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places of elements in the values of all ranks, gathered rank by rank.  Collective."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class NeuronEnd:
    """Some neurons of a population."""

    group: Subgroup
    partition: Partition
    rank: int

    @property
    def size(self) -> int:
        """Return the number of neurons."""
        return self.group.size

    @property
    def scattered(self) -> bool:
        """Tell that the neurons of a rank are neighbours."""
        return False

    @property
    def local(self) -> range:
        """Return the places in the block."""
        block = self._block
        start = min(max(self.group.start, block.start), block.stop)
        return range(start - block.start, max(min(self.group.stop, block.stop), start) - block.start)

    @property
    def candidates(self) -> range:
        """Return the numbers of the neurons on this rank."""
        first = self._block.start - self.group.start
        start = min(max(first, 0), self.size)
        return range(start, min(max(first + len(self._block), start), self.size))

    def here(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Tell which neurons are on this rank."""
        return (numbers >= self.candidates.start) & (numbers < self.candidates.stop)

    def places(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places in the block."""
        return numbers.astype(np.int64) + (self.group.start - self._block.start)

    def owners(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the ranks that have the neurons."""
        return self.partition.owner(self.group.population, self.positions(numbers))

    def positions(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the numbers in the population: blocks follow each other in the order of the ranks."""
        return numbers.astype(np.int64) + self.group.start

    @property
    def _block(self) -> range:
        return self.partition.block(self.group.population, self.rank)


class Numbered(Protocol):
    """Synapses that are counted."""

    total: int
    """Their number on all ranks."""

    def __len__(self) -> int:
        """Return their number on this rank."""
        ...

    def numbering(self) -> Numbering:
        """Return where they are.  Collective."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SynapseEnd:
    """All synapses of a projection, those to come included."""

    synapses: Numbered

    @property
    def size(self) -> int:
        """Return the number of synapses that there are by now."""
        return self.synapses.total

    @property
    def scattered(self) -> bool:
        """Tell that a rank has the synapses of its own targets, whatever their numbers."""
        return True

    @property
    def local(self) -> range:
        """Return the places of the synapses on this rank."""
        return range(len(self.synapses))

    @property
    def candidates(self) -> range:
        """Return all numbers."""
        return range(self.synapses.total)

    def here(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Tell which synapses are on this rank.  Collective."""
        return self.synapses.numbering().here(numbers)

    def places(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places of synapses that are on this rank.  Collective."""
        return self.synapses.numbering().places(numbers)

    def owners(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the ranks that have the synapses.  Collective."""
        return self.synapses.numbering().owners(numbers)

    def positions(self, numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the places of synapses in the values of all ranks.  Collective."""
        return self.synapses.numbering().positions(numbers)
