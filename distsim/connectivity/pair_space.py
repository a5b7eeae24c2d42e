"""The pairs of a source and a target, numbered target by target, with or without self-connections.

Rules that treat all pairs alike draw numbers of this space, so that leaving out self-connections is exact
and costs neither rejection nor a special case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.parameters import boolean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request


@dataclass(frozen=True, slots=True)
class PairSpace:
    """All allowed pairs; pair number p of target j counts up with the source.

    Parameters
    ----------
    source_size, target_size
        Number of neurons on either side.
    excluded
        The targets that are among the sources too and may not connect to themselves.
    offset
        Target j is source ``j - offset``, for the targets in `excluded`.
    """

    source_size: int
    target_size: int
    excluded: range
    offset: int

    @classmethod
    def of(cls, request: Request) -> PairSpace:
        """Return the pairs that a request allows."""
        excluded, offset = range(0), 0
        if request.same_offset is not None and not boolean(request, "autapses", default=True):
            offset = request.same_offset
            start = max(0, offset)
            excluded = range(start, max(start, min(request.target_size, request.source_size + offset)))
        return cls(request.source_size, request.target_size, excluded, offset)

    @property
    def size(self) -> int:
        """Number of pairs."""
        return self.source_size * self.target_size - len(self.excluded)

    def start(self, target: int) -> int:
        """Return the number of the first pair whose target is `target` or later."""
        below = min(max(target - self.excluded.start, 0), len(self.excluded))
        return self.source_size * target - below

    def local(self, targets: range) -> range:
        """Return the numbers of the pairs onto `targets`."""
        return range(self.start(targets.start), self.start(targets.stop))

    def pairs(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the (n,) sources and targets of pairs given by (n,) numbers."""
        places = numbers
        if self.excluded:
            # Among all pairs, self-connections are source_size + 1 apart: source_size allowed ones between.
            first = self.source_size * self.excluded.start + self.excluded.start - self.offset
            passed = (numbers - first) // self.source_size + 1
            places = numbers + np.clip(passed, 0, len(self.excluded))
        targets = places // self.source_size
        return places - targets * self.source_size, targets

    def sources_allowed(self, targets: range) -> NDArray[np.int64]:
        """Return (n_targets,) how many sources each of `targets` may have."""
        excluded = self._is_excluded(np.arange(targets.start, targets.stop), self.excluded)
        return np.asarray(self.source_size - excluded.astype(np.int64))

    def shift_sources(self, drawn: NDArray[np.int64], targets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the (n,) sources that are number `drawn` of those that each of (n,) targets may have."""
        if not self.excluded:
            return drawn
        itself = targets - self.offset
        return drawn + (self._is_excluded(targets, self.excluded) & (drawn >= itself))

    def targets_allowed(self, targets: range) -> NDArray[np.int64]:
        """Return (source_size,) how many of `targets` each source may have."""
        allowed = np.full(self.source_size, len(targets))
        barred = self._barred(targets)
        allowed[barred.start - self.offset : barred.stop - self.offset] -= 1
        return allowed

    def shift_targets(
        self, drawn: NDArray[np.int64], sources: NDArray[np.int64], targets: range
    ) -> NDArray[np.int64]:
        """Return the (n,) targets that are number ``drawn - targets.start`` of those in `targets` allowed."""
        barred = self._barred(targets)
        if not barred:
            return drawn
        itself = sources + self.offset
        return drawn + (self._is_excluded(itself, barred) & (drawn >= itself))

    def _barred(self, targets: range) -> range:
        """Return those of `targets` that must not connect to themselves, as a range within the excluded."""
        start = min(max(self.excluded.start, targets.start), self.excluded.stop)
        return range(start, max(start, min(self.excluded.stop, targets.stop)))

    @staticmethod
    def _is_excluded(targets: NDArray[np.int64], excluded: range) -> NDArray[np.bool_]:
        return (targets >= excluded.start) & (targets < excluded.stop)
