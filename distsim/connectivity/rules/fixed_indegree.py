"""The same number of synapses onto every target, from sources drawn uniformly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.candidates import Candidates
from distsim.connectivity.fixed import MULTAPSES, check_fits
from distsim.connectivity.generators import keyed
from distsim.connectivity.pair_space import PairSpace
from distsim.connectivity.pairwise import AUTAPSES
from distsim.connectivity.parameters import boolean, count
from distsim.connectivity.pieces import chunks_of
from distsim.connectivity.protocol import CHUNK, Kind, Parameter, Rule
from distsim.connectivity.sampling import distinct, uniform_integers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    number = count(request, "number")
    multapses = boolean(request, "multapses", default=True)
    space = PairSpace.of(request)
    if space.target_size:
        fewest = request.source_size - bool(space.excluded)
        check_fits(number, fewest, multapses=multapses, what="a target")
    if not number:
        return
    length = max(1, CHUNK // number)
    for chunk in chunks_of(request.targets, length):
        generator = keyed(request, "indegree", chunk)
        targets = range(chunk * length, min((chunk + 1) * length, request.target_size))
        allowed = space.sources_allowed(targets)
        if multapses:
            rows = np.repeat(np.arange(len(targets)), number)
            sources = uniform_integers(generator, allowed[rows])
        else:
            rows, sources = distinct(generator, np.full(len(targets), number), allowed)
        # Every target has the same number, so those wanted are one slice.
        first = (max(request.targets.start, targets.start) - targets.start) * number
        last = (min(request.targets.stop, targets.stop) - targets.start) * number
        wanted = rows[first:last] + targets.start
        found = Candidates(space.shift_sources(sources[first:last], wanted), wanted)
        yield from found.batches(request, 1)


def _count(request: Request) -> float:
    return float(count(request, "number")) * request.target_size


RULE = Rule(
    "fixed_indegree",
    "the same number of synapses onto every target",
    (
        Parameter("number", Kind.COUNT, "synapses onto each target", required=True),
        AUTAPSES,
        MULTAPSES,
    ),
    _generate,
    _count,
)
