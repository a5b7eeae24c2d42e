"""Rules that decide pair by pair: a condition, a probability and a number of synapses for each pair.

Two ways lead to the same distribution.  Where the probability is one number and nothing else is random, the
pairs that succeed are drawn directly by their distances, source by source (`distsim.kernels.targets`), and
the condition is asked only of those: the work goes with the synapses, not with the pairs.  Otherwise every
pair onto the wanted targets is looked at, and its random numbers are those of its place in the pair space.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.expressions import evaluate_pairs, is_random
from distsim.connectivity.generators import PositionRandom, keyed
from distsim.connectivity.pair_space import PairSpace
from distsim.connectivity.parameters import condition, per_pair
from distsim.connectivity.pieces import pieces_of_range
from distsim.connectivity.protocol import BATCH, Batch, Kind, Parameter
from distsim.connectivity.rows import DRAWN, packed_pairs, without_others
from distsim.equations.tree import Expression
from distsim.kernels.targets import draw_rows
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request

CONDITION = Parameter("condition", Kind.CONDITION, "which pairs connect")
PER_PAIR = Parameter("n", Kind.COUNT_PER_PAIR, "synapses of each pair that connects", default=1)
AUTAPSES = Parameter("autapses", Kind.BOOLEAN, "whether a neuron may connect to itself", default=True)

SKIP_IF_INVALID = Parameter(
    "skip_if_invalid",
    Kind.BOOLEAN,
    "whether a computed neuron number out of range makes no synapse",
    default=False,
)

SAMPLED_PAIRS = 1 << 16
"""Pairs that are looked at to estimate a number of synapses."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of every pair.

    Parameters
    ----------
    condition
        Which pairs connect; None means all.
    probability
        How likely those connect: one number, or an expression.
    synapses
        How many synapses a pair that connects has: one number, or an expression.
    """

    condition: Expression | None
    probability: Expression | float
    synapses: Expression | int

    @classmethod
    def of(cls, request: Request, probability: Expression | float = 1.0) -> Selection:
        """Return what a request asks of every pair."""
        return cls(condition(request), probability, per_pair(request, "n", 1))

    def skips(self, request: Request) -> bool:
        """Return whether pairs can be drawn without looking at each."""
        others = (self.condition, self.synapses if isinstance(self.synapses, Expression) else None)
        return (
            not isinstance(self.probability, Expression)
            and self.probability < 1
            and not any(is_random(other, request) for other in others)
        )


def draw_pairwise(request: Request, selection: Selection) -> Iterator[Batch]:
    """Yield the synapses that `selection` makes."""
    if selection.skips(request):
        yield from _draw_by_distance(request, selection)
        return
    for candidates in _look_at_all(request, selection):
        if candidates.sources.size:
            yield from candidates.batches(request, selection.synapses)


def _draw_by_distance(request: Request, selection: Selection) -> Iterator[Batch]:
    """Yield the synapses where pairs succeed with one probability for all, and satisfy the condition."""
    probability = float(selection.probability)  # type: ignore[arg-type]  # `skips` says that it is a number
    request, space = without_others(request)
    left = condition(request)
    packed = packed_pairs(request, space, DRAWN, probability)
    each = probability * len(request.targets)
    for sources in pieces_of_range(range(request.source_size), max(1, int(BATCH / max(each, 1)))):
        mean = each * len(sources)
        counts, targets = draw_rows(packed, sources, int(mean + 5 * sqrt(mean)) + BATCH // 64)
        found = np.repeat(np.arange(sources.start, sources.stop, dtype=np.int32), counts)
        for piece in pieces_of_range(range(len(targets)), BATCH):
            part = slice(piece.start, piece.stop)
            if left is None and selection.synapses == 1:
                yield Batch(found[part], targets[part], by_source=True)
                continue
            candidates = Candidates(found[part].astype(np.int64), targets[part].astype(np.int64))
            candidates = candidates.satisfying(request, left)
            for batch in candidates.batches(request, selection.synapses):
                yield replace(batch, by_source=True)


def _look_at_all(request: Request, selection: Selection) -> Iterator[Candidates]:
    """Yield the pairs that succeed, after a look at every one."""
    space = PairSpace.of(request)
    for piece in pieces_of_range(space.local(request.targets), BATCH):
        sources, targets = space.pairs(np.arange(piece.start, piece.stop))
        candidates = Candidates(sources, targets, piece)
        candidates = candidates.satisfying(request, selection.condition)
        if selection.probability != 1.0:
            chances = _chances(request, selection.probability, candidates)
            accepted = PositionRandom(request, "accept", piece, candidates.selected).uniform(0)
            candidates = candidates.where(accepted < chances)
        yield candidates


def _chances(
    request: Request, probability: Expression | float, candidates: Candidates
) -> NDArray[np.float64]:
    """Return (n,) probabilities of pairs; above 1 they mean always and below 0 never."""
    if not isinstance(probability, Expression):
        return np.full(candidates.sources.size, float(probability))
    random = candidates.random(request, "p")
    chances = evaluate_pairs(request, probability, candidates.sources, candidates.targets, random)
    wrong = np.isnan(chances)
    if wrong.any():
        wrong = np.broadcast_to(wrong, candidates.sources.shape)
        i, j = candidates.sources[wrong][0], candidates.targets[wrong][0]
        raise ModelError(f"the connection probability is not a number for i = {i}, j = {j}")
    return np.broadcast_to(chances.astype(np.float64), candidates.sources.shape)


def expected_pairwise(request: Request, selection: Selection) -> float:
    """Return how many synapses `selection` makes, exact or estimated from a sample of the pairs."""
    space = PairSpace.of(request)
    if space.size == 0:
        return 0.0
    constant = not isinstance(selection.probability, Expression)
    if selection.condition is None and constant and isinstance(selection.synapses, int):
        return space.size * float(selection.probability) * selection.synapses  # type: ignore[arg-type]
    if space.size <= SAMPLED_PAIRS:
        numbers = np.arange(space.size)
    else:
        numbers = keyed(request, "estimate").integers(0, space.size, SAMPLED_PAIRS)
    positions = range(numbers.size)
    candidates = Candidates(*space.pairs(numbers), positions).satisfying(request, selection.condition)
    chances = np.clip(_chances(request, selection.probability, candidates), 0, 1)
    return float(np.sum(chances * candidates.counts(request, selection.synapses))) / numbers.size * space.size


def expected_of_candidates(request: Request, found: Iterable[Candidates]) -> float:
    """Return how many synapses the pairs `found` make."""
    synapses = per_pair(request, "n", 1)
    return float(sum(int(np.sum(candidates.counts(request, synapses))) for candidates in found))
