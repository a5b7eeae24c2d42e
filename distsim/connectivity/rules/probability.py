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
from distsim.connectivity.protocol import Kind, Parameter, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    return draw_pairwise(request, Selection.of(request, probability(request, "p")))


def _count(request: Request) -> float:
    return expected_pairwise(request, Selection.of(request, probability(request, "p")))


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
)
