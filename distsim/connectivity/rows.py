"""Rules that name the targets of one source without looking at any other source.

What such a rule needs is packed into a few integers (`distsim.kernels.targets`), by which its synapses can be
drawn to be stored, or made anew at each spike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.connectivity.pair_space import PairSpace
from distsim.connectivity.parameters import condition, per_pair
from distsim.kernels.random import stream_key
from distsim.kernels.targets import ALL, DRAWN, ONE, pack
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request

__all__ = ["ALL", "DRAWN", "ONE", "check_one_for_each_pair", "packed_pairs"]


def packed_pairs(request: Request, kind: int, probability: float = 1.0) -> NDArray[np.int64]:
    """Return a rule that treats all allowed pairs alike, as `distsim.kernels.targets.pack` does."""
    space = PairSpace.of(request)
    return pack(
        kind,
        stream_key(request.seed, f"{request.stream} pairs"),
        probability,
        space.target_size,
        request.targets,
        space.excluded,
        space.offset,
    )


def check_one_for_each_pair(request: Request) -> None:
    """Raise a ModelError if pairs are asked one by one whether, and how often, they connect."""
    if condition(request) is not None:
        raise ModelError("synapses that are not stored take no condition")
    if per_pair(request, "n", 1) != 1:
        raise ModelError("synapses that are not stored are one for each pair: they take no 'n'")
