"""For each source, the targets that a loop over a sample of a range gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.connectivity.computed import Side
from distsim.connectivity.iterated import COMMON, RANGE, draw_sample, element_of, expected_of_sample
from distsim.connectivity.protocol import Kind, Parameter, Rule, SynapseOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    return draw_sample(request, Side.TARGET, request.targets)


def _count(request: Request) -> float:
    return expected_of_sample(request, Side.TARGET)


RULE = Rule(
    "target_sample",
    "each source with the targets of a loop over a random sample",
    (
        element_of(Side.TARGET),
        *RANGE,
        Parameter("size", Kind.INDEX, "how many numbers the sample has, without repeats"),
        Parameter("p", Kind.PROBABILITY, "how likely a number of the range is in the sample"),
        *COMMON,
    ),
    _generate,
    _count,
    SynapseOrder.AS_LISTED,
)
