"""For each target, the sources that a loop over a range gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.connectivity.computed import Side
from distsim.connectivity.iterated import COMMON, RANGE, draw_range, element_of, expected_of_range
from distsim.connectivity.protocol import Rule, SynapseOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    return draw_range(request, Side.SOURCE, request.targets)


def _count(request: Request) -> float:
    return expected_of_range(request, Side.SOURCE)


RULE = Rule(
    "source_range",
    "each target with the sources of a loop over a range",
    (
        element_of(Side.SOURCE),
        *RANGE,
        *COMMON,
    ),
    _generate,
    _count,
    SynapseOrder.AS_LISTED,
)
