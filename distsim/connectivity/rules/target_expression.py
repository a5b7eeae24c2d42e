"""Each source to the one target that an expression of the source gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.computed import UNKNOWN, Side, compute, without
from distsim.connectivity.pairwise import CONDITION, PER_PAIR, SKIP_IF_INVALID, expected_of_candidates
from distsim.connectivity.parameters import condition, per_pair
from distsim.connectivity.pieces import pieces_of_range
from distsim.connectivity.protocol import BATCH, Kind, Parameter, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _onto(request: Request, wanted: range) -> Iterator[Candidates]:
    """Yield the pairs onto the targets `wanted`; every source has to be asked."""
    test = condition(request)
    late = Side.TARGET.is_used_by(test)
    for piece in pieces_of_range(range(request.source_size), BATCH):
        sources = np.arange(piece.start, piece.stop)
        candidates = Candidates(sources, np.full(sources.size, UNKNOWN), piece)
        if not late:
            # A condition on the source alone guards against targets out of range.
            candidates = candidates.satisfying(without(request, Side.TARGET), test)
        candidates, targets = compute(request, Side.TARGET, candidates)
        candidates = replace(candidates, targets=targets)
        candidates = candidates.where((targets >= wanted.start) & (targets < wanted.stop))
        yield candidates.satisfying(request, test if late else None)


def _generate(request: Request) -> Iterator[Batch]:
    synapses = per_pair(request, "n", 1)
    for candidates in _onto(request, request.targets):
        yield from candidates.batches(request, synapses)


def _count(request: Request) -> float:
    return expected_of_candidates(request, _onto(request, range(request.target_size)))


RULE = Rule(
    "target_expression",
    "each source to the target that an expression of i gives",
    (
        Parameter("j", Kind.INDEX, "the target of source i", required=True),
        CONDITION,
        PER_PAIR,
        SKIP_IF_INVALID,
    ),
    _generate,
    _count,
)
