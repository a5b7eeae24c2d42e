"""Source i to target i."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.pairwise import CONDITION, PER_PAIR, SKIP_IF_INVALID, expected_of_candidates
from distsim.connectivity.parameters import boolean, condition, per_pair
from distsim.connectivity.pieces import pieces_of_range
from distsim.connectivity.protocol import BATCH, Packing, PairIndexError, Rule
from distsim.connectivity.rows import ONE, pack_alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Batch, Request


def _paired(request: Request, targets: range) -> Iterator[Candidates]:
    """Yield the pairs of those of `targets` that have a source."""
    _check_sizes(request)
    present = range(targets.start, max(targets.start, min(targets.stop, request.source_size)))
    for piece in pieces_of_range(present, BATCH):
        neurons = np.arange(piece.start, piece.stop)
        candidates = Candidates(neurons, neurons, piece)
        yield candidates.satisfying(request, condition(request))


def _check_sizes(request: Request) -> None:
    if request.source_size > request.target_size and not boolean(request, "skip_if_invalid", default=False):
        raise PairIndexError(
            f"j = i = {request.target_size} is out of range: there are {request.source_size} sources and "
            f"{request.target_size} targets"
        )


def _generate(request: Request) -> Iterator[Batch]:
    synapses = per_pair(request, "n", 1)
    for candidates in _paired(request, request.targets):
        yield from candidates.batches(request, synapses)


def _count(request: Request) -> float:
    return expected_of_candidates(request, _paired(request, range(request.target_size)))


def _pack(request: Request) -> NDArray[np.int64]:
    _check_sizes(request)
    return pack_alike(request, ONE)


RULE = Rule(
    "one_to_one",
    "source i to target i",
    (CONDITION, PER_PAIR, SKIP_IF_INVALID),
    _generate,
    _count,
    anew=Packing(frozenset({"skip_if_invalid"}), _pack),
)
