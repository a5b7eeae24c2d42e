"""Pairs that may become synapses: filtered by a condition, then repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.expressions import evaluate_condition, evaluate_integers
from distsim.connectivity.generators import PositionRandom
from distsim.connectivity.pieces import pieces_of_counts, pieces_of_range
from distsim.connectivity.protocol import BATCH, Batch
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request
    from distsim.equations.tree import Expression


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs, and the positions that key their random numbers.

    Parameters
    ----------
    sources, targets
        (n,) int64 neuron numbers.
    positions
        Contiguous positions that the pairs are among; None where nothing random will be asked of them.
    selected
        (n,) which of `positions` the pairs are; None where they are all of them.
    numbers
        (n,) int64 place in the lists given, or None.
    """

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    positions: range | None = None
    selected: NDArray[np.intp] | None = None
    numbers: NDArray[np.int64] | None = None

    def random(self, request: Request, purpose: str) -> PositionRandom | None:
        """Return the random numbers of these pairs for one purpose."""
        if self.positions is None:
            return None
        return PositionRandom(request, purpose, self.positions, self.selected)

    def where(self, chosen: NDArray[np.bool_]) -> Candidates:
        """Return the pairs for which (n,) `chosen` is true."""
        kept = np.flatnonzero(chosen)
        selected = kept if self.selected is None else self.selected[kept]
        numbers = None if self.numbers is None else self.numbers[kept]
        return Candidates(self.sources[kept], self.targets[kept], self.positions, selected, numbers)

    def satisfying(self, request: Request, condition: Expression | None) -> Candidates:
        """Return the pairs that satisfy a condition."""
        if condition is None:
            return self
        random = self.random(request, "condition")
        return self.where(evaluate_condition(request, condition, self.sources, self.targets, random))

    def batches(self, request: Request, synapses: Expression | int) -> Iterator[Batch]:
        """Yield the synapses, so many for each pair."""
        if isinstance(synapses, int) and synapses == 1:
            yield from self._plain()
            return
        counts = self.counts(request, synapses)
        for piece in pieces_of_counts(counts, BATCH):
            repeats = counts[piece]
            batch = Batch(
                np.repeat(self.sources[piece].astype(np.int32), repeats),
                np.repeat(self.targets[piece].astype(np.int32), repeats),
                None if self.numbers is None else np.repeat(self.numbers[piece], repeats),
            )
            if batch.sources.size:
                yield batch

    def counts(self, request: Request, synapses: Expression | int) -> NDArray[np.int64]:
        """Return (n,) how many synapses each pair has."""
        if isinstance(synapses, int):
            return np.full(self.sources.size, synapses, np.int64)
        random = self.random(request, "n")
        counts = evaluate_integers(request, synapses, "n", self.sources, self.targets, random)
        if (counts < 0).any():
            raise ModelError(f"'n' must not be negative, it is {counts[counts < 0][0]}")
        return counts

    def _plain(self) -> Iterator[Batch]:
        """Yield one synapse for each pair."""
        for piece in pieces_of_range(range(self.sources.size), BATCH):
            part = slice(piece.start, piece.stop)
            numbers = None if self.numbers is None else self.numbers[part]
            yield Batch(self.sources[part].astype(np.int32), self.targets[part].astype(np.int32), numbers)
