"""Where a rank's columns lie in a report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.comm.protocol import Communicator
    from distsim.recording.protocol import ReportColumns


@dataclass(frozen=True, slots=True)
class Placement:
    """Offsets of this rank's nodes and columns, and their numbers on all ranks together."""

    node_offset: int
    column_offset: int
    nodes: int
    columns: int
    width: int

    def check_rows(self, rows: NDArray[np.floating]) -> None:
        """Raise ValueError unless `rows` has one column for each of this rank's."""
        if rows.ndim != 2 or rows.shape[1] != self.width:
            raise ValueError(f"a report of {self.width} columns here was given rows of shape {rows.shape}")


def place_columns(communicator: Communicator, columns: ReportColumns) -> Placement:
    """Place the columns of all ranks one after the other. Collective.

    Raises ValueError on every rank if the nodes are not in strictly increasing order over all ranks.
    """
    node_ids = columns.node_ids
    nodes, width = node_ids.size, columns.element_ids.size
    sound = (
        columns.elements_per_node.size == nodes
        and int(columns.elements_per_node.sum()) == width
        and bool(np.all(np.diff(node_ids) > 0))
    )
    bounds = (int(node_ids[0]), int(node_ids[-1])) if nodes else None
    gathered = communicator.allgather((sound, bounds, nodes, width))
    filled = [each[1] for each in gathered if each[1] is not None]
    ordered = all(before[1] < after[0] for before, after in pairwise(filled))
    if not (ordered and all(each[0] for each in gathered)):
        raise ValueError("the columns of a report must be ordered by node id, also from rank to rank")
    earlier = gathered[: communicator.rank]
    return Placement(
        node_offset=sum(each[2] for each in earlier),
        column_offset=sum(each[3] for each in earlier),
        nodes=sum(each[2] for each in gathered),
        columns=sum(each[3] for each in gathered),
        width=width,
    )
