"""A fixed number of synapses in all, each between a pair drawn uniformly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.fixed import MULTAPSES, check_fits
from distsim.connectivity.generators import keyed
from distsim.connectivity.pair_space import PairSpace
from distsim.connectivity.pairwise import AUTAPSES
from distsim.connectivity.parameters import boolean, count
from distsim.connectivity.pieces import pieces_of_range
from distsim.connectivity.protocol import BATCH, CHUNK, Kind, Parameter, Rule
from distsim.connectivity.sampling import distinct, hypergeometric
from distsim.connectivity.splitting import boundary, leaves_of, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Batch, Request

LONGEST_LEAF = 1 << 40
"""Pairs in a leaf at most; sums of their numbers stay far below 2**63."""


def _generate(request: Request) -> Iterator[Batch]:
    total = count(request, "number")
    multapses = boolean(request, "multapses", default=True)
    space = PairSpace.of(request)
    check_fits(total, space.size, multapses=multapses, what="the projection")
    if not total:
        return
    leaves = min(space.size, max(-(-total // CHUNK), -(-space.size // LONGEST_LEAF)))

    def left_part(amount: int, left: range, right: range) -> int:
        generator = keyed(request, "split", left.start, right.stop)
        start, middle, stop = (
            boundary(space.size, leaves, leaf) for leaf in (left.start, right.start, right.stop)
        )
        if multapses:
            return int(generator.binomial(amount, (middle - start) / (stop - start)))
        return hypergeometric(generator.random(), middle - start, stop - middle, amount)

    local = space.local(request.targets)
    for leaf, amount in split(total, range(leaves), leaves_of(local, space.size, leaves), left_part):
        pairs = range(boundary(space.size, leaves, leaf), boundary(space.size, leaves, leaf + 1))
        generator = keyed(request, "leaf", leaf)
        for numbers in _draw(generator, pairs, amount, multapses=multapses):
            part = slice(*np.searchsorted(numbers, (local.start, local.stop)))
            yield from Candidates(*space.pairs(numbers[part])).batches(request, 1)


def _draw(generator: Generator, pairs: range, amount: int, *, multapses: bool) -> Iterator[NDArray[np.int64]]:
    """Yield the `amount` pairs of one leaf, sorted within each array."""
    if not multapses:
        yield pairs.start + distinct(generator, np.array([amount]), np.array([len(pairs)]))[1]
        return
    # A leaf holds more than a batch only where there are far more synapses than pairs.
    for piece in pieces_of_range(range(amount), BATCH):
        yield np.sort(generator.integers(pairs.start, pairs.stop, len(piece)))


def _count(request: Request) -> float:
    return float(count(request, "number"))


RULE = Rule(
    "fixed_total",
    "a fixed number of synapses in all",
    (Parameter("number", Kind.COUNT, "synapses in all", required=True), AUTAPSES, MULTAPSES),
    _generate,
    _count,
)
