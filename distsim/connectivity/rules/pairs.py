"""The pairs given by two lists of neuron numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.generators import PositionRandom
from distsim.connectivity.pairwise import PER_PAIR, expected_of_candidates
from distsim.connectivity.parameters import indices, per_pair, probability
from distsim.connectivity.protocol import Kind, Parameter, Rule, SynapseOrder
from distsim.equations.tree import Expression
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _onto(request: Request, wanted: range) -> Candidates:
    """Return the given pairs onto the targets `wanted`, in the order given."""
    given = indices(request, "i", request.source_size), indices(request, "j", request.target_size)
    try:
        sources, targets = (array.ravel() for array in np.broadcast_arrays(*given))
    except ValueError as error:
        raise ModelError(
            f"'i' holds {given[0].size} numbers and 'j' {given[1].size}: they cannot be paired"
        ) from error
    kept = np.flatnonzero((targets >= wanted.start) & (targets < wanted.stop))
    found = Candidates(sources[kept], targets[kept], range(sources.size), kept, kept)
    chance = 1.0 if "p" not in request.parameters else probability(request, "p")
    if isinstance(chance, Expression):
        raise ModelError("'p' must be one number where the pairs are listed")
    if chance == 1.0:
        return found
    return found.where(PositionRandom(request, "accept", range(sources.size), kept).uniform(0) < chance)


def _generate(request: Request) -> Iterator[Batch]:
    synapses = per_pair(request, "n", 1)
    yield from _onto(request, request.targets).batches(request, synapses)


def _count(request: Request) -> float:
    return expected_of_candidates(request, [_onto(request, range(request.target_size))])


RULE = Rule(
    "pairs",
    "the pairs of two lists of neuron numbers",
    (
        Parameter("i", Kind.INDICES, "the sources", required=True),
        Parameter("j", Kind.INDICES, "the targets, as many as sources", required=True),
        Parameter("p", Kind.PROBABILITY, "how likely a pair connects"),
        PER_PAIR,
    ),
    _generate,
    _count,
    SynapseOrder.AS_LISTED,
)
