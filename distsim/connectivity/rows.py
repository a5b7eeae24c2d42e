"""Rules that name the targets of one source without looking at any other source.

What such a rule needs is packed into a few integers (`distsim.kernels.targets`), by which its synapses are
drawn to be stored, or made anew at each spike.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from distsim.connectivity.pair_space import PairSpace
from distsim.connectivity.protocol import OTHERS
from distsim.kernels.random import stream_key
from distsim.kernels.targets import ALL, DRAWN, ONE, pack
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request

__all__ = ["ALL", "DRAWN", "ONE", "pack_alike", "packed_pairs", "without_others"]


def without_others(request: Request) -> tuple[Request, PairSpace]:
    """Return a request without the condition ``i != j``, and the pairs that are left to it.

    Where the same pairs are left out for another reason too, or others are, the condition stays.
    """
    space = PairSpace.of(request)
    if request.parameters.get("condition") != OTHERS or (space.excluded and space.offset):
        return request, space
    parameters = {name: value for name, value in request.parameters.items() if name != "condition"}
    both = range(min(request.source_size, request.target_size))
    return replace(request, parameters=parameters), replace(space, excluded=both, offset=0)


def packed_pairs(
    request: Request, space: PairSpace, kind: int, probability: float = 1.0
) -> NDArray[np.int64]:
    """Return a rule that treats the pairs of `space` alike, as `distsim.kernels.targets.pack` does."""
    return pack(
        kind,
        stream_key(request.seed, f"{request.stream} pairs"),
        probability,
        space.target_size,
        request.targets,
        space.excluded,
        space.offset,
    )


def pack_alike(request: Request, kind: int, probability: float = 1.0) -> NDArray[np.int64]:
    """Return a rule whose request asks nothing of single pairs but that their numbers differ."""
    request, space = without_others(request)
    if "condition" in request.parameters:
        raise ModelError("'i != j' and 'autapses' leave out different pairs; such synapses have to be stored")
    return packed_pairs(request, space, kind, probability)
