"""Which elements of a group a read or an assignment between two runs is for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distsim.equations.tree import Expression
from distsim.network.description import Subgroup


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Some neurons or synapses.

    Parameters
    ----------
    group
        Some neurons of a population, or the name of a projection.
    indices
        (n,) numbers relative to the group, in the caller's order; synapses are counted in the order in which
        they were connected.  None means all.
    condition
        The elements for which it holds.  At most one of `indices` and `condition` is given.
    """

    group: Subgroup | str
    indices: NDArray[np.int64] | None = None
    condition: Expression | None = None
