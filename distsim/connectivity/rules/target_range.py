"""For each source, the targets that a loop over a range gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.connectivity.computed import Side
from distsim.connectivity.iterated import COMMON, RANGE, draw_range, element_of, expected_of_range
from distsim.connectivity.protocol import Rule, SynapseOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    return draw_range(request, Side.TARGET, request.targets)


def _count(request: Request) -> float:
    return expected_of_range(request, Side.TARGET)


RULE = Rule(
    "target_range",
    "each source with the targets of a loop over a range",
    (
        element_of(Side.TARGET),
        *RANGE,
        *COMMON,
    ),
    _generate,
    _count,
    SynapseOrder.AS_LISTED,
)
