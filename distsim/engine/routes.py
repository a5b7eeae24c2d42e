"""Who needs whose spikes: found from the synapses that there are, before a run begins.

Only pathways that are driven by the sources of their synapses need spikes of other ranks.  Whoever else looks
at spikes (recorders, the history, resets, pathways driven by targets) looks at those of its own rank.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distsim.comm.directed import DirectedExchange
from distsim.comm.exchange import AllgatherExchange, Exchange
from distsim.comm.protocol import Communicator
from distsim.engine.groups import Groups
from distsim.engine.plan import Plan


def needed_ranks(plan: Plan, groups: Groups) -> NDArray[np.bool_]:
    """Return (ranks,) whose spikes the synapses of this rank need, this rank's own among them."""
    needed = np.zeros(groups.communicator.size, bool)
    for projection in {pathway.projection for pathway in plan.program.remote_pathways}:
        table = groups.tables[projection]
        source = table.projection.source
        if table.anew is None:
            occupied = table.rows.numbers[np.diff(table.rows.starts) > 0]
        else:
            # Whether a source has synapses here is known only when they are made.
            occupied = np.arange(source.size, dtype=np.int32)
        # Blocks lie in the order of ranks, so the sources of a rank are neighbours here.
        boundaries = groups.partition.boundaries[source.population] - source.start
        needed |= np.diff(np.searchsorted(occupied, boundaries)) > 0
    return needed


def make_exchange(needed: NDArray[np.bool_], communicator: Communicator, capacity: int) -> Exchange:
    """Return how spikes reach the ranks that need them: the same way on all ranks.  Collective.

    A message along a link takes a fraction of the time of a round of an allgather, which has as many as
    the number of ranks has binary digits, but moves the spikes of all ranks to all.  Links are taken
    where the rank that has most of them has fewer than half of what there could be.

    Parameters
    ----------
    needed
        (ranks,) whose spikes this rank needs.
    capacity
        Integers that an epoch's message may have at first.
    """
    others = needed.copy()
    others[communicator.rank] = False
    asking, _ = communicator.alltoallv(others.astype(np.uint8), np.ones(communicator.size, np.int64))
    sources, destinations = np.flatnonzero(others), np.flatnonzero(asking)
    most = communicator.allreduce_max(max(len(sources), len(destinations)))
    if prefers_links(most, communicator.size):
        return DirectedExchange(communicator, sources.tolist(), destinations.tolist(), capacity)
    return AllgatherExchange(communicator, capacity)


def prefers_links(most: int, ranks: int) -> bool:
    """Tell whether spikes go along links, `most` being the largest number of sources or destinations."""
    return 2 * most < ranks - 1
