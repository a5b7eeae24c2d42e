"""The same number of synapses from every source, onto targets drawn uniformly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.fixed import MULTAPSES, check_fits
from distsim.connectivity.generators import keyed
from distsim.connectivity.pair_space import PairSpace
from distsim.connectivity.pairwise import AUTAPSES
from distsim.connectivity.parameters import boolean, count
from distsim.connectivity.pieces import pieces_of_counts
from distsim.connectivity.protocol import BATCH, CHUNK, Kind, Parameter, Rule
from distsim.connectivity.sampling import distinct, uniform_integers
from distsim.connectivity.splitting import boundary, leaves_of, split
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Batch, Request

HYPERGEOMETRIC_LIMIT = 10**9
"""NumPy draws hypergeometric numbers for populations below this."""


def _generate(request: Request) -> Iterator[Batch]:
    """Split every source's synapses down a tree over the targets.

    A leaf holds about two synapses of each source or more, so that the work at the nodes, which goes with the
    number of sources, stays below that at the leaves.  A rank needs memory for its own synapses and for a few
    numbers per source at each level of the tree.
    """
    number = count(request, "number")
    multapses = boolean(request, "multapses", default=True)
    space = PairSpace.of(request)
    if space.source_size:
        fewest = request.target_size - bool(space.excluded)
        check_fits(number, fewest, multapses=multapses, what="a source")
    if not number or not space.source_size:
        return
    if not multapses and request.target_size >= HYPERGEOMETRIC_LIMIT:
        raise ModelError(f"fixed_outdegree without multapses takes less than {HYPERGEOMETRIC_LIMIT} targets")
    per_leaf = max(CHUNK, 2 * space.source_size)
    leaves = min(request.target_size, max(1, space.source_size * number // per_leaf))

    def targets_of(node: range) -> range:
        size = request.target_size
        return range(boundary(size, leaves, node.start), boundary(size, leaves, node.stop))

    def left_part(amount: NDArray[np.int64], left: range, right: range) -> NDArray[np.int64]:
        generator = keyed(request, "split", left.start, right.stop)
        sizes = space.targets_allowed(targets_of(left)), space.targets_allowed(targets_of(right))
        if multapses:
            # A source that may connect to neither side has nothing to be split.
            return generator.binomial(amount, sizes[0] / np.maximum(sizes[0] + sizes[1], 1))
        return generator.hypergeometric(*sizes, amount)

    amounts = np.full(space.source_size, number, np.int64)
    wanted = leaves_of(request.targets, request.target_size, leaves)
    for leaf, amount in split(amounts, range(leaves), wanted, left_part):
        generator = keyed(request, "leaf", leaf)
        targets = targets_of(range(leaf, leaf + 1))
        for candidates in _draw(generator, space, targets, amount, multapses=multapses):
            local = (candidates.targets >= request.targets.start) & (
                candidates.targets < request.targets.stop
            )
            yield from candidates.where(local).batches(request, 1)


def _draw(
    generator: Generator, space: PairSpace, targets: range, amount: NDArray[np.int64], *, multapses: bool
) -> Iterator[Candidates]:
    """Yield the synapses of one leaf, given how many each source has there."""
    allowed = space.targets_allowed(targets)
    for piece in pieces_of_counts(amount, BATCH):
        if multapses:
            rows = np.repeat(np.arange(piece.stop - piece.start), amount[piece])
            drawn = uniform_integers(generator, allowed[piece][rows])
        else:
            rows, drawn = distinct(generator, amount[piece], allowed[piece])
        sources = rows + piece.start
        yield Candidates(sources, space.shift_targets(drawn + targets.start, sources, targets))


def _count(request: Request) -> float:
    return float(count(request, "number")) * request.source_size


RULE = Rule(
    "fixed_outdegree",
    "the same number of synapses from every source",
    (
        Parameter("number", Kind.COUNT, "synapses from each source", required=True),
        AUTAPSES,
        MULTAPSES,
    ),
    _generate,
    _count,
)
