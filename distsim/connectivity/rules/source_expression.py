"""Each target from the one source that an expression of the target gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.computed import UNKNOWN, Side, compute, without
from distsim.connectivity.pairwise import CONDITION, PER_PAIR, SKIP_IF_INVALID, expected_of_candidates
from distsim.connectivity.parameters import condition, per_pair
from distsim.connectivity.pieces import pieces_of_range
from distsim.connectivity.protocol import BATCH, Kind, Parameter, Rule, SynapseOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _onto(request: Request, wanted: range) -> Iterator[Candidates]:
    """Yield the pairs onto the targets `wanted`."""
    test = condition(request)
    late = Side.SOURCE.is_used_by(test)
    for piece in pieces_of_range(wanted, BATCH):
        targets = np.arange(piece.start, piece.stop)
        candidates = Candidates(np.full(targets.size, UNKNOWN), targets, piece)
        if not late:
            # A condition on the target alone guards against sources out of range.
            candidates = candidates.satisfying(without(request, Side.SOURCE), test)
        candidates, sources = compute(request, Side.SOURCE, candidates)
        yield replace(candidates, sources=sources).satisfying(request, test if late else None)


def _generate(request: Request) -> Iterator[Batch]:
    synapses = per_pair(request, "n", 1)
    for candidates in _onto(request, request.targets):
        yield from candidates.batches(request, synapses)


def _count(request: Request) -> float:
    return expected_of_candidates(request, _onto(request, range(request.target_size)))


RULE = Rule(
    "source_expression",
    "each target from the source that an expression of j gives",
    (
        Parameter("i", Kind.INDEX, "the source of target j", required=True),
        CONDITION,
        PER_PAIR,
        SKIP_IF_INVALID,
    ),
    _generate,
    _count,
    SynapseOrder.BY_TARGET,
)
