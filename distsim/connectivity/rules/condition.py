"""The pairs that satisfy a condition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from distsim.connectivity.pairwise import (
    AUTAPSES,
    CONDITION,
    PER_PAIR,
    Selection,
    draw_pairwise,
    expected_pairwise,
)
from distsim.connectivity.protocol import Packing, Rule
from distsim.connectivity.rows import ALL, pack_alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Batch, Request


def _generate(request: Request) -> Iterator[Batch]:
    return draw_pairwise(request, Selection.of(request))


def _count(request: Request) -> float:
    return expected_pairwise(request, Selection.of(request))


def _pack(request: Request) -> NDArray[np.int64]:
    return pack_alike(request, ALL)


RULE = Rule(
    "condition",
    "the pairs that satisfy a condition",
    (replace(CONDITION, required=True), PER_PAIR, AUTAPSES),
    _generate,
    _count,
    anew=Packing(frozenset({"autapses"}), _pack),
)
