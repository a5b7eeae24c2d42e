"""The rows of a projection: which of its synapses on this rank come from which source.

Synapses stand source by source, so the source of a synapse is told by where its row begins and is not stored.
Synapses that are drawn source by source are rows already.  Those that are drawn target by target, as most
rules draw them, are put into rows directly.  What is drawn is kept as neurons of one side and the runs of one
neuron on the other, and freed as it is placed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.connectivity import Batch
from distsim.kernels.sorting import place_in_rows

DENSE_ROWS = 1024
"""Below this many sources, every source has a row even if it has no synapse here."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Where the synapses of each source begin and end.

    Parameters
    ----------
    present
        (n_rows,) int32 sources that have a row, ascending; empty if every source has one.
    starts
        (n_rows + 1,) int64; row r is ``starts[r]:starts[r + 1]``.
    """

    present: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of_sorted(cls, sources: NDArray[np.int32], size: int) -> Rows:
        """Return the rows of (n,) ascending sources, of which there are `size` in all."""
        if size <= dense_limit(len(sources)):
            return cls.of_counts(np.bincount(sources, minlength=size))
        present, counts = np.unique(sources, return_counts=True)
        return cls(present.astype(np.int32), _starts(counts))

    @classmethod
    def of_runs(cls, sources: NDArray[np.int32], lengths: NDArray[np.int32], size: int) -> Rows:
        """Return the rows of (n,) ascending sources, each with a run of synapses, of `size` sources."""
        if size <= dense_limit(int(lengths.sum())):
            counts = np.zeros(size, np.int64)
            np.add.at(counts, sources, lengths)
            return cls.of_counts(counts)
        present, places = np.unique(sources, return_inverse=True)
        counts = np.zeros(len(present), np.int64)
        np.add.at(counts, places, lengths)
        return cls(present.astype(np.int32), _starts(counts))

    @classmethod
    def of_counts(cls, counts: NDArray[np.int64]) -> Rows:
        """Return the rows of sources that have so many synapses each."""
        return cls(np.empty(0, np.int32), _starts(counts))

    def __len__(self) -> int:
        return int(self.starts[-1])

    @property
    def numbers(self) -> NDArray[np.int32]:
        """Return (n_rows,) the source of each row."""
        return self.present if len(self.present) else np.arange(len(self.starts) - 1, dtype=np.int32)

    def rows(self, start: int = 0, stop: int | None = None) -> NDArray[np.int32]:
        """Return the rows of the synapses from `start` to before `stop`."""
        stop = len(self) if stop is None else stop
        first = int(np.searchsorted(self.starts, start, side="right")) - 1
        last = int(np.searchsorted(self.starts, stop, side="left"))
        bounds = np.clip(self.starts[first : last + 1], start, stop)
        return np.repeat(np.arange(first, last, dtype=np.int32), np.diff(bounds))

    def sources(self, start: int = 0, stop: int | None = None) -> NDArray[np.int32]:
        """Return the sources of the synapses from `start` to before `stop`."""
        rows = self.rows(start, stop)
        return self.present[rows] if len(self.present) else rows

    def starts_around(self, start: int, stop: int) -> tuple[NDArray[np.int64], int]:
        """Return where the rows of the synapses from `start` to before `stop` begin, and the first synapse.

        The rows are counted from the first synapse; the last of them may be cut.
        """
        row = int(np.searchsorted(self.starts, start, side="right")) - 1
        behind = int(np.searchsorted(self.starts, stop, side="left"))
        first = int(self.starts[row])
        return np.minimum(self.starts[row : behind + 1], stop) - first, first

    def sources_at(self, places: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the sources of the synapses at (n,) places."""
        return self.numbers[np.searchsorted(self.starts, places, side="right") - 1]

    def pieces(self, length: int) -> Iterable[tuple[int, int]]:
        """Yield ranges of rows with about `length` synapses each, or with one row that is longer."""
        row, count = 0, len(self.starts) - 1
        while row < count:
            behind = int(np.searchsorted(self.starts, self.starts[row] + length, side="right")) - 1
            behind = min(max(behind, row + 1), count)
            yield row, behind
            row = behind


def dense_limit(synapses: int) -> int:
    """Return up to how many sources every source has a row."""
    return max(DENSE_ROWS, 2 * synapses)


def _starts(counts: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


@dataclass(slots=True, eq=False)
class Drawn:
    """Synapses as a rule has drawn them.

    Attributes
    ----------
    by_source
        They have come source by source, and by target within a source.
    by_target
        Targets have come in ascending order.
    full
        Arrays of the sources, uint16 where that is enough; of the targets (int32) if `by_source`.
    runs, lengths
        int32 arrays, one of each for each of `full`: the other side, in runs of one neuron.
    numbers
        int64 arrays: the place of each synapse in the lists given to the rule, where it takes lists.
    """

    by_source: bool = False
    by_target: bool = True
    full: list[NDArray[np.integer[Any]]] = field(default_factory=list)
    runs: list[NDArray[np.int32]] = field(default_factory=list)
    lengths: list[NDArray[np.int32]] = field(default_factory=list)
    numbers: list[NDArray[np.int64]] = field(default_factory=list)

    @classmethod
    def collect(cls, batches: Iterable[Batch], size: int) -> Drawn:
        """Take what a rule draws, batch by batch, from `size` sources."""
        narrow = np.uint16 if size <= 1 << 16 else np.int32
        drawn = cls()
        last = -1
        for batch in batches:
            if batch.sources.size == 0:
                continue
            drawn.by_source = batch.by_source
            in_runs = batch.sources if batch.by_source else batch.targets
            begins = np.concatenate([[0], np.flatnonzero(np.diff(in_runs)) + 1])
            runs = in_runs[begins]
            drawn.by_target &= not batch.by_source and bool(runs[0] >= last and np.all(runs[1:] > runs[:-1]))
            last = int(runs[-1])
            drawn.full.append(batch.targets if batch.by_source else batch.sources.astype(narrow))
            drawn.runs.append(runs)
            drawn.lengths.append(np.diff(np.append(begins, in_runs.size)).astype(np.int32))
            if batch.numbers is not None:
                drawn.numbers.append(batch.numbers)
        return drawn

    def __len__(self) -> int:
        return sum(len(part) for part in self.full)

    def can_be_placed(self, size: int) -> bool:
        """Tell whether `place` can put them into the rows of `size` sources."""
        return self.by_source or (self.by_target and size <= dense_limit(len(self)))

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        """Return (n,) sources, targets and numbers in lists (empty without lists), as drawn."""
        none = np.empty(0, np.int32)
        repeated = [np.repeat(*run) for run in zip(self.runs, self.lengths, strict=True)]
        full, runs = np.concatenate([none, *self.full], dtype=np.int32), np.concatenate([none, *repeated])
        sources, targets = (runs, full) if self.by_source else (full, runs)
        return sources, targets, np.concatenate([np.empty(0, np.int64), *self.numbers])

    def place(self, size: int, shift: int) -> tuple[Rows, NDArray[np.int32]]:
        """Return rows and (n,) places of targets, within a source as drawn; frees what was drawn.

        Parameters
        ----------
        size
            Number of sources there are.
        shift
            The place of target 0.
        """
        if self.by_source:
            rows = Rows.of_runs(np.concatenate(self.runs), np.concatenate(self.lengths), size)
            return rows, self._joined(len(rows), shift)
        counts = np.zeros(size, np.int64)
        for part in self.full:
            counts += np.bincount(part, minlength=size)
        rows = Rows.of_counts(counts)
        cursor = rows.starts[:-1].copy()
        placed = np.empty(len(rows), np.int32)
        for parts in (self.full, self.runs, self.lengths):
            parts.reverse()
        while self.full:
            sources = self.full.pop().astype(np.int32)
            targets = self.runs.pop() + np.int32(shift)
            place_in_rows(sources, targets, self.lengths.pop(), cursor, placed)
        return rows, placed

    def _joined(self, size: int, shift: int) -> NDArray[np.int32]:
        """Return the places of targets that stand in rows already."""
        placed = np.empty(size, np.int32)
        stop = size
        while self.full:
            targets = self.full.pop()
            np.add(targets, np.int32(shift), out=placed[stop - len(targets) : stop])
            stop -= len(targets)
        return placed
