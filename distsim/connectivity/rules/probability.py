"""Each pair on its own with a probability (Bernoulli)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.connectivity.pairwise import (
    AUTAPSES,
    CONDITION,
    PER_PAIR,
    Selection,
    draw_pairwise,
    expected_pairwise,
)
from distsim.connectivity.parameters import probability
from distsim.connectivity.protocol import Kind, Packing, Parameter, Rule
from distsim.connectivity.rows import DRAWN, pack_alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    return draw_pairwise(request, Selection.of(request, probability(request, "p")))


def _count(request: Request) -> float:
    return expected_pairwise(request, Selection.of(request, probability(request, "p")))


def _pack(request: Request) -> NDArray[np.int64]:
    return pack_alike(request, DRAWN, float(probability(request, "p")))  # type: ignore[arg-type]  # a number


RULE = Rule(
    "probability",
    "each pair on its own with a probability",
    (
        Parameter("p", Kind.PROBABILITY, "how likely a pair connects", required=True),
        CONDITION,
        PER_PAIR,
        AUTAPSES,
    ),
    _generate,
    _count,
    anew=Packing(frozenset({"p", "autapses"}), _pack),
)
